//! Signing in: from a password to a service ticket.

pub mod cookies;
pub mod mobile;
mod pages;
pub mod ticket;
pub mod widget;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    domain::{challenge::MfaMethod, secret::Secret},
    garmin::{client::Client, error::GarminError},
};

/// As the iOS app's web view says it, on every sign-in request (`protocol.md` 2.1).
const USER_AGENT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 \
                          (KHTML, like Gecko) Mobile/15E148";

/// A password sign-in that met a challenge: what continues it, by either flavour.
/// Sealed into CentralDB, so that another process can answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "flavour", rename_all = "snake_case")]
pub enum Attempt {
    Mobile(mobile::Attempt),
    Widget(widget::Attempt),
}

impl Attempt {
    /// Posts a code by the flavour that issued the challenge, and no other.
    pub async fn answer(
        &mut self,
        client: &Client,
        method: &MfaMethod,
        code: &Secret,
    ) -> Result<SignInReply, GarminError> {
        match self {
            Self::Mobile(attempt) => mobile::answer_challenge(client, attempt, method, code).await,
            Self::Widget(attempt) => widget::answer_challenge(client, attempt, code).await,
        }
    }

    /// Asks for another code. `None`: this flavour has no known way to
    /// (`protocol.md` 3.2).
    pub async fn resend(&mut self, client: &Client) -> Option<Result<(), GarminError>> {
        match self {
            Self::Mobile(_) => None,
            Self::Widget(attempt) => Some(attempt.request_code(client).await),
        }
    }
}

/// A CAS ticket and the service URL it is bound to: single use, about a minute.
#[derive(Clone, Debug)]
pub struct ServiceTicket {
    pub ticket: Secret,
    pub service_url: String,
}

/// Every reply of the sign-in service that means something of its own
/// (`protocol.md` 2.1, 3.2).
#[derive(Clone, Debug)]
pub enum SignInReply {
    Ticket(ServiceTicket),
    /// Password right, second factor wanted. `sent_to` is masked by Garmin.
    MfaRequired {
        method: MfaMethod,
        sent_to: Option<String>,
    },
    /// The code is wrong or too old; the challenge stays alive.
    CodeRefused,
    /// Garmin takes no more codes on this challenge: too many were wrong, or its time is over.
    ChallengeOver,
    InvalidCredentials,
    AccountLocked,
    CaptchaRequired,
    RateLimited {
        retry_after: Option<Duration>,
    },
    /// A page where JSON belongs: the edge's bot protection.
    Blocked,
    /// Any other verdict, in Garmin's words.
    Refused {
        kind: String,
        message: String,
    },
}
