//! Table `auth_event`: the audit trail. Never a secret.

use jiff::Timestamp;
use rusqlite::{Connection, named_params};

use super::convert::{ms, timestamp};
use crate::domain::{
    account::AccountId,
    audit::{AuthAction, AuthEvent},
};

pub fn record(
    connection: &Connection,
    account: AccountId,
    at: Timestamp,
    what: AuthAction,
    outcome: &str,
    detail: Option<&str>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO auth_event (account, at, what, outcome, detail)
             VALUES (:account, :at, :what, :outcome, :detail)",
        )?
        .execute(named_params! {
            ":account": account.get(), ":at": ms(at), ":what": what.name(), ":outcome": outcome, ":detail": detail,
        })?;
    Ok(())
}

/// The newest `limit` events, newest first.
pub fn newest(
    connection: &Connection,
    account: AccountId,
    limit: u32,
) -> rusqlite::Result<Vec<AuthEvent>> {
    connection
        .prepare_cached(
            "SELECT * FROM auth_event WHERE account = :account ORDER BY id DESC LIMIT :limit",
        )?
        .query_map(
            named_params! { ":account": account.get(), ":limit": limit },
            |row| {
                Ok(AuthEvent {
                    at: timestamp(row, "at")?,
                    what: row.get("what")?,
                    outcome: row.get("outcome")?,
                    detail: row.get("detail")?,
                })
            },
        )?
        .collect()
}

/// How often `outcome` was recorded since `since`.
pub fn count_since(
    connection: &Connection,
    account: AccountId,
    outcome: &str,
    since: Timestamp,
) -> rusqlite::Result<u32> {
    connection
        .prepare_cached("SELECT count(*) FROM auth_event WHERE account = :account AND outcome = :outcome AND at >= :since")?
        .query_row(
            named_params! { ":account": account.get(), ":outcome": outcome, ":since": ms(since) },
            |row| row.get(0),
        )
}
