//! Status codes of connectapi (`protocol.md` 9.1).

use std::time::Duration;

use jiff::fmt::rfc2822;
use serde::Deserialize;

use super::sso::EdgeError;
use crate::{
    domain::redact::remark,
    garmin::{client::Answer, error::GarminError, wire::json},
};

#[derive(Deserialize)]
struct ErrorBody {
    message: Option<String>,
}

/// Larger bodies than this are no error document.
const ERROR_BODY: usize = 2048;

/// Passes 2xx on; everything else becomes its error.
pub(in crate::garmin) fn check(answer: Answer) -> Result<Answer, GarminError> {
    match answer.status {
        _ if is_limit(&answer) => Err(GarminError::RateLimited {
            retry_after: retry_after(&answer),
        }),
        200..=299 => Ok(answer),
        401 => Err(GarminError::Unauthorized {
            not_active: is_not_active(&answer),
        }),
        // An empty 403 is a verdict of the personal lane; a page comes from the edge.
        403 if !is_json(&answer.body) && !answer.body.is_empty() => Err(GarminError::Blocked),
        500..=599 => Err(GarminError::Server(answer.status)),
        status => Err(GarminError::Refused {
            status,
            message: message(&answer.body),
        }),
    }
}

/// 429, 427, or 429 hidden in a body under another status (`protocol.md` 2.1).
pub(in crate::garmin) fn is_limit(answer: &Answer) -> bool {
    matches!(answer.status, 427 | 429) || hidden_status(answer) == Some(429)
}

/// The status that a small body names in `error.status-code`.
pub(in crate::garmin) fn hidden_status(answer: &Answer) -> Option<u16> {
    #[derive(Deserialize)]
    struct Edge {
        error: EdgeError,
    }
    if answer.body.len() > ERROR_BODY || !answer.body.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let edge: Edge = serde_json::from_slice(&answer.body).ok()?;
    edge.error.status()
}

/// `Retry-After`: seconds, or a date.
pub(in crate::garmin) fn retry_after(answer: &Answer) -> Option<Duration> {
    let header = |name| answer.headers.get(name)?.to_str().ok().map(str::trim);
    let text = header("retry-after")?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    // Against the server's own clock: ours may be off.
    let until = rfc2822::parse(text).ok()?.timestamp();
    let sent = rfc2822::parse(header("date")?).ok()?.timestamp();
    until.duration_since(sent).try_into().ok()
}

pub(in crate::garmin) fn is_json(body: &[u8]) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(&json::lossy(body)).is_ok()
}

/// `protocol.md` 6.4.
fn is_not_active(answer: &Answer) -> bool {
    let header = answer
        .headers
        .get("www-authenticate")
        .and_then(|value| value.to_str().ok());
    header.is_some_and(|text| text.to_ascii_lowercase().contains("not active"))
}

/// Garmin's own words, cleaned and short.
fn message(body: &[u8]) -> Option<String> {
    let body: ErrorBody = serde_json::from_str(&json::lossy(body)).ok()?;
    body.message
        .map(|text| remark(&text, 120))
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
        let headers: HeaderMap = headers
            .iter()
            .map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap()))
            .collect();
        Answer {
            status,
            headers,
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn statuses_become_their_errors() {
        let error = |status, headers, body| check(answer(status, headers, body)).unwrap_err();
        let inactive = [(
            "www-authenticate",
            "Bearer error=\"invalid_token\", error_description=\"Token is not active\"",
        )];
        assert_eq!(
            error(401, &inactive, ""),
            GarminError::Unauthorized { not_active: true }
        );
        assert_eq!(
            error(401, &[], ""),
            GarminError::Unauthorized { not_active: false }
        );
        assert_eq!(
            error(403, &[], "<html>Just a moment...</html>"),
            GarminError::Blocked
        );
        assert!(matches!(
            error(403, &[], "{\"message\":\"no\"}"),
            GarminError::Refused { status: 403, .. }
        ));
        let after = Some(Duration::from_secs(7));
        assert_eq!(
            error(429, &[("retry-after", "7")], "x"),
            GarminError::RateLimited { retry_after: after }
        );
        assert_eq!(
            error(429, &[("retry-after", "soon")], ""),
            GarminError::RateLimited { retry_after: None }
        );
        assert_eq!(error(502, &[], ""), GarminError::Server(502));
        for (status, body) in [
            (427, ""),
            (427, "<html></html>"),
            (200, r#"{"error":{"status-code":"429"}}"#),
            (200, r#" {"error":{"status-code":429}}"#),
            (
                400,
                r#"{"error":{"status-code":"429","message":"slow down"}}"#,
            ),
        ] {
            let limited = GarminError::RateLimited { retry_after: None };
            assert_eq!(error(status, &[], body), limited, "{status} {body}");
        }
        let other = r#"{"error":{"status-code":"427"}}"#;
        assert!(matches!(
            error(400, &[], other),
            GarminError::Refused { .. }
        ));
        assert!(check(answer(200, &[], r#"{"error":"429"}"#)).is_ok());
    }
}
