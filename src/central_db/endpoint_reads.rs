//! Table `endpoint_read`: which days an endpoint has answered for, and when.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, named_params};

use super::convert::{day, ms, opt_ms, opt_timestamp, timestamp};
use crate::domain::{account::AccountId, coverage::EndpointRead, dates::DateSpan};

/// Longer ago than this an answer is no longer worth remembering.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Writes down that `endpoint` answered for the days of `read.span`.
pub fn record(
    connection: &Connection,
    account: AccountId,
    endpoint: &str,
    read: &EndpointRead,
) -> rusqlite::Result<()> {
    let (first, last) = (read.span.first().to_string(), read.span.last().to_string());
    connection
        .prepare_cached(
            "DELETE FROM endpoint_read WHERE account = :account AND endpoint = :endpoint
                 AND ((first_on >= :first AND last_on <= :last) OR read_at < :old)",
        )?
        .execute(named_params! {
            ":account": account.get(), ":endpoint": endpoint, ":first": first, ":last": last,
            ":old": ms(read.at.saturating_sub(KEPT_FOR).unwrap_or(Timestamp::MIN)),
        })?;
    connection
        .prepare_cached(
            "INSERT INTO endpoint_read (account, endpoint, first_on, last_on, read_at, uploaded_at)
             VALUES (:account, :endpoint, :first, :last, :at, :uploaded_at)",
        )?
        .execute(named_params! {
            ":account": account.get(), ":endpoint": endpoint, ":first": first, ":last": last,
            ":at": ms(read.at), ":uploaded_at": opt_ms(read.uploaded_at),
        })?;
    Ok(())
}

/// All answers that are remembered, by endpoint.
pub fn all(
    connection: &Connection,
    account: AccountId,
) -> rusqlite::Result<BTreeMap<String, Vec<EndpointRead>>> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM endpoint_read WHERE account = :account")?;
    let mut rows = statement.query(named_params! { ":account": account.get() })?;
    let mut out: BTreeMap<String, Vec<EndpointRead>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let Some(span) = DateSpan::new(day(row, "first_on")?, day(row, "last_on")?) else {
            continue;
        };
        let read = EndpointRead {
            span,
            at: timestamp(row, "read_at")?,
            uploaded_at: opt_timestamp(row, "uploaded_at")?,
        };
        out.entry(row.get("endpoint")?).or_default().push(read);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central_db::fixture;
    use jiff::civil::date;

    #[test]
    fn a_later_answer_replaces_what_it_contains_and_old_ones_are_forgotten() {
        let f = fixture::connection();
        let put = |days, at: i64| {
            let read = EndpointRead {
                span: DateSpan::ending(date(2026, 11, 20), days),
                at: Timestamp::from_second(at).unwrap(),
                uploaded_at: None,
            };
            record(&f.connection, f.account, "hrv.range", &read).unwrap();
            let all = all(&f.connection, f.account).unwrap();
            let spans = all["hrv.range"].iter().map(|read| read.span.len());
            spans.collect::<Vec<_>>()
        };
        assert_eq!(put(7, 100), [7]);
        assert_eq!(put(28, 200), [28]);
        assert_eq!(put(28, 300), [28], "the same span again is one row");
        assert_eq!(
            put(3, 400).len(),
            2,
            "a shorter one says nothing of the rest"
        );
        assert_eq!(put(2, 100 * 24 * 3600), [2]);
    }
}
