//! What can go wrong between us and Garmin, and whether asking again can help.

use std::time::Duration;

use crate::domain::{failure::Failure, redact::hide};

/// One request's failure. Holds no URL, no header and no body: all three can
/// carry a ticket or a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GarminError {
    /// The request never left: no route, name or TLS. Nothing happened there.
    #[error("{0}")]
    NotSent(String),
    /// The program was told to stop before anything that counts was sent.
    #[error("it was stopped")]
    Stopped,
    /// Sent, but the answer did not come or broke off. It may have had its effect.
    #[error("{0}")]
    NoAnswer(String),
    #[error("Garmin's server failed (HTTP {0})")]
    Server(u16),
    #[error("Garmin has had too many requests")]
    RateLimited { retry_after: Option<Duration> },
    /// 403 with a page instead of JSON: the edge's bot protection.
    #[error("Garmin's bot protection answered")]
    Blocked,
    /// 401. `not_active`: "Token is not active" (`protocol.md` 6.4).
    #[error("Garmin did not accept the token")]
    Unauthorized { not_active: bool },
    /// Any other status that is no answer: see [`Self::is_verdict`].
    #[error("Garmin refused the request (HTTP {status}{})", .message.as_deref().map(|text| format!(": {text}")).unwrap_or_default())]
    Refused {
        status: u16,
        message: Option<String>,
    },
    /// The answer is not what the endpoint is known to send.
    #[error("Garmin's answer could not be read: {0}")]
    Unreadable(String),
}

/// Whether asking the same again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Soon, with growing waits (GET and GraphQL reads only).
    Backoff,
    /// Not by itself.
    Never,
    /// Stop everything that talks to Garmin.
    StopAll,
}

impl GarminError {
    /// The retry table of `protocol.md` 11.2.
    pub const fn retry(&self) -> Retry {
        match self {
            Self::NotSent(_)
            | Self::NoAnswer(_)
            | Self::Server(_)
            // Request Timeout and Too Early (`personal-api.md` 5.2).
            | Self::Refused {
                status: 408 | 425, ..
            } => Retry::Backoff,
            Self::Stopped
            | Self::Unauthorized { .. }
            | Self::Refused { .. }
            | Self::Unreadable(_) => Retry::Never,
            Self::RateLimited { .. } | Self::Blocked => Retry::StopAll,
        }
    }

    pub const fn is_transport(&self) -> bool {
        matches!(self, Self::NotSent(_) | Self::NoAnswer(_))
    }

    /// Whether Garmin says that there is no such thing, or not for this account:
    /// asking the same again brings the same (`protocol.md` 9.1). Every other
    /// status, a redirect or a timeout of the gateway among them, is trouble that
    /// may pass. A 200 is GraphQL's error inside a good answer.
    pub const fn is_verdict(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 200 | 400 | 403 | 404 | 405 | 410,
                ..
            } | Self::Server(501)
        )
    }

    /// The same, without any piece of what was sent.
    #[must_use]
    pub fn hiding(self, secrets: &[&str]) -> Self {
        match self {
            Self::Refused { status, message } => Self::Refused {
                status,
                message: message.map(|text| hide(&text, secrets)),
            },
            Self::Unreadable(text) => Self::Unreadable(hide(&text, secrets)),
            other => other,
        }
    }

    /// As a person reads it. `what` names the thing asked for.
    pub fn failure(&self, what: &str) -> Failure {
        match self {
            Self::NotSent(why) | Self::NoAnswer(why) => Failure::unreachable(why),
            Self::Stopped => Failure::sign_in_stopped(),
            Self::Server(status) => Failure::garmin_down(*status),
            Self::RateLimited { .. } => Failure::rate_limited(None),
            Self::Blocked => Failure::blocked(None),
            Self::Unauthorized { .. } => Failure::token_not_active_yet(),
            Self::Refused { .. } | Self::Unreadable(_) => Failure::unexpected_answer(what),
        }
    }
}
