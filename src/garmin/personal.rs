//! The official read-only key: exchanged for a day token (`personal-api.md` 4).
//!
//! There is no rotation: exchanging twice is harmless, and a lost answer costs
//! nothing. Errors of the exchange carry no body worth showing.

use jiff::{SignedDuration, Timestamp};

use super::{
    client::Client,
    error::GarminError,
    wire::{errors, token},
};
use crate::domain::{printable::printable, secret::Secret};

/// A day token and when it ends.
#[derive(Clone, Debug)]
pub struct Bearer {
    pub token: Secret,
    pub expires_at: Timestamp,
    /// Its whole life. Shorter than [`KEY_ENDS_WITHIN`] says: the key ends within a day.
    pub life: SignedDuration,
}

/// A bearer lives 24 h, but never beyond its key: a fresh one that lives less
/// means the key is about to end (`personal-api.md` 2).
pub const KEY_ENDS_WITHIN: SignedDuration = SignedDuration::from_hours(23);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Wrong, expired or deleted: Garmin does not say which.
    #[error("Garmin rejected the key")]
    Rejected,
    /// `.cn` answers 526 (`personal-api.md` 11): not confirmed to work there.
    #[error("Garmin's host for keys is not ready in this region")]
    HostNotReady,
    #[error(transparent)]
    Garmin(#[from] GarminError),
}

/// Swaps the key for a bearer.
pub async fn exchange(client: &Client, key: &Secret, now: Timestamp) -> Result<Bearer, KeyError> {
    let url = format!(
        "{}/personalapitoken-service/personal-api/personal-api-key/token",
        client.endpoints().personal()
    );
    let request = client
        .http()
        .post(url)
        .header("Authorization", format!("ApiKey {}", key.expose()))
        .header("Accept", "*/*")
        .header("User-Agent", user_agent())
        .header("Content-Length", "0");
    let answer = client.send(request).await?;
    match answer.status {
        200..=299 => {
            let text = String::from_utf8_lossy(&answer.body);
            let jwt = Secret::new(text.trim().trim_matches('"'));
            let unreadable = || GarminError::Unreadable("the day token".to_owned());
            let (issued, expires) = token::lifetime(jwt.expose()).ok_or_else(unreadable)?;
            // By Garmin's clock both: only the difference is carried over to ours.
            let life = issued.map_or_else(
                || expires.duration_since(now),
                |issued| expires.duration_since(issued),
            );
            let expires_at = now.checked_add(life).map_err(|_| unreadable())?;
            Ok(Bearer {
                token: jwt,
                expires_at,
                life,
            })
        }
        400 | 401 => Err(KeyError::Rejected),
        403 if errors::is_json(&answer.body) || answer.body.is_empty() => Err(KeyError::Rejected),
        526 => Err(KeyError::HostNotReady),
        status => match errors::check(answer) {
            Err(e) => Err(e.into()),
            Ok(_) => Err(GarminError::Unreadable(format!(
                "the key exchange answered HTTP {status}"
            ))
            .into()),
        },
    }
}

/// The cheapest call that proves the data side (`personal-api.md` 6, E21):
/// display name and time zone. Identity beyond that is not offered here.
pub async fn settings(client: &Client, bearer: &Secret) -> Result<Profile, GarminError> {
    let url = format!(
        "{}/userprofile-service/userprofile/settings",
        client.endpoints().personal()
    );
    let request = client
        .http()
        .get(url)
        .bearer_auth(bearer.expose())
        .header("Accept", "application/json")
        .header("User-Agent", user_agent());
    let answer = errors::check(client.send(request).await?)?;
    let value = super::wire::json::parse(&answer.body)
        .map_err(|_| GarminError::Unreadable("the settings".to_owned()))?;
    let fields = super::wire::fields::Fields::of(&value)
        .ok_or_else(|| GarminError::Unreadable("the settings".to_owned()))?;
    // The literal `gmt` is no IANA name.
    let time_zone = fields
        .text("timeZone")
        .map(|zone| printable(&zone))
        .filter(|zone| zone != "gmt");
    Ok(Profile {
        display_name: fields.text("displayName").map(|name| printable(&name)),
        time_zone,
    })
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub display_name: Option<String>,
    pub time_zone: Option<String>,
}

/// Said openly: this lane imitates nobody (`personal-api.md` 5.1).
pub(super) fn user_agent() -> String {
    format!("garminsync/{}", env!("CARGO_PKG_VERSION"))
}
