//! Answers as no server should give them: no reader panics, nothing that is
//! read breaks CentralDB, and no row is made of nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::{collections::BTreeMap, panic};

use garminsync::{
    central_db::{WriteMode, payloads, table::Stamp},
    domain::{account::AccountId, dataset::Dataset},
    sync::dataset::{self, Part, Row},
};
use jiff::Timestamp;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Value, json};

use crate::support::{World, scenario};

/// Moments and days in all the forms that were seen, and some that were not.
const TIMES: [&str; 22] = [
    "2026-11-05",
    "2026-11-05T00:00:00",
    "2026-11-05T06:30:11.0",
    "2026-11-05T06:30:11.123456",
    "2026-11-05T06:30:11Z",
    "2026-11-05T06:30:11.000Z",
    "2026-11-05T06:30:11+01:00",
    "2026-11-05T06:30:11.0+0100",
    "2026-11-05 06:30:11",
    "2026-11-05 06:30:11.0",
    "Nov 5, 2026 6:30:11 AM",
    "1793860211000",
    "1793860211",
    "20261105",
    "05.11.2026",
    "0000-00-00",
    "2026-02-30",
    "2026-11-05T24:00:00",
    "-9999-01-01",
    "9999-12-31T23:59:59.999",
    "+123456-01-01T00:00:00Z",
    "",
];

fn spoilt_leaf(random: &mut fastrand::Rng, value: &Value) -> Value {
    match random.u8(0..14) {
        0 => Value::Null,
        1 => Value::String(value.to_string()),
        2 => json!(1e308),
        3 => json!(-1e308),
        4 => json!(i64::MIN),
        5 => json!(u64::MAX),
        6 => json!(["NaN", "Infinity", "-", "1e999", "\u{0}", "🏃\u{202e}"][random.usize(0..6)]),
        7 | 8 => json!(TIMES[random.usize(0..TIMES.len())]),
        9 => json!([[[[value]]]]),
        10 => json!({"value": value}),
        11 => json!(random.bool()),
        12 => json!([-1, 0, 999_999_999_999_999_i64, -86_400_000][random.usize(0..4)]),
        _ => json!([]),
    }
}

/// The same answer with about one in `rarity` of its members spoilt or dropped.
fn spoilt(random: &mut fastrand::Rng, value: &Value, rarity: u32) -> Value {
    if random.u32(0..rarity) == 0 {
        return spoilt_leaf(random, value);
    }
    match value {
        Value::Array(items) => items
            .iter()
            .map(|item| spoilt(random, item, rarity))
            .collect(),
        Value::Object(members) => {
            let mut out = serde_json::Map::new();
            for (key, member) in members {
                if random.u32(0..rarity * 2) > 0 {
                    out.insert(key.clone(), spoilt(random, member, rarity));
                }
            }
            Value::Object(out)
        }
        leaf => leaf.clone(),
    }
}

/// All leaves null; the shape, and with `keeps` the days and ids, stay.
fn hollow(value: &Value, keeps: bool, key: &str) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| hollow(item, keeps, key)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| (key.clone(), hollow(member, keeps, key)))
            .collect(),
        leaf if keeps && (key.to_lowercase().contains("date") || key.ends_with("Id")) => {
            leaf.clone()
        }
        _ => Value::Null,
    }
}

/// Where hostile rows are stored, and thrown away again.
struct Pit {
    db: Connection,
    columns: BTreeMap<String, String>,
}

impl Pit {
    fn swallow(&mut self, part: &Part, body: &[u8], what: &str) -> usize {
        let read = panic::catch_unwind(|| (part.read)(body));
        let read =
            read.unwrap_or_else(|_| panic!("{}: {what} panicked: {}", part.endpoint, shown(body)));
        let Ok(reading) = read else { return 0 };
        let tx = self.db.transaction().unwrap();
        for row in &reading.rows {
            let stamp = Stamp {
                account: AccountId::new(1),
                payload_id: 1,
                mode: WriteMode::Merge,
                now: Timestamp::UNIX_EPOCH,
            };
            let stored = row.store(&tx, stamp);
            assert!(
                stored.is_ok(),
                "{}: {what}: {stored:?} of {row:?}",
                part.endpoint
            );
            // A score without a number may still have its parts.
            let has_parts = format!("{row:?}").contains("share_percent");
            let is_hollow = !has_parts && is_hollow(&tx, &mut self.columns, row.as_ref());
            assert!(
                !is_hollow,
                "{}: {what}: {row:?} of {}",
                part.endpoint,
                shown(body)
            );
        }
        tx.rollback().unwrap();
        reading.rows.len()
    }
}

fn shown(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(600).collect()
}

/// Whether a stored row has nothing but its key.
fn is_hollow(db: &Connection, columns: &mut BTreeMap<String, String>, row: &dyn Row) -> bool {
    let table = row.table();
    let values = columns.entry(table.to_owned()).or_insert_with(|| {
        let sql = format!(
            "SELECT coalesce(group_concat(name, ', '), '1') FROM pragma_table_info('{table}')
             WHERE pk = 0 AND name NOT IN ('account', 'payload_id', 'gone_at', 'legs_asked')"
        );
        db.query_row(&sql, [], |row| row.get(0)).unwrap()
    });
    let key = row.key();
    let names: Vec<_> = key.iter().map(|(name, _)| format!("{name} = ?")).collect();
    let matches = ["account = 1".to_owned()].into_iter().chain(names);
    let matches = matches.collect::<Vec<_>>().join(" AND ");
    let sql = format!("SELECT coalesce({values}, NULL) IS NULL FROM {table} WHERE {matches}");
    db.query_row(
        &sql,
        params_from_iter(key.into_iter().map(|(_, value)| value)),
        |row| row.get(0),
    )
    .unwrap()
}

