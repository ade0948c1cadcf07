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
    /// `None` when it has no access token, or no refresh token where there is no old one.
    ///
    /// Lifetimes are counted from `now`, because `exp` is by Garmin's clock and
    /// ours may be wrong. One that is absurd does not cost the pair: the token itself says
    /// how long it lasts, and if it does not, it is refreshed soon. A reply without a
    /// refresh token keeps the old one.
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
        let lifetime = seconds(self.expires_in.as_ref(), LONGEST_ACCESS)
            .or_else(|| claims.lifetime(now))
            .unwrap_or(UNKNOWN_LIFETIME);
        let access_expires_at = now.checked_add(lifetime).unwrap_or(now);
        let refresh_expires_at = seconds(self.refresh_token_expires_in.as_ref(), LONGEST_REFRESH)
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

/// Garmin's tokens last 18 to 30 hours and 30 days (`protocol.md` 5). Far more is no lifetime.
const LONGEST_ACCESS: SignedDuration = SignedDuration::from_hours(366 * 24);
const LONGEST_REFRESH: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);
/// Of a token of which nothing sensible is said: worth trying, and refreshed soon.
const UNKNOWN_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// A positive number of seconds of at most `longest`, as a number or as text.
fn seconds(value: Option<&Value>, longest: SignedDuration) -> Option<SignedDuration> {
    let wrapped = serde_json::json!({ "s": value? });
    let seconds = Fields::of(&wrapped)?.int("s")?;
    let lifetime = SignedDuration::from_secs(seconds);
    (seconds > 0 && lifetime <= longest).then_some(lifetime)
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
    /// What is left of the token's life at its issue; without `iat`, at `now`.
    fn lifetime(&self, now: Timestamp) -> Option<SignedDuration> {
        let lifetime = self
            .expires_at?
            .duration_since(self.issued_at.unwrap_or(now));
        (lifetime > SignedDuration::ZERO && lifetime <= LONGEST_ACCESS).then_some(lifetime)
    }

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
    }

    #[test]
    fn an_absurd_lifetime_does_not_cost_the_pair() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let life = |claims: &str, expires_in: &Value| {
            let token = format!("e30.{}.sig", BASE64_URL_SAFE.encode(claims));
            let json = serde_json::json!({
                "access_token": token, "refresh_token": "r", "expires_in": expires_in,
                "refresh_token_expires_in": expires_in,
            });
            let tokens = reply(&json).into_tokens("ASKED", None, now).unwrap();
            assert_eq!(tokens.refresh.expose(), "r");
            assert!(tokens.refresh_expires_at.is_none_or(|at| at > now));
            tokens.access_expires_at.duration_since(now).as_secs()
        };
        let absurd = serde_json::json!([
            i64::MAX,
            u64::MAX,
            i64::MIN,
            -1,
            0,
            1e300,
            1e15,
            "soon",
            "",
            "9223372036854775807",
            null,
            true,
            {},
            [60],
        ]);
        for expires_in in absurd.as_array().unwrap() {
            let told = r#"{"iat":5000,"exp":12000}"#;
            assert_eq!(life(told, expires_in), 7000, "{expires_in}");
            assert_eq!(life(r#"{"exp":1000500}"#, expires_in), 500, "{expires_in}");
            for nothing in [r"{}", r#"{"exp":9}"#, r#"{"exp":9e18}"#, r#"{"exp":"x"}"#] {
                assert_eq!(life(nothing, expires_in), 3600, "{expires_in} {nothing}");
            }
        }
    }
}
