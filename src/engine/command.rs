//! Everything a front may ask of the engine.

pub use crate::domain::sign_in::{KeyInput, SignInDoor};
use crate::domain::{
    account::{AccountName, Region},
    job::{SyncRequest, Trigger},
    secret::Secret,
    session::Lane,
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
    /// Say what a sync would ask Garmin. Answered by `Event::Planned`.
    Plan {
        account: AccountName,
        request: SyncRequest,
    },
    /// The newest lines of the audit trail. Answered by `Event::Audit`.
    Audit { account: AccountName },
    /// Ask for `Event::State` and the newest log lines again.
    Reload,
}
