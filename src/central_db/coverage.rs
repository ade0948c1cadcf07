//! Table `coverage`: what is known of each day. No row: never asked.

mod failures;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    backfill,
    convert::{day, ms, opt_timestamp, timestamp, word},
};
use crate::domain::{
    account::AccountId,
    coverage::{Coverage, CoverageMap, DayFact, Owed},
    dataset::Dataset,
    dates::DateSpan,
};

/// Enters a state. A day that stays in its state is not written, and a failure
/// never hides what is already known: the day keeps its state, and an open one,
/// which is asked for again anyway, says why it could not be. A day that fails
/// again rests longer.
pub fn set(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    on: Date,
    state: Coverage,
    reason: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    if state == Coverage::Failed {
        return failures::fail(connection, account, dataset, on, reason, now);
    }
    connection
        .prepare_cached(
            "INSERT INTO coverage (account, dataset, day_on, state, since_at, reason)
             VALUES (:account, :dataset, :day_on, :state, :now, :reason)
             ON CONFLICT (account, dataset, day_on) DO UPDATE SET state = excluded.state,
                 since_at = excluded.since_at, reason = excluded.reason, strikes = 0, retry_at = NULL
             WHERE (coverage.state, coverage.reason) IS NOT (excluded.state, excluded.reason)",
        )?
        .execute(named_params! {
            ":account": account.get(),
            ":dataset": dataset.name(),
            ":day_on": on.to_string(),
            ":state": state.name(),
            ":now": ms(now),
            ":reason": reason,
        })?;
    Ok(())
}

/// A day of the history changed at Garmin: its other datasets may have, too.
/// Returns whether any was settled before.
pub fn reopen(
    connection: &Connection,
    account: AccountId,
    on: Date,
    datasets: &[Dataset],
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let mut reopened = 0;
    for dataset in datasets {
        reopened += connection
            .prepare_cached(
                "UPDATE coverage SET state = 'open', since_at = :now
                 WHERE account = :account AND dataset = :dataset AND day_on = :day_on
                     AND state IN ('got', 'nothing')",
            )?
            .execute(named_params! {
                ":account": account.get(),
                ":dataset": dataset.name(),
                ":day_on": on.to_string(),
                ":now": ms(now),
            })?;
    }
    Ok(reopened > 0)
}

pub use failures::wait;

/// One day as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageRow {
    pub state: Coverage,
    /// When it entered this state.
    pub since: Timestamp,
    /// Why it failed.
    pub reason: Option<String>,
    /// A failed day is not asked for again before.
    pub retry_at: Option<Timestamp>,
    /// It lacks columns that a route which was refused would have brought.
    pub is_thin: bool,
}

/// Marks whether a day lacks columns that a better route brings.
pub fn set_thin(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    on: Date,
    is_thin: bool,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE coverage SET is_thin = :is_thin
             WHERE account = :account AND dataset = :dataset AND day_on = :day_on AND is_thin <> :is_thin",
        )?
        .execute(named_params! {
            ":account": account.get(), ":dataset": dataset.name(), ":day_on": on.to_string(), ":is_thin": is_thin,
        })?;
    Ok(())
}

/// Days that are still to be fetched although they were asked for, dataset by
/// dataset: failed ones, and open ones that could not be read again. Within
/// `span`, if that is all a sync was about.
pub fn owed(
    connection: &Connection,
    account: AccountId,
    datasets: &[Dataset],
    span: Option<DateSpan>,
) -> rusqlite::Result<Vec<Owed>> {
    let mut out = Vec::new();
    for &dataset in datasets {
        let mut owed: Option<Owed> = None;
        for (day, row) in unsettled(connection, account, dataset)? {
            let is_owed = row.state == Coverage::Failed || row.retry_at.is_some();
            if is_owed && span.is_none_or(|span| span.contains(day)) {
                owed.get_or_insert_with(|| Owed::of(dataset)).add(
                    day,
                    row.reason.as_deref(),
                    row.retry_at,
                );
            }
        }
        out.extend(owed);
    }
    Ok(out)
}

