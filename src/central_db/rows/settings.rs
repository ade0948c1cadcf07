//! Table `settings`.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::{central_db::table::table, domain::account::AccountId};

table! {
    /// How the person wants numbers and times shown: one row. All words are Garmin's.
    pub struct Settings in "settings" {
        key {}
        values {
            /// IANA name; decides what a day is.
            time_zone: Option<String>,
            locale: Option<String>,
            unit_system: Option<String>,
            first_day_of_week: Option<String>,
            number_format: Option<String>,
            date_format: Option<String>,
            time_format: Option<String>,
            power_format: Option<String>,
            heart_rate_format: Option<String>,
            hydration_unit: Option<String>,
            golf_distance_unit: Option<String>,
        }
    }
}

/// The zone in the settings of an account, as Garmin names it.
pub fn time_zone(connection: &Connection, account: AccountId) -> rusqlite::Result<Option<String>> {
    let zone = connection
        .prepare_cached("SELECT time_zone FROM settings WHERE account = :account")?
        .query_row(named_params! { ":account": account.get() }, |row| {
            row.get(0)
        })
        .optional()?;
    Ok(zone.flatten())
}
