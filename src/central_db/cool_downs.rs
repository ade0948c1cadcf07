//! Table `cool_down`: until when something may not be tried. Every process obeys it.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::convert::{count, ms, opt_ms, opt_timestamp, timestamp, word};
use crate::domain::{
    account::AccountId,
    cool_down::{self, CoolDown, CoolDownScope},
};

/// The row of one scope, also when its time is over: its strikes still count. `None`, too,
/// for one that a wrong clock wrote.
pub fn load(
    connection: &Connection,
    account: AccountId,
    scope: CoolDownScope,
    now: Timestamp,
) -> rusqlite::Result<Option<CoolDown>> {
    connection
        .prepare_cached("SELECT * FROM cool_down WHERE account = :account AND scope = :scope")?
        .query_row(
            named_params! { ":account": account.get(), ":scope": scope.name() },
            cool_down,
        )
        .optional()
        .map(|rest| rest.filter(|rest| rest.is_plausible(now)))
}

/// All that are in force.
pub fn in_force(
    connection: &Connection,
    account: AccountId,
    now: Timestamp,
) -> rusqlite::Result<Vec<CoolDown>> {
    connection
        .prepare_cached("SELECT * FROM cool_down WHERE account = :account AND until_at > :now")?
        .query_map(
            named_params! { ":account": account.get(), ":now": ms(now) },
            cool_down,
        )?
        .filter(|rest| rest.as_ref().map_or(true, |rest| rest.is_plausible(now)))
        .collect()
}

pub fn store(
    connection: &Connection,
    account: AccountId,
    cool_down: &CoolDown,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO cool_down (account, scope, entered_at, until_at, reason, strikes, overridden)
             VALUES (:account, :scope, :entered_at, :until_at, :reason, :strikes, :overridden)",
        )?
        .execute(named_params! {
            ":account": account.get(),
            ":scope": cool_down.scope.name(),
            ":entered_at": opt_ms(cool_down.entered_at),
            ":until_at": ms(cool_down.until),
            ":reason": cool_down.reason,
            ":strikes": cool_down.strikes,
            ":overridden": cool_down.is_overridden,
        })?;
    Ok(())
}

/// Garmin refused: rests longer than the last time. Returns the cool-down that now holds.
pub fn enter(
    connection: &Connection,
    account: AccountId,
    scope: CoolDownScope,
    retry_after: Option<Duration>,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<CoolDown> {
    let before = load(connection, account, scope, now)?;
    let next = cool_down::after_refusal(scope, before.as_ref(), retry_after, reason, now);
    store(connection, account, &next)?;
    Ok(next)
}

/// Garmin refused its sign-in page: no password was spent, so the rest is shorter.
pub fn enter_before_password(
    connection: &Connection,
    account: AccountId,
    retry_after: Option<Duration>,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<CoolDown> {
    let before = load(connection, account, CoolDownScope::SignIn, now)?;
    let next = cool_down::after_page_refusal(before.as_ref(), retry_after, reason, now);
    store(connection, account, &next)?;
    Ok(next)
}

/// A success: the next refusal starts counting anew.
pub fn clear(
    connection: &Connection,
    account: AccountId,
    scope: CoolDownScope,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM cool_down WHERE account = :account AND scope = :scope")?
        .execute(named_params! { ":account": account.get(), ":scope": scope.name() })?;
    Ok(())
}

fn cool_down(row: &Row<'_>) -> rusqlite::Result<CoolDown> {
    let scope = |name: &str| {
        CoolDownScope::ALL
            .into_iter()
            .find(|scope| scope.name() == name)
    };
    Ok(CoolDown {
        scope: word(row, "scope", scope)?,
        entered_at: opt_timestamp(row, "entered_at")?,
        until: timestamp(row, "until_at")?,
        reason: row.get("reason")?,
        strikes: count(row, "strikes")?,
        is_overridden: row.get("overridden")?,
    })
}
