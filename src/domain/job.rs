//! A job is one sync run; a task is one planned request (or page) of it.

mod price;
mod wording;

pub use price::{OpenPrice, OpenReason, Price};

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    account::AccountName,
    coverage::Owed,
    dataset::Dataset,
    dates::DateSpan,
    failure::{Failure, FailureKind},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct JobId(i64);

impl JobId {
    pub const fn new(id: i64) -> Self {
        Self(id)
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JobStatus {
    Running,
    Succeeded,
    /// Some tasks failed; the rest is stored.
    Partial,
    Failed,
    /// Needs a person: no session, or Garmin refused it for good.
    AuthExpired,
    RateLimited,
    Cancelled,
}

impl JobStatus {
    pub const ALL: [Self; 7] = [
        Self::Running,
        Self::Succeeded,
        Self::Partial,
        Self::Failed,
        Self::AuthExpired,
        Self::RateLimited,
        Self::Cancelled,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Partial => "PARTIAL",
            Self::Failed => "FAILED",
            Self::AuthExpired => "AUTH_EXPIRED",
            Self::RateLimited => "RATE_LIMITED",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// Who asked for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A key in the app.
    Person,
    /// The app's own schedule.
    Schedule,
    /// `--sync`.
    Headless,
}

impl Trigger {
    pub const ALL: [Self; 3] = [Self::Person, Self::Schedule, Self::Headless];

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trigger| trigger.name() == name)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Schedule => "schedule",
            Self::Headless => "headless",
        }
    }
}

/// What a sync is asked to cover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncRequest {
    /// `None`: the healing window up to today.
    pub span: Option<DateSpan>,
    /// `None`: all datasets.
    pub only: Option<Vec<Dataset>>,
    pub goal: Goal,
}

/// What a sync is after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Goal {
    /// What is new or may still change, and what was never asked.
    #[default]
    Routine,
    /// Only days that failed or were never asked.
    Repair,
    /// Back to the first day there is, from where the last backfill ended.
    Backfill,
}

impl Goal {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Repair => "repair",
            Self::Backfill => "backfill",
        }
    }
}

/// What one dataset gained in a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DatasetCount {
    /// Days asked for and answered.
    pub days: u32,
    pub rows_new: u32,
    pub rows_changed: u32,
    /// Tasks that failed.
    pub failed: u32,
}

/// One task that failed, or is done with a warning, as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskFailure {
    pub dataset: Dataset,
    /// The days, or the activity, it was about.
    pub span: String,
    pub summary: String,
}

/// The result of a job; `--sync` prints it and the app shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobReport {
    /// `None` when the job could not even be written down.
    pub job_id: Option<JobId>,
    pub account: AccountName,
    pub status: JobStatus,
    /// HTTP requests made, every host counted.
    pub requests: u32,
    /// Whether the session was refreshed on the way.
    pub refreshed: bool,
    pub duration_ms: u64,
    pub datasets: BTreeMap<Dataset, DatasetCount>,
    pub failures: Vec<TaskFailure>,
    /// Days that are still to be fetched, of the datasets that the job was about.
    pub owed: Vec<Owed>,
    /// What the days before the window would cost, told once: after the first sync.
    pub older_days: Option<Price>,
    /// Done, but a person should know: an original that is damaged.
    pub warnings: Vec<TaskFailure>,
    /// Why the job as a whole did not succeed, and what to do.
    pub failure: Option<Failure>,
}

impl JobReport {
    /// A job that was over before it began.
    pub fn not_started(account: AccountName, status: JobStatus, failure: Failure) -> Self {
        Self {
            job_id: None,
            account,
            status,
            requests: 0,
            refreshed: false,
            duration_ms: 0,
            datasets: BTreeMap::new(),
            failures: Vec::new(),
            owed: Vec::new(),
            older_days: None,
            warnings: Vec::new(),
            failure: Some(failure),
        }
    }

    /// As in the README's table (`design.md` section 4).
    pub fn exit_code(&self) -> u8 {
        match (self.status, &self.failure) {
            (JobStatus::Succeeded, _) => 0,
            (JobStatus::Partial, _) => 7,
            (_, Some(failure)) => failure.kind.exit_code(),
            (_, None) => 1,
        }
    }

    /// Rows new or changed.
    pub fn rows(&self) -> u32 {
        self.datasets
            .values()
            .map(|count| count.rows_new + count.rows_changed)
            .sum()
    }
}

/// A job as CentralDB remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRecord {
    pub report: JobReport,
    pub trigger: Trigger,
    pub started_at: Timestamp,
    /// `None` while it runs.
    pub finished_at: Option<Timestamp>,
}

/// Why a job of the past did not succeed. Its remedy was for then: it stands in
/// the sentence, and trying again is a person's choice.
pub fn remembered_failure(status: JobStatus, message: String) -> Failure {
    let kind = match status {
        JobStatus::AuthExpired => FailureKind::AuthExpired,
        JobStatus::RateLimited => FailureKind::RateLimited,
        JobStatus::Cancelled => FailureKind::Cancelled,
        JobStatus::Partial => FailureKind::Partial,
        JobStatus::Running | JobStatus::Succeeded | JobStatus::Failed => FailureKind::Unexpected,
    };
    Failure::new(kind, message, "")
}

/// A job as the app lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSummary {
    pub id: JobId,
    pub status: JobStatus,
    pub trigger: Trigger,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub requests: u32,
    pub rows: u32,
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
    /// What is being fetched, e.g. `(Sleep, "2026-10-24 … 2026-11-20")`.
    pub current: Option<(Dataset, String)>,
}

/// What reading all kept answers again led to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reparsed {
    /// Answers that were read.
    pub payloads: u32,
    pub rows_new: u32,
    pub rows_changed: u32,
    /// Answers that still cannot be read.
    pub unread: u32,
}
