//! Whether Garmin's hosts can be reached, without spending a sign-in attempt.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

use super::{
    client::{Answer, Client},
    error::GarminError,
    sso::mobile,
    wire::errors,
};

/// How one host answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It lets us through.
    Open,
    RateLimited {
        retry_after: Option<Duration>,
    },
    Blocked,
    /// Not reached, or in trouble; in its own words.
    Failed(String),
}

#[derive(Clone, Debug)]
pub struct Probe {
    pub host: &'static str,
    pub reach: Reach,
    /// Its clock minus ours, to the second.
    pub skew: Option<SignedDuration>,
}

/// Asks each host once: for the sign-in page, with which a sign-in begins
/// (`protocol.md` 2.1); the others refuse politely.
pub async fn probe(client: &Client, now: impl Fn() -> Timestamp) -> Vec<Probe> {
    let http = client.http();
    let requests = [
        ("sign-in", mobile::probe(client)),
        (
            "tokens",
            http.get(format!(
                "{}/di-oauth2-service/oauth/token",
                client.endpoints().diauth()
            )),
        ),
        (
            "data",
            http.get(format!(
                "{}/userprofile-service/socialProfile",
                client.endpoints().connectapi()
            )),
        ),
    ];
    let mut probes = Vec::new();
    for (host, request) in requests {
        let answered = client.send(request).await;
        let at = now();
        let skew = answered.as_ref().ok().and_then(|answer| skew(answer, at));
        probes.push(Probe {
            host,
            reach: reach(answered),
            skew,
        });
    }
    probes
}

fn reach(answered: Result<Answer, GarminError>) -> Reach {
    match answered.and_then(errors::check) {
        Ok(_) | Err(GarminError::Refused { .. } | GarminError::Unauthorized { .. }) => Reach::Open,
        Err(GarminError::RateLimited { retry_after }) => Reach::RateLimited { retry_after },
        Err(GarminError::Blocked) => Reach::Blocked,
        Err(error) => Reach::Failed(error.to_string()),
    }
}

/// From the `Date` header.
fn skew(answer: &Answer, now: Timestamp) -> Option<SignedDuration> {
    let text = answer.headers.get("date")?.to_str().ok()?;
    let server = rfc2822::parse(text).ok()?.timestamp();
    Some(SignedDuration::from_secs(
        server.as_second() - now.as_second(),
    ))
}
