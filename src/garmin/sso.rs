//! Signing in: from a password to a service ticket.

pub mod cookies;
pub mod mobile;

use std::time::Duration;

use crate::domain::{challenge::MfaMethod, secret::Secret};

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
