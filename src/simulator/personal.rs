//! The official Personal API: a key, a bearer for a day, and read-only data (personal-api.md).
//!
//! ```text
//! keys         the key, its bearers, and how both end
//! days         daily summaries, steps, stress, hydration
//! nights       sleep, heart rate variability
//! body         Body Battery, weight, fitness age, heart rate zones
//! activities   the list in small pages, one activity, its file
//! reply        errors in this API's words: hardly any
//! ```
//!
//! The gateway is an allow-list: what is not among the endpoints is 404, also where connectapi has it.

mod activities;
mod body;
mod days;
mod keys;
mod nights;
mod reply;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

pub(super) use self::keys::KeyRing;

use self::reply::Refusal;
use super::profile;
use super::server::Endpoint;
use super::world::World;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let own = [
        Endpoint::key(
            "personal.key",
            "/personalapitoken-service/personal-api/personal-api-key/token",
            post(exchange),
        ),
        Endpoint::personal(
            "personal.settings",
            "/userprofile-service/userprofile/settings",
            get(profile::settings),
        ),
    ];
    own.into_iter()
        .chain(days::endpoints())
        .chain(nights::endpoints())
        .chain(body::endpoints())
        .chain(activities::endpoints())
        .collect()
}

/// Key for bearer, which comes as plain text (personal-api.md 4). Wrong, expired and deleted keys are
/// refused alike.
async fn exchange(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("ApiKey "));
    let bearer = world.keys().exchange(key.unwrap_or_default());
    let Some(bearer) = bearer else {
        world.count(|counters| counters.refused_keys += 1);
        return Err(Refusal::Key);
    };
    world.count(|counters| counters.keys_exchanged += 1);
    world.ledger().remember(&bearer);
    Ok(bearer.into_response())
}
