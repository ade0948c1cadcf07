//! What the datasets' tests share: readings on their way through a real table.

use rusqlite::{
    Connection,
    types::{Value as Cell, ValueRef},
};
use serde_json::{Map, Value, json};

use super::{Ask, Reading};
use crate::{
    central_db::{
        RowChange, WriteMode,
        fixture::{self, Fixture},
        payloads::{self, NewPayload},
        table::Stamp,
    },
    domain::{dataset::Dataset, dates::DateSpan, session::Lane},
};

/// Asks for `first` to `last`, of an account that is known.
pub(super) fn ask(first: &str, last: &str) -> Ask<'static> {
    Ask {
        span: DateSpan::new(first.parse().unwrap(), last.parse().unwrap()).unwrap(),
        today: last.parse().unwrap(),
        start: 0,
        display_name: Some("ada/x"),
        user_id: Some("2222"),
    }
}

/// Stores all rows, twice, and queries what then lies there.
pub(super) fn kept(readings: &[Reading], sql: &str) -> Vec<String> {
    let fixture = store_twice(readings);
    lines(&fixture.connection, sql)
}

/// Each row at once a second time, which must change nothing.
fn store_twice(readings: &[Reading]) -> Fixture {
    let fixture = fixture::connection();
    for row in readings.iter().flat_map(|reading| &reading.rows) {
        row.store(&fixture.connection, stamp(&fixture)).unwrap();
        let change = row.store(&fixture.connection, stamp(&fixture)).unwrap();
        assert_eq!(change, RowChange::Same, "{row:?}");
    }
    fixture
}

/// A CentralDB with these rows.
pub(super) fn store(readings: &[Reading]) -> Fixture {
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
pub(super) fn lines(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let lines = statement.query_map([], |row| {
        let cells: rusqlite::Result<Vec<_>> = (0..columns).map(|n| row.get(n).map(text)).collect();
        Ok(cells?.join("|"))
    });
    lines.unwrap().map(Result::unwrap).collect()
}

fn text(value: Cell) -> String {
    match value {
        Cell::Null => String::new(),
        Cell::Integer(n) => n.to_string(),
        Cell::Real(n) => n.to_string(),
        Cell::Text(text) => text,
        Cell::Blob(_) => "blob".to_owned(),
    }
}

/// Every form of "no data" is no row and no error (`recordings/NOTES.md` rule 2).
pub(super) fn reads_nothing_from(
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

/// Stores the rows, twice since a second run must change nothing, and gives
/// what the view then shows.
pub(super) fn shown(view: &str, readings: &[Reading]) -> Vec<Map<String, Value>> {
    let fixture = store_twice(readings);
    let db = &fixture.connection;
    let mut statement = db.prepare(&format!("SELECT * FROM {view}")).unwrap();
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let rows = statement.query_map([], |row| {
        names
            .iter()
            .enumerate()
            .map(|(n, name)| Ok((name.clone(), as_json(row.get_ref(n)?))))
            .collect()
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn as_json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Integer(n) => json!(n),
        ValueRef::Real(n) => json!(n),
        ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
    }
}

/// Reads a body that must be understood.
pub(super) fn read(
    reader: fn(&[u8]) -> Result<Reading, crate::garmin::error::GarminError>,
    body: &Value,
) -> Reading {
    reader(body.to_string().as_bytes()).unwrap()
}

/// Rows, unread items, odd fields.
pub(super) fn counts(reading: &Reading) -> (usize, usize, usize) {
    (reading.rows.len(), reading.unread.len(), reading.odd.len())
}
