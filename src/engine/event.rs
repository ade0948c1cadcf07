//! Everything a front may learn from the engine.

use jiff::Timestamp;

use crate::domain::{
    account::AccountName,
    audit::AuthEvent,
    coverage::CoverageMap,
    failure::Failure,
    finding::Finding,
    job::{JobId, JobRecord, JobReport, JobSummary, Price, Reparsed},
    log::LogEntry,
    secret::Secret,
    session::AccountState,
};
pub use crate::domain::{
    job::SyncProgress,
    sign_in::{SignInOutcome, SignInStep},
};

#[derive(Clone, Debug)]
pub enum Event {
    /// The state of every account, whenever anything in it changed: by this
    /// process or by another one on the same CentralDB.
    State(Vec<AccountState>),
    /// What a sign-in with a password is doing now.
    SignInStep {
        account: AccountName,
        step: SignInStep,
    },
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
    /// `had_session`: there was something to forget.
    SignedOut {
        account: AccountName,
        had_session: bool,
    },
    /// Whether Garmin sent another code, and from when it would send the next.
    CodeSent {
        account: AccountName,
        result: Result<Timestamp, Failure>,
    },
    /// Where a personal API key lies, if one does.
    KeyFound {
        place: Option<String>,
    },
    /// Newest first.
    Audit {
        account: AccountName,
        events: Vec<AuthEvent>,
    },
    Checked {
        account: AccountName,
        result: Result<(), Failure>,
    },
    /// `remarks`: what a person should know about what moved in.
    Imported {
        outcome: SignInOutcome,
        remarks: Vec<&'static str>,
    },
    /// File names and contents.
    Exported {
        result: Result<Vec<(&'static str, Secret)>, Failure>,
    },
    Reparsed {
        result: Result<Reparsed, Failure>,
    },
    /// How many sealed things moved to the new key, and how many no key opens.
    Rekeyed {
        result: Result<(u32, u32), Failure>,
    },
    Examined {
        findings: Vec<Finding>,
    },
    Token {
        result: Result<Secret, Failure>,
    },
    Planned {
        account: AccountName,
        result: Result<Price, Failure>,
    },
    /// The last job of an account that ended, at first and whenever it is another
    /// one; this process or another ran it.
    LastJob(Box<JobRecord>),
    /// Newest first.
    Jobs {
        account: AccountName,
        /// As asked.
        before: Option<JobId>,
        jobs: Vec<JobSummary>,
        is_last_page: bool,
    },
    /// `None`: CentralDB knows no such job of this account.
    Job {
        account: AccountName,
        record: Option<Box<JobRecord>>,
        /// Oldest first.
        lines: Vec<LogEntry>,
    },
    Coverage {
        account: AccountName,
        coverage: CoverageMap,
    },
    Renamed {
        from: AccountName,
        to: AccountName,
        result: Result<(), Failure>,
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
    Finished(Box<JobReport>),
    /// No job was started: another one runs, or a cool-down holds.
    Refused(Failure),
}
