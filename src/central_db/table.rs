//! Typed tables: one declaration names a row's fields, columns and key.
//!
//! A table file says `table! { pub struct HrvNight in "hrv_night" by day_on { … } }`;
//! the fields are the columns. Everything else about writing rows stands here once.

use std::{
    collections::{BTreeSet, HashSet},
    fmt,
};

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, params_from_iter, types::Value};

pub use super::upsert::Statements;
use super::upsert::{RowChange, Upsert, WriteMode};
use crate::domain::{account::AccountId, activity::ActivityId, dates::DateSpan};

/// Whose row, from which payload, and how and when it meets the one that is there.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    pub account: AccountId,
    pub payload_id: i64,
    pub mode: WriteMode,
    pub now: Timestamp,
}

/// A column's name and its value.
pub type Cell = (&'static str, Value);

/// One typed row of one table.
pub trait TableRow: fmt::Debug + Send {
    const TABLE: &'static str;
    /// The column that says which day a row counts for; `None`: it is about now.
    const DAY: Option<&'static str>;
    /// How many days from there on a row speaks for: a week's row for seven.
    const DAYS: u32;
    /// Whether an answer lists all there is, so that a row missing from it was
    /// deleted at Garmin. Such tables have a `gone_at`.
    const LISTED: bool;
    fn day(&self) -> Option<Date>;
    /// Natural key, `account` left out.
    fn key(&self) -> Vec<Cell>;
    fn values(&self) -> Vec<Cell>;
    /// What writes such a row.
    fn statements() -> &'static Statements;
}

/// [`TableRow::statements`], for the macro below.
pub(super) fn statements<R: TableRow>(key: &[&str], values: &[&str]) -> Statements {
    let key: Vec<_> = ["account"].iter().chain(key).copied().collect();
    Statements::new(R::TABLE, &key, values, R::LISTED)
}

/// Writes a row so that writing it again changes nothing.
pub fn store<R: TableRow>(
    connection: &Connection,
    stamp: Stamp,
    row: &R,
) -> rusqlite::Result<RowChange> {
    let mut key = vec![("account", stamp.account.get().into())];
    key.extend(row.key());
    Upsert {
        statements: R::statements(),
        key: &key,
        values: &row.values(),
        payload_id: stamp.payload_id,
        mode: stamp.mode,
    }
    .run(connection)
}

/// The rows that an answer should have listed: a table, its key, and the days it spoke for.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    pub table: &'static str,
    /// The column of the day, and the days; `None`: the whole table.
    pub days: Option<(&'static str, DateSpan)>,
    /// Days of them of which the list is not whole: nothing of theirs is missing.
    pub spared: &'a BTreeSet<Date>,
    /// What else holds for the rows that it lists, in SQL.
    pub among: &'static str,
    /// The keys that were listed.
    pub seen: &'a [Vec<Cell>],
}

/// Rows that an answer missed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    pub rows: u32,
    /// The days they count for.
    pub days: BTreeSet<Date>,
}

impl Gone {
    fn add(&mut self, day: Option<&str>) {
        self.rows += 1;
        self.days
            .extend(day.and_then(|day| day.parse::<Date>().ok()));
    }
}

/// Marks rows that were listed before and are no more: deleted at Garmin. The
/// row stays, with the day it was missed.
pub fn mark_gone(
    connection: &Connection,
    account: AccountId,
    listed: &Listed<'_>,
    now: Timestamp,
) -> rusqlite::Result<Gone> {
    let mut gone = Gone::default();
    let day = listed.days.map_or("NULL", |(column, _)| column);
    let Some(columns) = listed.seen.first().map(|key| names(key)) else {
        return mark_all_gone(connection, account, listed, now);
    };
    let seen: HashSet<Vec<Told<'_>>> = listed
        .seen
        .iter()
        .map(|key| key.iter().map(|(_, value)| Told::of(value)).collect())
        .collect();
    let (filter, mut params) = within(account, listed);
    let table = listed.table;
    let held: Vec<Vec<Value>> = connection
        .prepare_cached(&format!(
            "SELECT {} FROM {table} WHERE {filter}",
            columns.join(", ")
        ))?
        .query_map(params_from_iter(&params), |row| {
            (0..columns.len()).map(|n| row.get(n)).collect()
        })?
        .collect::<rusqlite::Result<_>>()?;
    let matches = columns
        .iter()
        .fold(String::new(), |sql, name| sql + " AND " + name + " = ?");
    for key in held
        .iter()
        .filter(|key| !seen.contains(&key.iter().map(Told::of).collect::<Vec<_>>()))
    {
        params = vec![Value::from(now.as_millisecond()), account.get().into()];
        params.extend(key.iter().cloned());
        let day: Option<String> = connection
            .prepare_cached(&format!(
                "UPDATE {table} SET gone_at = ? WHERE account = ?{matches} RETURNING {day}"
            ))?
            .query_row(params_from_iter(&params), |row| row.get(0))?;
        gone.add(day.as_deref());
    }
    Ok(gone)
}

