//! The second factor in the widget (protocol.md 3.3).

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{FormRejection, JsonRejection};
use axum::extract::{Form, Query as QueryString, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::widget::{
    comes_from, forged, form_session, redirect, service, unauthorized_application,
};
use super::widget_page::{self, CodePage};
use crate::simulator::cookies::session_of;
use crate::simulator::desk::{Query, Verdict};
use crate::simulator::envelope::{MASKED_PHONE, masked};
use crate::simulator::profile::GARMIN_GUID;
use crate::simulator::range::Params;
use crate::simulator::reply::Refusal;
use crate::simulator::scenario::{CodeDelivery, Mfa};
use crate::simulator::server::Endpoint;
use crate::simulator::world::World;

pub(super) const PATH: &str = "/sso/verifyMFA/loginEnterMfaCode";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::public("sso.widget_mfa", PATH, get(page).post(verify)),
        Endpoint::public("sso.widget_send", "/sso/verifyMFA/mfaCode", post(send)),
    ]
}

/// Opens the challenge. Unlike the mobile flow it need not send anything (PGC #386).
pub(super) fn open(world: &World, session: &str, service: &str, mfa: Mfa) {
    let sends = mfa.is_sent() && world.scenario.widget_code == CodeDelivery::AtOnce;
    let is_code_sent = sends || !mfa.is_sent();
    let ttl = world.scenario.mfa_ttl;
    world
        .desk()
        .challenge(session, query(service), is_code_sent, ttl);
    world.ledger().remember(&world.scenario.mfa_code);
    if sends {
        world.count(|counters| counters.mfa_codes_sent += 1);
    }
}

/// The page for the code. Without a challenge there is nothing to enter: back to the form.
async fn page(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    uri: Uri,
    QueryString(params): QueryString<Params>,
) -> Response {
    let Some(service) = service(&world, &params) else {
        return unauthorized_application();
    };
    let session = session_of(&headers).unwrap_or_default();
    let is_code_sent = world.desk().is_code_sent(session, &query(service));
    let Some((is_code_sent, mfa)) = is_code_sent.zip(world.scenario.mfa) else {
        return redirect(&format!("/sso/signin?{}", uri.query().unwrap_or_default()));
    };
    let form_token = world.desk().form_token(session, world.clock.now());
    code_page(&world, mfa, is_code_sent, &form_token, None)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Send {
    customer_guid: String,
    mfa_method: String,
}

/// Sends the code, or sends it again. The answer was never recorded; clients can only go by its status.
async fn send(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Result<Json<Send>, JsonRejection>,
) -> Response {
    let Ok(Json(wanted)) = body else {
        return Refusal::bad_request("Malformed request body").into_response();
    };
    let session = session_of(&headers).unwrap_or_default();
    let is_method = world
        .scenario
        .mfa
        .is_some_and(|mfa| mfa.is_sent() && mfa.wire() == wanted.mfa_method);
    if !is_method || wanted.customer_guid != GARMIN_GUID {
        return Refusal::bad_request("Unsupported mfaMethod").into_response();
    }
    if !comes_from(&world, &headers, PATH) || !world.desk().send_code(session) {
        return forged();
    }
    world.count(|counters| {
        counters.mfa_codes_sent += 1;
        counters.mfa_codes_requested += 1;
    });
    Json(json!({})).into_response()
}

async fn verify(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    uri: Uri,
    QueryString(params): QueryString<Params>,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    let Some(service) = service(&world, &params) else {
        return unauthorized_application();
    };
    let Ok(Form(fields)) = form else {
        return widget_page::titled(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Error");
    };
    let session = match form_session(&world, &headers, PATH, &fields) {
        Ok(session) => session,
        Err(bad) => return bad.into_response(),
    };
    world.count(|counters| counters.mfa_attempts += 1);
    let is_right = fields.get("mfa-code") == Some(&world.scenario.mfa_code);
    let query = query(service);
    let is_code_sent = world.desk().is_code_sent(session, &query);
    let verdict = world.desk().verify(session, &query, is_right);
    let again = |error_id| match world.scenario.mfa {
        Some(mfa) => code_page(&world, mfa, is_code_sent == Some(true), "", Some(error_id)),
        None => forged(),
    };
    match verdict {
        Verdict::Right => {
            let token = world.desk().login_token(service);
            world.ledger().remember(&token);
            let rest = uri.query().unwrap_or_default();
            redirect(&format!("/sso/login?logintoken={token}&{rest}"))
        }
        Verdict::Wrong => again("invalidCode"),
        Verdict::Burnt => again("maxLimit"),
        Verdict::Expired => again("genericError"),
        Verdict::Unknown => redirect(&format!("/sso/signin?{}", uri.query().unwrap_or_default())),
    }
}

fn code_page(
    world: &World,
    mfa: Mfa,
    is_code_sent: bool,
    form_token: &str,
    error_id: Option<&str>,
) -> Response {
    let sent_to = match mfa {
        Mfa::Email if is_code_sent => masked(&world.scenario.email),
        Mfa::Sms if is_code_sent => MASKED_PHONE.to_owned(),
        _ => String::new(),
    };
    CodePage {
        customer_guid: GARMIN_GUID,
        method: mfa.wire(),
        sent_to: &sent_to,
        form_token,
        error_id,
    }
    .into_response()
}

/// Widget challenges have no client id and no locale.
fn query(service: &str) -> Query {
    Query {
        client_id: String::new(),
        locale: String::new(),
        service: service.to_owned(),
    }
}
