//! Signing in with the mobile JSON flow (protocol.md 2.1 and 3).

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query as QueryString, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::desk::{Query, Session, Verdict};
use super::envelope::{self, Cookies};
use super::faults;
use super::ledger::word;
use super::profile::GARMIN_GUID;
use super::reply::Refusal;
use super::scenario::{Mfa, SignInPolicy};
use super::server::Endpoint;
use super::world::World;

/// SSO client ids, and how the service URL of each ends.
const CLIENTS: [(&str, &str); 2] = [("GCM_IOS_DARK", "ios"), ("GCM_ANDROID_DARK", "android")];

/// The cookie that carries a browser session between login and verification.
const SESSION: &str = "SESSION";

/// The cookie of a remembered browser; its real name is not known.
const REMEMBERED: &str = "GARMIN-SSO-REMEMBERED";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::public("sso.page", "/mobile/sso/{locale}/sign-in", get(page)),
        Endpoint::public("sso.login", "/mobile/api/login", post(login)),
        Endpoint::public("sso.mfa", "/mobile/api/mfa/verifyCode", post(verify)),
    ]
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

/// The page a browser would see first; all it is good for here is its cookies.
async fn page(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let session = world.desk().session(cookie(&headers, SESSION));
    let mut cookies = Cookies::default();
    set_session(&world, &session, &mut cookies);
    let page = "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Garmin SSO Portal</title></head><body></body></html>";
    (cookies, Html(page)).into_response()
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
    let query = match checked(query) {
        Ok(query) => query,
        Err(refusal) => return refusal.into_response(),
    };
    let login = match body {
        Ok(Json(login)) => login,
        Err(rejection) => return unreadable(&rejection),
    };
    world.count(|counters| counters.sign_in_attempts += 1);
    match world.scenario.sign_in {
        SignInPolicy::RateLimited => return faults::too_many_requests(None),
        SignInPolicy::RateLimitedInBody => {
            return Json(envelope::hidden_status("429")).into_response();
        }
        SignInPolicy::Challenged => return faults::just_a_moment(),
        _ => {}
    }
    if world.desk().wrong_passwords() >= world.scenario.password_tries {
        return envelope::refused("ACCOUNT_LOCKED", "generalValidationMaxLogins");
    }
    let is_known = login.username.eq_ignore_ascii_case(&world.scenario.email);
    if !is_known || login.password != world.scenario.password {
        world.desk().wrong_password();
        return envelope::wrong_password();
    }
    world.desk().right_password();
    if let Some(obstacle) = obstacle(world.scenario.sign_in) {
        return obstacle;
    }
    right_password(&world, &headers, query)
}

/// What stands between a right password and the ticket. The `type` strings that go with these message
/// keys are unverified (protocol.md 2.1): a client must cope with any.
fn obstacle(policy: SignInPolicy) -> Option<Response> {
    let refused = match policy {
        SignInPolicy::Locked => envelope::refused("ACCOUNT_LOCKED", "generalLoginAccountLocked"),
        SignInPolicy::Disabled => {
            envelope::refused("ACCOUNT_DISABLED", "generalLoginAccountDisabled")
        }
        SignInPolicy::Captcha => envelope::refused("CAPTCHA_REQUIRED", ""),
        SignInPolicy::ChildAccount => envelope::refused(
            "LOGIN_DENIED",
            "applicationSecurityPolicyLoginDeniedChildAccountText",
        ),
        SignInPolicy::RenewPassword => {
            envelope::refused("PASSWORD_RENEWAL_REQUIRED", "casLoginViewRenewPassword")
        }
        SignInPolicy::MfaSetupRequired => {
            envelope::refused("MFA_SETUP_REQUIRED", "generalLoginPermanentMFARequired")
        }
        SignInPolicy::ConsentRequired => envelope::consent_required(),
        SignInPolicy::Open
        | SignInPolicy::RateLimited
        | SignInPolicy::RateLimitedInBody
        | SignInPolicy::Challenged => return None,
    };
    Some(refused)
}

