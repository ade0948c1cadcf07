//! Table `account`.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::convert::{ms, word};
use crate::domain::account::{Account, AccountId, AccountName, Region, is_known_zone};

pub fn by_name(connection: &Connection, name: &AccountName) -> rusqlite::Result<Option<Account>> {
    connection
        .prepare_cached("SELECT * FROM account WHERE name = :name")?
        .query_row(named_params! { ":name": name.as_str() }, account)
        .optional()
}

/// By name, in alphabetical order.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Account>> {
    connection
        .prepare_cached("SELECT * FROM account ORDER BY name")?
        .query_map([], account)?
        .collect()
}

/// The account of this name, made if there is none.
pub fn ensure(
    connection: &Connection,
    name: &AccountName,
    now: Timestamp,
) -> rusqlite::Result<Account> {
    connection
        .prepare_cached("INSERT INTO account (name, created_at) VALUES (:name, :now) ON CONFLICT (name) DO NOTHING")?
        .execute(named_params! { ":name": name.as_str(), ":now": ms(now) })?;
    by_name(connection, name)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

/// Gives an account another name. False when there is none of the old name, or
/// one of the new.
pub fn rename(
    connection: &Connection,
    from: &AccountName,
    to: &AccountName,
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached("UPDATE OR IGNORE account SET name = :to WHERE name = :from")?
        .execute(named_params! { ":from": from.as_str(), ":to": to.as_str() })?;
    Ok(changed == 1)
}

/// Who Garmin says this is.
pub fn set_user_id(
    connection: &Connection,
    account: AccountId,
    user_id: &str,
) -> rusqlite::Result<()> {
    set(connection, account, "user_id", user_id)
}

pub fn set_display_name(
    connection: &Connection,
    account: AccountId,
    name: &str,
) -> rusqlite::Result<()> {
    set(connection, account, "display_name", name)
}

/// Only for an account that has no history yet: regions are never crossed.
pub fn set_region(
    connection: &Connection,
    account: AccountId,
    region: Region,
) -> rusqlite::Result<()> {
    set(connection, account, "region", region.domain())
}

/// Takes over the zone of Garmin's settings, and returns the account's zone then:
/// a name that is unknown here does not replace one that is known.
pub fn set_time_zone(
    connection: &Connection,
    account: AccountId,
    zone: &str,
) -> rusqlite::Result<String> {
    let before: Option<String> = connection
        .prepare_cached("SELECT time_zone FROM account WHERE id = :id")?
        .query_row(named_params! { ":id": account.get() }, |row| row.get(0))?;
    match before {
        Some(before) if is_known_zone(&before) && !is_known_zone(zone) => Ok(before),
        _ => {
            set(connection, account, "time_zone", zone)?;
            Ok(zone.to_owned())
        }
    }
}

fn set(
    connection: &Connection,
    account: AccountId,
    column: &'static str,
    value: &str,
) -> rusqlite::Result<()> {
    let sql =
        format!("UPDATE account SET {column} = :value WHERE id = :id AND {column} IS NOT :value");
    connection
        .prepare_cached(&sql)?
        .execute(named_params! { ":id": account.get(), ":value": value })?;
    Ok(())
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: AccountId::new(row.get("id")?),
        name: word(row, "name", |text| text.parse().ok())?,
        region: word(row, "region", Region::from_domain)?,
        user_id: row.get("user_id")?,
        display_name: row.get("display_name")?,
        time_zone: row.get("time_zone")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central_db::fixture;

    #[test]
    fn a_name_is_given_only_where_it_is_free() {
        let f = fixture::connection();
        let db = &f.connection;
        let [ada, bob, eve] = ["ada", "bob", "eve"].map(|name| name.parse().unwrap());
        ensure(db, &bob, Timestamp::UNIX_EPOCH).unwrap();
        assert!(!rename(db, &ada, &bob).unwrap());
        assert!(!rename(db, &eve, &ada).unwrap());
        assert!(rename(db, &ada, &eve).unwrap());
        assert_eq!(by_name(db, &eve).unwrap().unwrap().id, f.account);
    }
}
