//! Table `activity_file`: the originals, on disk, absent at Garmin, or failed.

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, OptionalExtension, named_params};

use super::convert::{day, ms};
use crate::domain::{
    account::AccountId,
    activity::{ActivityId, FileState},
    dates::DateSpan,
    parking::rest_after,
};

/// An activity whose original file is still to be fetched.
#[derive(Clone, Debug)]
pub struct WithoutFile {
    pub id: ActivityId,
    pub day: Date,
    pub name: Option<String>,
}

/// Activities of `span` whose original file was never fetched, or failed and
/// is due again; newest first. A leg of a multisport activity has none of its own.
pub fn without_file(
    connection: &Connection,
    account: AccountId,
    span: DateSpan,
    now: Timestamp,
) -> rusqlite::Result<Vec<WithoutFile>> {
    connection
        .prepare_cached(
            "SELECT activity_id, started_on, name FROM activity LEFT JOIN activity_file USING (account, activity_id)
             WHERE account = :account AND started_on BETWEEN :first AND :last
                 AND gone_at IS NULL AND parent_id IS NULL
                 AND (state IS NULL OR (state = 'failed' AND coalesce(retry_at, 0) <= :now))
             ORDER BY started_on DESC, started_at DESC, activity_id DESC",
        )?
        .query_map(
            named_params! {
                ":account": account.get(), ":first": span.first().to_string(), ":last": span.last().to_string(), ":now": ms(now),
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
    /// Why it failed.
    pub reason: Option<String>,
    /// Kept, but not sound: what is wrong with it.
    pub damage: Option<String>,
}

pub fn store(
    connection: &Connection,
    account: AccountId,
    file: &FileRow,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let key = named_params! { ":account": account.get(), ":activity_id": file.activity.get() };
    let before: Option<u32> = connection
        .prepare_cached(
            "SELECT strikes FROM activity_file WHERE account = :account AND activity_id = :activity_id",
        )?
        .query_row(key, |row| row.get(0))
        .optional()?;
    let strikes = match file.state {
        FileState::Failed => before.unwrap_or(0) + 1,
        FileState::Got | FileState::NoFile => 0,
    };
    let retry_at = now + rest_after(strikes);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO activity_file
                 (account, activity_id, state, path, size_bytes, checked_at, reason, damage, strikes, retry_at)
             VALUES (:account, :activity_id, :state, :path, :size_bytes, :now, :reason, :damage, :strikes, :retry_at)",
        )?
        .execute(named_params! {
            ":account": account.get(),
            ":activity_id": file.activity.get(),
            ":state": file.state.name(),
            ":path": file.path,
            ":size_bytes": file.size_bytes,
            ":now": ms(now),
            ":reason": file.reason,
            ":damage": file.damage,
            ":strikes": strikes,
            ":retry_at": (strikes > 0).then(|| ms(retry_at)),
        })?;
    Ok(())
}
