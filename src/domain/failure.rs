//! Failures as a person reads them. All the sentences live here.
//!
//! A failure says what failed, for which thing, and what to do. It carries the
//! machine's word (`reason` in JSON) and the exit code, so that the app, the
//! log and the command line tell the same story.

use jiff::Timestamp;

use super::{
    account::{AccountName, Region},
    challenge::MfaMethod,
    printable::excerpt,
};

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

    pub fn invalid_credentials() -> Self {
        Self::new(
            FailureKind::InvalidCredentials,
            "Garmin does not know this e-mail and password.",
            "Check both, then sign in again; a few wrong tries lock the account.",
        )
    }

    pub fn account_locked() -> Self {
        Self::new(
            FailureKind::AccountLocked,
            "Garmin has locked this account.",
            "Reset the password on connect.garmin.com, then sign in again.",
        )
    }

    pub fn captcha_required() -> Self {
        Self::new(
            FailureKind::CaptchaRequired,
            "Garmin asks for a captcha before it lets this password in.",
            "Sign in once with a browser on connect.garmin.com, wait a while, then try again.",
        )
    }

    /// `detail` is Garmin's own wording; cleaned and cut here.
    pub fn sign_in_refused(detail: &str) -> Self {
        Self::new(
            FailureKind::SignInRefused,
            format!("Garmin refused the sign-in ({}).", excerpt(detail, 80)),
            "Sign in on connect.garmin.com once to see what it asks for.",
        )
    }

    pub fn rate_limited(until: Option<Timestamp>) -> Self {
        Self::new(
            FailureKind::RateLimited,
            "Garmin has had too many requests from here.",
            "Nothing is lost; wait until the printed time. Each earlier try makes the wait longer.",
        )
        .with_retry_at(until)
    }

    pub fn blocked(until: Option<Timestamp>) -> Self {
        Self::new(
            FailureKind::Blocked,
            "Garmin's bot protection turned this machine away.",
            "Nothing is lost; wait until the printed time, then try again.",
        )
        .with_retry_at(until)
    }

    pub fn cool_down(what: &str, why: &str, until: Timestamp) -> Self {
        Self::new(
            FailureKind::CoolDown,
            format!("{what} must rest until {until:.0}: {why}"),
            "Wait until then; trying earlier would make Garmin's block longer.",
        )
        .with_retry_at(Some(until))
    }

    /// `why` names the transport's trouble, never an address with a query.
    pub fn unreachable(why: &str) -> Self {
        Self::new(
            FailureKind::Unreachable,
            format!("Garmin could not be reached: {why}."),
            "Check the network; your session is kept and will be used again.",
        )
    }

    pub fn garmin_down(status: u16) -> Self {
        Self::new(
            FailureKind::GarminDown,
            format!("Garmin's server has trouble of its own (HTTP {status})."),
            "Try again later; your session is kept.",
        )
    }

    pub fn unexpected_answer(what: &str) -> Self {
        Self::new(
            FailureKind::UnexpectedAnswer,
            format!("Garmin answered {what} in a way garminsync does not understand."),
            "Try again later; if it stays so, look for a newer garminsync.",
        )
    }

    pub fn mfa_required(method: &MfaMethod, sent_to: Option<&str>) -> Self {
        let to = sent_to.map(|to| format!(" ({to})")).unwrap_or_default();
        Self::new(
            FailureKind::MfaRequired,
            format!("Garmin asks for a code, {}{to}.", method.sentence()),
            "Finish with: garminsync mfa CODE",
        )
    }

    pub fn mfa_code_invalid() -> Self {
        Self::new(
            FailureKind::MfaCodeInvalid,
            "Garmin did not accept this code.",
            "The challenge still stands: check the newest code and enter it again.",
        )
    }

    pub fn mfa_code_malformed() -> Self {
        Self::new(
            FailureKind::Usage,
            "An MFA code has six digits.",
            "Nothing was sent to Garmin; enter the code again.",
        )
    }

    pub fn mfa_expired() -> Self {
        Self::new(
            FailureKind::MfaExpired,
            "The MFA challenge is over: its time ran out, or too many codes were wrong.",
            "Sign in again to get a new code.",
        )
    }

    pub fn no_challenge(account: &AccountName) -> Self {
        Self::new(
            FailureKind::NoChallenge,
            format!("No MFA code is awaited for account {account}."),
            "Sign in first: garminsync login",
        )
    }

    pub fn ticket_refused() -> Self {
        Self::new(
            FailureKind::TicketRefused,
            "Garmin did not accept the service ticket: it was used before or is over a minute old.",
            "Sign in again.",
        )
    }

    /// `why` says what is wrong with it; never its text.
    pub fn ticket_unusable(why: &str) -> Self {
        Self::new(
            FailureKind::Usage,
            format!("This cannot be used as a service ticket: {why}."),
            "Open the sign-in address again and paste the whole address the browser ends on.",
        )
    }

    pub fn key_rejected() -> Self {
        Self::new(
            FailureKind::KeyRejected,
            "Garmin rejected the personal API key: it is wrong, expired or deleted.",
            "Make a new one at connect.garmin.com/app/settings/personalApiToken and sign in with it.",
        )
    }

    pub fn no_key(account: &AccountName) -> Self {
        Self::new(
            FailureKind::SignedOut,
            format!("Account {account} has no personal API key."),
            "Give it one with: garminsync login --key-stdin",
        )
    }

    pub fn key_host_not_ready() -> Self {
        Self::new(
            FailureKind::GarminDown,
            "Garmin's host for personal API keys is not ready in this region.",
            "Use the password or browser door; the key itself is not at fault.",
        )
    }

    pub fn nothing_to_import() -> Self {
        Self::new(
            FailureKind::Usage,
            "What was given holds no session that could be used.",
            "Give a garth folder, a garmin_tokens.json, a key file or a garminsync transfer text.",
        )
    }

    pub fn import_spent() -> Self {
        Self::new(
            FailureKind::TicketRefused,
            "Garmin no longer accepts the session that was given: it ran out, or another program has refreshed it since.",
            "Sign in anew: garminsync login",
        )
    }

    pub fn no_key_found() -> Self {
        Self::new(
            FailureKind::Usage,
            "No personal API key lies where Garmin's own client would keep it.",
            "Paste the key, or give it with: garminsync login --key-stdin",
        )
    }

    pub fn no_way_to_resend(method: &MfaMethod) -> Self {
        if !method.is_sent() {
            return Self::new(
                FailureKind::NotPossible,
                "Your authenticator app makes the codes; Garmin sends none.",
                "Enter the code the app shows now.",
            );
        }
        Self::new(
            FailureKind::NotPossible,
            "This way of signing in has no known way to ask for another code.",
            "Wait for the first one, or sign in again, which spends one of Garmin's few sign-ins.",
        )
    }

    pub fn too_early_for_a_code(at: Timestamp) -> Self {
        Self::new(
            FailureKind::CoolDown,
            "Garmin sends a new code only every 30 seconds.",
            "The code that was sent is still good.",
        )
        .with_retry_at(Some(at))
    }

    pub fn other_region(account: &AccountName, region: Region) -> Self {
        Self::new(
            FailureKind::Usage,
            format!(
                "Account {account} belongs to {}, and accounts never cross.",
                region.domain()
            ),
            "Choose another name with --account NAME.",
        )
    }

    pub fn token_not_active() -> Self {
        Self::new(
            FailureKind::TokenNotActive,
            "Garmin issued a token that its own service does not accept.",
            "This is known to happen on Garmin's side; wait a while and sign in again.",
        )
    }

    pub fn other_user(account: &AccountName) -> Self {
        Self::new(
            FailureKind::OtherUser,
            format!("This sign-in belongs to another Garmin user than account {account} holds."),
            "Nothing was changed; choose another name with --account NAME.",
        )
    }

    pub fn auth_expired(account: &AccountName) -> Self {
        Self::new(
            FailureKind::AuthExpired,
            format!("Garmin no longer accepts the session of account {account}."),
            "Sign in again: garminsync login",
        )
    }

    pub fn signed_out(account: &AccountName) -> Self {
        Self::new(
            FailureKind::SignedOut,
            format!("Account {account} is not signed in."),
            "Sign in first: garminsync login",
        )
    }

    pub fn only_a_key(account: &AccountName) -> Self {
        Self::new(
            FailureKind::SignedOut,
            format!(
                "Account {account} holds only a personal API key, and syncing over it is still to come."
            ),
            "Sign in with a password or the browser as well; the key stays.",
        )
    }

    pub fn busy(account: &AccountName) -> Self {
        Self::new(
            FailureKind::Busy,
            format!("Another sync of account {account} is running."),
            "Wait for it to end; two at once would only ask Garmin twice.",
        )
    }

    /// `failed` tasks of a job; each is listed in its report.
    pub fn partial(failed: usize) -> Self {
        let tasks = if failed == 1 {
            "One task".to_owned()
        } else {
            format!("{failed} tasks")
        };
        Self::new(
            FailureKind::Partial,
            format!("{tasks} of this sync failed; the rest is stored."),
            "The next sync tries again; garminsync --sync --repair fetches only what is missing.",
        )
    }

    pub fn cancelled() -> Self {
        Self::new(
            FailureKind::Cancelled,
            "The sync was stopped before its end.",
            "What was fetched is stored; the next sync goes on from there.",
        )
    }

    pub fn usage(summary: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, summary, remedy)
    }

    pub fn config(summary: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(FailureKind::Config, summary, remedy)
    }

    pub fn unexpected(summary: impl Into<String>) -> Self {
        Self::new(
            FailureKind::Unexpected,
            summary,
            "Look into the log file; the data stored so far is safe.",
        )
    }
}
