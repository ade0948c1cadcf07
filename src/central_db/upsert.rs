//! Writes a typed row so that writing it again changes nothing.

use rusqlite::{Connection, params_from_iter, types::Value};

/// What writing a row did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowChange {
    New,
    Changed,
    Same,
}

/// How a row meets the one that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteMode {
    /// A newer answer: its readings replace older ones, and nothing erases a
    /// reading: what one lane knows, the other may leave out (`personal-api.md` 14).
    Merge,
    /// The answer that the row was read from, read again: exactly what it says.
    Anew,
    /// An older answer: only what the row lacks.
    Fill,
}

/// The statements of one table. Spelled once: a row has dozens of columns.
#[derive(Debug)]
pub struct Statements {
    exists: String,
    merge: String,
    anew: String,
    fill: String,
}

/// One row of one table: its natural key, its values, and the payload it was read from.
pub(super) struct Upsert<'a> {
    pub(super) statements: &'a Statements,
    pub(super) key: &'a [(&'static str, Value)],
    pub(super) values: &'a [(&'static str, Value)],
    pub(super) payload_id: i64,
    pub(super) mode: WriteMode,
}

impl Upsert<'_> {
    /// `payload_id` alone is no change: the same reading in a newer answer
    /// leaves the row as it is.
    pub(super) fn run(&self, connection: &Connection) -> rusqlite::Result<RowChange> {
        let exists: bool = connection
            .prepare_cached(&self.statements.exists)?
            .query_row(
                params_from_iter(self.key.iter().map(|(_, value)| value)),
                |row| row.get(0),
            )?;
        let payload = Value::Integer(self.payload_id);
        let all = self
            .key
            .iter()
            .chain(self.values)
            .map(|(_, value)| value)
            .chain([&payload]);
        let written = connection
            .prepare_cached(self.statements.write(self.mode))?
            .execute(params_from_iter(all))?;
        Ok(match (exists, written) {
            (false, _) => RowChange::New,
            (true, 0) => RowChange::Same,
            (true, _) => RowChange::Changed,
        })
    }
}

impl Statements {
    /// `key` with the account. `is_listed`: the table has a `gone_at`, which a
    /// row that is there again loses.
    pub(super) fn new(table: &str, key: &[&str], values: &[&str], is_listed: bool) -> Self {
        let matches = join(key, " AND ", |name| format!("{name} = ?"));
        let write = |mode| write_sql(table, (key, values), is_listed, mode);
        Self {
            exists: format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {matches})"),
            merge: write(WriteMode::Merge),
            anew: write(WriteMode::Anew),
            fill: write(WriteMode::Fill),
        }
    }

    fn write(&self, mode: WriteMode) -> &str {
        match mode {
            WriteMode::Merge => &self.merge,
            WriteMode::Anew => &self.anew,
            WriteMode::Fill => &self.fill,
        }
    }
}

fn write_sql(
    table: &str,
    (key, values): (&[&str], &[&str]),
    is_listed: bool,
    mode: WriteMode,
) -> String {
    let marks = vec!["?"; key.len() + values.len() + 1].join(", ");
    let value = |name: &str| match mode {
        WriteMode::Merge => format!("coalesce(excluded.{name}, {table}.{name})"),
        WriteMode::Anew => format!("excluded.{name}"),
        WriteMode::Fill => format!("coalesce({table}.{name}, excluded.{name})"),
    };
    let mut set = join(values, ", ", |name| format!("{name} = {}", value(name)));
    let mut differs = join(values, " OR ", |name| {
        format!("{table}.{name} IS NOT {}", value(name))
    });
    let mut payload = "excluded.payload_id".to_owned();
    match mode {
        WriteMode::Merge if is_listed => {
            set.push_str(", gone_at = NULL");
            differs = format!("{differs} OR {table}.gone_at IS NOT NULL");
        }
        WriteMode::Merge => {}
        WriteMode::Anew => {
            differs = format!("{table}.payload_id = excluded.payload_id AND ({differs})");
        }
        WriteMode::Fill => payload = format!("{table}.payload_id"),
    }
    let (key, values) = (key.join(", "), values.join(", "));
    format!(
        "INSERT INTO {table} ({key}, {values}, payload_id) VALUES ({marks}) \
         ON CONFLICT ({key}) DO UPDATE SET {set}, payload_id = {payload} \
         WHERE {differs}"
    )
}

fn join(columns: &[&str], separator: &str, each: impl Fn(&str) -> String) -> String {
    columns
        .iter()
        .map(|name| each(name))
        .collect::<Vec<_>>()
        .join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_changed_reading_is_a_change() {
        let connection = Connection::open_in_memory().unwrap();
        let schema =
            "CREATE TABLE t (k INTEGER PRIMARY KEY, a REAL, b TEXT, payload_id INTEGER) STRICT";
        connection.execute_batch(schema).unwrap();
        let write = |a: Option<f64>, payload_id| {
            let key = [("k", Value::Integer(1))];
            let values = [("a", Value::from(a)), ("b", Value::from("x".to_owned()))];
            Upsert {
                statements: &Statements::new("t", &["k"], &["a", "b"], false),
                key: &key,
                values: &values,
                payload_id,
                mode: WriteMode::Merge,
            }
            .run(&connection)
            .unwrap()
        };
        assert_eq!(write(None, 1), RowChange::New);
        assert_eq!(write(None, 2), RowChange::Same);
        assert_eq!(write(Some(0.1), 2), RowChange::Changed);
        assert_eq!(write(Some(0.1), 3), RowChange::Same);
        assert_eq!(write(None, 3), RowChange::Same, "nothing erases a reading");
        let kept: f64 = connection
            .query_row("SELECT a FROM t", [], |row| row.get(0))
            .unwrap();
        assert!((kept - 0.1).abs() < 1e-9);
    }
}
