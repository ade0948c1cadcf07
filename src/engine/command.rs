//! Everything a front may ask of the engine.

use crate::domain::{
    account::AccountName,
    job::{SyncRequest, Trigger},
    secret::Secret,
};

#[derive(Debug)]
pub enum Command {
    /// Sign in through the password door. Answered by [`super::event::Event::SignIn`].
    SignIn {
        account: AccountName,
        email: String,
        password: Secret,
    },
    /// Answer the pending challenge of an account. Answered by `Event::SignIn`.
    AnswerMfa { account: AccountName, code: Secret },
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
    /// Ask for `Event::State` and the newest log lines again.
    Reload,
}
