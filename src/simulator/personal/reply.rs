//! Answers of the Personal API when something is wrong (personal-api.md 5.2).

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::simulator::ledger::uuid;
use crate::simulator::reply;

/// What the handlers of this lane return.
pub(super) type Answer = Result<Json<Value>, Refusal>;

/// A request that is turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 400 with `{}`: a span that is too long, a parameter that is none. It never says which.
    BadRequest,
    /// 401: the key is wrong, expired or deleted.
    Key,
    /// 404: unknown or deleted.
    NotFound,
    /// 406: the wrong `Accept` on a file (personal-api.md 7).
    NotAcceptable,
    /// 500, every time again: more than fits into an answer (personal-api.md 8).
    TooMuch,
}

impl From<reply::Refusal> for Refusal {
    /// The shared code refuses in the words of connectapi; here only the status is left of it.
    fn from(refusal: reply::Refusal) -> Self {
        if refusal.status() == StatusCode::NOT_FOUND {
            Self::NotFound
        } else {
            Self::BadRequest
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::BadRequest => return (StatusCode::BAD_REQUEST, Json(json!({}))).into_response(),
            Self::Key => (StatusCode::UNAUTHORIZED, "NotAuthorizedException"),
            Self::NotFound => (StatusCode::NOT_FOUND, "NotFoundException"),
            Self::NotAcceptable => (StatusCode::NOT_ACCEPTABLE, "NotAcceptableException"),
            Self::TooMuch => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalServerErrorException",
            ),
        };
        let message = format!("HTTP {status}");
        let document = json!({ "error": error, "message": message, "errorId": uuid() });
        (status, Json(document)).into_response()
    }
}
