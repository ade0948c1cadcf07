//! Days that could not be fetched: why, how often, and when they are tried again.

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, OptionalExtension, named_params};

use crate::{
    central_db::convert::ms,
    domain::{account::AccountId, coverage::Coverage, dataset::Dataset, parking::rest_after},
};

pub(super) fn fail(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    on: Date,
    reason: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let strikes = match failures(connection, account, dataset, on)? {
        Known::Settled => return Ok(()),
        Known::Wanted { strikes } => strikes + 1,
    };
    put_off(
        connection,
        account,
        dataset,
        on,
        (reason, strikes, now + rest_after(strikes)),
        now,
    )
}

/// No route is left for the day before `until`: it is owed until then, without
/// counting as asked.
pub fn wait(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    on: Date,
    (reason, until): (&str, Timestamp),
    now: Timestamp,
) -> rusqlite::Result<()> {
    match failures(connection, account, dataset, on)? {
        Known::Settled => Ok(()),
        Known::Wanted { strikes } => {
            let next = (Some(reason), strikes, until);
            put_off(connection, account, dataset, on, next, now)
        }
    }
}

/// What a failure meets.
enum Known {
    /// It is here, or known to be empty.
    Settled,
    Wanted {
        strikes: u32,
    },
}

fn failures(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    on: Date,
) -> rusqlite::Result<Known> {
    let known: Option<(String, u32)> = connection
        .prepare_cached(
            "SELECT state, strikes FROM coverage
             WHERE account = :account AND dataset = :dataset AND day_on = :day_on",
        )?
        .query_row(
            named_params! { ":account": account.get(), ":dataset": dataset.name(), ":day_on": on.to_string() },
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let is_wanted =
        |state: &str| state == Coverage::Failed.name() || state == Coverage::Open.name();
    Ok(match known {
        Some((state, _)) if !is_wanted(&state) => Known::Settled,
        Some((_, strikes)) => Known::Wanted { strikes },
        None => Known::Wanted { strikes: 0 },
    })
}

/// A day that is not here fails, an open one stays open; both say why, and when
/// they are asked for again.
fn put_off(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    on: Date,
    (reason, strikes, retry_at): (Option<&str>, u32, Timestamp),
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO coverage (account, dataset, day_on, state, since_at, reason, strikes, retry_at)
             VALUES (:account, :dataset, :day_on, :failed, :now, :reason, :strikes, :retry_at)
             ON CONFLICT (account, dataset, day_on) DO UPDATE SET reason = excluded.reason,
                 strikes = excluded.strikes, retry_at = excluded.retry_at",
        )?
        .execute(named_params! {
            ":account": account.get(),
            ":dataset": dataset.name(),
            ":day_on": on.to_string(),
            ":failed": Coverage::Failed.name(),
            ":now": ms(now),
            ":reason": reason,
            ":strikes": strikes,
            ":retry_at": ms(retry_at),
        })?;
    Ok(())
}
