//! The sync log: rows for the person, not tracing.

use jiff::Timestamp;

use super::{account::AccountName, dataset::Dataset, job::JobId};

/// What kind of line it is; decides its glyph and whether a filter shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// One step of a job.
    Detail,
    /// Something ended well.
    Done,
    /// The session was signed in, refreshed or ended.
    Session,
    Warn,
    Error,
}

impl LogLevel {
    pub const ALL: [Self; 5] = [
        Self::Detail,
        Self::Done,
        Self::Session,
        Self::Warn,
        Self::Error,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Detail => "detail",
            Self::Done => "done",
            Self::Session => "session",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// One line of the sync log. `text` is printable: it was cleaned when written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    pub id: i64,
    pub at: Timestamp,
    pub account: AccountName,
    pub job: Option<JobId>,
    pub level: LogLevel,
    pub dataset: Option<Dataset>,
    pub text: String,
}
