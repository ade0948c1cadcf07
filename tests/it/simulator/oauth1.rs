//! What garth left behind: OAuth1 pairs and their signatures.

use base64::engine::general_purpose::STANDARD;
use garminsync::simulator::{Mfa, Oauth1Token};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use sha1::Sha1;

use super::*;

const PREAUTHORIZED: &str = "/oauth-service/oauth/preauthorized";
const EXCHANGE: &str = "/oauth-service/oauth/exchange/user/2.0";
const FORM: &str = "application/x-www-form-urlencoded";

const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// A client's side of the signature, written apart from the simulator's.
struct Signer {
    consumer: Value,
    token: Option<Oauth1Token>,
}

impl Signer {
    async fn new(visit: &Visit, token: Option<Oauth1Token>) -> Self {
        let url = visit.url("/oauth_consumer.json");
        let consumer = visit
            .client
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        Self { consumer, token }
    }

    fn header(&self, method: &str, url: &str, parameters: &[(&str, &str)]) -> String {
        let text = |name: &str| self.consumer[name].as_str().unwrap().to_owned();
        let mut oauth = vec![
            ("oauth_consumer_key", text("consumer_key")),
            ("oauth_nonce", "4984028763".to_owned()),
            ("oauth_signature_method", "HMAC-SHA1".to_owned()),
            ("oauth_timestamp", "1773812961".to_owned()),
            ("oauth_version", "1.0".to_owned()),
        ];
        oauth.extend(
            self.token
                .iter()
                .map(|pair| ("oauth_token", pair.token.clone())),
        );
        let mut all: Vec<String> = oauth
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(parameters.iter().copied())
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        all.sort();
        let base = [method, url, &all.join("&")].map(escaped).join("&");
        let secret = self.token.as_ref().map_or("", |pair| pair.secret.as_str());
        let key = format!("{}&{}", escaped(&text("consumer_secret")), escaped(secret));
        let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(base.as_bytes());
        oauth.push((
            "oauth_signature",
            STANDARD.encode(mac.finalize().into_bytes()),
        ));
        let oauth: Vec<_> = oauth
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        format!("OAuth {}", oauth.join(", "))
    }
}

impl Visit {
    async fn exchange_oauth1(&self, token: &Oauth1Token, form: &[(&str, &str)]) -> Response {
        let url = self.url(EXCHANGE);
        let signer = Signer::new(self, Some(token.clone())).await;
        let post = self
            .client
            .post(&url)
            .header(AUTHORIZATION, signer.header("POST", &url, form));
        post.header(CONTENT_TYPE, FORM)
            .form(form)
            .send()
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn an_old_pair_buys_tokens_again_and_again() {
    let visit = Visit::to(scenario()).await;
    let pair = visit.garmin.oauth1_token();
    assert!(pair.mfa_token.is_none());
    for _ in 0..2 {
        let response = visit.exchange_oauth1(&pair, &[]).await;
        assert_eq!(response.status(), StatusCode::OK);
        let reply: Value = response.json().await.unwrap();
        let access = reply["access_token"].as_str().unwrap();
        let profile = visit
            .get(access, "/userprofile-service/socialProfile")
            .await;
        assert_eq!(profile.status(), StatusCode::OK);
    }
    assert_eq!(visit.garmin.counters().oauth1_exchanges, 2);
    assert!(visit.garmin.issued_secrets().contains(&pair.secret));
}

#[tokio::test]
async fn form_fields_are_part_of_the_signature() {
    let visit = Visit::to(Scenario {
        mfa: Some(Mfa::Email),
        ..scenario()
    })
    .await;
    let pair = visit.garmin.oauth1_token();
    let mfa_token = pair.mfa_token.clone().unwrap();
    let form = [("mfa_token", mfa_token.as_str()), ("audience", "A & B+C")];
    assert_eq!(
        visit.exchange_oauth1(&pair, &form).await.status(),
        StatusCode::OK
    );
    let url = visit.url(EXCHANGE);
    let unsigned = Signer::new(&visit, Some(pair.clone()))
        .await
        .header("POST", &url, &[]);
    let post = visit.client.post(&url).header(AUTHORIZATION, unsigned);
    let response = post.form(&form).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let wrong = [("mfa_token", "MFA-1-x-cas")];
    let response = visit.exchange_oauth1(&pair, &wrong).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_dead_pair_is_401_with_a_web_page() {
    let visit = Visit::to(scenario()).await;
    let pair = visit.garmin.oauth1_token();
    visit.garmin.revoke_oauth1_tokens();
    let response = visit.exchange_oauth1(&pair, &[]).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(
        response
            .text()
            .await
            .unwrap()
            .contains("OAuthToken is invalid")
    );
}

#[tokio::test]
async fn a_wrong_secret_or_another_path_breaks_the_signature() {
    let visit = Visit::to(scenario()).await;
    let pair = visit.garmin.oauth1_token();
    let forged = Oauth1Token {
        secret: "guessed".to_owned(),
        ..pair.clone()
    };
    let response = visit.exchange_oauth1(&forged, &[]).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let url = visit.url(EXCHANGE);
    let elsewhere = Signer::new(&visit, Some(pair)).await;
    let header = elsewhere.header("POST", &visit.url("/oauth-service"), &[]);
    let post = visit.client.post(url).header(AUTHORIZATION, header);
    let response = post.header(CONTENT_TYPE, FORM).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(visit.garmin.counters().refused_oauth1, 2);
}

#[tokio::test]
async fn without_the_content_type_of_forms_the_service_falls_over() {
    let visit = Visit::to(scenario()).await;
    let pair = visit.garmin.oauth1_token();
    let url = visit.url(EXCHANGE);
    let signer = Signer::new(&visit, Some(pair)).await;
    let post = visit
        .client
        .post(&url)
        .header(AUTHORIZATION, signer.header("POST", &url, &[]));
    let response = post.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn a_ticket_buys_a_pair_once() {
    let visit = Visit::to(scenario()).await;
    let ticket = visit.ticket().await;
    let query = [
        ("ticket", ticket.as_str()),
        ("login-url", SERVICE),
        ("accepts-mfa-tokens", "true"),
    ];
    let url = visit.url(PREAUTHORIZED);
    let signer = Signer::new(&visit, None).await;
    let get = || {
        let get = visit.client.get(&url).query(&query);
        get.header(AUTHORIZATION, signer.header("GET", &url, &query))
    };
    let text = get().send().await.unwrap().text().await.unwrap();
    let value = |name: &str| {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .clone()
            .find(|(key, _)| *key == name)
            .unwrap()
            .1
            .to_owned()
    };
    let pair = Oauth1Token {
        token: value("oauth_token"),
        secret: value("oauth_token_secret"),
        mfa_token: None,
        mfa_expires: None,
    };
    assert_eq!(
        visit.exchange_oauth1(&pair, &[]).await.status(),
        StatusCode::OK
    );
    assert_eq!(
        get().send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        visit.exchange(&ticket).await.status(),
        StatusCode::BAD_REQUEST
    );
}
