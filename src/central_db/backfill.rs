//! Tables `backfill` and `backfill_spent`: how far back the history is here.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::convert::word;
use crate::domain::{account::AccountId, dataset::Dataset};

/// How far back one dataset is here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    /// The first day there is anything at Garmin; `None`: not yet searched.
    pub first_on: Option<Date>,
    /// The oldest day the backfill has reached.
    pub reached_on: Option<Date>,
}

pub fn frontier(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
) -> rusqlite::Result<Frontier> {
    let found = connection
        .prepare_cached(
            "SELECT first_on, frontier_on FROM backfill WHERE account = :account AND dataset = :dataset",
        )?
        .query_row(
            named_params! { ":account": account.get(), ":dataset": dataset.name() },
            |row| {
                let opt_day = |column: &str| -> rusqlite::Result<Option<Date>> {
                    let text: Option<String> = row.get(column)?;
                    text.map(|_| word(row, column, |text| text.parse().ok())).transpose()
                };
                Ok(Frontier {
                    first_on: opt_day("first_on")?,
                    reached_on: opt_day("frontier_on")?,
                })
            },
        )
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// The search found where a dataset begins.
pub fn set_first(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    first: Date,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO backfill (account, dataset, first_on) VALUES (:account, :dataset, :first)
             ON CONFLICT (account, dataset) DO UPDATE SET first_on = excluded.first_on
             WHERE first_on IS NOT excluded.first_on",
        )?
        .execute(named_params! {
            ":account": account.get(), ":dataset": dataset.name(), ":first": first.to_string(),
        })?;
    Ok(())
}

/// The backfill has come down to `reached`.
pub fn reach(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    reached: Date,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO backfill (account, dataset, frontier_on) VALUES (:account, :dataset, :reached)
             ON CONFLICT (account, dataset) DO UPDATE SET
                 frontier_on = min(coalesce(frontier_on, excluded.frontier_on), excluded.frontier_on)
             WHERE frontier_on IS NULL OR frontier_on > excluded.frontier_on",
        )?
        .execute(named_params! {
            ":account": account.get(), ":dataset": dataset.name(), ":reached": reached.to_string(),
        })?;
    Ok(())
}

/// Requests spent of `day`'s allowance.
pub fn spent(connection: &Connection, account: AccountId, day: Date) -> rusqlite::Result<u32> {
    let found: Option<u32> = connection
        .prepare_cached(
            "SELECT requests FROM backfill_spent WHERE account = :account AND day_on = :day",
        )?
        .query_row(
            named_params! { ":account": account.get(), ":day": day.to_string() },
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.unwrap_or(0))
}

/// Takes `requests` off `day`'s allowance.
pub fn spend(
    connection: &Connection,
    account: AccountId,
    day: Date,
    requests: u32,
) -> rusqlite::Result<()> {
    if requests == 0 {
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT INTO backfill_spent (account, day_on, requests) VALUES (:account, :day, :requests)
             ON CONFLICT (account, day_on) DO UPDATE SET requests = requests + excluded.requests",
        )?
        .execute(named_params! {
            ":account": account.get(), ":day": day.to_string(), ":requests": requests,
        })?;
    Ok(())
}
