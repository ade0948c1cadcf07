//! Everything a front may learn from the engine.

use jiff::Timestamp;

use crate::domain::{
    account::AccountName,
    challenge::Challenge,
    dataset::Dataset,
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

/// A running job at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncProgress {
    pub job: JobId,
    /// Tasks ended so far, well or not.
    pub done: u32,
    /// Tasks known so far; grows when a page or a file turns up.
    pub planned: u32,
    pub requests: u32,
    /// What is being fetched, e.g. `(Sleep, "2026-10-24 … 11-20")`.
    pub current: Option<(Dataset, String)>,
}
