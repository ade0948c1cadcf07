//! The simulator, seen from outside with a real HTTP client.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

mod activities;
mod budget;
mod datasets;
mod faults;
mod graphql;
mod life;
mod oauth1;
mod personal;
mod scripts;
mod session;
mod shapes;
mod sign_in;
mod tickets;
mod wellness;
mod widget;

use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use garminsync::simulator::{Scenario, Simulator};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use reqwest::header::{ACCEPT_LANGUAGE, REFERER};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

/// Path and query of the page that a sign-in begins with.
const PAGE: &str = "/mobile/sso/en_US/sign-in?clientId=GCM_IOS_DARK\
                    &service=https%3A%2F%2Fmobile.integration.garmin.com%2Fgcm%2Fios";
const SERVICE: &str = "https://mobile.integration.garmin.com/gcm/ios";
const CLIENT_ID: &str = "GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2";
const TICKET_GRANT: &str =
    "https://connectapi.garmin.com/di-oauth2-service/oauth/grant/service_ticket";

const LIST: &str = "/activitylist-service/activities/search/activities";

/// After the autumn night of 25 hours, so that it lies within the demo's history.
const TODAY: Date = date(2026, 11, 20);

fn scenario() -> Scenario {
    Scenario {
        today: Some(TODAY),
        days: 120,
        ..Scenario::default()
    }
}

/// A simulator and a client with its own cookie jar.
struct Visit {
    garmin: Simulator,
    client: Client,
}

impl Visit {
    async fn to(scenario: Scenario) -> Self {
        let garmin = Simulator::start(scenario).await.unwrap();
        Self {
            garmin,
            client: browser(),
        }
    }

    /// The same Garmin, but nobody knows the browser.
    fn with_empty_jar(self) -> Self {
        Self {
            client: browser(),
            ..self
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.garmin.base_url())
    }

    /// Opens the sign-in page and lets the time pass that typing takes.
    async fn open_page(&self) -> Response {
        let page = self.client.get(self.url(PAGE)).send().await.unwrap();
        self.skip(Duration::from_secs(2));
        page
    }

    fn skip(&self, time: Duration) {
        let ms = i64::try_from(time.as_millis()).unwrap();
        self.garmin.skipped().fetch_add(ms, Ordering::AcqRel);
    }

    async fn post_sso(&self, path: &str, body: &Value) -> Response {
        let query = [
            ("clientId", "GCM_IOS_DARK"),
            ("locale", "en-US"),
            ("service", SERVICE),
        ];
        self.client
            .post(self.url(path))
            .query(&query)
            .header(ACCEPT_LANGUAGE, "en-US,en;q=0.9")
            .header(REFERER, format!("https://sso.garmin.com{PAGE}"))
            .json(body)
            .send()
            .await
            .unwrap()
    }

    async fn login(&self, password: &str) -> Response {
        let body = json!({
            "username": "ada@example.com", "password": password, "rememberMe": true, "captchaToken": "",
        });
        self.open_page().await;
        self.post_sso("/mobile/api/login", &body).await
    }

    async fn answer_mfa(&self, code: &str) -> Response {
        let body = json!({
            "mfaMethod": "email", "mfaVerificationCode": code, "rememberMyBrowser": false,
            "reconsentList": [], "mfaSetup": false,
        });
        self.post_sso("/mobile/api/mfa/verifyCode", &body).await
    }

    async fn ticket(&self) -> String {
        let reply: Value = self
            .login(&self.garmin.scenario().password)
            .await
            .json()
            .await
            .unwrap();
        reply["serviceTicketId"].as_str().unwrap().to_owned()
    }

    async fn token_request(
        &self,
        client_id: &str,
        fields: &[(&str, &str)],
    ) -> Result<Response, reqwest::Error> {
        let form: Vec<_> = fields
            .iter()
            .copied()
            .chain([("client_id", client_id)])
            .collect();
        let url = self.url("/di-oauth2-service/oauth/token");
        self.client
            .post(url)
            .basic_auth(client_id, Some(""))
            .form(&form)
            .send()
            .await
    }

    async fn exchange(&self, ticket: &str) -> Response {
        self.exchange_for(ticket, SERVICE).await
    }

    async fn exchange_for(&self, ticket: &str, service: &str) -> Response {
        let fields = [
            ("grant_type", TICKET_GRANT),
            ("service_ticket", ticket),
            ("service_url", service),
        ];
        self.token_request(CLIENT_ID, &fields).await.unwrap()
    }

    async fn refresh(&self, token: &str) -> Result<Response, reqwest::Error> {
        self.token_request(
            CLIENT_ID,
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
        .await
    }

    /// Signs in and returns (access token, refresh token).
    async fn tokens(&self) -> (String, String) {
        let reply: Value = self
            .exchange(&self.ticket().await)
            .await
            .json()
            .await
            .unwrap();
        let text = |name: &str| reply[name].as_str().unwrap().to_owned();
        (text("access_token"), text("refresh_token"))
    }

    async fn get(&self, bearer: &str, path: &str) -> Response {
        self.client
            .get(self.url(path))
            .bearer_auth(bearer)
            .send()
            .await
            .unwrap()
    }

    async fn status(&self, bearer: &str, path: &str) -> StatusCode {
        self.get(bearer, path).await.status()
    }

    /// What a scalar says about a span.
    async fn scalar(
        &self,
        bearer: &str,
        name: &str,
        (start, end): (Date, Date),
        more: &str,
    ) -> Value {
        let query = format!("query{{{name}(startDate:\"{start}\",endDate:\"{end}\"{more})}}");
        let mut reply: Value = self.graphql(bearer, &query).await.json().await.unwrap();
        assert!(reply["errors"].is_null(), "{name}: {reply}");
        reply["data"][name].take()
    }

    async fn json(&self, bearer: &str, path: &str) -> Value {
        let response = self.get(bearer, path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.unwrap()
    }

    async fn graphql(&self, bearer: &str, query: &str) -> Response {
        let url = self.url("/graphql-gateway/graphql");
        self.client
            .post(url)
            .bearer_auth(bearer)
            .json(&json!({ "query": query }))
            .send()
            .await
            .unwrap()
    }
}

fn browser() -> Client {
    let builder = Client::builder().cookie_store(true).no_proxy();
    builder.build().unwrap()
}

/// Inclusive span of `days` days that ends today, as (start, end).
fn last(days: i32) -> (Date, Date) {
    (TODAY - (days - 1).days(), TODAY)
}

async fn ada() -> (Visit, String) {
    ada_at(scenario()).await
}

async fn ada_at(scenario: Scenario) -> (Visit, String) {
    let visit = Visit::to(scenario).await;
    let (access, _) = visit.tokens().await;
    (visit, access)
}

/// The claims of a token, unverified.
fn claims(token: &str) -> Value {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap());
    serde_json::from_slice(&claims.unwrap()).unwrap()
}

fn array(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}
