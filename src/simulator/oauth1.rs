//! The old sign-in of garth: OAuth1 tokens, still good for new bearers (protocol.md 8.2).

mod signature;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use self::signature::{Pairs, Signed};
use super::clock::Clock;
use super::ledger::{uuid, word};
use super::server::Endpoint;
use super::world::World;

/// The pair every garth shares, as its bucket serves it; made up here, like everything else.
const CONSUMER_KEY: &str = "0d7c1f52-6a0e-4c83-9b1f-51d2e7a9c604";
const CONSUMER_SECRET: &str = "mXb27KqPz5RtV0yWcL9sHn3JdAeFgU8iTo4";

/// Whose tokens the phone app gets; the client id to refresh them with.
const CLIENT_ID: &str = "GARMIN_CONNECT_MOBILE_ANDROID_DI";

/// An OAuth1 pair as garth keeps it in `oauth1_token.json` (protocol.md 8.1).
#[derive(Clone, Debug)]
pub struct Oauth1Token {
    pub token: String,
    pub secret: String,
    /// Only for accounts with a second factor: spares it at the exchange.
    pub mfa_token: Option<String>,
    /// `2027-03-18 05:33:02.000`, in UTC.
    pub mfa_expires: Option<String>,
}

/// The OAuth1 pairs that are alive, by token.
#[derive(Debug, Default)]
pub(super) struct Oauth1Book(HashMap<String, Oauth1Token>);

impl Oauth1Book {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl World {
    /// A new pair, with an MFA token if the account has a second factor.
    pub(super) fn issue_oauth1(&self) -> Oauth1Token {
        let has_mfa = self.scenario.mfa.is_some();
        let mfa_token =
            has_mfa.then(|| format!("MFA-{}-{}-cas", fastrand::u32(1000..100_000), word(50)));
        let pair = Oauth1Token {
            token: uuid(),
            secret: word(35),
            mfa_expires: has_mfa.then(|| in_a_year(&self.clock)),
            mfa_token,
        };
        let mut ledger = self.ledger();
        for secret in [&pair.token, &pair.secret]
            .into_iter()
            .chain(&pair.mfa_token)
        {
            ledger.remember(secret);
        }
        drop(ledger);
        self.oauth1().0.insert(pair.token.clone(), pair.clone());
        pair
    }
}

fn in_a_year(clock: &Clock) -> String {
    let now = clock.now();
    let end = now
        .saturating_add(jiff::SignedDuration::from_hours(365 * 24))
        .unwrap_or(now);
    end.strftime("%Y-%m-%d %H:%M:%S.000").to_string()
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::public("oauth1.consumer", "/oauth_consumer.json", get(consumer)),
        Endpoint::public(
            "oauth1.preauthorized",
            "/oauth-service/oauth/preauthorized",
            get(preauthorized),
        ),
        Endpoint::public(
            "oauth1.exchange",
            "/oauth-service/oauth/exchange/user/2.0",
            post(exchange),
        ),
    ]
}

async fn consumer() -> Json<Value> {
    Json(json!({ "consumer_key": CONSUMER_KEY, "consumer_secret": CONSUMER_SECRET }))
}

/// A ticket for an OAuth1 pair, in a text of form fields whose values are not escaped.
async fn preauthorized(State(world): State<Arc<World>>, headers: HeaderMap, uri: Uri) -> Response {
    let Some(signed) = Signed::read("GET", &headers, &uri, &[]) else {
        return refused(&world, "Invalid signature");
    };
    if !signed.is_by(CONSUMER_KEY, CONSUMER_SECRET, "") {
        return refused(&world, "Invalid signature");
    }
    let (ticket, service) = (signed.parameter("ticket"), signed.parameter("login-url"));
    if !world.ledger().redeem(ticket, service) {
        return refused(&world, "Invalid ticket");
    }
    world.count(|counters| counters.oauth1_exchanges += 1);
    let pair = world.issue_oauth1();
    let mfa = pair.mfa_token.zip(pair.mfa_expires);
    let mfa = mfa.map_or_else(String::new, |(token, expires)| {
        format!("&mfa_token={token}&mfa_expiration_timestamp={expires}")
    });
    let (token, secret) = (pair.token, pair.secret);
    let text = format!("oauth_token={token}&oauth_token_secret={secret}{mfa}");
    ([(header::CONTENT_TYPE, "text/plain;charset=utf-8")], text).into_response()
}

/// An OAuth1 pair for bearer and refresh token; it can be done again and again. Whether the refresh token that comes
/// along can be used at diauth is unverified: here it can.
async fn exchange(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    uri: Uri,
    form: Result<Form<Pairs>, FormRejection>,
) -> Response {
    // Without the content type of forms the service falls over (P2G).
    let Ok(Form(form)) = form else {
        let page =
            "<html><head><title>HTTP Status 500 - Internal Server Error</title></head></html>";
        return (StatusCode::INTERNAL_SERVER_ERROR, Html(page)).into_response();
    };
    let Some(signed) = Signed::read("POST", &headers, &uri, &form) else {
        return refused(&world, "Invalid signature");
    };
    let pair = world.oauth1().0.get(signed.token()).cloned();
    let Some(pair) = pair else {
        return refused(&world, "OAuthToken is invalid");
    };
    if !signed.is_by(CONSUMER_KEY, CONSUMER_SECRET, &pair.secret) {
        return refused(&world, "Invalid signature");
    }
    let mfa_token = form.iter().find(|(name, _)| name == "mfa_token");
    if mfa_token.is_some_and(|(_, token)| pair.mfa_token.as_ref() != Some(token)) {
        return refused(&world, "OAuthToken is invalid");
    }
    world.count(|counters| counters.oauth1_exchanges += 1);
    let tokens = world.ledger().issue_pair(CLIENT_ID);
    Json(tokens).into_response()
}

/// 401 with a web page (GARTH #21).
fn refused(world: &World, reason: &str) -> Response {
    world.count(|counters| counters.refused_oauth1 += 1);
    let page = format!("<html><head><title>Error 401</title></head><body>{reason}</body></html>");
    (StatusCode::UNAUTHORIZED, Html(page)).into_response()
}
