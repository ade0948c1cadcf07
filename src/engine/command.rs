//! Everything a front may ask of the engine.

use crate::domain::{
    account::{AccountName, Region},
    dates::DateSpan,
    job::{JobId, SyncRequest, Trigger},
    secret::Secret,
    session::Lane,
};
pub use crate::{
    auth::{
        import::{FILE_NAMES, needs_passphrase},
        moving::{Files, Shape},
    },
    domain::sign_in::{KeyInput, SignInDoor},
};

#[derive(Debug)]
pub enum Command {
    /// Sign in through one of the three doors. Answered by [`super::event::Event::SignIn`].
    SignIn {
        account: AccountName,
        /// Where a new account lives; a known one keeps its own.
        region: Option<Region>,
        door: SignInDoor,
    },
    /// Answer the pending challenge of an account. Answered by `Event::SignIn`.
    AnswerMfa { account: AccountName, code: Secret },
    /// Ask Garmin for another code. Answered by `Event::CodeSent`.
    ResendCode { account: AccountName },
    /// Look for a personal API key where Garmin's own client keeps one. Only
    /// looks: nothing is used. Answered by `Event::KeyFound`.
    FindKey,
    /// Run one sync now. Answered by `Event::Sync`; a second one while the
    /// first runs is answered with `SyncEvent::Refused`.
    Sync {
        account: AccountName,
        trigger: Trigger,
        request: SyncRequest,
    },
    /// Stop the running sync after its open transaction. What it stored stays.
    CancelSync { account: AccountName },
    /// Forget the session of an account; its data stays.
    SignOut { account: AccountName },
    /// Make the light validation call, refreshing first where needed.
    /// Answered by `Event::Checked`.
    Check { account: AccountName },
    /// A valid bearer of one lane, refreshed first where needed. Answered by
    /// `Event::Token`.
    Token { account: AccountName, lane: Lane },
    /// Take over a session from another program or machine. Answered by
    /// `Event::Imported`.
    ImportSession {
        account: AccountName,
        region: Option<Region>,
        files: Files,
        passphrase: Option<Secret>,
    },
    /// Write a session out for another program or machine. Answered by
    /// `Event::Exported`.
    ExportSession {
        account: AccountName,
        shape: Shape,
        passphrase: Option<Secret>,
    },
    /// Build the typed rows again from the kept answers. Answered by `Event::Reparsed`.
    Reparse,
    /// Seal everything anew under a new key. Answered by `Event::Rekeyed`.
    Rekey,
    /// Say what a sync would ask Garmin. Answered by `Event::Planned`.
    Plan {
        account: AccountName,
        request: SyncRequest,
    },
    /// The newest lines of the audit trail. Answered by `Event::Audit`.
    Audit { account: AccountName },
    /// Examine everything; Garmin's hosts unless `is_offline`. Answered by
    /// `Event::Examined`.
    Examine { is_offline: bool },
    /// A page of past jobs, newest first. Answered by `Event::Jobs`.
    Jobs {
        account: AccountName,
        /// Only older ones than this.
        before: Option<JobId>,
    },
    /// One job's report with its log lines. Answered by `Event::Job`.
    Job { account: AccountName, job: JobId },
    /// What is known of the days of a span. Answered by `Event::Coverage`.
    Coverage {
        account: AccountName,
        span: DateSpan,
    },
    /// Give an account another local name. Answered by `Event::Renamed`.
    Rename { from: AccountName, to: AccountName },
    /// Ask for `Event::State`, the last jobs and the newest log lines again.
    Reload,
}
