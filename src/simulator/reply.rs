//! Answers in Garmin's words (protocol.md 9.1).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A request that is turned down: an HTTP status, Garmin's exception class and a message.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    error: &'static str,
    message: String,
}

impl Refusal {
    /// 400: a span beyond its cap, a date that is none, an index below the minimum.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error: "BadRequestException",
            message: message.into(),
        }
    }

    /// 403 as JSON: somebody else's data.
    pub(super) fn forbidden() -> Self {
        let message = "HTTP 403 Forbidden".to_owned();
        Self {
            status: StatusCode::FORBIDDEN,
            error: "ForbiddenException",
            message,
        }
    }

    /// 404 as JSON: deleted, foreign or unknown.
    pub(super) fn not_found() -> Self {
        let message = "HTTP 404 Not Found".to_owned();
        Self {
            status: StatusCode::NOT_FOUND,
            error: "NotFoundException",
            message,
        }
    }

    /// 405 as JSON, which is also what the reachability probe hopes for (protocol.md 2.1).
    pub(super) fn method_not_allowed() -> Self {
        let message = "HTTP 405 Method Not Allowed".to_owned();
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            error: "NotAllowedException",
            message,
        }
    }

    /// 415: the body is not of the type the endpoint reads.
    pub(super) fn unsupported_media_type() -> Self {
        let message = "HTTP 415 Unsupported Media Type".to_owned();
        Self {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            error: "NotSupportedException",
            message,
        }
    }
}

impl Refusal {
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }
}

/// The message alone, as GraphQL repeats it.
impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "message": self.message, "error": self.error });
        (self.status, Json(body)).into_response()
    }
}

/// What the handlers of connectapi return.
pub(super) type Answer = Result<Json<Value>, Refusal>;

/// 401 with the reason where the real service puts it (protocol.md 6.4).
pub(super) fn unauthorized(reason: &str) -> Response {
    let body = json!({ "message": "HTTP 401 Unauthorized", "error": "NotAuthorizedException" });
    let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{reason}\"");
    let mut response = (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
