//! What a person brings to a sign-in, and how it ended.

use jiff::civil::Date;

use super::{challenge::Challenge, failure::Failure, secret::Secret};

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

/// What a person brings to a door.
#[derive(Debug)]
pub enum SignInDoor {
    Password {
        email: String,
        password: Secret,
        /// Once per cool-down, after a warning: ask Garmin all the same.
        despite_cool_down: bool,
    },
    /// A service ticket, bare or as the address the browser ended on.
    Browser { pasted: Secret },
    /// An official personal API key, pasted or the one `FindKey` found.
    Key {
        key: KeyInput,
        /// The day it ends, as chosen when it was made.
        expires_on: Option<Date>,
    },
}

#[derive(Debug)]
pub enum KeyInput {
    Typed(Secret),
    Found,
}
