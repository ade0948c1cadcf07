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

/// Reads every recording of a kind, demands nothing unread and nothing odd, and
/// gives the rows as text beside the recorded body.
fn rows_of(dataset: Dataset, endpoint: &str, kind: &str) -> Vec<(String, Value, Vec<String>)> {
    bodies(kind)
        .into_iter()
        .map(|(name, body)| {
            let reading = read(dataset, endpoint, &body).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(reading.unread.is_empty(), "{name}: {:?}", reading.unread);
            assert!(reading.odd.is_empty(), "{name}: {:?}", reading.odd);
            let rows = reading.rows.iter().map(|row| format!("{row:?}")).collect();
            let body = serde_json::from_slice(&body).unwrap_or_default();
            (name, body, rows)
        })
        .collect()
}

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

#[test]
fn every_recorded_hrv_night_is_typed_whole() {
    for (name, body, rows) in rows_of(Dataset::Hrv, "hrv.day", "hrv") {
        assert_eq!(rows.len(), usize::from(!body.is_null()), "{name}");
    }
    for (name, body, rows) in rows_of(Dataset::Hrv, "hrv.range", "hrv-range") {
        assert_eq!(rows.len(), count(&body["hrvSummaries"]), "{name}");
        let first = &body["hrvSummaries"][0]["lastNightAvg"];
        let average = format!("last_night_average_ms: Some({first})");
        assert!(rows[0].contains(&average), "{name}: {}", rows[0]);
    }
}

#[test]
fn every_recorded_body_battery_report_is_typed_whole() {
    let reports = rows_of(
        Dataset::BodyBattery,
        "body_battery.range",
        "body-battery-reports",
    );
    for (name, body, rows) in reports {
        let events = body.as_array().unwrap().iter();
        let events: usize = events
            .map(|day| count(&day["bodyBatteryActivityEvent"]))
            .sum();
        assert_eq!(rows.len(), count(&body) + events, "{name}");
        let first = &body[0]["bodyBatteryValuesArray"][0][1];
        assert!(rows[0].contains(&format!("first: Some({first})")), "{name}");
    }
}

#[test]
fn every_recorded_weigh_in_is_typed_whole() {
    for (name, body) in bodies("weight") {
        let body: Value = serde_json::from_slice(&body).unwrap();
        let Some(days) = body["dailyWeightSummaries"].as_array() else {
            continue; // the day view, which is not asked for
        };
        let reading = read(Dataset::Weight, "weight.range", body.to_string().as_bytes()).unwrap();
        let entries: usize = days.iter().map(|day| count(&day["allWeightMetrics"])).sum();
        let found = (reading.rows.len(), reading.unread.len(), reading.odd.len());
        assert_eq!(found, (entries, 0, 0), "{name}");
        let grams = days[0]["allWeightMetrics"][0]["weight"].as_f64().unwrap();
        let kilograms = format!("weight_kg: Some({:?})", grams / 1000.0);
        let first = format!("{:?}", reading.rows[0]);
        assert!(first.contains(&kilograms), "{name}: {first}");
    }
}

#[test]
fn the_recorded_blood_pressure_is_nothing() {
    for (name, body, rows) in rows_of(
        Dataset::BloodPressure,
        "blood_pressure.range",
        "blood-pressure",
    ) {
        assert_eq!(rows.len(), count(&body["measurementSummaries"]), "{name}");
    }
}

#[test]
fn every_recorded_hydration_day_is_typed_whole() {
    for (name, body) in bodies("hydration") {
        let is_list = body.starts_with(b"[");
        let endpoint = if is_list {
            "hydration.range"
        } else {
            "hydration.day"
        };
        let body: Value = serde_json::from_slice(&body).unwrap();
        let day = if is_list { &body[0] } else { &body };
        let bytes = body.to_string().into_bytes();
        let reading = read(Dataset::Hydration, endpoint, &bytes).unwrap();
        let found = (reading.rows.len(), reading.unread.len(), reading.odd.len());
        // A day with only a goal is none.
        let intake = day["valueInML"].as_f64();
        assert_eq!(found, (usize::from(intake.is_some()), 0, 0), "{name}");
        if intake.is_some() {
            let row = format!("{:?}", reading.rows[0]);
            assert!(
                row.contains(&format!("intake_ml: {intake:?}")),
                "{name}: {row}"
            );
        }
    }
}

