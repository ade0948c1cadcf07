//! The token service: ticket exchange and refresh (protocol.md 5 and 6).

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::ledger::{Issued, RefreshRefused};
use super::reply::Refusal;
use super::server::{Disconnect, Endpoint};
use super::world::World;

/// The client ids Garmin still takes.
const CLIENT_IDS: [&str; 4] = [
    "GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2",
    "GARMIN_CONNECT_MOBILE_ANDROID_DI_2024Q4",
    "GARMIN_CONNECT_MOBILE_ANDROID_DI",
    "GARMIN_CONNECT_MOBILE_IOS_DI",
];

/// An identifier, not an address: the same in both regions (protocol.md 1).
const TICKET_GRANT: &str =
    "https://connectapi.garmin.com/di-oauth2-service/oauth/grant/service_ticket";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::public(
        "diauth.token",
        "/di-oauth2-service/oauth/token",
        post(token),
    )]
}

type Fields = HashMap<String, String>;

async fn token(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Ok(Form(fields)) = form else {
        return Refusal::unsupported_media_type().into_response();
    };
    let Some(client_id) = authenticated_client(&headers, &fields) else {
        return oauth_error(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "Bad client credentials",
        );
    };
    match field(&fields, "grant_type") {
        TICKET_GRANT => exchange(&world, client_id, &fields),
        "refresh_token" => refresh(&world, client_id, &fields),
        _ => oauth_error(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "Unsupported grant type",
        ),
    }
}

/// The client id of the form, if it is on the list and the Basic header (no password) says the same.
fn authenticated_client<'f>(headers: &HeaderMap, fields: &'f Fields) -> Option<&'f str> {
    let client_id = field(fields, "client_id");
    let basic = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Basic ")?;
    let credentials = STANDARD.decode(basic).ok()?;
    let matches = credentials.strip_suffix(b":") == Some(client_id.as_bytes());
    (matches && CLIENT_IDS.contains(&client_id)).then_some(client_id)
}

fn exchange(world: &World, client_id: &str, fields: &Fields) -> Response {
    world.count(|counters| counters.part("diauth.exchange"));
    let (ticket, service) = (
        field(fields, "service_ticket"),
        field(fields, "service_url"),
    );
    let issued = world.ledger().exchange(ticket, service, client_id);
    match issued {
        Some(Issued { reply, .. }) => {
            world.count(|counters| counters.tickets_exchanged += 1);
            Json(reply).into_response()
        }
        None => oauth_error(
            StatusCode::BAD_REQUEST,
            "invalid_grant",
            "Invalid service ticket",
        ),
    }
}

fn refresh(world: &World, client_id: &str, fields: &Fields) -> Response {
    world.count(|counters| counters.part("diauth.refresh"));
    let token = field(fields, "refresh_token");
    let rotated = world.ledger().rotate(token, client_id);
    match rotated {
        Ok(Issued { reply, is_lost }) => {
            world.count(|counters| counters.refreshes += 1);
            if is_lost {
                Disconnect.into_response()
            } else {
                Json(reply).into_response()
            }
        }
        Err(refused) => {
            if refused == RefreshRefused::Spent {
                world.count(|counters| counters.reused_refresh_tokens += 1);
            }
            // Garmin repeats the token here (protocol.md 6.3): clients must redact this body.
            let description = format!("Invalid refresh token: {token}");
            oauth_error(StatusCode::BAD_REQUEST, "invalid_grant", &description)
        }
    }
}

fn field<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.get(name).map_or("", String::as_str)
}

fn oauth_error(status: StatusCode, error: &str, description: &str) -> Response {
    (
        status,
        Json(json!({ "error": error, "error_description": description })),
    )
        .into_response()
}
