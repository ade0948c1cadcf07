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
use jiff::SignedDuration;

use super::{widget_mfa, widget_page};
use crate::simulator::cookies::{self, Cookies, session_of};
use crate::simulator::faults;
use crate::simulator::ledger::TicketKind;
use crate::simulator::password::{self, Obstacle, Outcome};
use crate::simulator::range::Params;
use crate::simulator::server::Endpoint;
use crate::simulator::world::World;

/// Others wait three to eight seconds between the form and its post (protocol.md 2.3).
const TYPING: SignedDuration = SignedDuration::from_secs(3);

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
    let form_token = world.desk().form_token(&session, world.clock.now());
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
    let session = match form_session(&world, &headers, "/sso/signin", &fields) {
        Ok(session) => session,
        Err(bad) => return bad.into_response(),
    };
    let field = |name| fields.get(name).map_or("", String::as_str);
    let (username, password) = (field("username"), field("password"));
    match password::judge(&world, &headers, BUCKET, username, password) {
        Outcome::Limited { .. } => faults::too_many_requests(None),
        Outcome::Challenged => faults::just_a_moment(),
        Outcome::TooManyTries => widget_page::titled(StatusCode::OK, "Account Locked"),
        Outcome::Wrong => {
            widget_page::sign_in(&world.desk().form_token(session, world.clock.now()), true)
        }
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

/// Why a posted form is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadForm {
    /// Without its page.
    Forged,
    TooEarly,
}

impl IntoResponse for BadForm {
    fn into_response(self) -> Response {
        match self {
            Self::Forged => forged(),
            Self::TooEarly => faults::too_many_requests(None),
        }
    }
}

/// The session of a posted form: its cookie, the token of its last page, and that page as the referrer.
/// A form filled in faster than a person types meets 429 (protocol.md 2.3).
pub(super) fn form_session<'h>(
    world: &World,
    headers: &'h HeaderMap,
    page: &str,
    fields: &HashMap<String, String>,
) -> Result<&'h str, BadForm> {
    let form = session_of(headers).zip(fields.get("_csrf"));
    let Some((session, token)) = form.filter(|_| comes_from(world, headers, page)) else {
        return Err(BadForm::Forged);
    };
    let since = world.desk().take_form(session, token);
    let since = since.ok_or(BadForm::Forged)?;
    if world.clock.now().duration_since(since) < TYPING {
        world.count(|counters| counters.posts_without_page += 1);
        return Err(BadForm::TooEarly);
    }
    Ok(session)
}

/// Whether the request names a page of sso as its referrer.
pub(super) fn comes_from(world: &World, headers: &HeaderMap, page: &str) -> bool {
    let referrer = referrer(world, headers).and_then(|address| address.split('?').next());
    referrer == Some(page)
}

/// Path and query of the referrer: a page of sso by its real name, or by the address of this server.
pub(super) fn referrer<'h>(world: &World, headers: &'h HeaderMap) -> Option<&'h str> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let referrer = text(header::REFERER)?;
    let sso = format!("https://sso.{}", world.scenario.region.domain());
    let here = format!("http://{}", text(header::HOST).unwrap_or_default());
    [sso, here]
        .iter()
        .find_map(|origin| referrer.strip_prefix(origin.as_str()))
        .filter(|address| address.starts_with('/'))
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