/// The ticket, or the question for a code.
fn right_password(world: &World, headers: &HeaderMap, query: Query) -> Response {
    let is_remembered = world.desk().knows_browser(cookie(headers, REMEMBERED));
    let Some(mfa) = world.scenario.mfa.filter(|_| !is_remembered) else {
        return signed_in(
            world,
            &query,
            envelope::SignedInBy::Login,
            Cookies::default(),
        );
    };
    let session = world.desk().session(cookie(headers, SESSION));
    world
        .desk()
        .challenge(&session.id, query, world.scenario.mfa_ttl);
    world.ledger().remember(&world.scenario.mfa_code);
    if mfa.is_sent() {
        world.count(|counters| counters.mfa_codes_sent += 1);
    }
    let mut cookies = Cookies::default();
    set_session(world, &session, &mut cookies);
    (
        cookies,
        Json(envelope::mfa_required(mfa, &world.scenario.email)),
    )
        .into_response()
}

async fn verify(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    query: Result<QueryString<RawQuery>, QueryRejection>,
    body: Result<Json<Code>, JsonRejection>,
) -> Response {
    let query = match checked(query) {
        Ok(query) => query,
        Err(refusal) => return refusal.into_response(),
    };
    let code = match body {
        Ok(Json(code)) => code,
        Err(rejection) => return unreadable(&rejection),
    };
    world.count(|counters| counters.mfa_attempts += 1);
    if world.scenario.mfa.map(Mfa::wire) != Some(code.method.as_str()) {
        return Refusal::bad_request("Unsupported mfaMethod").into_response();
    }
    let is_right = code.digits == world.scenario.mfa_code;
    let session = cookie(&headers, SESSION).unwrap_or_default();
    let verdict = world.desk().verify(session, &query, is_right);
    match verdict {
        Verdict::Right => {
            let mut cookies = Cookies::default();
            if code.is_remembered {
                let value = world.desk().remember_browser();
                world.ledger().remember(&value);
                cookies.set(REMEMBERED, &value);
            }
            signed_in(&world, &query, envelope::SignedInBy::Code, cookies)
        }
        Verdict::Wrong => envelope::refused("INVALID_MFA_CODE", "codeEntryInvalid"),
        Verdict::Burnt => envelope::refused("MFA_CODE_MAX_LIMIT", "codeEntryMaxLimit"),
        Verdict::Expired => envelope::refused("MFA_CODE_EXPIRED", "codeEntryExpired"),
        Verdict::Unknown => envelope::session_lost(),
    }
}

fn signed_in(
    world: &World,
    query: &Query,
    by: envelope::SignedInBy,
    mut cookies: Cookies,
) -> Response {
    let ticket = world.ledger().issue_ticket(&query.service);
    let castgc = format!("TGT-{}", word(50));
    world.ledger().remember(&castgc);
    cookies.set("CASTGC", &castgc);
    cookies.set("GARMIN-SSO", "1");
    cookies.set("GARMIN-SSO-CUST-GUID", GARMIN_GUID);
    cookies.set("GMN_TRACKABLE", "1");
    (
        cookies,
        Json(envelope::successful(&query.service, &ticket, by)),
    )
        .into_response()
}

fn set_session(world: &World, session: &Session, cookies: &mut Cookies) {
    if session.is_new {
        world.ledger().remember(&session.id);
        cookies.set(SESSION, &session.id);
    }
}

/// The query must name a known client, and the service that goes with it, in either region.
fn checked(query: Result<QueryString<RawQuery>, QueryRejection>) -> Result<Query, Refusal> {
    let QueryString(raw) =
        query.map_err(|_| Refusal::bad_request("clientId and service are required"))?;
    let (_, platform) = CLIENTS
        .iter()
        .find(|(client_id, _)| *client_id == raw.client_id)
        .ok_or_else(|| Refusal::bad_request("Unknown clientId"))?;
    let service_of = |domain: &str| format!("https://mobile.integration.{domain}/gcm/{platform}");
    if !["garmin.com", "garmin.cn"]
        .into_iter()
        .any(|domain| raw.service == service_of(domain))
    {
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

/// The value of one cookie; some stacks send several `Cookie` headers.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
