//! Real answers through the readers: nothing panics, and what is known is typed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "test code"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use garminsync::{
    domain::dataset::Dataset,
    sync::dataset::{self, Part, Reading},
};
use serde_json::Value;

/// `None`, with a printed line, where the recordings are absent; absent under
/// CI is a failure.
fn folder() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recordings");
    if path.is_dir() {
        return Some(path);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "the recordings are missing at {}",
        path.display()
    );
    println!("skipped: no recordings at {}", path.display());
    None
}

/// Every recorded answer of a kind: file name and body as bytes.
fn bodies(kind: &str) -> Vec<(String, Vec<u8>)> {
    let Some(folder) = folder() else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for entry in fs::read_dir(folder.join("api").join(kind)).unwrap() {
        let path = entry.unwrap().path();
        let exchange: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let body = match &exchange["response"]["body"] {
            Value::Null => Vec::new(),
            Value::String(text) => text.clone().into_bytes(),
            body => body.to_string().into_bytes(),
        };
        out.push((
            path.file_name().unwrap().to_string_lossy().into_owned(),
            body,
        ));
    }
    out
}

fn parts(dataset: Dataset) -> impl Iterator<Item = &'static Part> {
    dataset::source(dataset)
        .iter()
        .flat_map(|route| route.parts)
}

fn read(dataset: Dataset, endpoint: &str, body: &[u8]) -> Result<Reading, String> {
    let part = parts(dataset).find(|part| part.endpoint == endpoint);
    (part.unwrap().read)(body).map_err(|e| e.to_string())
}

#[test]
fn every_recorded_activity_list_is_typed_whole() {
    for (name, body) in bodies("activities-list") {
        let reading = read(Dataset::Activities, "activities.list", &body).unwrap();
        assert!(!reading.rows.is_empty(), "{name}");
        assert_eq!(
            (reading.unread.len(), reading.odd.len()),
            (0, 0),
            "{name}: {:?}",
            reading.odd
        );
    }
}

#[test]
fn every_recorded_day_is_typed_whole() {
    for (name, body) in bodies("daily-summary") {
        let reading = read(Dataset::Daily, "daily.day", &body).unwrap();
        assert_eq!(
            (reading.rows.len(), reading.unread.len(), reading.odd.len()),
            (1, 0, 0),
            "{name}"
        );
    }
}

#[test]
fn every_recorded_night_is_typed_whole() {
    for (name, body) in bodies("sleep") {
        let reading = read(Dataset::Sleep, "sleep.night", &body).unwrap();
        assert_eq!(
            (reading.rows.len(), reading.unread.len(), reading.odd.len()),
            (1, 0, 0),
            "{name}"
        );
    }
}

#[test]
fn any_answer_fed_to_any_reader_is_read_or_refused_but_never_a_panic() {
    let Some(folder) = folder() else { return };
    let mut fed = 0;
    for kind in fs::read_dir(folder.join("api")).unwrap() {
        let kind = kind.unwrap().file_name().to_string_lossy().into_owned();
        for (_, body) in bodies(&kind) {
            for dataset in Dataset::ALL {
                for part in parts(dataset) {
                    let _ = (part.read)(&body);
                    let _ = (part.read)(&body[..body.len() / 2]);
                    fed += 1;
                }
            }
        }
    }
    assert!(fed > 500, "{fed}");
}
