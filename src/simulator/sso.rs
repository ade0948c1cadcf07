//! Signing in with the mobile JSON flow (protocol.md 2.1, 3.1 and 3.2); the widget is a module below.

mod page;
mod widget;
mod widget_mfa;
mod widget_page;

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query as QueryString, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::cookies::{Cookies, session_of};
use super::desk::{Query, Verdict};
use super::envelope::{self, SignedInBy};
use super::faults;
use super::ledger::TicketKind;
use super::password::{self, Outcome};
use super::reply::Refusal;
use super::scenario::{Mfa, SignInPolicy};
use super::server::Endpoint;
use super::world::World;

/// SSO client ids, and how the service URL of each ends.
const CLIENTS: [(&str, &str); 2] = [("GCM_IOS_DARK", "ios"), ("GCM_ANDROID_DARK", "android")];

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mobile = [
        Endpoint::public("sso.page", "/mobile/sso/{locale}/sign-in", get(page::show)),
        Endpoint::public("sso.login", "/mobile/api/login", get(probe).post(login)),
        Endpoint::public("sso.mfa", "/mobile/api/mfa/verifyCode", post(verify)),
    ];
    mobile
        .into_iter()
        .chain(widget::endpoints())
        .chain(widget_mfa::endpoints())
        .collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawQuery {
    client_id: String,
    #[serde(default)]
    locale: String,
    service: String,
}

#[derive(Deserialize)]
struct Login {
    username: String,
    password: String,
}

#[derive(Deserialize)]
struct Code {
    #[serde(rename = "mfaMethod")]
    method: String,
    #[serde(rename = "mfaVerificationCode")]
    digits: String,
    #[serde(rename = "rememberMyBrowser", default)]
    is_remembered: bool,
}

/// The reachability probe: 405 lets a client know that the edge would let it through, and costs no
/// attempt (protocol.md 2.1).
async fn probe(
    State(world): State<Arc<World>>,
    query: Result<QueryString<RawQuery>, QueryRejection>,
) -> Response {
    let client_id = query
        .map(|QueryString(raw)| raw.client_id)
        .unwrap_or_default();
    let is_limited = world.scenario.sign_in == SignInPolicy::RateLimited
        || world.turnstile().is_blocked(&client_id);
    if is_limited {
        faults::too_many_requests(None)
    } else if world.scenario.sign_in == SignInPolicy::Challenged {
        faults::just_a_moment()
    } else {
        Refusal::method_not_allowed().into_response()
    }
}

async fn login(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    query: Result<QueryString<RawQuery>, QueryRejection>,
    body: Result<Json<Login>, JsonRejection>,
) -> Response {
    if is_navigation(&headers) {
        return faults::too_many_requests(None);
    }
    let query = match checked(&world, query) {
        Ok(query) => query,
        Err(refusal) => return refusal.into_response(),
    };
    let Login { username, password } = match body {
        Ok(Json(login)) => login,
        Err(rejection) => return unreadable(&rejection),
    };
    if !page::is_behind(&world, &headers, &query) {
        return faults::too_many_requests(None);
    }
    match password::judge(&world, &headers, &query.client_id, &username, &password) {
        Outcome::Limited { is_hidden: false } => faults::too_many_requests(None),
        Outcome::Limited { is_hidden: true } => {
            Json(envelope::hidden_status("429")).into_response()
        }
        Outcome::Challenged => faults::just_a_moment(),
        Outcome::TooManyTries => envelope::refused("ACCOUNT_LOCKED", "generalValidationMaxLogins"),
        Outcome::Wrong => envelope::wrong_password(),
        Outcome::Obstacle(obstacle) => envelope::obstacle(obstacle),
        Outcome::Code(mfa) => ask_for_code(&world, &headers, query, mfa),
        Outcome::SignedIn => signed_in(&world, &query, SignedInBy::Login, Cookies::default()),
    }
}

/// Here Garmin sends the code itself (protocol.md 3.1).
fn ask_for_code(world: &World, headers: &HeaderMap, query: Query, mfa: Mfa) -> Response {
    let mut cookies = Cookies::default();
    let session = cookies.session(world, headers);
    world
        .desk()
        .challenge(&session, query, true, world.scenario.mfa_ttl);
    world.ledger().remember(&world.scenario.mfa_code);
    if mfa.is_sent() {
        world.count(|counters| counters.mfa_codes_sent += 1);
    }
    let question = envelope::mfa_required(mfa, &world.scenario.email);
    (cookies, Json(question)).into_response()
}

async fn verify(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    query: Result<QueryString<RawQuery>, QueryRejection>,
    body: Result<Json<Code>, JsonRejection>,
) -> Response {
    let query = match checked(&world, query) {
        Ok(query) => query,
        Err(refusal) => return refusal.into_response(),
    };
    let code = match body {
        Ok(Json(code)) => code,
        Err(rejection) => return unreadable(&rejection),
    };
    if !page::is_behind(&world, &headers, &query) {
        return faults::too_many_requests(None);
    }
    world.count(|counters| counters.mfa_attempts += 1);
    if world.scenario.mfa.map(Mfa::wire) != Some(code.method.as_str()) {
        return Refusal::bad_request("Unsupported mfaMethod").into_response();
    }
    let is_right = code.digits == world.scenario.mfa_code;
    let session = session_of(&headers).unwrap_or_default();
    let verdict = world.desk().verify(session, &query, is_right);
    match verdict {
        Verdict::Right => {
            let mut cookies = Cookies::default();
            if code.is_remembered {
                cookies.remember_browser(&world);
            }
            signed_in(&world, &query, SignedInBy::Code, cookies)
        }
        Verdict::Wrong => envelope::refused("INVALID_MFA_CODE", "codeEntryInvalid"),
        Verdict::Burnt => envelope::refused("MFA_CODE_MAX_LIMIT", "codeEntryMaxLimit"),
        Verdict::Expired => envelope::refused("MFA_CODE_EXPIRED", "codeEntryExpired"),
        Verdict::Unknown => envelope::session_lost(),
    }
}

fn signed_in(world: &World, query: &Query, by: SignedInBy, mut cookies: Cookies) -> Response {
    let ticket = world
        .ledger()
        .issue_ticket(&query.service, TicketKind::Mobile);
    cookies.sign_in(world);
    let reply = envelope::successful(&query.service, &ticket, by);
    (cookies, Json(reply)).into_response()
}

/// The query must name a known client, and the service that goes with it in this region.
fn checked(
    world: &World,
    query: Result<QueryString<RawQuery>, QueryRejection>,
) -> Result<Query, Refusal> {
    let QueryString(raw) =
        query.map_err(|_| Refusal::bad_request("clientId and service are required"))?;
    let (_, platform) = CLIENTS
        .iter()
        .find(|(client_id, _)| *client_id == raw.client_id)
        .ok_or_else(|| Refusal::bad_request("Unknown clientId"))?;
    if raw.service != world.scenario.region.mobile_service(platform) {
        return Err(Refusal::bad_request(
            "Service is not allowed for this client",
        ));
    }
    Ok(Query {
        client_id: raw.client_id,
        locale: raw.locale,
        service: raw.service,
    })
}

/// Navigation headers on a JSON call look like a bot to the edge (protocol.md 2.1).
fn is_navigation(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-mode")
        .is_some_and(|mode| mode == "navigate")
}

fn unreadable(rejection: &JsonRejection) -> Response {
    match rejection.status() {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Refusal::unsupported_media_type().into_response(),
        _ => Refusal::bad_request("Malformed request body").into_response(),
    }
}
