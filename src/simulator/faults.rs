//! Scripted trouble: which requests go wrong, how, and how often.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream;
use serde_json::Value;

use super::server::Disconnect;

/// Trouble for the requests whose path starts with `path_prefix`.
#[derive(Clone, Debug)]
pub struct Fault {
    /// `/` matches everything.
    pub path_prefix: String,
    pub kind: FaultKind,
    /// Matching requests that pass unharmed first.
    pub skip: u32,
    /// Matching requests that are hit after that; `None`: all of them.
    pub times: Option<u32>,
}

impl Fault {
    /// Every request under `path_prefix` goes wrong, from now on.
    pub fn always(path_prefix: &str, kind: FaultKind) -> Self {
        Self {
            path_prefix: path_prefix.to_owned(),
            kind,
            skip: 0,
            times: None,
        }
    }

    /// The next request under `path_prefix` goes wrong, and only that one.
    pub fn once(path_prefix: &str, kind: FaultKind) -> Self {
        Self {
            times: Some(1),
            ..Self::always(path_prefix, kind)
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
    pub(super) fn strike(&mut self, lane: Lane, path: &str) -> Option<FaultKind> {
        let matching = |(only, fault): &&mut (Option<Lane>, Fault)| {
            fault.times != Some(0)
                && only.is_none_or(|only| only == lane)
                && path.starts_with(&fault.path_prefix)
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
    /// The answer that needs no handler, or `None` for [`FaultKind::TornBody`], which spoils the real one.
    pub(super) async fn answer(self) -> Option<Response> {
        Some(match self {
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
            Self::TornBody => return None,
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

/// Keeps the announced length of `whole` and sends half of it before the connection breaks.
pub(super) async fn tear(whole: Response) -> Response {
    let (mut parts, body) = whole.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
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
