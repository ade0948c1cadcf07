//! Table `activity_detail`: what is asked of multisport activities one by one,
//! the whole's own detail and that of each leg.

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, named_params};

use super::convert::{day, ms};
use crate::domain::{
    account::AccountId, activity::ActivityId, dates::DateSpan, parking::rest_after,
};

/// A detail that is still to be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedDetail {
    pub id: ActivityId,
    /// The whole that it is of: itself, or the one it is a leg of.
    pub whole: ActivityId,
    /// The day of the whole.
    pub day: Date,
}

/// The multisport activities of `span` whose legs are not known yet, newest
/// first; without those that failed and rest.
pub fn wholes(
    connection: &Connection,
    account: AccountId,
    span: DateSpan,
    now: Timestamp,
) -> rusqlite::Result<Vec<WantedDetail>> {
    wanted(
        connection,
        "SELECT activity.activity_id, activity.activity_id AS whole, started_on
         FROM activity LEFT JOIN activity_detail USING (account, activity_id)
         WHERE account = :account AND started_on BETWEEN :first AND :last
             AND is_parent = 1 AND legs_asked = 0 AND gone_at IS NULL AND coalesce(retry_at, 0) <= :now
         ORDER BY started_on DESC, activity.activity_id DESC",
        (account, span, now),
    )
}

/// The legs of the activities of `span` that are not here yet, newest first;
/// without those that failed and rest.
pub fn legs(
    connection: &Connection,
    account: AccountId,
    span: DateSpan,
    now: Timestamp,
) -> rusqlite::Result<Vec<WantedDetail>> {
    wanted(
        connection,
        "SELECT detail.activity_id, whole.activity_id AS whole, started_on
         FROM activity_detail AS detail JOIN activity AS whole
             ON whole.account = detail.account AND whole.activity_id = detail.parent_id
         WHERE detail.account = :account AND started_on BETWEEN :first AND :last
             AND detail.activity_id <> detail.parent_id AND detail.state IN ('wanted', 'failed')
             AND gone_at IS NULL AND coalesce(retry_at, 0) <= :now
         ORDER BY started_on DESC, whole.activity_id DESC, detail.activity_id",
        (account, span, now),
    )
}

fn wanted(
    connection: &Connection,
    sql: &str,
    (account, span, now): (AccountId, DateSpan, Timestamp),
) -> rusqlite::Result<Vec<WantedDetail>> {
    connection
        .prepare_cached(sql)?
        .query_map(
            named_params! {
                ":account": account.get(), ":first": span.first().to_string(), ":last": span.last().to_string(),
                ":now": ms(now),
            },
            |row| {
                Ok(WantedDetail {
                    id: ActivityId::new(row.get("activity_id")?),
                    whole: ActivityId::new(row.get("whole")?),
                    day: day(row, "started_on")?,
                })
            },
        )?
        .collect()
}

/// The whole was read: these are its legs, and they are to be asked for.
pub fn set_legs(
    connection: &Connection,
    account: AccountId,
    whole: ActivityId,
    legs: &[ActivityId],
) -> rusqlite::Result<()> {
    let key = named_params! { ":account": account.get(), ":whole": whole.get() };
    connection
        .prepare_cached(
            "UPDATE activity SET legs_asked = 1 WHERE account = :account AND activity_id = :whole",
        )?
        .execute(key)?;
    connection
        .prepare_cached(
            "DELETE FROM activity_detail WHERE account = :account AND activity_id = :whole",
        )?
        .execute(key)?;
    for leg in legs.iter().filter(|leg| **leg != whole) {
        connection
            .prepare_cached(
                "INSERT INTO activity_detail (account, activity_id, parent_id, state)
                 VALUES (:account, :leg, :whole, 'wanted')
                 ON CONFLICT (account, activity_id) DO UPDATE SET parent_id = excluded.parent_id",
            )?
            .execute(named_params! {
                ":account": account.get(), ":leg": leg.get(), ":whole": whole.get(),
            })?;
    }
    Ok(())
}

/// A leg is here, or is none any more at Garmin.
pub fn settle(
    connection: &Connection,
    account: AccountId,
    leg: ActivityId,
    is_gone: bool,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE activity_detail SET state = :state, reason = NULL, strikes = 0, retry_at = NULL
             WHERE account = :account AND activity_id = :leg",
        )?
        .execute(named_params! {
            ":account": account.get(), ":leg": leg.get(), ":state": if is_gone { "gone" } else { "got" },
        })?;
    Ok(())
}

/// A detail could not be had; it rests longer with each failure in a row.
pub fn fail(
    connection: &Connection,
    account: AccountId,
    wanted: WantedDetail,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let key = named_params! { ":account": account.get(), ":activity_id": wanted.id.get() };
    let strikes: u32 = connection
        .prepare_cached(
            "SELECT coalesce(max(strikes), 0) + 1 FROM activity_detail
             WHERE account = :account AND activity_id = :activity_id",
        )?
        .query_row(key, |row| row.get(0))?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO activity_detail
                 (account, activity_id, parent_id, state, reason, strikes, retry_at)
             VALUES (:account, :activity_id, :whole, 'failed', :reason, :strikes, :retry_at)",
        )?
        .execute(named_params! {
            ":account": account.get(),
            ":activity_id": wanted.id.get(),
            ":whole": wanted.whole.get(),
            ":reason": reason,
            ":strikes": strikes,
            ":retry_at": ms(now + rest_after(strikes)),
        })?;
    Ok(())
}
