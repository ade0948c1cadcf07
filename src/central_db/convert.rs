//! Between the domain's types and SQLite's, and nowhere else.

use jiff::{Timestamp, civil::Date};
use rusqlite::{Row, types::Type};

pub(super) fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub(super) fn opt_ms(at: Option<Timestamp>) -> Option<i64> {
    at.map(ms)
}

pub(super) fn timestamp(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(row.get(column)?).map_err(|_| unreadable(column))
}

pub(super) fn opt_timestamp(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    let ms: Option<i64> = row.get(column)?;
    ms.map(Timestamp::from_millisecond)
        .transpose()
        .map_err(|_| unreadable(column))
}

pub(super) fn day(row: &Row<'_>, column: &str) -> rusqlite::Result<Date> {
    word(row, column, |text| text.parse().ok())
}

/// A text column that holds one of our words.
pub(super) fn word<T>(
    row: &Row<'_>,
    column: &str,
    read: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    read(&text).ok_or_else(|| unreadable(column))
}

/// A count that fits, as every count here does.
pub(super) fn count(row: &Row<'_>, column: &str) -> rusqlite::Result<u32> {
    u32::try_from(row.get::<_, i64>(column)?).map_err(|_| unreadable(column))
}

fn unreadable(column: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, format!("unreadable {column}").into())
}
