//! Real answers through the readers: nothing panics, and what is known is typed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::{fs, path::PathBuf};

use garminsync::{
    domain::dataset::Dataset,
    garmin::wire::json,
    sync::dataset::{self, Part, Reading},
};
use serde_json::Value;

use crate::support::shared;

pub(crate) fn folder() -> Option<PathBuf> {
    shared("recordings")
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

/// The recorded answers of `kind` in files that begin with `name`: each read by `endpoint`, and its JSON.
fn typed(dataset: Dataset, endpoint: &str, kind: &str, name: &str) -> Vec<(Reading, Value)> {
    let mut out = Vec::new();
    for (file, body) in bodies(kind) {
        if !file.starts_with(name) {
            continue;
        }
        let reading = read(dataset, endpoint, &body).unwrap();
        assert_eq!(
            (reading.unread.len(), reading.odd.len()),
            (0, 0),
            "{kind}/{file}: {reading:?}"
        );
        out.push((reading, serde_json::from_slice(&body).unwrap_or_default()));
    }
    assert!(!out.is_empty() || folder().is_none(), "{kind}/{name}");
    out
}

/// How many rows of `table` there are.
fn count(reading: &Reading, table: &str) -> usize {
    let rows = reading.rows.iter();
    rows.filter(|row| row.table() == table).count()
}

/// Whether any of the rows, as written by `Debug`, holds all of `cells`.
fn holds(found: &[(Reading, Value)], cells: &[&str]) -> bool {
    let mut rows = found.iter().flat_map(|(reading, _)| &reading.rows);
    found.is_empty()
        || rows.any(|row| {
            let row = format!("{row:?}");
            cells.iter().all(|cell| row.contains(cell))
        })
}

#[test]
fn every_recorded_race_prediction_is_typed_whole() {
    let found = typed(
        Dataset::RacePredictions,
        "race_predictions.range",
        "race-predictions",
        "",
    );
    assert!(found.iter().all(|(reading, _)| reading.rows.len() == 1));
    let seconds = ["day_on: 2026-01-27", "ten_km_s: Some(3222)"];
    assert!(holds(&found, &seconds));
}

#[test]
fn every_recorded_endurance_score_is_typed_whole() {
    let members = |list: &Value| list.as_array().map_or(0, Vec::len);
    let ranges = typed(
        Dataset::Endurance,
        "endurance.range",
        "endurance-score",
        "stats",
    );
    for (reading, body) in &ranges {
        // The first week is cut by the range: all but its last day were not asked for.
        let first = body["startDate"].as_str().unwrap();
        let weeks = body["groupMap"].as_object().unwrap();
        let whole: Vec<_> = weeks
            .iter()
            .filter(|(week, _)| week.as_str() >= first)
            .collect();
        assert_eq!((weeks.len(), whole.len()), (13, 12));
        assert_eq!(count(reading, "endurance_week"), whole.len());
        let shares = whole
            .iter()
            .map(|(_, week)| members(&week["enduranceContributorDTOList"]));
        let found = format!("{reading:?}").matches("share_percent").count();
        assert_eq!(found, shares.sum::<usize>());
        assert_eq!(count(reading, "endurance_day"), 0, "comes day by day");
    }
    assert!(holds(
        &ranges,
        &["week_on: 2025-11-05", "average_score: Some(5590)"]
    ));
    for (reading, body) in typed(
        Dataset::Endurance,
        "endurance.day",
        "endurance-score",
        "day",
    ) {
        let found = format!("{reading:?}").matches("share_percent").count();
        assert_eq!(
            (reading.rows.len(), found),
            (1, members(&body["contributors"]))
        );
    }
    let none = typed(
        Dataset::Endurance,
        "endurance.day",
        "endurance-score",
        "none",
    );
    assert!(none.iter().all(|(reading, _)| reading.rows.is_empty()));
}

#[test]
fn every_recorded_hill_score_is_typed_whole() {
    let found = typed(Dataset::Hill, "hill.day", "hill-score", "day");
    assert!(found.iter().all(|(reading, _)| reading.rows.len() == 1));
    assert!(holds(
        &found,
        &[
            "day_on: 2025-07-07",
            " score: Some(20)",
            "strength_score: Some(2)"
        ]
    ));
}

#[test]
fn every_recorded_fitness_age_is_typed_whole() {
    for endpoint in ["fitness_age.day", "fitness_age.personal"] {
        let day = typed(Dataset::FitnessAge, endpoint, "fitness-age", "day");
        assert!(day.iter().all(|(reading, _)| reading.rows.len() == 1));
        assert!(holds(
            &day,
            &[
                "day_on: 2026-07-15",
                "body_fat_percent: Some(6.1)",
                "resting_hr_bpm: Some(51)"
            ]
        ));
    }
    let range = typed(
        Dataset::FitnessAge,
        "fitness_age.range",
        "fitness-age",
        "range",
    );
    for (reading, body) in &range {
        assert_eq!(reading.rows.len(), body.as_array().unwrap().len());
    }
    assert!(holds(
        &range,
        &[
            "day_on: 2026-01-24",
            "resting_hr_bpm: Some(52)",
            "bmi: Some(20.83"
        ]
    ));
}

#[test]
fn every_recorded_threshold_series_is_typed_whole() {
    let series = [
        (
            "lt-speed-range",
            "thresholds.lactate_speed",
            "lactate_speed_mps: Some(3.24999",
        ),
        (
            "lt-hr-range",
            "thresholds.lactate_hr",
            "lactate_hr_bpm: Some(166.0)",
        ),
        (
            "ftp-range",
            "thresholds.running_power",
            "functional_power_w: Some(384.0)",
        ),
    ];
    for (name, endpoint, cell) in series {
        let found = typed(Dataset::Thresholds, endpoint, "biometric", name);
        for (reading, body) in &found {
            assert_eq!(reading.rows.len(), body.as_array().unwrap().len(), "{name}");
        }
        assert!(holds(&found, &["sport: \"running\"", cell]), "{name}");
    }
}

#[test]
fn every_recorded_profile_is_typed_whole_and_holds_no_address() {
    let social = typed(
        Dataset::Profile,
        "profile.social",
        "profile",
        "social-profile",
    );
    let data = typed(
        Dataset::Profile,
        "profile.personal_data",
        "profile",
        "user-settings",
    );
    for (reading, body) in social.iter().chain(&data) {
        assert_eq!(reading.rows.len(), 1);
        let name = body["userName"].as_str().filter(|name| name.contains('@'));
        assert!(name.is_none_or(|name| !format!("{reading:?}").contains(name)));
    }
    assert!(holds(
        &social,
        &[
            "profile_id: Some(88745312)",
            "primary_activity: Some(\"running\")"
        ]
    ));
    assert!(holds(
        &data,
        &[
            "weight_kg: Some(84.51)",
            "height_m: Some(1.778)",
            "bed_time_s: Some(79200)"
        ]
    ));
}

#[test]
fn all_recorded_settings_are_typed_whole() {
    for endpoint in ["settings.connect", "settings.personal"] {
        let found = typed(Dataset::Settings, endpoint, "profile", "profile-settings");
        assert!(found.iter().all(|(reading, _)| reading.rows.len() == 1));
        let words = [
            "time_zone: Some(\"Asia/Dubai\")",
            "first_day_of_week: Some(\"monday\")",
        ];
        assert!(holds(&found, &words));
    }
}

#[test]
fn every_recorded_device_is_typed_whole() {
    let found = typed(Dataset::Devices, "devices.list", "devices", "list");
    for (reading, body) in &found {
        let devices = body.as_array().unwrap();
        assert_eq!(reading.rows.len(), devices.len());
        for flag in devices
            .iter()
            .flat_map(|device| device.as_object().unwrap())
        {
            let is_true = flag.0.ends_with("Capable") && flag.1 == true;
            assert_eq!(
                format!("{reading:?}").contains(&format!("{}\\\"", flag.0)),
                is_true,
                "{flag:?}"
            );
        }
    }
    assert!(holds(
        &found,
        &[
            "product: Some(\"Forerunner 965\")",
            "firmware: Some(\"27.09\")"
        ]
    ));
}

#[test]
fn every_recorded_personal_record_is_typed_whole_and_has_a_unit() {
    let found = typed(Dataset::Records, "records.list", "personal-records", "");
    for (reading, body) in &found {
        assert_eq!(reading.rows.len(), body.as_array().unwrap().len());
        assert!(!format!("{reading:?}").contains("unit: None"));
    }
    assert!(holds(
        &found,
        &["type_id: 8", "value: Some(96704.8", "unit: Some(\"m\")"]
    ));
    assert!(holds(
        &found,
        &[
            "type_id: 13",
            "activity_id: None",
            "achieved_on: Some(2025-09-28)"
        ]
    ));
}

#[test]
fn all_recorded_zones_are_typed_whole() {
    for endpoint in ["zones.heart_rate", "zones.personal"] {
        let found = typed(Dataset::Zones, endpoint, "biometric", "hr-zones");
        for (reading, body) in &found {
            // One of them is the empty answer to a PUT.
            assert_eq!(reading.rows.len(), body.as_array().map_or(0, Vec::len));
        }
        assert!(holds(
            &found,
            &[
                "sport: \"RUNNING\"",
                "zone_2_from: Some(113.0)",
                "max_hr_bpm: Some(188)"
            ]
        ));
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

fn length(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

#[test]
fn every_recorded_hrv_night_is_typed_whole() {
    for (name, body, rows) in rows_of(Dataset::Hrv, "hrv.day", "hrv") {
        assert_eq!(rows.len(), usize::from(!body.is_null()), "{name}");
    }
    for (name, body, rows) in rows_of(Dataset::Hrv, "hrv.range", "hrv-range") {
        assert_eq!(rows.len(), length(&body["hrvSummaries"]), "{name}");
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
            .map(|day| length(&day["bodyBatteryActivityEvent"]))
            .sum();
        assert_eq!(rows.len(), length(&body) + events, "{name}");
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
        let entries: usize = days
            .iter()
            .map(|day| length(&day["allWeightMetrics"]))
            .sum();
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
        assert_eq!(rows.len(), length(&body["measurementSummaries"]), "{name}");
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
        assert_eq!(rows.len(), length(&body), "{name}");
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

#[test]
fn no_recorded_answer_is_taken_for_an_error() {
    let Some(folder) = folder() else {
        return;
    };
    for kind in fs::read_dir(folder.join("api")).unwrap() {
        for entry in fs::read_dir(kind.unwrap().path()).unwrap() {
            let path = entry.unwrap().path();
            let exchange: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let told = json::error_in(&exchange["response"]["body"]);
            let status = exchange["response"]["status"].as_u64().unwrap_or(200);
            let is_told = told.is_none() || status >= 400;
            assert!(is_told, "{}: {told:?}", path.display());
        }
    }
}