/// The days of `span` that were asked for.
pub fn rows(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    span: DateSpan,
) -> rusqlite::Result<BTreeMap<Date, CoverageRow>> {
    connection
        .prepare_cached(
            "SELECT * FROM coverage
             WHERE account = :account AND dataset = :dataset AND day_on BETWEEN :first AND :last",
        )?
        .query_map(
            named_params! {
                ":account": account.get(),
                ":dataset": dataset.name(),
                ":first": span.first().to_string(),
                ":last": span.last().to_string(),
            },
            pair,
        )?
        .collect()
}

/// The days of `span`, dataset by dataset, with what else is known of them.
pub fn map(
    connection: &Connection,
    account: AccountId,
    span: DateSpan,
) -> rusqlite::Result<CoverageMap> {
    let mut map = CoverageMap::new(span);
    for dataset in Dataset::ALL {
        let Some(oldest) = first_day(connection, account, dataset)? else {
            continue;
        };
        // The search for the first day has looked further back than there is a history.
        let begins = backfill::frontier(connection, account, dataset)?.first_on;
        let oldest = begins.map_or(oldest, |begins| begins.max(oldest));
        map.first = Some(map.first.map_or(oldest, |first| first.min(oldest)));
        let rows = rows(connection, account, dataset, span)?.into_iter();
        let fact = |row: CoverageRow| DayFact {
            state: row.state,
            since: row.since,
            reason: row.reason,
            retry_at: row.retry_at,
        };
        let days = rows.filter(|(day, _)| *day >= oldest);
        map.days
            .insert(dataset, days.map(|(day, row)| (day, fact(row))).collect());
    }
    Ok(map)
}

/// The oldest day that was ever asked for, from the head of the key alone.
fn first_day(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
) -> rusqlite::Result<Option<Date>> {
    connection
        .prepare_cached(
            "SELECT day_on FROM coverage
             WHERE account = :account AND dataset = :dataset ORDER BY day_on LIMIT 1",
        )?
        .query_row(
            named_params! { ":account": account.get(), ":dataset": dataset.name() },
            |row| day(row, "day_on"),
        )
        .optional()
}

/// The days that are open, failed or thin, however old.
pub fn unsettled_or_thin(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
) -> rusqlite::Result<BTreeMap<Date, CoverageRow>> {
    let mut out = unsettled(connection, account, dataset)?;
    let thin = connection
        .prepare_cached(
            "SELECT * FROM coverage
             WHERE account = :account AND dataset = :dataset AND is_thin = 1",
        )?
        .query_map(
            named_params! { ":account": account.get(), ":dataset": dataset.name() },
            pair,
        )?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    out.extend(thin);
    Ok(out)
}

/// The days that are open or failed, however old.
pub fn unsettled(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
) -> rusqlite::Result<BTreeMap<Date, CoverageRow>> {
    connection
        .prepare_cached(
            "SELECT * FROM coverage
             WHERE account = :account AND dataset = :dataset AND state IN ('open', 'failed')",
        )?
        .query_map(
            named_params! { ":account": account.get(), ":dataset": dataset.name() },
            pair,
        )?
        .collect()
}

/// The days of `span` that were asked for, by state alone.
pub fn of(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    span: DateSpan,
) -> rusqlite::Result<BTreeMap<Date, Coverage>> {
    let rows = rows(connection, account, dataset, span)?;
    Ok(rows
        .into_iter()
        .map(|(day, row)| (day, row.state))
        .collect())
}

/// Whether every day of `span` was asked for.
pub fn is_whole(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    span: DateSpan,
) -> rusqlite::Result<bool> {
    let days: u32 = connection
        .prepare_cached(
            "SELECT count(*) FROM coverage
             WHERE account = :account AND dataset = :dataset AND day_on BETWEEN :first AND :last",
        )?
        .query_row(
            named_params! {
                ":account": account.get(), ":dataset": dataset.name(),
                ":first": span.first().to_string(), ":last": span.last().to_string(),
            },
            |row| row.get(0),
        )?;
    Ok(days == span.len())
}

