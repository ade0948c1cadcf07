//! The mobile sign-in page, and whether a post comes from it (protocol.md 2.1).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use jiff::SignedDuration;

use super::{CLIENTS, widget};
use crate::simulator::cookies::{Cookies, cookie, session_of};
use crate::simulator::desk::{Query, SeenPage};
use crate::simulator::world::World;

/// Nobody reads the page and types an e-mail and a password in less.
const TYPING: SignedDuration = SignedDuration::from_secs(2);

/// The page a browser sees first. What matters of it is its address, its cookies, and when it came.
pub(super) async fn show(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let mut cookies = Cookies::default();
    let session = cookies.session(&world, &headers);
    let client_id = uri.query().unwrap_or_default().split('&').find_map(|pair| {
        let value = pair.strip_prefix("clientId=")?;
        let known = CLIENTS.iter().find(|(client_id, _)| *client_id == value)?;
        Some(known.0.to_owned())
    });
    let set = cookies.edge(&world);
    if let Some(client_id) = client_id {
        let page = SeenPage {
            address: uri.to_string(),
            client_id,
            cookies: set,
            at: world.clock.now(),
        };
        world.desk().show_page(&session, page);
    }
    let page = "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Garmin SSO Portal</title></head><body></body></html>";
    (cookies, Html(page)).into_response()
}

/// Whether a post follows from the page of its client: with all cookies, the page as its referrer, a
/// language, and not before a person could have typed. Anything else meets 429 unread.
pub(super) fn is_behind(world: &World, headers: &HeaderMap, query: &Query) -> bool {
    let is_behind = seen(world, headers, query).is_some();
    if !is_behind {
        world.count(|counters| counters.posts_without_page += 1);
    }
    is_behind
}

fn seen(world: &World, headers: &HeaderMap, query: &Query) -> Option<()> {
    let page = world.desk().page(session_of(headers)?)?;
    let has_cookies = page
        .cookies
        .iter()
        .all(|(name, value)| cookie(headers, name) == Some(value));
    let is_typed = world.clock.now().duration_since(page.at) >= TYPING;
    let is_right = has_cookies
        && page.client_id == query.client_id
        && widget::referrer(world, headers) == Some(page.address.as_str())
        && headers.contains_key(header::ACCEPT_LANGUAGE)
        && is_typed;
    is_right.then_some(())
}
