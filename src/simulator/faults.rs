//! Scripted trouble: which requests go wrong, how, and how often.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream;
use serde_json::Value;

use super::server::Disconnect;

/// Trouble for the requests it is aimed at.
#[derive(Clone, Debug)]
pub struct Fault {
    /// A path's beginning, where `/` matches everything; or the name of an endpoint as the counters have
    /// it, such as `hrv.range`.
    pub aim: String,
    pub kind: FaultKind,
    /// Matching requests that pass unharmed first.
    pub skip: u32,
    /// Matching requests that are hit after that; `None`: all of them.
    pub times: Option<u32>,
}

impl Fault {
    /// Every request under a path or to an endpoint goes wrong, from now on.
    pub fn always(aim: &str, kind: FaultKind) -> Self {
        Self {
            aim: aim.to_owned(),
            kind,
            skip: 0,
            times: None,
        }
    }

    /// The next request under a path or to an endpoint goes wrong, and only that one.
    pub fn once(aim: &str, kind: FaultKind) -> Self {
        Self {
            times: Some(1),
            ..Self::always(aim, kind)
        }
    }
}

impl Fault {
    fn hits(&self, name: &str, path: &str) -> bool {
        if self.aim.starts_with('/') {
            path.starts_with(&self.aim)
        } else {
            name == self.aim
        }
    }
}

/// The two ways to the same data, which share paths but not their troubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// sso, diauth and connectapi.
    Connect,
    /// The official API, key exchange included.
    Personal,
}

/// How a request goes wrong.
#[derive(Clone, Debug)]
pub enum FaultKind {
    /// 429, with `Retry-After` in seconds if given.
    TooManyRequests { retry_after: Option<u32> },
    /// The edge's bot challenge: 403 with a web page (protocol.md 9.1).
    ForbiddenHtml,
    /// A 5xx with the gateway's web page.
    ServerError(u16),
    /// The connection is reset; the handler never runs.
    Reset,
    /// The right answer announces its full length and stops half-way.
    TornBody,
    /// No answer at all while the simulator lives.
    Hang,
    /// 200 and JSON by its header, but the body breaks off in the middle of a word.
    Garbage,
    /// The right answer with wrong types in it: numbers as text, lists as objects, objects as lists.
    WrongTypes,
    /// Exactly this answer.
    Json { status: u16, body: Value },
}

/// The faults in force, oldest first; the first match wins. One without a lane hits both.
#[derive(Debug, Default)]
pub(super) struct FaultBook(Vec<(Option<Lane>, Fault)>);

impl FaultBook {
    pub(super) fn add(&mut self, lane: Option<Lane>, fault: Fault) {
        self.0.push((lane, fault));
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Decides the fate of one request and uses up the fault's counts.
    pub(super) fn strike(&mut self, lane: Lane, name: &str, path: &str) -> Option<FaultKind> {
        let matching = |(only, fault): &&mut (Option<Lane>, Fault)| {
            fault.times != Some(0) && only.is_none_or(|only| only == lane) && fault.hits(name, path)
        };
        let (_, fault) = self.0.iter_mut().find(matching)?;
        if fault.skip > 0 {
            fault.skip -= 1;
            return None;
        }
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        Some(fault.kind.clone())
    }
}

impl FaultKind {
    /// The answer that needs no handler, or what is to be done to the real one.
    pub(super) async fn answer(self) -> Result<Response, Spoil> {
        Ok(match self {
            Self::TooManyRequests { retry_after } => too_many_requests(retry_after),
            Self::ForbiddenHtml => just_a_moment(),
            Self::ServerError(status) => {
                let status =
                    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                (
                    status,
                    Html("<html><head><title>Bad Gateway</title></head></html>"),
                )
                    .into_response()
            }
            Self::Reset => Disconnect.into_response(),
            Self::TornBody => return Err(Spoil::Torn),
            Self::WrongTypes => return Err(Spoil::WrongTypes),
            Self::Hang => std::future::pending().await,
            Self::Garbage => (
                [(header::CONTENT_TYPE, "application/json")],
                r#"[{"calendarDa"#,
            )
                .into_response(),
            Self::Json { status, body } => {
                let status =
                    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                (status, Json(body)).into_response()
            }
        })
    }
}

/// What happens to a right answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoil {
    Torn,
    WrongTypes,
}

impl Spoil {
    pub(super) async fn applied(self, answer: Response) -> Response {
        match self {
            Self::Torn => tear(answer).await,
            Self::WrongTypes => mistype(answer).await,
        }
    }
}

/// 429 from the edge: a web page, and only sometimes a `Retry-After`.
pub(super) fn too_many_requests(retry_after: Option<u32>) -> Response {
    let page = Html("<html><head><title>Too Many Requests</title></head></html>");
    let mut response = (StatusCode::TOO_MANY_REQUESTS, page).into_response();
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The edge's challenge page.
pub(super) fn just_a_moment() -> Response {
    let page =
        Html("<html><head><title>Just a moment...</title></head><body>cloudflare</body></html>");
    (StatusCode::FORBIDDEN, page).into_response()
}

/// Bodies that are no JSON stay as they are.
async fn mistype(whole: Response) -> Response {
    let (mut parts, body) = whole.into_parts();
    let bytes = bytes_of(body).await;
    let spoilt = match serde_json::from_slice(&bytes) {
        Ok(value) => wrong(value).to_string().into(),
        Err(_) => bytes,
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(spoilt))
}

/// Every number as text, and what lies in an object as the other kind of container. The outermost one
/// stays, so that there is something left to read.
fn wrong(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(key, member)| (key, wrong_inside(member)))
            .collect(),
        Value::Array(items) => items.into_iter().map(wrong).collect(),
        other => wrong_inside(other),
    }
}

fn wrong_inside(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(format!("about {number}")),
        Value::Array(items) => {
            let members = items.into_iter().enumerate();
            members
                .map(|(place, item)| (place.to_string(), wrong(item)))
                .collect()
        }
        Value::Object(members) => members
            .into_iter()
            .map(|(_, member)| wrong(member))
            .collect(),
        other => other,
    }
}

async fn bytes_of(body: Body) -> Bytes {
    axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default()
}

/// Keeps the announced length of `whole` and sends half of it before the connection breaks.
async fn tear(whole: Response) -> Response {
    let (mut parts, body) = whole.into_parts();
    let bytes = bytes_of(body).await;
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = bytes.slice(..bytes.len() / 2);
    let pieces = stream::unfold(Some(half), |half| async move {
        let sent: Result<Bytes, std::io::Error> = if let Some(half) = half {
            Ok(half)
        } else {
            // hyper flushes while it waits: the half must be out before it learns that no more comes.
            tokio::task::yield_now().await;
            Err(std::io::ErrorKind::ConnectionReset.into())
        };
        Some((sent, None))
    });
    Response::from_parts(parts, Body::from_stream(pieces))
}
