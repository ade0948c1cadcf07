//! Fitness age: a span, and one day with what it is made of (protocol.md 9.5.15).

use serde_json::{Value, json};

use super::athlete::FitnessAge;
use super::range::{self, Ask, Cap, Reply};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::iso_tenths;
use crate::domain::dataset::Dataset;

/// Days per request; probed, one more was refused.
const CAP: Cap = |_| 29;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "fitness_age.range",
            "/fitnessage-service/stats/daily/{start}/{end}",
            range::over_path::<Refusal, _>("fitness_age.range", CAP, range),
        ),
        Endpoint::bearer(
            "fitness_age.day",
            "/fitnessage-service/fitnessage/{day}",
            range::one_day::<Refusal, _>(day),
        ),
    ]
}

/// Days on which it was worked out, oldest first.
fn range(ask: &Ask<'_>) -> Reply {
    let rows = ask.rows(Dataset::FitnessAge, |date| {
        let known = ask.world.athlete.fitness_age(date)?;
        let mut values = json!({
            "achievableFitnessAge": known.achievable,
            "vigorousDaysAvg": known.vigorous_days,
            "fitnessAge": known.age,
            "rhr": known.resting_hr,
        });
        let (name, value) = shape(&known);
        if let Some(values) = values.as_object_mut() {
            values.insert(name.to_owned(), json!(value));
        }
        Some(json!({ "calendarDate": date.to_string(), "values": values }))
    });
    rows.into()
}

/// One or the other, never both.
fn shape(known: &FitnessAge) -> (&'static str, f64) {
    known
        .body
        .map_or(("bmi", known.bmi), |body| ("bodyFat", body.fat))
}

/// One object. How Garmin says that it knows nothing is unverified: 204.
pub(super) fn day(ask: &Ask<'_>) -> Reply {
    let told = ask.row(Dataset::FitnessAge, |date| {
        let known = ask.world.athlete.fitness_age(date)?;
        let (name, value) = shape(&known);
        let midnight = iso_tenths(date.at(0, 0, 0, 0));
        Some(json!({
            "chronologicalAge": known.chronological,
            "fitnessAge": known.age,
            "achievableFitnessAge": known.achievable,
            "previousFitnessAge": known.age,
            "components": {
                name: { "value": value, "stale": false, "lastMeasurementDate": date.to_string() },
                "vigorousDaysAvg": weekly(known.vigorous_days),
                "rhr": { "value": known.resting_hr, "stale": false },
                "vigorousMinutesAvg": weekly(known.vigorous_minutes),
            },
            "lastUpdated": midnight,
        }))
    });
    told.into()
}

fn weekly(value: f64) -> Value {
    json!({ "value": value, "stale": false, "numOfWeeksForIm": 6 })
}
