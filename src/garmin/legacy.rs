//! OAuth1 of garth's days: exchanged for tokens while it lasts (`protocol.md` 8.2).
//!
//! Used only for a session that was imported from garth. Its consumer pair lies
//! in garth's public bucket: the one request to a host that is not Garmin's, and
//! it carries nothing of the person's.

use std::collections::BTreeMap;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::Deserialize;
use sha1::Sha1;

use super::{
    client::Client,
    error::GarminError,
    tokens::{TokenError, refusal},
    wire::{errors, percent::encode, token::TokenReply},
};
use crate::domain::session::{OAuth1Token, Tokens};

const USER_AGENT: &str = "com.garmin.android.apps.connectmobile";
/// The client id that garth's tokens are issued for.
const CLIENT_ID: &str = "GARMIN_CONNECT_MOBILE_ANDROID_DI";

#[derive(Deserialize)]
struct Consumer {
    consumer_key: String,
    consumer_secret: String,
}

/// Buys new tokens with the OAuth1 token; spends nothing.
pub async fn exchange(
    client: &Client,
    oauth1: &OAuth1Token,
    now: Timestamp,
) -> Result<Tokens, TokenError> {
    let consumer = consumer(client).await?;
    let url = format!(
        "{}/oauth-service/oauth/exchange/user/2.0",
        client.endpoints().connectapi()
    );
    let mut form = Vec::new();
    if !oauth1.mfa_token.is_empty() {
        form.push(("mfa_token", oauth1.mfa_token.expose()));
    }
    let signed = Signed {
        method: "POST",
        url: &url,
        form: &form,
        consumer: &consumer,
        oauth1,
    };
    let request = client
        .http()
        .post(&url)
        .header("Authorization", signed.header(now, &nonce()?))
        .header("User-Agent", USER_AGENT)
        // Without a content type Garmin answers 500, also for an empty form.
        .header("Content-Type", "application/x-www-form-urlencoded")
        .form(&form);
    let answer = client.send(request).await?;
    match answer.status {
        200..=299 => serde_json::from_slice::<TokenReply>(&answer.body)
            .ok()
            .and_then(|reply| reply.into_tokens(CLIENT_ID, None, now))
            .map(|tokens| Tokens {
                oauth1: Some(oauth1.clone()),
                ..tokens
            })
            .ok_or_else(|| GarminError::Unreadable("the token reply".to_owned()).into()),
        // A dead one is answered with a page: "OAuthToken is invalid".
        401 => Err(TokenError::InvalidGrant),
        _ => Err(refusal(answer)),
    }
}

async fn consumer(client: &Client) -> Result<Consumer, GarminError> {
    let answer = client
        .send(client.http().get(client.endpoints().oauth_consumer()))
        .await?;
    let body = errors::check(answer)?.body;
    serde_json::from_slice(&body)
        .map_err(|_| GarminError::Unreadable("garth's consumer pair".to_owned()))
}

fn nonce() -> Result<String, GarminError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|_| GarminError::NotSent("the system gave no random numbers".to_owned()))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

struct Signed<'a> {
    method: &'a str,
    url: &'a str,
    /// Form parameters take part in the signature.
    form: &'a [(&'a str, &'a str)],
    consumer: &'a Consumer,
    oauth1: &'a OAuth1Token,
}

impl Signed<'_> {
    /// RFC 5849, HMAC-SHA1.
    fn header(&self, now: Timestamp, nonce: &str) -> String {
        let timestamp = now.as_second().to_string();
        let oauth = BTreeMap::from([
            ("oauth_consumer_key", self.consumer.consumer_key.as_str()),
            ("oauth_nonce", nonce),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", &timestamp),
            ("oauth_token", self.oauth1.token.expose()),
            ("oauth_version", "1.0"),
        ]);
        // Sorted after encoding, as the RFC has it.
        let mut pairs: Vec<_> = oauth
            .iter()
            .map(|(name, value)| (*name, *value))
            .chain(self.form.iter().copied())
            .map(|(name, value)| (encode(name), encode(value)))
            .collect();
        pairs.sort();
        let parameters: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let base = format!(
            "{}&{}&{}",
            self.method,
            encode(self.url),
            encode(&parameters.join("&"))
        );
        let key = format!(
            "{}&{}",
            encode(&self.consumer.consumer_secret),
            encode(self.oauth1.secret.expose())
        );
        let signature = sign(key.as_bytes(), base.as_bytes());
        let fields: Vec<_> = oauth
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", encode(value)))
            .chain([format!("oauth_signature=\"{}\"", encode(&signature))])
            .collect();
        format!("OAuth {}", fields.join(", "))
    }
}

fn sign(key: &[u8], text: &[u8]) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(text);
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::Secret;

    #[test]
    fn the_signature_is_the_one_of_the_rfc_s_primitives() {
        // RFC 2202, test case 2.
        assert_eq!(
            sign(b"Jefe", b"what do ya want for nothing?"),
            "7/zfauXrL6LSdBbV8YTfnCWafHk="
        );
    }

    #[test]
    fn the_header_holds_every_field_once_and_encoded() {
        let consumer = Consumer {
            consumer_key: "k".to_owned(),
            consumer_secret: "s".to_owned(),
        };
        let oauth1 = OAuth1Token {
            token: Secret::new("t/1"),
            secret: Secret::new("x"),
            mfa_token: Secret::new(""),
            mfa_expires: None,
        };
        let signed = Signed {
            method: "POST",
            url: "https://h/p",
            form: &[],
            consumer: &consumer,
            oauth1: &oauth1,
        };
        let header = signed.header(Timestamp::UNIX_EPOCH, "n");
        assert!(
            header.starts_with("OAuth oauth_consumer_key=\"k\", oauth_nonce=\"n\""),
            "{header}"
        );
        assert!(
            header.contains("oauth_token=\"t%2F1\"") && header.contains("oauth_signature=\""),
            "{header}"
        );
    }
}
