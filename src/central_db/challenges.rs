//! Table `mfa_challenge`: at most one per account. Never the code.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    convert::{count, ms, timestamp},
    sessions,
};
use crate::domain::{
    account::AccountId,
    challenge::{Challenge, MfaMethod},
};

/// A challenge and the sealed state that continues it.
#[derive(Clone, Debug)]
pub struct StoredChallenge {
    pub challenge: Challenge,
    pub continuation: Vec<u8>,
}

pub fn load(
    connection: &Connection,
    account: AccountId,
) -> rusqlite::Result<Option<StoredChallenge>> {
    connection
        .prepare_cached("SELECT * FROM mfa_challenge WHERE account = :account")?
        .query_row(named_params! { ":account": account.get() }, stored)
        .optional()
}

/// Replaces whatever challenge stood before.
pub fn store(
    connection: &Connection,
    account: AccountId,
    stored: &StoredChallenge,
) -> rusqlite::Result<()> {
    let StoredChallenge {
        challenge,
        continuation,
    } = stored;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO mfa_challenge
                 (account, method, sent_to, continuation, created_at, expires_at, attempts)
             VALUES (:account, :method, :sent_to, :continuation, :created_at, :expires_at, :attempts)",
        )?
        .execute(named_params! {
            ":account": account.get(),
            ":method": challenge.method.wire(),
            ":sent_to": challenge.sent_to,
            ":continuation": continuation,
            ":created_at": ms(challenge.created_at),
            ":expires_at": ms(challenge.expires_at),
            ":attempts": challenge.attempts,
        })?;
    sessions::set_mfa_pending(connection, account, true)
}

/// Counts a code before it is sent, so that a crash cannot make it free.
pub fn count_attempt(connection: &Connection, account: AccountId) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE mfa_challenge SET attempts = attempts + 1 WHERE account = :account",
        )?
        .execute(named_params! { ":account": account.get() })?;
    Ok(())
}

/// Answered, expired or given up.
pub fn drop(connection: &Connection, account: AccountId) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM mfa_challenge WHERE account = :account")?
        .execute(named_params! { ":account": account.get() })?;
    sessions::set_mfa_pending(connection, account, false)
}

/// Drops the challenge if its time ran out; whether it did.
pub fn drop_expired(
    connection: &Connection,
    account: AccountId,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let expired = load(connection, account)?.is_some_and(|stored| stored.challenge.is_expired(now));
    if expired {
        drop(connection, account)?;
    }
    Ok(expired)
}

/// The sealed continuation of every challenge.
pub fn all_sealed(connection: &Connection) -> rusqlite::Result<Vec<(AccountId, Vec<u8>)>> {
    connection
        .prepare_cached("SELECT account, continuation FROM mfa_challenge ORDER BY account")?
        .query_map([], |row| {
            Ok((
                AccountId::new(row.get("account")?),
                row.get("continuation")?,
            ))
        })?
        .collect()
}

/// Writes the same continuation under another seal.
pub fn reseal(
    connection: &Connection,
    account: AccountId,
    continuation: &[u8],
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE mfa_challenge SET continuation = :sealed WHERE account = :account")?
        .execute(named_params! { ":account": account.get(), ":sealed": continuation })?;
    Ok(())
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredChallenge> {
    let method: String = row.get("method")?;
    Ok(StoredChallenge {
        challenge: Challenge {
            method: MfaMethod::from_wire(Some(&method)),
            sent_to: row.get("sent_to")?,
            created_at: timestamp(row, "created_at")?,
            expires_at: timestamp(row, "expires_at")?,
            attempts: count(row, "attempts")?,
        },
        continuation: row.get("continuation")?,
    })
}