/// Real answers of the simulator, over both lanes, by what reads them.
async fn answers() -> (World, Vec<(Dataset, String, Vec<u8>)>) {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    let key = format!("{}\n", world.simulator.scenario().personal_key);
    assert_eq!(world.run(&["login", "--key-stdin"], &key).await.code, 0);
    world.simulator.refuse_graphql();
    world.db().execute("DELETE FROM sync_mark", []).unwrap();
    world.db().execute("DELETE FROM coverage", []).unwrap();
    world.sync().await;
    let db = world.db();
    let mut statement = db
        .prepare("SELECT id, dataset, endpoint FROM payload WHERE is_read = 1 GROUP BY dataset, endpoint")
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let found: Vec<(i64, String, String)> = rows.unwrap().map(Result::unwrap).collect();
    let found = found
        .into_iter()
        .map(|(id, dataset, endpoint)| {
            (
                dataset.parse().unwrap(),
                endpoint,
                payloads::body(&db, id).unwrap(),
            )
        })
        .collect();
    drop(statement);
    drop(db);
    (world, found)
}

fn pit(world: &World) -> Pit {
    Pit {
        db: world.db(),
        columns: BTreeMap::new(),
    }
}

fn throw_in(pit: &mut Pit, part: &Part, body: &[u8], random: &mut fastrand::Rng, times: u32) {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    for keeps in [false, true] {
        let hollow = hollow(&answer, keeps, "").to_string();
        let rows = pit.swallow(part, hollow.as_bytes(), "hollow");
        assert!(
            keeps || rows == 0,
            "{}: {rows} rows of {}",
            part.endpoint,
            shown(hollow.as_bytes())
        );
    }
    for n in 0..times {
        let rarity = [3, 12, 40, 200][random.usize(0..4)];
        let bad = spoilt(random, &answer, rarity).to_string();
        pit.swallow(part, bad.as_bytes(), &format!("spoilt {n}"));
    }
}

#[tokio::test]
async fn spoilt_answers_cost_fields_and_rows_and_never_the_run() {
    let times = std::env::var("SPOILT").map_or(6, |text| text.parse().unwrap());
    let (world, answers) = answers().await;
    let mut pit = pit(&world);
    let mut random = fastrand::Rng::with_seed(7);
    let mut seen = 0;
    for (dataset, endpoint, body) in &answers {
        for part in dataset::readers(*dataset).filter(|part| part.endpoint == endpoint) {
            assert!(endpoint == "activities.detail" || pit.swallow(part, body, "whole") < 10_000);
            throw_in(&mut pit, part, body, &mut random, times);
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}

#[tokio::test]
async fn spoilt_recordings_cost_fields_and_rows_and_never_the_run() {
    let Some(folder) = crate::recordings::folder() else {
        return;
    };
    let times = std::env::var("SPOILT").map_or(1, |text| text.parse().unwrap());
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    let mut pit = pit(&world);
    let mut random = fastrand::Rng::with_seed(8);
    for (path, bytes) in crate::support::bytes_below(&folder.join("api")) {
        let Ok(exchange) = serde_json::from_slice::<Value>(&bytes) else {
            continue;
        };
        let body = exchange["response"]["body"].to_string().into_bytes();
        if body.len() > 40_000 {
            continue;
        }
        for part in Dataset::ALL.into_iter().flat_map(dataset::readers) {
            let rows = panic::catch_unwind(|| (part.read)(&body));
            let rows = rows.unwrap_or_else(|_| panic!("{}: {}", part.endpoint, path.display()));
            if rows.is_ok_and(|reading| !reading.rows.is_empty()) {
                throw_in(&mut pit, part, &body, &mut random, times);
            }
        }
    }
}

#[test]
fn nonsense_is_no_row_anywhere() {
    let deep = |open: &str, close: &str, n| format!("{}{}", open.repeat(n), close.repeat(n));
    let mut bodies: Vec<String> = [
        "",
        " ",
        "null",
        "[]",
        "{}",
        "[{}]",
        "[null]",
        "[[]]",
        "0",
        "\"\"",
        "true",
        "[1,2]",
        "{\"data\":null}",
        "\u{feff}{}",
        "<html>",
        "[{",
    ]
    .map(str::to_owned)
    .to_vec();
    bodies.extend([
        deep("[", "]", 100),
        deep("[", "]", 100_000),
        deep("{\"a\":", "}", 50_000),
    ]);
    for part in Dataset::ALL.into_iter().flat_map(dataset::readers) {
        for body in &bodies {
            if let Ok(reading) = (part.read)(body.as_bytes()) {
                assert_eq!(
                    reading.rows.len(),
                    0,
                    "{}: {}",
                    part.endpoint,
                    shown(body.as_bytes())
                );
            }
        }
    }
}
