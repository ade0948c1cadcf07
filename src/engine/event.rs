//! Everything a front may learn from the engine.

use jiff::Timestamp;

pub use crate::domain::{job::SyncProgress, sign_in::SignInOutcome};
use crate::domain::{
    account::AccountName,
    failure::Failure,
    job::{JobId, JobReport},
    log::LogEntry,
    session::AccountState,
};

#[derive(Clone, Debug)]
pub enum Event {
    /// The state of every account, whenever anything in it changed: by this
    /// process or by another one on the same CentralDB.
    State(Vec<AccountState>),
    /// How a sign-in or an answered challenge ended.
    SignIn {
        account: AccountName,
        outcome: SignInOutcome,
    },
    Sync {
        account: AccountName,
        event: SyncEvent,
    },
    /// New log lines, oldest first; the first such event brings the last 500.
    Log(Vec<LogEntry>),
    /// When the schedule will run the next sync; `None` when nothing is signed in.
    Schedule {
        next_sync_at: Option<Timestamp>,
    },
    SignedOut {
        account: AccountName,
    },
    /// Something failed that no other event tells.
    Trouble(Failure),
}

#[derive(Clone, Debug)]
pub enum SyncEvent {
    Started {
        job: JobId,
    },
    Progress(SyncProgress),
    Finished(JobReport),
    /// No job was started: another one runs, or a cool-down holds.
    Refused(Failure),
}
