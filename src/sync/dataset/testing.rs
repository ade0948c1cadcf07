//! What the datasets' tests share: a reading on its way through a real CentralDB.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value, json};

use super::Reading;
use crate::central_db::{RowChange, fixture, table::Stamp};

/// Stores the rows, twice since a second run must change nothing, and gives
/// what the view then shows.
pub(super) fn shown(view: &str, readings: &[Reading]) -> Vec<Map<String, Value>> {
    let fixture = fixture::connection();
    let db = &fixture.connection;
    db.execute(
        "INSERT INTO payload (id, account, dataset, lane, request, fetched_at, status, is_read, body)
         VALUES (7, ?, 'daily', 'connect', 'x', 0, 200, 1, x'')",
        [fixture.account.get()],
    )
    .unwrap();
    let stamp = Stamp {
        account: fixture.account,
        payload_id: 7,
        now: Timestamp::UNIX_EPOCH,
    };
    for row in readings.iter().flat_map(|reading| &reading.rows) {
        row.store(db, stamp).unwrap();
        assert_eq!(row.store(db, stamp).unwrap(), RowChange::Same, "{row:?}");
    }
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
