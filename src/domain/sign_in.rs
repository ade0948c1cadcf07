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

/// What a sign-in with a password is doing, for the person who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInStep {
    OpeningPage,
    /// The pause between the page and the password (`protocol.md` 2.1).
    Pausing,
    /// The password is on its way.
    SigningIn,
}

impl SignInStep {
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::OpeningPage => "Opening Garmin's sign-in page",
            Self::Pausing => "Waiting a moment, as a person would",
            Self::SigningIn => "Signing in",
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
