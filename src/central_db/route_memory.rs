//! Table `route_memory`: what an account's endpoints were seen to allow and refuse.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::convert::{count, ms, opt_timestamp};
use crate::domain::account::AccountId;

/// What is remembered of one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteMemory {
    pub endpoint: String,
    /// The longest span, in days, that was answered.
    pub window_days: Option<u32>,
    /// The shortest span, in days, that was refused as too long, while that counts.
    pub too_long_days: Option<u32>,
    pub is_refused: bool,
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
                is_refused: lasts("refused_until")?,
                refused_reason: row.get("refused_reason")?,
            })
        })?
        .collect()
}

/// A span of `days` days was answered. Writes only what is new.
pub fn answered(
    connection: &Connection,
    account: AccountId,
    endpoint: &str,
    days: u32,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO route_memory (account, endpoint, window_days) VALUES (:account, :endpoint, :days)
             ON CONFLICT (account, endpoint) DO UPDATE SET
                 window_days = max(coalesce(window_days, 0), excluded.window_days),
                 refused_until = NULL, refused_reason = NULL, strikes = 0
             WHERE coalesce(window_days, 0) < excluded.window_days OR refused_until IS NOT NULL",
        )?
        .execute(named_params! { ":account": account.get(), ":endpoint": endpoint, ":days": days })?;
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

/// The endpoint is refused; it is not asked again before `until`.
pub fn refused(
    connection: &Connection,
    account: AccountId,
    endpoint: &str,
    reason: &str,
    until: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO route_memory (account, endpoint, refused_until, refused_reason, strikes)
             VALUES (:account, :endpoint, :until, :reason, 1)
             ON CONFLICT (account, endpoint) DO UPDATE SET refused_until = excluded.refused_until,
                 refused_reason = excluded.refused_reason, strikes = strikes + 1",
        )?
        .execute(named_params! {
            ":account": account.get(), ":endpoint": endpoint, ":until": ms(until), ":reason": reason,
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
        let one = |at| load(db, f.account, at).unwrap().remove(0);
        answered(db, f.account, "hrv.graphql", 56).unwrap();
        too_long(db, f.account, "hrv.graphql", 112, later).unwrap();
        refused(db, f.account, "hrv.graphql", "HTTP 403", later).unwrap();
        let memory = one(now);
        assert_eq!(
            (memory.window_days, memory.too_long_days),
            (Some(56), Some(112))
        );
        assert!(memory.is_refused);
        assert_eq!(
            (one(later).too_long_days, one(later).is_refused),
            (None, false)
        );
        assert_eq!(strikes(db, f.account, "hrv.graphql").unwrap(), 1);
        answered(db, f.account, "hrv.graphql", 28).unwrap();
        assert!(!one(now).is_refused);
        assert_eq!(strikes(db, f.account, "hrv.graphql").unwrap(), 0);
        let before = db.total_changes();
        answered(db, f.account, "hrv.graphql", 28).unwrap();
        assert_eq!(
            db.total_changes(),
            before,
            "what is known is not written again"
        );
    }
}
