//! What can go wrong with the one file, each cause with its own sentence.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;

use crate::domain::{
    failure::{Failure, FailureKind},
    printable::{io_reason, printable, sentence},
};

#[derive(Debug, thiserror::Error)]
pub enum CentralDbError {
    #[error("the database {path} cannot be opened: {why}")]
    Open { path: String, why: String },
    #[error("{path} is not a garminsync database{}", .but.map(|but| format!(", {but}")).unwrap_or_default())]
    Foreign {
        path: String,
        but: Option<&'static str>,
    },
    #[error("the database {path} is {what}, although {} lies beside it: its content is lost", .beside.display())]
    Lost {
        path: String,
        /// `empty` or `missing`.
        what: &'static str,
        /// What only a home with a database has.
        beside: PathBuf,
        backup: Option<PathBuf>,
    },
    #[error("the database {path} is damaged")]
    Damaged {
        path: String,
        backup: Option<PathBuf>,
    },
    #[error(
        "the database {path} was written by a newer garminsync (version {found}, this one knows {known})"
    )]
    Newer {
        path: String,
        found: i64,
        known: i64,
    },
    #[error("the database could not be brought up to date: {why}")]
    Migration {
        why: String,
        /// The copy from before, where one was made.
        backup: Option<PathBuf>,
    },
    #[error("another program holds the database locked")]
    Locked,
    #[error("another garminsync has been opening the database for minutes")]
    OpeningTaken,
    #[error("{0}")]
    NotWritable(NotWritable),
    #[error("the database refused: {}", plain(.0))]
    Sqlite(#[source] rusqlite::Error),
    #[error("the lock file {path} cannot be used: {why}")]
    Lock { path: String, why: String },
    #[error("a new session could not be kept ({0}), so Garmin was not asked for one")]
    NoRoom(String),
    #[error("another process has been refreshing this session for minutes")]
    LeaseTaken,
    #[error("a database job panicked; nothing of it was stored")]
    Panicked,
    #[error("the database thread has ended")]
    Stopped,
}

/// Why a home can be read and not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritable {
    #[error("the home can only be read here")]
    ReadOnly,
    #[error("the disk is full")]
    Full,
}

impl NotWritable {
    /// `None` for an error that says nothing about writing.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                Some(Self::ReadOnly)
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(Self::Full),
            _ => None,
        }
    }
}

impl CentralDbError {
    /// A file of the home that could not be made or opened for writing.
    pub(super) fn of_file(path: &Path, error: &io::Error) -> Self {
        NotWritable::of(error).map_or_else(
            || Self::Open {
                path: path.display().to_string(),
                why: io_reason(error),
            },
            Self::NotWritable,
        )
    }
}

/// SQLite's own codes become causes; what is left keeps SQLite's words.
impl From<rusqlite::Error> for CentralDbError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged {
                path: "central.db".to_owned(),
                backup: None,
            },
            Some(ErrorCode::DiskFull) => Self::NotWritable(NotWritable::Full),
            Some(ErrorCode::ReadOnly) => Self::NotWritable(NotWritable::ReadOnly),
            _ => Self::Sqlite(error),
        }
    }
}

/// SQLite's message without the code that comes before it.
pub(super) fn plain(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => printable(message),
        error => printable(&error.to_string()),
    }
}

impl From<CentralDbError> for Failure {
    fn from(error: CentralDbError) -> Self {
        let restore = |backup: &Option<PathBuf>| match backup {
            Some(backup) => format!(
                "Nothing was changed. The copy {} is from before an upgrade; copy it, or a backup of your own, in its place.",
                backup.display()
            ),
            None => "Nothing was changed. Put a backup of your own in its place.".to_owned(),
        };
        let (kind, remedy) = match &error {
            CentralDbError::Open { .. } | CentralDbError::Lock { .. } => (
                FailureKind::Home,
                "Check the folder's permissions and free space, or choose another with --home DIR.".to_owned(),
            ),
            CentralDbError::NoRoom(_) => (
                FailureKind::CentralDb,
                "Nothing is lost. Make room on the disk, then try again.".to_owned(),
            ),
            CentralDbError::LeaseTaken | CentralDbError::OpeningTaken => (
                FailureKind::Busy,
                "Try again; if it stays so, look for a garminsync that hangs.".to_owned(),
            ),
            CentralDbError::Locked => (
                FailureKind::Busy,
                "Close it there, or end its transaction, then try again; what is stored is safe.".to_owned(),
            ),
            CentralDbError::Foreign { .. } => (
                FailureKind::Home,
                "It was left untouched; move it away, or choose another folder with --home DIR.".to_owned(),
            ),
            CentralDbError::Newer { .. } => (
                FailureKind::Home,
                "It was left untouched; install the newer garminsync.".to_owned(),
            ),
            CentralDbError::Lost { beside, backup, .. } => (
                FailureKind::CentralDb,
                format!(
                    "{} To begin anew instead, move {} away.",
                    restore(backup),
                    beside.display()
                ),
            ),
            CentralDbError::Damaged { backup, .. } => (
                FailureKind::CentralDb,
                format!("{} To begin anew instead, move it away.", restore(backup)),
            ),
            CentralDbError::Migration { backup, .. } => (
                FailureKind::CentralDb,
                match backup {
                    Some(backup) => format!(
                        "The database is as it was before; a backup lies beside it: {}.",
                        backup.display()
                    ),
                    None => "The database is as it was before; check free space, then try again.".to_owned(),
                },
            ),
            CentralDbError::NotWritable(NotWritable::ReadOnly) => (
                FailureKind::Home,
                "Make it writable, or choose another with --home DIR; status, show, doctor and audit work all the same.".to_owned(),
            ),
            CentralDbError::NotWritable(NotWritable::Full) => (
                FailureKind::CentralDb,
                "Free some space, then try again; what was stored before is safe.".to_owned(),
            ),
            CentralDbError::Sqlite(_) | CentralDbError::Panicked | CentralDbError::Stopped => (
                FailureKind::CentralDb,
                "What was stored before is safe; check free space, then try again.".to_owned(),
            ),
        };
        Self::new(kind, sentence(&error.to_string()), remedy)
    }
}
