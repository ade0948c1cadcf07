//! Table `activity_file`: the originals, on disk, absent at Garmin, or failed.

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, named_params};

use super::convert::{day, ms};
use crate::domain::{
    account::AccountId,
    activity::{ActivityId, FileState},
    dates::DateSpan,
};

/// An activity whose original file is still to be fetched.
#[derive(Clone, Debug)]
pub struct WithoutFile {
    pub id: ActivityId,
    pub day: Date,
    pub name: Option<String>,
}

/// Activities of `span` whose original file was never fetched, or failed
/// before; newest first.
pub fn without_file(
    connection: &Connection,
    account: AccountId,
    span: DateSpan,
) -> rusqlite::Result<Vec<WithoutFile>> {
    connection
        .prepare_cached(
            "SELECT activity_id, started_on, name FROM activity LEFT JOIN activity_file USING (account, activity_id)
             WHERE account = :account AND started_on BETWEEN :first AND :last
                 AND (state IS NULL OR state = 'failed')
             ORDER BY started_on DESC, started_at DESC, activity_id DESC",
        )?
        .query_map(
            named_params! {
                ":account": account.get(), ":first": span.first().to_string(), ":last": span.last().to_string(),
            },
            |row| {
                Ok(WithoutFile {
                    id: ActivityId::new(row.get("activity_id")?),
                    day: day(row, "started_on")?,
                    name: row.get("name")?,
                })
            },
        )?
        .collect()
}

/// What became of an original file.
#[derive(Clone, Debug)]
pub struct FileRow {
    pub activity: ActivityId,
    pub state: FileState,
    /// Below the files folder.
    pub path: Option<String>,
    pub size_bytes: Option<i64>,
    pub reason: Option<String>,
}

pub fn store(
    connection: &Connection,
    account: AccountId,
    file: &FileRow,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO activity_file (account, activity_id, state, path, size_bytes, checked_at, reason)
             VALUES (:account, :activity_id, :state, :path, :size_bytes, :now, :reason)",
        )?
        .execute(named_params! {
            ":account": account.get(),
            ":activity_id": file.activity.get(),
            ":state": file.state.name(),
            ":path": file.path,
            ":size_bytes": file.size_bytes,
            ":now": ms(now),
            ":reason": file.reason,
        })?;
    Ok(())
}
