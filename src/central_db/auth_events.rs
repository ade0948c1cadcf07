//! Table `auth_event`: the audit trail. Never a secret.

use jiff::Timestamp;
use rusqlite::{Connection, named_params};

use super::convert::{count, ms, opt_timestamp, timestamp};
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

/// Outcomes of a refresh: what the data service said to the new token.
pub const TOKEN_NOT_ACTIVE: &str = "TOKEN_NOT_ACTIVE";
pub const TOKEN_ACTIVE: &str = "TOKEN_ACTIVE";

/// Since when, and how often, the data service has refused new tokens in a row.
/// `None`: it accepted the last one.
pub fn tokens_refused_since(
    connection: &Connection,
    account: AccountId,
) -> rusqlite::Result<Option<(Timestamp, u32)>> {
    connection
        .prepare_cached(
            "SELECT min(at) AS since, count(*) AS times FROM auth_event
             WHERE account = :account AND what = 'refresh' AND outcome = :refused AND id > coalesce((
                 SELECT max(id) FROM auth_event WHERE account = :account AND (outcome = :accepted
                     OR (outcome = 'OK' AND what IN ('sign_in', 'mfa_answer', 'import')))), 0)",
        )?
        .query_row(
            named_params! {
                ":account": account.get(), ":refused": TOKEN_NOT_ACTIVE, ":accepted": TOKEN_ACTIVE,
            },
            |row| Ok(opt_timestamp(row, "since")?.zip(Some(count(row, "times")?))),
        )
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
