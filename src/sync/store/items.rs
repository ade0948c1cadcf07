//! What is asked for single activities: their legs, and their original files.

use rusqlite::Connection;

use super::{Context, gains, note, unknown_zone};
use crate::{
    central_db::{
        RowChange, WriteMode,
        activity_details::{self, WantedDetail},
        activity_files::{self, FileRow},
        jobs::{self, TaskRow},
        payloads::{self, NewPayload},
        table::Stamp,
    },
    domain::{
        activity::{ActivityId, FileState},
        dataset::Dataset,
        job::DatasetCount,
        log::LogLevel,
        session::Lane,
    },
    sync::dataset::{self, Row},
};

/// Stores which legs a multisport activity has; each is asked for by itself.
pub fn legs(
    db: &Connection,
    at: Context,
    whole: WantedDetail,
    legs: &[ActivityId],
) -> rusqlite::Result<()> {
    activity_details::set_legs(db, at.account, whole.whole, legs)?;
    let row = detail_row(at, whole, DatasetCount::default(), None);
    jobs::record_task(db, at.job, &row, at.now)
}

/// Stores a leg; `None`: there is no such leg any more.
pub fn leg(
    db: &Connection,
    at: Context,
    lane: Lane,
    wanted: WantedDetail,
    leg: Option<(&dyn Row, &[u8])>,
) -> rusqlite::Result<()> {
    let mut count = DatasetCount::default();
    if let Some((leg, body)) = leg {
        let request = dataset::activity_detail(wanted.id).to_string();
        let payload = NewPayload {
            account: at.account,
            dataset: Dataset::Activities,
            lane,
            endpoint: dataset::DETAIL_ENDPOINT,
            request: &request,
            fetched_at: at.now,
            status: 200,
            is_read: true,
            body,
        };
        let stamp = Stamp {
            account: at.account,
            payload_id: payloads::store(db, &payload)?,
            mode: WriteMode::Merge,
            now: at.now,
        };
        match leg.store(db, stamp)? {
            RowChange::New => count.rows_new = 1,
            RowChange::Changed => count.rows_changed = 1,
            RowChange::Same => {}
        }
    }
    activity_details::settle(db, at.account, wanted.id, leg.is_none())?;
    let row = detail_row(at, wanted, count, None);
    jobs::record_task(db, at.job, &row, at.now)?;
    let text = format!("{}: {}{}", wanted.day, row.span, gains(count));
    note(db, at, LogLevel::Detail, Some(Dataset::Activities), text)
}

/// Stores that it could not be asked where the history begins.
pub fn search_failed(
    db: &Connection,
    at: Context,
    endpoint: &'static str,
    summary: &str,
) -> rusqlite::Result<()> {
    let row = TaskRow {
        ordinal: at.ordinal,
        requests: at.requests,
        dataset: Dataset::Activities,
        endpoint,
        span: "the first day".to_owned(),
        failed: Some(summary.to_owned()),
        warning: None,
        count: DatasetCount::default(),
    };
    jobs::record_task(db, at.job, &row, at.now)?;
    let text = format!("{}: {summary}", row.span);
    note(db, at, LogLevel::Warn, None, text)
}

/// Stores that the account's zone is unknown here, so that its days are those of UTC.
pub fn zone_unknown(
    db: &Connection,
    at: Context,
    endpoint: &'static str,
    zone: &str,
) -> rusqlite::Result<()> {
    let warning = unknown_zone(zone, None);
    let row = TaskRow {
        ordinal: at.ordinal,
        requests: at.requests,
        dataset: Dataset::Settings,
        endpoint,
        span: "the time zone".to_owned(),
        failed: None,
        warning: Some(warning.clone()),
        count: DatasetCount::default(),
    };
    jobs::record_task(db, at.job, &row, at.now)?;
    note(db, at, LogLevel::Warn, Some(Dataset::Settings), warning)
}

/// Stores that an activity's detail could not be had.
pub fn detail_failed(
    db: &Connection,
    at: Context,
    wanted: WantedDetail,
    summary: &str,
) -> rusqlite::Result<()> {
    activity_details::fail(db, at.account, wanted, summary, at.now)?;
    let row = detail_row(
        at,
        wanted,
        DatasetCount::default(),
        Some(summary.to_owned()),
    );
    jobs::record_task(db, at.job, &row, at.now)?;
    let text = format!("{}: {summary}", row.span);
    note(db, at, LogLevel::Warn, Some(Dataset::Activities), text)
}

fn detail_row(
    at: Context,
    wanted: WantedDetail,
    count: DatasetCount,
    failed: Option<String>,
) -> TaskRow {
    let whole = wanted.whole.get();
    let span = if wanted.id == wanted.whole {
        format!("legs of activity {whole}")
    } else {
        format!("leg {} of activity {whole}", wanted.id.get())
    };
    TaskRow {
        ordinal: at.ordinal,
        requests: at.requests,
        dataset: Dataset::Activities,
        endpoint: dataset::DETAIL_ENDPOINT,
        span,
        failed,
        warning: None,
        count,
    }
}

/// Stores what became of an original file, already on disk if it was got.
/// `title` is what the log calls its activity.
pub fn file(db: &Connection, at: Context, file: &FileRow, title: &str) -> rusqlite::Result<()> {
    activity_files::store(db, at.account, file, at.now)?;
    let reason = || file.reason.clone().unwrap_or_default();
    let damage = file.damage.as_ref();
    let damage = damage.map(|what| format!("the original file is kept, but damaged: {what}"));
    let row = TaskRow {
        ordinal: at.ordinal,
        requests: at.requests,
        dataset: Dataset::Activities,
        endpoint: FILE_ENDPOINT,
        span: format!("file of activity {}", file.activity.get()),
        failed: (file.state == FileState::Failed).then(reason),
        warning: damage.clone(),
        count: DatasetCount::default(),
    };
    jobs::record_task(db, at.job, &row, at.now)?;
    let (level, what) = match (file.state, damage) {
        (FileState::Failed, _) => (LogLevel::Warn, reason()),
        (_, Some(damage)) => (LogLevel::Warn, damage),
        (FileState::NoFile, None) => (LogLevel::Detail, "has no original file".to_owned()),
        (FileState::Got, None) => {
            let what = match file.files.len() {
                0 | 1 => "original file kept".to_owned(),
                many => format!("{many} original files kept"),
            };
            (LogLevel::Detail, what)
        }
    };
    let text = format!("{title}: {what}");
    note(db, at, level, Some(Dataset::Activities), text)
}

/// The endpoint of original files, in tasks and prices.
pub const FILE_ENDPOINT: &str = "activities.file";
