//! Envelopes that several datasets share.

use serde_json::Value;

use super::items;
use crate::garmin::{error::GarminError, wire::fields::Fields};

/// A list, or the one object that some answers hold in its place.
pub(super) fn one_or_items(value: Value) -> Result<Vec<Value>, GarminError> {
    match value {
        Value::Object(object) if !object.is_empty() => Ok(vec![Value::Object(object)]),
        value => items(value),
    }
}

/// Whether an item says anything: one of objects of nulls only says that
/// nothing was recorded (`recordings/NOTES.md` rule 2).
pub(super) fn has_any(fields: &Fields<'_>, paths: &[&str]) -> bool {
    paths.iter().any(|path| fields.value(path).is_some())
}

#[cfg(test)]
pub(super) mod testing {
    //! Readings on their way through a real table, for the tests beside the mappers.

    use rusqlite::{Connection, types::Value};

    use crate::{
        central_db::{
            RowChange, WriteMode,
            fixture::{self, Fixture},
            payloads::{self, NewPayload},
            table::Stamp,
        },
        domain::{dataset::Dataset, dates::DateSpan, session::Lane},
        sync::dataset::{Ask, Reading},
    };

    /// Asks for `first` to `last`, of an account that is known.
    pub(in super::super) fn ask(first: &str, last: &str) -> Ask<'static> {
        Ask {
            span: DateSpan::new(first.parse().unwrap(), last.parse().unwrap()).unwrap(),
            start: 0,
            display_name: Some("ada/x"),
            user_id: Some("2222"),
        }
    }

    /// Stores all rows, twice, and queries what then lies there.
    pub(in super::super) fn kept(readings: &[Reading], sql: &str) -> Vec<String> {
        let fixture = store(readings);
        for row in readings.iter().flat_map(|reading| &reading.rows) {
            let change = row.store(&fixture.connection, stamp(&fixture)).unwrap();
            assert_eq!(change, RowChange::Same, "{row:?}");
        }
        lines(&fixture.connection, sql)
    }

    /// A CentralDB with these rows.
    pub(in super::super) fn store(readings: &[Reading]) -> Fixture {
        let fixture = fixture::connection();
        for row in readings.iter().flat_map(|reading| &reading.rows) {
            row.store(&fixture.connection, stamp(&fixture)).unwrap();
        }
        fixture
    }

    fn stamp(fixture: &Fixture) -> Stamp {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let payload = NewPayload {
            account: fixture.account,
            dataset: Dataset::Daily,
            lane: Lane::Connect,
            endpoint: "x",
            request: "x",
            fetched_at: now,
            status: 200,
            is_read: true,
            body: b"",
        };
        Stamp {
            account: fixture.account,
            payload_id: payloads::store(&fixture.connection, &payload).unwrap(),
            mode: WriteMode::Merge,
            now,
        }
    }

    /// Lines with `|` between the cells, as the `sqlite3` shell prints them.
    pub(in super::super) fn lines(connection: &Connection, sql: &str) -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let lines = statement.query_map([], |row| {
            let cells: rusqlite::Result<Vec<_>> =
                (0..columns).map(|n| row.get(n).map(text)).collect();
            Ok(cells?.join("|"))
        });
        lines.unwrap().map(Result::unwrap).collect()
    }

    fn text(value: Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::Integer(n) => n.to_string(),
            Value::Real(n) => n.to_string(),
            Value::Text(text) => text,
            Value::Blob(_) => "blob".to_owned(),
        }
    }

    /// Every form of "no data" is no row and no error (`recordings/NOTES.md` rule 2).
    pub(in super::super) fn reads_nothing_from(
        read: fn(&[u8]) -> Result<Reading, crate::garmin::error::GarminError>,
        more: &[&str],
    ) {
        for none in ["", " \n", "null", "[]", "{}", "[null]", "[{}]"]
            .iter()
            .chain(more)
        {
            let reading = read(none.as_bytes()).unwrap();
            assert_eq!(
                (reading.rows.len(), reading.unread.len(), reading.odd.len()),
                (0, 0, 0),
                "{none:?}: {reading:?}"
            );
        }
        assert!(read(b"<html>").is_err());
        assert!(read(b"[{\"a\":1").is_err(), "torn");
    }
}
