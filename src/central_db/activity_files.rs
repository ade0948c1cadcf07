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

/// What became of the original of an activity.
#[derive(Clone, Debug)]
pub struct FileRow {
    pub activity: ActivityId,
    pub state: FileState,
    /// What was kept, the activity itself first. Also with [`FileState::Failed`]:
    /// a leg may be damaged where the others are sound.
    pub files: Vec<KeptFile>,
    /// Why it failed.
    pub reason: Option<String>,
    /// Kept, but not sound: what is wrong with it.
    pub damage: Option<String>,
}

/// One file on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// Below the files folder.
    pub path: String,
    pub size_bytes: u64,
    pub damage: Option<String>,
}

/// Replaces what was known of an activity's original. What a failed attempt did
/// not bring stays known.
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
    let first = file.files.first();
    let size = |file: &KeptFile| i64::try_from(file.size_bytes).unwrap_or(i64::MAX);
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
            ":path": first.map(|first| &first.path),
            ":size_bytes": first.map(size),
            ":now": ms(now),
            ":reason": file.reason,
            ":damage": file.damage,
            ":strikes": strikes,
            ":retry_at": (strikes > 0).then(|| ms(retry_at)),
        })?;
    if file.state != FileState::Failed {
        connection
            .prepare_cached(
                "DELETE FROM original_file WHERE account = :account AND activity_id = :activity_id",
            )?
            .execute(key)?;
    }
    for (n, kept) in file.files.iter().enumerate() {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO original_file (account, activity_id, ordinal, path, size_bytes, damage)
                 VALUES (:account, :activity_id, :ordinal, :path, :size_bytes, :damage)",
            )?
            .execute(named_params! {
                ":account": account.get(),
                ":activity_id": file.activity.get(),
                ":ordinal": i64::try_from(n + 1).unwrap_or(i64::MAX),
                ":path": kept.path,
                ":size_bytes": size(kept),
                ":damage": kept.damage,
            })?;
    }
    Ok(())
}

/// A file that should be on disk, and its activity.
#[derive(Clone, Debug)]
pub struct Expected {
    pub activity: WithoutFile,
    pub path: String,
    pub size_bytes: u64,
}

/// All files of an account that should be on disk, newest first.
pub fn expected(connection: &Connection, account: AccountId) -> rusqlite::Result<Vec<Expected>> {
    connection
        .prepare_cached(
            "SELECT activity_id, started_on, name, path, size_bytes
             FROM original_file JOIN activity USING (account, activity_id)
             WHERE account = :account AND gone_at IS NULL
             ORDER BY started_on DESC, activity_id DESC, ordinal",
        )?
        .query_map(named_params! { ":account": account.get() }, |row| {
            let size: i64 = row.get("size_bytes")?;
            Ok(Expected {
                activity: WithoutFile {
                    id: ActivityId::new(row.get("activity_id")?),
                    day: day(row, "started_on")?,
                    name: row.get("name")?,
                },
                path: row.get("path")?,
                size_bytes: u64::try_from(size).unwrap_or_default(),
            })
        })?
        .collect()
}

/// Files of an account that are kept though damaged: path and what is wrong, newest first.
pub fn damaged(
    connection: &Connection,
    account: AccountId,
) -> rusqlite::Result<Vec<(String, String)>> {
    connection
        .prepare_cached(
            "SELECT path, damage FROM original_file
             WHERE account = :account AND damage IS NOT NULL ORDER BY path DESC",
        )?
        .query_map(named_params! { ":account": account.get() }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect()
}
