//! The token service's reply and the access token's claims (`protocol.md` 5).

use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::fields::Fields;
use crate::domain::{
    account::Region,
    secret::{Secret, sealed},
    session::Tokens,
};

#[derive(Debug, Deserialize)]
pub struct TokenReply {
    #[serde(with = "sealed")]
    pub access_token: Secret,
    #[serde(default, deserialize_with = "optional_secret")]
    pub refresh_token: Option<Secret>,
    #[serde(default)]
    pub expires_in: Option<Value>,
    #[serde(default)]
    pub refresh_token_expires_in: Option<Value>,
}

fn optional_secret<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(from)?
        .filter(|text| !text.is_empty())
        .map(Secret::new))
}

#[derive(Debug, Deserialize)]
pub struct OAuthError {
    pub error: Option<String>,
}

impl TokenReply {
    /// `None` when it has no access token, or nothing tells how long it lasts.
    ///
    /// Lifetimes are counted from `now`, because `exp` is by Garmin's clock and
    /// ours may be wrong. A reply without a refresh token keeps the old one.
    pub fn into_tokens(
        self,
        asked_as: &str,
        old_refresh: Option<&Secret>,
        now: Timestamp,
    ) -> Option<Tokens> {
        if self.access_token.is_empty() {
            return None;
        }
        let claims = Claims::of(self.access_token.expose());
        let access_expires_at = match seconds(self.expires_in.as_ref()) {
            Some(lifetime) => now.checked_add(lifetime).ok()?,
            None => claims.expires_at?,
        };
        let refresh_expires_at = seconds(self.refresh_token_expires_in.as_ref())
            .and_then(|lifetime| now.checked_add(lifetime).ok());
        Some(Tokens {
            refresh: self.refresh_token.or_else(|| old_refresh.cloned())?,
            client_id: claims.client_id.unwrap_or_else(|| asked_as.to_owned()),
            issued_at: now,
            access_expires_at,
            refresh_expires_at,
            oauth1: None,
            access: self.access_token,
        })
    }
}

/// A positive number of seconds, as a number or as text.
fn seconds(value: Option<&Value>) -> Option<SignedDuration> {
    let wrapped = serde_json::json!({ "s": value? });
    let seconds = Fields::of(&wrapped)?.int("s")?;
    (seconds > 0).then(|| SignedDuration::from_secs(seconds))
}

/// When a token was issued, if it says so, and when it ends, both by the
/// issuer's clock. `None` for an opaque token.
pub fn lifetime(token: &str) -> Option<(Option<Timestamp>, Timestamp)> {
    let claims = Claims::of(token);
    Some((claims.issued_at, claims.expires_at?))
}

/// What an access token says of itself. Not verified: only Garmin can.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Claims {
    pub client_id: Option<String>,
    pub issued_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// Where the account lives, by its issuer; `None` when that is not Garmin's.
    pub region: Option<Region>,
    /// The token's own id.
    pub jti: Option<String>,
    /// One text, words separated by spaces, however it was written.
    pub scope: Option<String>,
}

impl Claims {
    /// Nothing, for an opaque token.
    pub fn of(token: &str) -> Self {
        const LENIENT: GeneralPurpose = GeneralPurpose::new(
            &URL_SAFE,
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
        );
        let payload = token
            .split('.')
            .nth(1)
            .and_then(|part| LENIENT.decode(part).ok());
        let Some(value) = payload.and_then(|json| serde_json::from_slice::<Value>(&json).ok())
        else {
            return Self::default();
        };
        Fields::of(&value).map_or_else(Self::default, |claims| {
            let instant = |name| Timestamp::from_second(claims.int(name)?).ok();
            Self {
                client_id: claims.text("client_id"),
                issued_at: instant("iat"),
                expires_at: instant("exp"),
                region: claims.text("iss").as_deref().and_then(region),
                jti: claims.text("jti"),
                scope: claims.value("scope").and_then(words),
            }
        })
    }
}

/// The region of an issuer such as `https://diauth.garmin.cn`.
fn region(issuer: &str) -> Option<Region> {
    let host = issuer.strip_prefix("https://").unwrap_or(issuer);
    let host = host
        .split(['/', ':', '?', '#'])
        .next()?
        .trim_end_matches('.');
    [Region::International, Region::China]
        .into_iter()
        .find(|region| {
            host.strip_suffix(region.domain())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

fn words(scope: &Value) -> Option<String> {
    match scope {
        Value::String(text) => Some(text.clone()),
        Value::Array(words) => {
            let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
            Some(words.join(" "))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};

    fn reply(json: &Value) -> TokenReply {
        serde_json::from_value(json.clone()).unwrap()
    }

    #[test]
    fn a_token_names_its_client_and_lifetimes_count_from_now() {
        let claims = r#"{"client_id":"FROM_JWT","exp":9}"#;
        for payload in [
            BASE64_URL_SAFE.encode(claims),
            BASE64_URL_SAFE_NO_PAD.encode(claims),
        ] {
            let json = serde_json::json!({
                "access_token": format!("e30.{payload}.sig"), "refresh_token": "r", "expires_in": 97344,
                "refresh_token_expires_in": "2591999",
            });
            let now = Timestamp::from_second(1000).unwrap();
            let tokens = reply(&json).into_tokens("ASKED", None, now).unwrap();
            assert_eq!(tokens.client_id, "FROM_JWT");
            assert_eq!(tokens.access_expires_at.as_second(), 98_344);
            assert_eq!(tokens.refresh_expires_at.unwrap().as_second(), 2_592_999);
        }
    }

    #[test]
    fn an_issuer_tells_the_region_and_a_foreign_one_nothing() {
        let table = [
            ("https://diauth.garmin.cn", Some(Region::China)),
            ("https://diauth.garmin.com/", Some(Region::International)),
            ("garmin.cn", Some(Region::China)),
            ("https://connectapi.garmin.cn:443/x", Some(Region::China)),
            ("https://diauth.garmin.cn.example.org", None),
            ("https://notgarmin.cn", None),
            ("", None),
        ];
        for (issuer, expected) in table {
            let claims = serde_json::json!({ "iss": issuer }).to_string();
            let token = format!("e30.{}.sig", BASE64_URL_SAFE_NO_PAD.encode(claims));
            assert_eq!(Claims::of(&token).region, expected, "{issuer}");
        }
    }

    #[test]
    fn an_opaque_token_and_a_missing_refresh_token_are_survived() {
        let json = serde_json::json!({"access_token": "opaque", "expires_in": 60.0});
        let old = Secret::new("old");
        let tokens = reply(&json)
            .into_tokens("ASKED", Some(&old), Timestamp::UNIX_EPOCH)
            .unwrap();
        assert_eq!(
            (tokens.client_id.as_str(), tokens.refresh.expose()),
            ("ASKED", "old")
        );
        assert!(
            reply(&json)
                .into_tokens("ASKED", None, Timestamp::UNIX_EPOCH)
                .is_none()
        );
        let forever = serde_json::json!({"access_token": "opaque", "refresh_token": "r"});
        assert!(
            reply(&forever)
                .into_tokens("ASKED", None, Timestamp::UNIX_EPOCH)
                .is_none()
        );
    }
}
