//! Failures as a person reads them. All the sentences live in `sentences`.
//!
//! A failure says what failed, for which thing, and what to do. It carries the
//! machine's word (`reason` in JSON) and the exit code, so that the app, the
//! log and the command line tell the same story.

mod sentences;

use jiff::Timestamp;

/// The cause, as a machine reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    InvalidCredentials,
    AccountLocked,
    CaptchaRequired,
    /// Garmin said no to this sign-in for another reason; its words are in the summary.
    SignInRefused,
    RateLimited,
    /// The edge answered with a bot challenge.
    Blocked,
    /// A cool-down kept here forbids it for now.
    CoolDown,
    Unreachable,
    /// Garmin answered, but with a server error.
    GarminDown,
    UnexpectedAnswer,
    MfaRequired,
    MfaCodeInvalid,
    MfaExpired,
    NoChallenge,
    TicketRefused,
    /// A fresh token that Garmin's own API does not accept (`protocol.md` 6.4).
    TokenNotActive,
    OtherUser,
    /// The personal API key is wrong, expired or deleted.
    KeyRejected,
    /// There is no known way to do what was asked; nothing is wrong.
    NotPossible,
    AuthExpired,
    SignedOut,
    Busy,
    Usage,
    Config,
    Home,
    VaultKey,
    CentralDb,
    NoTerminal,
    Cancelled,
    Partial,
    Unexpected,
}

impl FailureKind {
    /// The word in JSON.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::InvalidCredentials => "INVALID_CREDENTIALS",
            Self::AccountLocked => "ACCOUNT_LOCKED",
            Self::CaptchaRequired => "CAPTCHA_REQUIRED",
            Self::SignInRefused => "SIGN_IN_REFUSED",
            Self::RateLimited => "RATE_LIMITED",
            Self::Blocked => "BLOCKED",
            Self::CoolDown => "COOL_DOWN",
            Self::Unreachable => "UNREACHABLE",
            Self::GarminDown => "GARMIN_DOWN",
            Self::UnexpectedAnswer => "UNEXPECTED_ANSWER",
            Self::MfaRequired => "MFA_REQUIRED",
            Self::MfaCodeInvalid => "MFA_CODE_INVALID",
            Self::MfaExpired => "MFA_EXPIRED",
            Self::NoChallenge => "NO_CHALLENGE",
            Self::TicketRefused => "TICKET_REFUSED",
            Self::TokenNotActive => "TOKEN_NOT_ACTIVE",
            Self::OtherUser => "OTHER_USER",
            Self::KeyRejected => "KEY_REJECTED",
            Self::NotPossible => "NOT_POSSIBLE",
            Self::AuthExpired => "AUTH_EXPIRED",
            Self::SignedOut => "SIGNED_OUT",
            Self::Busy => "BUSY",
            Self::Usage => "USAGE",
            Self::Config => "CONFIG",
            Self::Home => "HOME",
            Self::VaultKey => "VAULT_KEY",
            Self::CentralDb => "CENTRAL_DB",
            Self::NoTerminal => "NO_TERMINAL",
            Self::Cancelled => "CANCELLED",
            Self::Partial => "PARTIAL",
            Self::Unexpected => "UNEXPECTED",
        }
    }

    /// The exit code, as in the README's table (`design.md` section 4).
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::CentralDb | Self::UnexpectedAnswer | Self::Cancelled | Self::Unexpected => 1,
            Self::Usage
            | Self::NotPossible
            | Self::Config
            | Self::Home
            | Self::VaultKey
            | Self::NoTerminal => 2,
            Self::InvalidCredentials
            | Self::AccountLocked
            | Self::CaptchaRequired
            | Self::SignInRefused
            | Self::MfaExpired
            | Self::NoChallenge
            | Self::TicketRefused
            | Self::TokenNotActive
            | Self::OtherUser
            | Self::KeyRejected
            | Self::AuthExpired
            | Self::SignedOut => 3,
            Self::MfaRequired | Self::MfaCodeInvalid => 4,
            Self::RateLimited | Self::Blocked | Self::CoolDown => 5,
            Self::Unreachable | Self::GarminDown => 6,
            Self::Partial => 7,
            Self::Busy => 8,
        }
    }
}

/// What failed and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{summary} {remedy}")]
pub struct Failure {
    pub kind: FailureKind,
    /// What failed, for which thing: one sentence.
    pub summary: String,
    /// What to do: one sentence.
    pub remedy: String,
    /// When trying again makes sense, if that is known.
    pub retry_at: Option<Timestamp>,
}

impl Failure {
    pub fn new(kind: FailureKind, summary: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            kind,
            summary: summary.into(),
            remedy: remedy.into(),
            retry_at: None,
        }
    }

    #[must_use]
    pub fn with_retry_at(mut self, at: Option<Timestamp>) -> Self {
        self.retry_at = at;
        self
    }
}
