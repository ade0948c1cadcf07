//! Writes a session in the formats of other programs (`protocol.md` 8.1).
//!
//! Pure: gives the texts; the caller makes the files, 0600. Our own form is in
//! [`super::transfer`]. After an export two programs hold one chain, and the
//! first of them to refresh ends it for the other: the caller says so.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    domain::{
        account::Region,
        secret::Secret,
        session::{OAuth1Token, Tokens},
    },
    garmin::wire::token::Claims,
};

/// What Garmin gives a refresh token when it says (`protocol.md` 5).
const USUAL_REFRESH_LIFE: SignedDuration = SignedDuration::from_secs(2_591_999);

/// The two files of a garth folder.
#[derive(Clone, Debug)]
pub struct GarthFolder {
    /// `oauth1_token.json`
    pub oauth1: Secret,
    /// `oauth2_token.json`
    pub oauth2: Secret,
}

#[derive(Serialize)]
struct GarminConnect<'a> {
    #[serde(rename = "di_token")]
    access: &'a str,
    #[serde(rename = "di_refresh_token")]
    refresh: &'a str,
    #[serde(rename = "di_client_id")]
    client_id: &'a str,
}

#[derive(Serialize)]
struct GarthOAuth1<'a> {
    oauth_token: &'a str,
    oauth_token_secret: &'a str,
    mfa_token: Option<&'a str>,
    mfa_expiration_timestamp: Option<&'a str>,
    domain: &'a str,
}

/// garth refuses a file that lacks one of these or writes a number as a fraction.
#[derive(Serialize)]
struct GarthOAuth2<'a> {
    scope: String,
    jti: String,
    token_type: &'a str,
    access_token: &'a str,
    refresh_token: &'a str,
    expires_in: i64,
    expires_at: i64,
    refresh_token_expires_in: i64,
    refresh_token_expires_at: i64,
}

/// `garmin_tokens.json`.
pub fn garminconnect(tokens: &Tokens) -> Secret {
    json(&GarminConnect {
        access: tokens.access.expose(),
        refresh: tokens.refresh.expose(),
        client_id: &tokens.client_id,
    })
}

/// Without an `OAuth1` token garth works until the access token ends and cannot
/// refresh it: its files then hold an empty one.
pub fn garth_folder(
    tokens: &Tokens,
    oauth1: Option<&OAuth1Token>,
    region: Region,
    now: Timestamp,
) -> GarthFolder {
    GarthFolder {
        oauth1: json(&garth_oauth1(oauth1, region)),
        oauth2: json(&garth_oauth2(tokens, now)),
    }
}

/// The text of garth's `dumps()`, as in `GARTH_TOKEN`.
pub fn garth_dumps(
    tokens: &Tokens,
    oauth1: Option<&OAuth1Token>,
    region: Region,
    now: Timestamp,
) -> Secret {
    let pair = json(&(garth_oauth1(oauth1, region), garth_oauth2(tokens, now)));
    Secret::new(BASE64_STANDARD.encode(pair.expose()))
}

fn garth_oauth1(token: Option<&OAuth1Token>, region: Region) -> GarthOAuth1<'_> {
    GarthOAuth1 {
        oauth_token: token.map_or("", |token| token.token.expose()),
        oauth_token_secret: token.map_or("", |token| token.secret.expose()),
        mfa_token: token
            .map(|token| token.mfa_token.expose())
            .filter(|mfa| !mfa.is_empty()),
        mfa_expiration_timestamp: token.and_then(|token| token.mfa_expires.as_deref()),
        domain: region.domain(),
    }
}

