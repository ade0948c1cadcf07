//! The audit trail of sign-ins and refreshes. Never a secret.

use jiff::Timestamp;
use serde::Serialize;

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthAction {
    SignIn,
    MfaAnswer,
    CodeRequest,
    Refresh,
    SignOut,
    Import,
    Export,
    Rekey,
}

impl AuthAction {
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::MfaAnswer => "mfa_answer",
            Self::CodeRequest => "code_request",
            Self::Refresh => "refresh",
            Self::SignOut => "sign_out",
            Self::Import => "import",
            Self::Export => "export",
            Self::Rekey => "rekey",
        }
    }
}

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuthEvent {
    pub at: Timestamp,
    /// The name of an [`AuthAction`].
    pub what: String,
    /// `OK`, `MFA_REQUIRED`, or a reason word such as `INVALID_CREDENTIALS`.
    pub outcome: String,
    pub detail: Option<String>,
}
