//! The HTTP clients: [`Client`] signs in, [`Api`] reads data.
//!
//! TLS only (but for loopback tests), no redirects, no cookies shared between
//! sign-in attempts, no retry of its own, a limit on every body.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use reqwest::{
    RequestBuilder,
    header::{HeaderMap, HeaderValue},
    redirect,
};

use super::{endpoints::Endpoints, error::GarminError, patience, personal, wire::errors};
use crate::{
    config::HttpSettings,
    domain::{secret::Secret, session::Lane},
};

/// Larger data than this is no answer of Garmin's: a thousand list rows are 4 MB.
const MAX_DATA: usize = 16 << 20;
/// Nor is a larger page or token, profile, or settings document.
const MAX_DOCUMENT: usize = 1 << 20;

/// A client without a bearer. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    endpoints: Endpoints,
    settings: HttpSettings,
    requests: Arc<AtomicU32>,
}

/// A whole answer, whatever its status.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    /// # Errors
    /// When the system offers no usable TLS roots.
    pub fn new(endpoints: Endpoints, settings: &HttpSettings) -> Result<Self, GarminError> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(Duration::from_mins(1))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .https_only(!endpoints.is_loopback());
        if endpoints.is_loopback() {
            // A proxy from the environment would carry tokens off this machine.
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|e| {
            GarminError::NotSent(format!(
                "no secure connection can be made here ({})",
                cause(&e)
            ))
        })?;
        Ok(Self {
            http,
            endpoints,
            settings: settings.clone(),
            requests: Arc::default(),
        })
    }

    /// The same client with a request counter of its own, for one job.
    #[must_use]
    pub fn counting_anew(&self) -> Self {
        Self {
            requests: Arc::default(),
            ..self.clone()
        }
    }

    /// Requests sent since this counter began.
    pub fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    pub const fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    pub(super) const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Sends once and reads the whole body, a page or a document.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Answer, GarminError> {
        self.send_within(request, self.settings.timeout, MAX_DOCUMENT)
            .await
    }

    async fn send_within(
        &self,
        request: RequestBuilder,
        timeout: Duration,
        max_body: usize,
    ) -> Result<Answer, GarminError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let answered = patience::within(timeout, answer(request, max_body)).await;
        answered.unwrap_or_else(|| Err(GarminError::NoAnswer("no answer in time".to_owned())))
    }
}

async fn answer(request: RequestBuilder, max_body: usize) -> Result<Answer, GarminError> {
    let mut response = request.send().await.map_err(transport)?;
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(transport)? {
        if body.len() + chunk.len() > max_body {
            return Err(GarminError::Unreadable(
                "the answer is far too large".to_owned(),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status,
        headers,
        body,
    })
}

/// A client with a valid bearer of one lane. Lent by the session keeper for one job.
#[derive(Clone, Debug)]
pub struct Api {
    client: Client,
    lane: Lane,
    bearer: Secret,
    generation: u64,
}

impl Api {
    /// `generation` says which stored pair the bearer came from.
    pub const fn new(client: Client, lane: Lane, bearer: Secret, generation: u64) -> Self {
        Self {
            client,
            lane,
            bearer,
            generation,
        }
    }

    pub const fn lane(&self) -> Lane {
        self.lane
    }

    pub const fn bearer(&self) -> &Secret {
        &self.bearer
    }

    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// `path` starts with a slash; its segments are already percent-encoded.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, GarminError> {
        let request = self
            .client
            .http
            .get(self.url(path))
            .query(query)
            .header("Accept", "application/json");
        let max = if path.starts_with("/userprofile-service/") {
            MAX_DOCUMENT
        } else {
            MAX_DATA
        };
        self.checked(request, self.client.settings.timeout, max)
            .await
    }

    /// A GraphQL query with its arguments inline (`protocol.md` 10.1).
    pub async fn graphql(&self, query: &str) -> Result<Answer, GarminError> {
        let url = self.url("/graphql-gateway/graphql");
        let body = serde_json::json!({ "query": query });
        let request = self
            .client
            .http
            .post(url)
            .json(&body)
            .header("Accept", "application/json");
        self.checked(request, self.client.settings.timeout, MAX_DATA)
            .await
    }

    /// A file of at most `max_bytes`.
    pub async fn download(&self, path: &str, max_bytes: usize) -> Result<Answer, GarminError> {
        // The personal lane answers 406 to anything but this (personal-api.md 7).
        let accept = match self.lane {
            Lane::Connect => "*/*",
            Lane::Personal => "application/x-zip-compressed",
        };
        let request = self
            .client
            .http
            .get(self.url(path))
            .header("Accept", accept);
        self.checked(request, self.client.settings.download_timeout, max_bytes)
            .await
    }

    fn url(&self, path: &str) -> String {
        let endpoints = &self.client.endpoints;
        match self.lane {
            Lane::Connect => format!("{}{path}", endpoints.connectapi()),
            Lane::Personal => format!("{}{path}", endpoints.personal()),
        }
    }

    async fn checked(
        &self,
        request: RequestBuilder,
        timeout: Duration,
        max: usize,
    ) -> Result<Answer, GarminError> {
        let request = match self.lane {
            Lane::Connect => request.headers(native_headers()),
            Lane::Personal => request.header("User-Agent", personal::user_agent()),
        }
        .bearer_auth(self.bearer.expose());
        let answer = self.client.send_within(request, timeout, max).await?;
        errors::check(answer).map_err(|error| error.hiding(&[self.bearer.expose()]))
    }
}

/// What the phone app sends on every diauth and connectapi call (`protocol.md` 5).
pub(super) fn native_headers() -> HeaderMap {
    const HEADERS: [(&str, &str); 8] = [
        ("user-agent", "GCM-Android-5.23"),
        (
            "x-garmin-user-agent",
            "com.garmin.android.apps.connectmobile/5.23; ; Google/sdk_gphone64_arm64/google; Android/33; Dalvik/2.1.0",
        ),
        ("x-garmin-paired-app-version", "10861"),
        ("x-garmin-client-platform", "Android"),
        ("x-app-ver", "10861"),
        ("x-lang", "en"),
        ("x-gcexperience", "GC5"),
        ("accept-language", "en-US,en;q=0.9"),
    ];
    HEADERS
        .into_iter()
        .map(|(name, value)| {
            (
                reqwest::header::HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
}

/// Keeps the cause and drops the URL, which may hold a ticket.
fn transport(error: reqwest::Error) -> GarminError {
    let error = error.without_url();
    if error.is_builder() || error.is_connect() {
        GarminError::NotSent(cause(&error))
    } else if error.is_timeout() {
        GarminError::NoAnswer("no answer in time".to_owned())
    } else {
        GarminError::NoAnswer(format!("the connection broke off ({})", cause(&error)))
    }
}

/// The innermost cause: "Connection refused" says more than "error sending request".
fn cause(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string().to_lowercase()
}
