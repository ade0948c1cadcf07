//! Every sentence a failure can say, in the order in which a person may meet them.

use jiff::Timestamp;

use super::{Failure, FailureKind};
use crate::domain::{
    account::{AccountName, Region},
    challenge::MfaMethod,
    coverage::Owed,
    redact::remark,
    suggest::did_you_mean,
    wording::counted,
};

impl Failure {
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

    /// `kind` and `message` are Garmin's own words (`protocol.md` 2.1); those that
    /// are known have a sentence of their own.
    pub fn sign_in_refused(kind: &str, message: &str) -> Self {
        let words = format!("{kind} {message}").to_ascii_uppercase();
        let says = |word: &str| words.contains(word);
        let (summary, remedy) = if says("CHILD") {
            (
                "This is a child or family account, which Garmin lets sign in only in its own apps.",
                "Use the account of a grown-up.",
            )
        } else if says("PRIVACY") || says("CONSENT") {
            (
                "Garmin wants its terms accepted before it lets this account in.",
                "Sign in on connect.garmin.com once, accept them, then sign in here again.",
            )
        } else if says("RENEW") || says("EXPIRED_PASSWORD") {
            (
                "Garmin wants this password changed.",
                "Change it on connect.garmin.com, then sign in with the new one.",
            )
        } else if says("PERMANENTMFA") || says("MFA_SETUP") {
            (
                "Garmin wants a second factor set up for this account.",
                "Set it up on connect.garmin.com, then sign in here again.",
            )
        } else if says("DISABLED") {
            (
                "Garmin has disabled this account.",
                "Ask Garmin's support; nothing here can change it.",
            )
        } else if says("427") {
            (
                "Garmin does not let accounts with a second factor in by this way.",
                "Sign in with the browser instead: garminsync login --browser",
            )
        } else {
            let words = remark(&format!("{kind}: {message}"), 80);
            return Self::new(
                FailureKind::SignInRefused,
                format!("Garmin refused the sign-in ({words})."),
                "Sign in on connect.garmin.com once to see what it asks for.",
            );
        };
        Self::new(FailureKind::SignInRefused, summary, remedy)
    }

    pub fn rate_limited(until: Option<Timestamp>) -> Self {
        Self::new(
            FailureKind::RateLimited,
            "Garmin has had too many requests from here.",
            "Nothing is lost; wait before you try again: each early try makes the wait longer.",
        )
        .with_retry_at(until)
    }

    pub fn blocked(until: Option<Timestamp>) -> Self {
        Self::new(
            FailureKind::Blocked,
            "Garmin's bot protection turned this machine away.",
            "Nothing is lost; wait before you try again, or sign in with the browser.",
        )
        .with_retry_at(until)
    }

    pub fn sign_in_page_limited() -> Self {
        Self::new(
            FailureKind::RateLimited,
            "Garmin limits its sign-in page at the moment; the password was not sent.",
            "Wait before you try again, or sign in with the browser.",
        )
    }

    pub fn sign_in_page_blocked() -> Self {
        Self::new(
            FailureKind::Blocked,
            "Garmin's bot protection closed the sign-in page; the password was not sent.",
            "Wait before you try again, or sign in with the browser.",
        )
    }

    /// This failure of a sign-in, which ended before the password was sent.
    #[must_use]
    pub fn before_password(mut self) -> Self {
        self.remedy = format!("The password was not sent. {}", self.remedy);
        self
    }

    /// The disk or the database refused a new session, which waits in the spool.
    pub fn session_spooled(why: &str) -> Self {
        Self::new(
            FailureKind::CentralDb,
            format!("The new session could not be stored yet: {why}."),
            "It is kept and stored as soon as the disk lets it; make room, then try again.",
        )
    }

    /// Garmin refused a refresh token that another process may have spent.
    pub fn refresh_contested(account: &AccountName) -> Self {
        Self::new(
            FailureKind::Busy,
            format!("Another garminsync seems to be refreshing the session of account {account}."),
            "Let it go on or end it, then try again.",
        )
    }

    pub fn sign_in_stopped() -> Self {
        Self::new(
            FailureKind::Cancelled,
            "The sign-in was stopped.",
            "Sign in again when you are ready.",
        )
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

    /// The session is kept: only when it stays so for a day is it over.
    pub fn token_not_active_yet() -> Self {
        Self::new(
            FailureKind::CoolDown,
            "Garmin's data service does not accept a token that Garmin has just issued.",
            "The session is kept and tried again later; it ends only when this lasts a day.",
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

    /// A name that was given, and the accounts that there are: at least one.
    pub fn unknown_account(name: &AccountName, known: &[AccountName]) -> Self {
        let known = known.iter().map(AccountName::as_str);
        let meant = did_you_mean(name.as_str(), known.clone());
        let names: Vec<_> = known.collect();
        let (are, names) = match names.as_slice() {
            [only] => ("There is only", (*only).to_owned()),
            all => ("There are", all.join(", ")),
        };
        let meant = if meant.is_empty() {
            ".".to_owned()
        } else {
            meant
        };
        Self::new(
            FailureKind::Usage,
            format!("There is no account {name}{meant} {are}: {names}."),
            "Choose one with --account NAME, or sign in to a new one: garminsync login --account NAME",
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

    pub fn name_taken(name: &AccountName) -> Self {
        Self::new(
            FailureKind::Usage,
            format!("The name {name} could not be given: it is taken, or the account has gone."),
            "Choose another name.",
        )
    }

    /// `failed` tasks of a job; each is listed in its report.
    pub fn partial(failed: usize) -> Self {
        let tasks = counted(failed, "task");
        Self::new(
            FailureKind::Partial,
            format!("{tasks} of this sync failed; the rest is stored."),
            "The next sync tries again; garminsync --sync --repair fetches only what is missing.",
        )
    }

    /// Nothing failed in this sync, but days are missing that wait for their next try.
    pub fn days_missing(owed: &[Owed]) -> Self {
        let which: Vec<_> = owed
            .iter()
            .map(|owed| format!("{} ({})", owed.dataset, owed.which()))
            .collect();
        let retry_at = owed.iter().filter_map(|owed| owed.retry_at).min();
        Self::new(
            FailureKind::Partial,
            format!("Still missing: {}.", which.join("; ")),
            "They are tried again by themselves; garminsync --sync --repair asks at once.",
        )
        .with_retry_at(retry_at)
    }

    pub fn cancelled() -> Self {
        Self::new(
            FailureKind::Cancelled,
            "The sync was stopped before its end.",
            "What was fetched is stored; the same sync again goes on from there.",
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
