//! Table `route_memory`: what an account's endpoints were seen to allow and refuse.

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, OptionalExtension, named_params};

use super::convert::{count, ms, opt_timestamp, word};
use crate::domain::{account::AccountId, dates::DateSpan};

/// What is remembered of one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteMemory {
    pub endpoint: String,
    /// The longest span, in days, that was answered.
    pub window_days: Option<u32>,
    /// The shortest span, in days, that was refused as too long, while that counts.
    pub too_long_days: Option<u32>,
    /// Until when it is left alone, if that is not over.
    pub refused_until: Option<Timestamp>,
    /// The last day of those it is refused for; `None`: all days.
    pub refused_through: Option<Date>,
    pub refused_reason: Option<String>,
}

/// All that still counts at `now`.
pub fn load(
    connection: &Connection,
    account: AccountId,
    now: Timestamp,
) -> rusqlite::Result<Vec<RouteMemory>> {
    connection
        .prepare_cached("SELECT * FROM route_memory WHERE account = :account")?
        .query_map(named_params! { ":account": account.get() }, |row| {
            let opt_count = |column: &str| -> rusqlite::Result<Option<u32>> {
                let value: Option<i64> = row.get(column)?;
                value.map(|_| count(row, column)).transpose()
            };
            let lasts = |column: &str| -> rusqlite::Result<bool> {
                Ok(opt_timestamp(row, column)?.is_some_and(|until| until > now))
            };
            Ok(RouteMemory {
                endpoint: row.get("endpoint")?,
                window_days: opt_count("window_days")?,
                too_long_days: opt_count("too_long_days")?
                    .filter(|_| lasts("too_long_until").unwrap_or(false)),
                refused_until: opt_timestamp(row, "refused_until")?.filter(|until| *until > now),
                refused_through: through(row)?,
                refused_reason: row.get("refused_reason")?,
            })
        })?
        .collect()
}

fn through(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Date>> {
    let text: Option<String> = row.get("refused_through")?;
    text.map(|_| word(row, "refused_through", |text| text.parse().ok()))
        .transpose()
}

/// `span` was answered. Writes only what is new. A refusal of older days stands.
pub fn answered(
    connection: &Connection,
    account: AccountId,
    endpoint: &str,
    span: DateSpan,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO route_memory (account, endpoint, window_days) VALUES (:account, :endpoint, :days)
             ON CONFLICT (account, endpoint) DO UPDATE SET
                 window_days = max(coalesce(window_days, 0), excluded.window_days)
             WHERE coalesce(window_days, 0) < excluded.window_days",
        )?
        .execute(named_params! { ":account": account.get(), ":endpoint": endpoint, ":days": span.len() })?;
    connection
        .prepare_cached(
            "UPDATE route_memory SET refused_until = NULL, refused_reason = NULL, refused_through = NULL,
                 strikes = 0
             WHERE account = :account AND endpoint = :endpoint AND strikes > 0
                 AND coalesce(refused_through, :first) >= :first",
        )?
        .execute(named_params! {
            ":account": account.get(), ":endpoint": endpoint, ":first": span.first().to_string(),
        })?;
    Ok(())
}

/// A span of `days` days was refused as too long; longer ones are not tried before `until`.
pub fn too_long(
    connection: &Connection,
    account: AccountId,
    endpoint: &str,
    days: u32,
    until: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO route_memory (account, endpoint, too_long_days, too_long_until)
             VALUES (:account, :endpoint, :days, :until)
             ON CONFLICT (account, endpoint) DO UPDATE SET
                 window_days = min(window_days, excluded.too_long_days - 1),
                 too_long_days = excluded.too_long_days, too_long_until = excluded.too_long_until",
        )?
        .execute(named_params! {
            ":account": account.get(), ":endpoint": endpoint, ":days": days, ":until": ms(until),
        })?;
    Ok(())
}

/// Refusals in a row, of an endpoint.
pub fn strikes(
    connection: &Connection,
    account: AccountId,
    endpoint: &str,
) -> rusqlite::Result<u32> {
    let found = connection
        .prepare_cached(
            "SELECT strikes FROM route_memory WHERE account = :account AND endpoint = :endpoint",
        )?
        .query_row(
            named_params! { ":account": account.get(), ":endpoint": endpoint },
            |row| count(row, "strikes"),
        )
        .optional()?;
    Ok(found.unwrap_or(0))
}

/// A refusal, of all days or of the days up to `through`. It is not asked again
/// for them before `until`.
#[derive(Clone, Debug)]
pub struct NewRefusal<'a> {
    pub endpoint: &'a str,
    pub reason: &'a str,
    pub through: Option<Date>,
    pub until: Timestamp,
}

pub fn refused(
    connection: &Connection,
    account: AccountId,
    refusal: &NewRefusal<'_>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO route_memory (account, endpoint, refused_until, refused_reason, refused_through, strikes)
             VALUES (:account, :endpoint, :until, :reason, :through, 1)
             ON CONFLICT (account, endpoint) DO UPDATE SET refused_until = excluded.refused_until,
                 refused_reason = excluded.refused_reason,
                 refused_through = CASE
                     WHEN excluded.refused_through IS NULL THEN NULL
                     WHEN route_memory.strikes > 0 AND route_memory.refused_through IS NULL THEN NULL
                     ELSE max(excluded.refused_through, coalesce(route_memory.refused_through, excluded.refused_through))
                 END,
                 strikes = route_memory.strikes + 1",
        )?
        .execute(named_params! {
            ":account": account.get(), ":endpoint": refusal.endpoint, ":until": ms(refusal.until),
            ":reason": refusal.reason, ":through": refusal.through.map(|day| day.to_string()),
        })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central_db::fixture;
    use jiff::SignedDuration;

    #[test]
    fn refusals_fade_and_an_answer_wipes_them_out() {
        let f = fixture::connection();
        let db = &f.connection;
        let now = Timestamp::UNIX_EPOCH;
        let later = now + SignedDuration::from_hours(24);
        let today = jiff::civil::date(2026, 11, 20);
        let one = |at| load(db, f.account, at).unwrap().remove(0);
        let answered = |days| {
            let span = DateSpan::ending(today, days);
            answered(db, f.account, "hrv.graphql", span).unwrap();
        };
        let refuse = |through| {
            let refusal = NewRefusal {
                endpoint: "hrv.graphql",
                reason: "HTTP 403",
                through,
                until: later,
            };
            refused(db, f.account, &refusal).unwrap();
        };
        answered(56);
        too_long(db, f.account, "hrv.graphql", 112, later).unwrap();
        refuse(None);
        let memory = one(now);
        assert_eq!(
            (memory.window_days, memory.too_long_days),
            (Some(56), Some(112))
        );
        assert_eq!(memory.refused_until, Some(later));
        assert_eq!(
            (one(later).too_long_days, one(later).refused_until),
            (None, None)
        );
        assert_eq!(strikes(db, f.account, "hrv.graphql").unwrap(), 1);
        answered(28);
        assert_eq!(one(now).refused_until, None);
        assert_eq!(strikes(db, f.account, "hrv.graphql").unwrap(), 0);
        let old = crate::domain::dates::back(today, 100);
        refuse(Some(old));
        answered(28);
        assert_eq!(
            one(now).refused_through,
            Some(old),
            "recent days say nothing of old ones"
        );
        answered(200);
        assert_eq!(one(now).refused_until, None);
        let before = db.total_changes();
        answered(28);
        assert_eq!(
            db.total_changes(),
            before,
            "what is known is not written again"
        );
    }
}
