//! The key file and bearer cache of Garmin's own client (`personal-api.md` 3).

use jiff::Timestamp;
use serde_json::Value;

use super::{Form, Imported};
use crate::{
    domain::{failure::Failure, secret::Secret},
    garmin::wire::{fields::Fields, token::Claims},
};

pub(super) const KEY_FILE: &str = "connect-personal-api-key";
/// How every key seen so far begins (`personal-api.md` 2).
const KEY_START: &str = "GCDC_";
/// Length and alphabet are not documented: only what cannot be a header is refused.
const LONGEST_KEY: usize = 4096;

/// A day token that the official client has left.
#[derive(Clone, Debug)]
pub struct Bearer {
    pub access: Secret,
    pub expires_at: Timestamp,
    /// SHA-256 of base URL, NUL and key: it belongs to no other key.
    pub fingerprint: String,
}

/// `None` when it is no key by name or beginning.
pub(super) fn key(name: Option<&str>, text: &str) -> Option<Result<Secret, Failure>> {
    if name != Some(KEY_FILE) && !text.starts_with(KEY_START) {
        return None;
    }
    let is_key = text.len() <= LONGEST_KEY && text.bytes().all(|byte| byte.is_ascii_graphic());
    Some(is_key.then(|| Secret::new(text)).ok_or_else(|| {
        Failure::usage(
            "The personal API key file holds more than a key.",
            "It must hold the key alone, as copied from Garmin Connect.",
        )
    }))
}

pub(super) fn bearer(value: &Value) -> Result<(Form, Imported), Failure> {
    let read = || {
        let fields = Fields::of(value)?;
        let access = fields.text("access_token")?;
        // Written as a float; the official client takes it from the token's `exp`.
        let written = fields.int("expires_at");
        let expires_at = written
            .and_then(|second| Timestamp::from_second(second).ok())
            .or(Claims::of(&access).expires_at)?;
        Some(Bearer {
            fingerprint: fields.text("fingerprint")?,
            access: Secret::new(access),
            expires_at,
        })
    };
    let bearer = read().ok_or_else(|| {
        Failure::usage(
            "The personal API bearer cache is incomplete.",
            "Nothing is lost: with the key, a new one is made.",
        )
    })?;
    let found = Imported {
        personal_bearer: Some(bearer),
        ..Imported::default()
    };
    Ok((Form::PersonalBearer, found))
}