/// The oldest and the newest day that was ever asked for.
pub fn known_span(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
) -> rusqlite::Result<Option<DateSpan>> {
    let found = connection
        .prepare_cached(
            "SELECT min(day_on) AS first, max(day_on) AS last FROM coverage
             WHERE account = :account AND dataset = :dataset HAVING count(*) > 0",
        )?
        .query_row(
            named_params! { ":account": account.get(), ":dataset": dataset.name() },
            |row| Ok((day(row, "first")?, day(row, "last")?)),
        )
        .optional()?;
    Ok(found.and_then(|(first, last)| DateSpan::new(first, last)))
}

fn pair(row: &Row<'_>) -> rusqlite::Result<(Date, CoverageRow)> {
    let found = CoverageRow {
        state: word(row, "state", Coverage::from_name)?,
        since: timestamp(row, "since_at")?,
        reason: row.get("reason")?,
        retry_at: opt_timestamp(row, "retry_at")?,
        is_thin: row.get("is_thin")?,
    };
    Ok((day(row, "day_on")?, found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central_db::fixture;
    use jiff::civil::date;

    #[test]
    fn a_failure_does_not_hide_data_and_a_stay_writes_nothing() {
        let f = fixture::connection();
        let db = &f.connection;
        let on = date(2026, 1, 1);
        let put = |state, reason| {
            let now = Timestamp::UNIX_EPOCH;
            set(db, f.account, Dataset::Daily, on, state, reason, now).unwrap();
            of(db, f.account, Dataset::Daily, DateSpan::day(on)).unwrap()[&on]
        };
        assert_eq!(put(Coverage::Failed, Some("torn")), Coverage::Failed);
        assert_eq!(put(Coverage::Got, None), Coverage::Got);
        assert_eq!(put(Coverage::Failed, Some("torn")), Coverage::Got);
        let before = db.total_changes();
        assert_eq!(put(Coverage::Got, None), Coverage::Got);
        assert_eq!(db.total_changes(), before);
    }

    #[test]
    fn a_map_holds_the_days_of_its_span_and_the_very_first() {
        let f = fixture::connection();
        let put = |dataset, on, state, reason| {
            let at = Timestamp::from_second(7).unwrap();
            set(&f.connection, f.account, dataset, on, state, reason, at).unwrap();
        };
        put(Dataset::Daily, date(2024, 5, 1), Coverage::Got, None);
        put(Dataset::Daily, date(2026, 1, 2), Coverage::Nothing, None);
        put(
            Dataset::Sleep,
            date(2026, 1, 2),
            Coverage::Failed,
            Some("torn"),
        );
        let span = DateSpan::new(date(2026, 1, 1), date(2026, 12, 31)).unwrap();
        let map = map(&f.connection, f.account, span).unwrap();
        assert_eq!(map.first, Some(date(2024, 5, 1)));
        assert_eq!(map.days[&Dataset::Daily].len(), 1);
        let torn = map.day(Dataset::Sleep, date(2026, 1, 2)).unwrap();
        assert_eq!(torn.reason.as_deref(), Some("torn"));
        assert_eq!(torn.since.as_second(), 7);
        assert!(map.day(Dataset::Activities, date(2026, 1, 2)).is_none());
    }

    #[test]
    fn a_day_that_keeps_failing_rests_longer_each_time() {
        let f = fixture::connection();
        let (db, on, now) = (&f.connection, date(2026, 1, 1), Timestamp::UNIX_EPOCH);
        let fail = || {
            set(
                db,
                f.account,
                Dataset::Daily,
                on,
                Coverage::Failed,
                Some("torn"),
                now,
            )
            .unwrap();
            let row = unsettled(db, f.account, Dataset::Daily)
                .unwrap()
                .remove(&on)
                .unwrap();
            row.retry_at.unwrap().as_second() / 3600
        };
        assert_eq!(
            [fail(), fail(), fail(), fail(), fail(), fail()],
            [0, 1, 6, 24, 168, 168]
        );
        set(db, f.account, Dataset::Daily, on, Coverage::Got, None, now).unwrap();
        assert!(unsettled(db, f.account, Dataset::Daily).unwrap().is_empty());
        assert!(reopen(db, f.account, on, &[Dataset::Daily], now).unwrap());
        assert!(!reopen(db, f.account, on, &[Dataset::Daily], now).unwrap());
    }
}
