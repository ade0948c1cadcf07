//! The embed widget: sign-in by web form, and tickets for browsers (protocol.md 2.3, 4.1, 4.2).
//!
//! It has its own language and its own rate limit, but the same account behind it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query as QueryString, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{widget_mfa, widget_page};
use crate::simulator::cookies::{self, Cookies, session_of};
use crate::simulator::faults;
use crate::simulator::ledger::TicketKind;
use crate::simulator::password::{self, Obstacle, Outcome};
use crate::simulator::range::Params;
use crate::simulator::server::Endpoint;
use crate::simulator::world::World;

/// The rate limit of those who send no client id.
const BUCKET: &str = "";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::public("sso.embed", "/sso/embed", get(embed)),
        Endpoint::public("sso.widget", "/sso/signin", get(form).post(sign_in)),
        Endpoint::public("sso.widget_end", "/sso/login", get(finish)),
    ]
}

async fn embed(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let mut cookies = Cookies::default();
    cookies.session(&world, &headers);
    (cookies, widget_page::embed()).into_response()
}

/// The form; or, for a browser that is signed in already, a ticket straight away.
async fn form(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    QueryString(params): QueryString<Params>,
) -> Response {
    let Some(service) = service(&world, &params) else {
        return unauthorized_application();
    };
    if cookies::is_signed_in(&world, &headers) {
        return ticket_page(&world, service);
    }
    let mut cookies = Cookies::default();
    let session = cookies.session(&world, &headers);
    let form_token = world.desk().form_token(&session);
    (cookies, widget_page::sign_in(&form_token, false)).into_response()
}

async fn sign_in(
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
    let Some(session) = form_session(&world, &headers, "/sso/signin", &fields) else {
        return forged();
    };
    let field = |name| fields.get(name).map_or("", String::as_str);
    let (username, password) = (field("username"), field("password"));
    match password::judge(&world, &headers, BUCKET, username, password) {
        Outcome::Limited { .. } => faults::too_many_requests(None),
        Outcome::Challenged => faults::just_a_moment(),
        Outcome::TooManyTries => widget_page::titled(StatusCode::OK, "Account Locked"),
        Outcome::Wrong => widget_page::sign_in(&world.desk().form_token(session), true),
        Outcome::Obstacle(obstacle) => widget_page::titled(StatusCode::OK, title(obstacle)),
        Outcome::Code(mfa) => {
            widget_mfa::open(&world, session, service, mfa);
            redirect(&format!(
                "{}?{}",
                widget_mfa::PATH,
                uri.query().unwrap_or_default()
            ))
        }
        Outcome::SignedIn => signed_in(&world, service),
    }
}

/// Where the right code leads: the same success page (protocol.md 3.3).
async fn finish(
    State(world): State<Arc<World>>,
    QueryString(params): QueryString<Params>,
) -> Response {
    let token = params.get("logintoken").map_or("", String::as_str);
    let service = world.desk().take_login_token(token);
    match service {
        Some(service) => signed_in(&world, &service),
        None => forged(),
    }
}

fn signed_in(world: &World, service: &str) -> Response {
    let mut cookies = Cookies::default();
    cookies.sign_in(world);
    (cookies, ticket_page(world, service)).into_response()
}

fn ticket_page(world: &World, service: &str) -> Response {
    let ticket = world.ledger().issue_ticket(service, TicketKind::Widget);
    let is_embed = service == world.scenario.region.embed_service();
    widget_page::success(service, &ticket, is_embed)
}

/// The service a ticket is wanted for; pages outside this region's Garmin are refused (protocol.md 4.4).
pub(super) fn service<'p>(world: &World, params: &'p Params) -> Option<&'p str> {
    params
        .get("service")
        .map(String::as_str)
        .filter(|service| world.scenario.region.serves(service))
}

/// 400: no ticket for this service.
pub(super) fn unauthorized_application() -> Response {
    widget_page::titled(StatusCode::BAD_REQUEST, "Application Not Authorized")
}

/// The session of a posted form: its cookie, the token of its last page, and that page as the referrer.
pub(super) fn form_session<'h>(
    world: &World,
    headers: &'h HeaderMap,
    page: &str,
    fields: &HashMap<String, String>,
) -> Option<&'h str> {
    let session = session_of(headers)?;
    let token = fields.get("_csrf")?;
    (comes_from(headers, page) && world.desk().take_form(session, token)).then_some(session)
}

/// Whether the request names a page of sso as its referrer, on whatever host.
pub(super) fn comes_from(headers: &HeaderMap, page: &str) -> bool {
    let referrer = headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok());
    referrer
        .and_then(|referrer| referrer.parse::<Uri>().ok())
        .is_some_and(|referrer| referrer.path() == page)
}

/// 403: a form without its page. What Garmin says here was never recorded.
pub(super) fn forged() -> Response {
    widget_page::titled(StatusCode::FORBIDDEN, "Forbidden")
}

/// To another page of this host, wherever it is reached.
pub(super) fn redirect(path: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, path)]).into_response()
}

/// The words clients look for (protocol.md 2.3); the rest of the titles is unverified.
fn title(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Locked => "Account Locked",
        Obstacle::Disabled => "Account Error",
        Obstacle::ChildAccount => "Unable to Sign In",
        Obstacle::Captcha => "Verify You Are Human",
        Obstacle::RenewPassword => "Renew Your Password",
        Obstacle::MfaSetup => "Set Up Two-Step Verification",
        Obstacle::Consent => "Review Our Terms",
    }
}
