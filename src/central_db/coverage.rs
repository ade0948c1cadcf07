//! Table `coverage`: what is known of each day. No row: never asked.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, named_params};

use super::convert::{day, ms, timestamp, word};
use crate::domain::{
    account::AccountId,
    coverage::{Coverage, CoverageMap, DayFact},
    dataset::Dataset,
    dates::DateSpan,
};

/// Enters a state. A day that stays in its state is not written, and a failure
/// never hides what is already known: the day keeps its state, and an open one is
/// asked for again anyway.
pub fn set(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    on: Date,
    state: Coverage,
    reason: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO coverage (account, dataset, day_on, state, since_at, reason)
             VALUES (:account, :dataset, :day_on, :state, :now, :reason)
             ON CONFLICT (account, dataset, day_on) DO UPDATE SET
                 state = excluded.state, since_at = excluded.since_at, reason = excluded.reason
             WHERE (coverage.state, coverage.reason) IS NOT (excluded.state, excluded.reason)
                 AND NOT (excluded.state = 'failed' AND coverage.state IN ('got', 'open', 'nothing'))",
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

/// The days of `span` that were asked for.
pub fn of(
    connection: &Connection,
    account: AccountId,
    dataset: Dataset,
    span: DateSpan,
) -> rusqlite::Result<BTreeMap<Date, Coverage>> {
    connection
        .prepare_cached(
            "SELECT day_on, state FROM coverage
             WHERE account = :account AND dataset = :dataset AND day_on BETWEEN :first AND :last",
        )?
        .query_map(
            named_params! {
                ":account": account.get(),
                ":dataset": dataset.name(),
                ":first": span.first().to_string(),
                ":last": span.last().to_string(),
            },
            |row| {
                Ok((
                    day(row, "day_on")?,
                    word(row, "state", Coverage::from_name)?,
                ))
            },
        )?
        .collect()
}

/// The days of `span`, dataset by dataset, with what else is known of them. A
/// dataset this version does not know is left out.
pub fn map(
    connection: &Connection,
    account: AccountId,
    span: DateSpan,
) -> rusqlite::Result<CoverageMap> {
    let mut map = CoverageMap::new(span);
    let mut days = connection.prepare_cached(
        "SELECT day_on, state, since_at, reason FROM coverage
         WHERE account = :account AND dataset = :dataset AND day_on BETWEEN :first AND :last",
    )?;
    let mut first = connection.prepare_cached(
        "SELECT min(day_on) AS day_on FROM coverage WHERE account = :account AND dataset = :dataset",
    )?;
    for dataset in Dataset::ALL {
        let who = named_params! { ":account": account.get(), ":dataset": dataset.name() };
        let oldest: Option<String> = first.query_row(who, |row| row.get("day_on"))?;
        let Some(oldest) = oldest.and_then(|day| day.parse().ok()) else {
            continue;
        };
        map.first = Some(map.first.map_or(oldest, |first: Date| first.min(oldest)));
        let facts = days.query_map(
            named_params! {
                ":account": account.get(),
                ":dataset": dataset.name(),
                ":first": span.first().to_string(),
                ":last": span.last().to_string(),
            },
            |row| {
                let fact = DayFact {
                    state: word(row, "state", Coverage::from_name)?,
                    since: timestamp(row, "since_at")?,
                    reason: row.get("reason")?,
                };
                Ok((day(row, "day_on")?, fact))
            },
        )?;
        map.days
            .insert(dataset, facts.collect::<rusqlite::Result<_>>()?);
    }
    Ok(map)
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
            set(
                db,
                f.account,
                Dataset::Daily,
                on,
                state,
                reason,
                Timestamp::UNIX_EPOCH,
            )
            .unwrap();
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
}