#[test]
fn every_recorded_readiness_snapshot_is_typed_whole() {
    for (name, body, rows) in rows_of(Dataset::Readiness, "readiness.day", "training-readiness") {
        assert_eq!(rows.len(), count(&body), "{name}");
        for (row, item) in rows.iter().zip(body.as_array().unwrap()) {
            let recovery = format!("recovery_min: Some({})", item["recoveryTime"]);
            assert!(row.contains(&recovery), "{name}: {row}");
        }
    }
}

#[test]
fn every_recorded_training_status_is_typed_whole() {
    for (name, body) in bodies("training-status") {
        let answer: Value = serde_json::from_slice(&body).unwrap();
        let weekly = &answer["weeklyTrainingStatus"]["payload"]["reportData"];
        let latest = &answer["mostRecentTrainingStatus"]["latestTrainingStatusData"];
        let (endpoint, devices, extra) = if weekly.is_object() {
            ("training_status.range", weekly, 0)
        } else if latest.is_object() {
            // The load balance comes as a row beside the status.
            ("training_status.day", latest, 1)
        } else {
            continue; // siblings that are not asked for
        };
        let items: Vec<&Value> = devices
            .as_object()
            .unwrap()
            .values()
            .flat_map(|rows| {
                rows.as_array()
                    .map_or(vec![rows], |rows| rows.iter().collect())
            })
            .collect();
        let reading = read(Dataset::TrainingStatus, endpoint, &body).unwrap();
        let found = (reading.rows.len(), reading.unread.len(), reading.odd.len());
        assert_eq!(
            found,
            (items.len() + extra, 0, 0),
            "{name}: {:?}",
            reading.odd
        );
        let acute = items[0]["acuteTrainingLoadDTO"]["dailyTrainingLoadAcute"].as_f64();
        let first = format!("{:?}", reading.rows[0]);
        assert!(
            first.contains(&format!("acute_load: {acute:?}")),
            "{name}: {first}"
        );
    }
}

#[test]
fn every_recorded_vo2max_is_typed_whole() {
    for (name, body, rows) in rows_of(Dataset::Vo2max, "vo2max.range", "max-met") {
        let items = body.as_array().cloned().unwrap_or(vec![body.clone()]);
        let members: usize = items
            .iter()
            .map(|item| {
                let members = ["generic", "cycling", "heatAltitudeAcclimation"];
                members
                    .iter()
                    .filter(|name| item[**name].is_object())
                    .count()
            })
            .sum();
        assert_eq!(rows.len(), members, "{name}");
        let precise = items[0]["generic"]["vo2MaxPreciseValue"].as_f64();
        let precise = format!("precise_ml_kg_min: {precise:?}");
        assert!(rows[0].contains(&precise), "{name}: {}", rows[0]);
    }
}

#[test]
fn every_recorded_step_count_is_typed_whole() {
    for (name, body, rows) in rows_of(Dataset::Daily, "daily.steps", "steps-stats") {
        // The weekly ones, which are not asked for, keep their values elsewhere.
        let days = body.as_array().unwrap().iter();
        let days = days.filter(|day| day["totalSteps"].is_number());
        assert_eq!(rows.len(), days.count(), "{name}");
        if let Some(first) = rows.first() {
            let steps = format!("steps: Some({})", body[0]["totalSteps"]);
            assert!(first.contains(&steps), "{name}: {first}");
        }
    }
}

#[test]
fn every_part_is_named_after_its_dataset() {
    for dataset in Dataset::ALL {
        for part in parts(dataset) {
            let prefix = format!("{dataset}.");
            assert!(part.endpoint.starts_with(&prefix), "{}", part.endpoint);
        }
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