/// A value by which rows are told apart; hashed, since ten years may come in one answer.
#[derive(PartialEq, Eq, Hash)]
enum Told<'a> {
    Null,
    Integer(i64),
    Real(u64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl<'a> Told<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(number) => Self::Integer(*number),
            Value::Real(number) => Self::Real(number.to_bits()),
            Value::Text(text) => Self::Text(text),
            Value::Blob(bytes) => Self::Blob(bytes),
        }
    }
}

fn mark_all_gone(
    connection: &Connection,
    account: AccountId,
    listed: &Listed<'_>,
    now: Timestamp,
) -> rusqlite::Result<Gone> {
    let (filter, params) = within(account, listed);
    let sql = format!(
        "UPDATE {} SET gone_at = {} WHERE {filter} RETURNING {}",
        listed.table,
        now.as_millisecond(),
        listed.days.map_or("NULL", |(column, _)| column)
    );
    let mut gone = Gone::default();
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&params))?;
    while let Some(row) = rows.next()? {
        gone.add(row.get::<_, Option<String>>(0)?.as_deref());
    }
    Ok(gone)
}

fn within(account: AccountId, listed: &Listed<'_>) -> (String, Vec<Value>) {
    let mut filter = format!("account = ? AND gone_at IS NULL AND {}", listed.among);
    let mut params = vec![Value::from(account.get())];
    if let Some((column, days)) = listed.days {
        filter = format!("{filter} AND {column} BETWEEN ? AND ?");
        params.push(days.first().to_string().into());
        params.push(days.last().to_string().into());
        if !listed.spared.is_empty() {
            let marks = vec!["?"; listed.spared.len()].join(", ");
            filter = format!("{filter} AND {column} NOT IN ({marks})");
            params.extend(listed.spared.iter().map(|day| day.to_string().into()));
        }
    }
    (filter, params)
}

fn names(key: &[Cell]) -> Vec<&'static str> {
    key.iter().map(|(name, _)| *name).collect()
}

/// What a field becomes in SQLite.
pub trait Column {
    fn value(&self) -> Value;
}

impl Column for i64 {
    fn value(&self) -> Value {
        (*self).into()
    }
}

impl Column for f64 {
    fn value(&self) -> Value {
        (*self).into()
    }
}

impl Column for bool {
    fn value(&self) -> Value {
        (*self).into()
    }
}

impl Column for String {
    fn value(&self) -> Value {
        self.clone().into()
    }
}

impl Column for Date {
    fn value(&self) -> Value {
        self.to_string().into()
    }
}

/// UTC epoch milliseconds.
impl Column for Timestamp {
    fn value(&self) -> Value {
        self.as_millisecond().into()
    }
}

impl Column for ActivityId {
    fn value(&self) -> Value {
        self.get().into()
    }
}

impl<T: Column> Column for Option<T> {
    fn value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Column::value)
    }
}

/// Declares a row and its table. `by` names the day's column, `for 7 days` how
/// many days a row speaks for when it is not one, `listed` a table whose rows
/// can be deleted at Garmin. An account has one row of a table
/// without a key.
macro_rules! table {
    (
        $(#[$about:meta])*
        pub struct $name:ident in $table:literal $(by $day:ident $(for $days:literal days)?)? $(, $listed:ident)? {
            key { $($(#[$key_about:meta])* $key:ident: $key_type:ty),* $(,)? }
            values { $($(#[$value_about:meta])* $value:ident: $value_type:ty),* $(,)? }
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $($(#[$key_about])* pub $key: $key_type,)*
            $($(#[$value_about])* pub $value: $value_type,)*
        }

        impl $name {
            /// A row with only its key, for answers that tell little: what a row
            /// leaves out does not erase what another has brought.
            pub fn empty($($key: $key_type),*) -> Self {
                Self {
                    $($key,)*
                    $($value: Default::default(),)*
                }
            }
        }

        impl $crate::central_db::table::TableRow for $name {
            const TABLE: &'static str = $table;
            const DAY: Option<&'static str> = [$(Some(stringify!($day)),)? None][0];
            const DAYS: u32 = [$($($days,)?)? 1][0];
            const LISTED: bool = !stringify!($($listed)?).is_empty();

            fn day(&self) -> Option<jiff::civil::Date> {
                [$(Some(self.$day),)? None].into_iter().flatten().next()
            }

            fn key(&self) -> Vec<$crate::central_db::table::Cell> {
                vec![$((stringify!($key), $crate::central_db::table::Column::value(&self.$key)),)*]
            }

            fn values(&self) -> Vec<$crate::central_db::table::Cell> {
                vec![$((stringify!($value), $crate::central_db::table::Column::value(&self.$value)),)*]
            }

            fn statements() -> &'static $crate::central_db::table::Statements {
                static SPELLED: std::sync::OnceLock<$crate::central_db::table::Statements> =
                    std::sync::OnceLock::new();
                SPELLED.get_or_init(|| {
                    $crate::central_db::table::statements::<Self>(
                        &[$(stringify!($key)),*],
                        &[$(stringify!($value)),*],
                    )
                })
            }
        }
    };
}
pub(crate) use table;
