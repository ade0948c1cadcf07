//! How fast answers are read: `cargo bench --bench parse`.
//!
//! The yardstick is `serde_json` on the same bytes, into its own tree of values.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

#[path = "support.rs"]
mod support;

use std::{collections::BTreeMap, fs, hint::black_box, path::Path};

use garminsync::{
    domain::dataset::Dataset,
    sync::dataset::{self, Part},
};
use serde_json::Value;
use support::{is_asked_for, megabytes, per_second, ratio, timed, year_of_answers};

/// Kind of recording, beginning of the file's name, and the reader it is for.
const RECORDED: [(&str, &str, Dataset, &str); 19] = [
    (
        "training-status",
        "mobile-weekly",
        Dataset::TrainingStatus,
        "training_status.range",
    ),
    (
        "activities-list",
        "",
        Dataset::Activities,
        "activities.list",
    ),
    ("daily-summary", "", Dataset::Daily, "daily.day"),
    ("sleep", "", Dataset::Sleep, "sleep.night"),
    (
        "race-predictions",
        "",
        Dataset::RacePredictions,
        "race_predictions.range",
    ),
    (
        "endurance-score",
        "stats",
        Dataset::Endurance,
        "endurance.range",
    ),
    (
        "endurance-score",
        "day",
        Dataset::Endurance,
        "endurance.day",
    ),
    ("hill-score", "day", Dataset::Hill, "hill.day"),
    ("fitness-age", "day", Dataset::FitnessAge, "fitness_age.day"),
    (
        "fitness-age",
        "range",
        Dataset::FitnessAge,
        "fitness_age.range",
    ),
    (
        "profile",
        "social-profile",
        Dataset::Profile,
        "profile.social",
    ),
    (
        "profile",
        "user-settings",
        Dataset::Profile,
        "profile.personal_data",
    ),
    ("devices", "list", Dataset::Devices, "devices.list"),
    ("personal-records", "", Dataset::Records, "records.list"),
    ("hrv-range", "", Dataset::Hrv, "hrv.range"),
    ("weight", "range", Dataset::Weight, "weight.range"),
    (
        "body-battery-reports",
        "",
        Dataset::BodyBattery,
        "body_battery.range",
    ),
    (
        "training-readiness",
        "",
        Dataset::Readiness,
        "readiness.day",
    ),
    (
        "training-status",
        "aggregated",
        Dataset::TrainingStatus,
        "training_status.day",
    ),
];

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    if !is_asked_for() {
        return;
    }
    heading("The largest recorded answer of each kind");
    recordings();
    heading("A year of the simulator's answers, by dataset");
    year().await;
}

fn heading(what: &str) {
    println!(
        "\n{:<58} {:>9} {:>6} {:>12} {:>12} {:>7}",
        what, "kB", "rows", "readers", "serde_json", "ratio"
    );
}

fn recordings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recordings/api");
    if !folder.is_dir() {
        println!("skipped: no recordings at {}", folder.display());
        return;
    }
    for (kind, name, dataset, endpoint) in RECORDED {
        let reader = dataset::readers(dataset).find(|part| part.endpoint == endpoint);
        let (Some((file, body)), Some(part)) = (largest(&folder.join(kind), name), reader) else {
            println!("skipped: {kind}/{name}* for {endpoint}");
            continue;
        };
        line(&format!("{kind}/{file}"), &[(part, body.as_slice())]);
    }
}

/// The largest body in the files of a folder that begin with `name`.
fn largest(folder: &Path, name: &str) -> Option<(String, Vec<u8>)> {
    fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let file = path.file_name()?.to_str()?.to_owned();
            let exchange: Value = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
            let body = match exchange.pointer("/response/body")? {
                Value::Null | Value::String(_) => return None,
                body => body.to_string().into_bytes(),
            };
            file.starts_with(name).then_some((file, body))
        })
        .max_by_key(|(_, body)| body.len())
}

async fn year() {
    let answers = year_of_answers().await;
    let mut by_dataset: BTreeMap<Dataset, Vec<(&'static Part, &[u8])>> = BTreeMap::new();
    for answer in &answers {
        by_dataset
            .entry(answer.dataset)
            .or_default()
            .push((answer.part, &answer.body));
    }
    for (dataset, bodies) in &by_dataset {
        line(&format!("{dataset}, {} answers", bodies.len()), bodies);
    }
    let all: Vec<_> = by_dataset.into_values().flatten().collect();
    line(&format!("all, {} answers", all.len()), &all);
}

fn line(what: &str, bodies: &[(&'static Part, &[u8])]) {
    let bytes = u64::try_from(bodies.iter().map(|(_, body)| body.len()).sum::<usize>()).unwrap();
    let read = |part: &Part, body| (part.read)(body).unwrap();
    let rows: usize = bodies
        .iter()
        .map(|(part, body)| read(part, body).rows.len())
        .sum();
    let ours = timed(|| {
        for (part, body) in bodies {
            black_box(read(part, black_box(body)));
        }
    });
    let bare = timed(|| {
        for (_, body) in bodies.iter().filter(|(_, body)| !body.is_empty()) {
            black_box(serde_json::from_slice::<Value>(black_box(body)).unwrap());
        }
    });
    let speed = |time| megabytes(1) * per_second(bytes, time);
    println!(
        "{what:<58} {:>9.1} {rows:>6} {:>7.1} MB/s {:>7.1} MB/s {:>6.2}x",
        megabytes(bytes) * 1000.0,
        speed(ours),
        speed(bare),
        ratio(ours, bare),
    );
}