fn garth_oauth2(tokens: &Tokens, now: Timestamp) -> GarthOAuth2<'_> {
    let claims = Claims::of(tokens.access.expose());
    let until = |at: Timestamp| at.duration_since(now).as_secs().max(0);
    let usual = tokens.issued_at.checked_add(USUAL_REFRESH_LIFE);
    let refresh_expires_at = tokens
        .refresh_expires_at
        .or(usual.ok())
        .unwrap_or(Timestamp::MAX);
    GarthOAuth2 {
        scope: claims.scope.unwrap_or_default(),
        jti: claims.jti.unwrap_or_default(),
        token_type: "Bearer",
        access_token: tokens.access.expose(),
        refresh_token: tokens.refresh.expose(),
        expires_in: until(tokens.access_expires_at),
        expires_at: tokens.access_expires_at.as_second(),
        refresh_token_expires_in: until(refresh_expires_at),
        refresh_token_expires_at: refresh_expires_at.as_second(),
    }
}

/// Plain texts and numbers: they always serialise.
fn json(document: &impl Serialize) -> Secret {
    let text = Zeroizing::new(serde_json::to_string_pretty(document).unwrap_or_default());
    Secret::new(text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::import::{self, Given};
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn tokens() -> Tokens {
        let claims = r#"{"client_id":"CLIENT","iat":1000,"exp":90000,"jti":"j","scope":["A","B"]}"#;
        Tokens {
            oauth1: None,
            access: Secret::new(format!("e30.{}.sig", BASE64_URL_SAFE_NO_PAD.encode(claims))),
            refresh: Secret::new("refresh"),
            client_id: "CLIENT".to_owned(),
            issued_at: at(1000),
            access_expires_at: at(90_000),
            refresh_expires_at: Some(at(2_000_000)),
        }
    }

    fn oauth1() -> OAuth1Token {
        OAuth1Token {
            token: Secret::new("o1"),
            secret: Secret::new("o1secret"),
            mfa_token: Secret::new("MFA-1"),
            mfa_expires: Some("2027-01-02 03:04:05.000".to_owned()),
        }
    }

    fn plain(tokens: &Tokens) -> String {
        serde_json::to_string(tokens).unwrap()
    }

    #[test]
    fn every_foreign_form_reads_back() {
        let (region, now) = (Region::China, at(5000));
        let folder = garth_folder(&tokens(), Some(&oauth1()), region, now);
        let given = |name, secret: &Secret| (Some(name), secret.expose().to_owned());
        let forms = [
            vec![
                given("oauth1_token.json", &folder.oauth1),
                given("oauth2_token.json", &folder.oauth2),
            ],
            vec![(
                None,
                garth_dumps(&tokens(), Some(&oauth1()), region, now)
                    .expose()
                    .to_owned(),
            )],
        ];
        for files in forms {
            let given: Vec<_> = files
                .iter()
                .map(|(name, text)| Given {
                    name: *name,
                    bytes: text.as_bytes(),
                })
                .collect();
            let back = import::read(&given, None, now).unwrap();
            assert_eq!(plain(back.connect.as_ref().unwrap()), plain(&tokens()));
            assert_eq!(back.region, Some(region));
            let token = back.oauth1.unwrap();
            assert_eq!(token.secret.expose(), "o1secret");
            assert_eq!(token.mfa_token.expose(), "MFA-1");
        }
        let text = garminconnect(&tokens());
        let given = Given {
            name: None,
            bytes: text.expose().as_bytes(),
        };
        let back = import::read(&[given], None, now).unwrap();
        let without_refresh_end = Tokens {
            refresh_expires_at: None,
            ..tokens()
        };
        assert_eq!(plain(&back.connect.unwrap()), plain(&without_refresh_end));
    }

    #[test]
    fn a_session_without_an_older_token_still_makes_garth_files() {
        let unsaid = Tokens {
            refresh_expires_at: None,
            ..tokens()
        };
        let dumps = garth_dumps(&unsaid, None, Region::International, at(5000));
        let given = Given {
            name: None,
            bytes: dumps.expose().as_bytes(),
        };
        let back = import::read(&[given], None, at(5000)).unwrap();
        assert!(back.oauth1.is_none());
        let refresh_end = back.connect.unwrap().refresh_expires_at.unwrap();
        assert_eq!(refresh_end, at(1000 + 2_591_999));
        let folder = garth_folder(&unsaid, Some(&oauth1()), Region::China, at(5000));
        assert!(!format!("{folder:?}").contains("o1"), "{folder:?}");
    }
}
