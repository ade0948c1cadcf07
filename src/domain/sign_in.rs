//! How a sign-in, or an answered challenge, ended.

use super::{challenge::Challenge, failure::Failure};

/// MFA is an ordinary outcome, not an error.
#[derive(Clone, Debug)]
pub enum SignInOutcome {
    SignedIn {
        display_name: Option<String>,
    },
    MfaRequired(Challenge),
    /// `challenge` is what still stands: a wrong code keeps it.
    Refused {
        failure: Failure,
        challenge: Option<Challenge>,
    },
}

impl From<Failure> for SignInOutcome {
    fn from(failure: Failure) -> Self {
        Self::Refused {
            failure,
            challenge: None,
        }
    }
}
