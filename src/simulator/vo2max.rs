//! VO2 max and heat acclimation: rows for days with a new estimate only (protocol.md 9.5.14).

use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::Estimate;
use super::profile::PROFILE_ID;
use super::range::{self, A_YEAR, Ask, Reply};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::iso_tenths;
use super::world::World;
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::bearer(
        "vo2max.range",
        "/metrics-service/metrics/maxmet/daily/{start}/{end}",
        range::over_path::<Refusal, _>("vo2max.range", A_YEAR, range),
    )]
}

/// The date of a row is inside it. `[]` if there are none (unverified).
pub(super) fn range(ask: &Ask<'_>) -> Reply {
    rows(ask, |_| true)
}

/// GraphQL may ask for one sport (protocol.md 10.2).
pub(super) fn scalar(ask: &Ask<'_>) -> Reply {
    let sport = ask.params.get("sport").map(String::as_str);
    rows(ask, |estimate| match sport {
        Some("RUNNING") => estimate.running.is_some(),
        Some("CYCLING") => estimate.cycling.is_some(),
        _ => true,
    })
}

fn rows(ask: &Ask<'_>, admits: impl Fn(&Estimate) -> bool) -> Reply {
    let rows = ask.rows(Dataset::Vo2max, |date| {
        let estimate = estimate(ask, date).filter(&admits)?;
        Some(row(ask.world, date, &estimate))
    });
    rows.into()
}

/// A day's estimate, once its training is over.
fn estimate(ask: &Ask<'_>, date: Date) -> Option<Estimate> {
    let athlete = &ask.world.athlete;
    athlete
        .is_done(date, ask.now.at)
        .then(|| athlete.estimate(date))
        .flatten()
}

/// Values by day, for the statistics of the mobile gateway.
pub(super) fn values(ask: &Ask<'_>) -> Vec<Value> {
    ask.rows(Dataset::Vo2max, |date| {
        let running = estimate(ask, date)?.running?;
        Some(json!({ "value": running.round(), "calendarDate": date.to_string() }))
    })
}

/// The latest row up to a day, as "most recent" answers show it.
pub(super) fn latest(ask: &Ask<'_>) -> Option<Value> {
    let mut days = ask.days(Dataset::Vo2max).into_iter().rev();
    days.find_map(|date| estimate(ask, date).map(|estimate| row(ask.world, date, &estimate)))
}

fn row(world: &World, date: Date, estimate: &Estimate) -> Value {
    let max_met = |value: f64| {
        json!({
            "calendarDate": date.to_string(),
            "vo2MaxPreciseValue": value,
            "vo2MaxValue": value.round(),
            "fitnessAge": null,
            "fitnessAgeDescription": null,
            "maxMetCategory": 0,
        })
    };
    json!({
        "userId": PROFILE_ID,
        "generic": estimate.running.map(max_met),
        "cycling": estimate.cycling.map(max_met),
        "heatAltitudeAcclimation": acclimation(world, date),
    })
}

fn acclimation(world: &World, date: Date) -> Value {
    let yesterday = date.yesterday().unwrap_or(date);
    let (heat, before) = (world.athlete.heat(date), world.athlete.heat(yesterday));
    let trend = match heat.cmp(&before) {
        _ if heat == 0 => None,
        std::cmp::Ordering::Less => Some("DEACCLIMATIZING"),
        _ => Some("ACCLIMATIZING"),
    };
    json!({
        "calendarDate": date.to_string(),
        "altitudeAcclimationDate": date.to_string(),
        "previousAltitudeAcclimationDate": date.to_string(),
        "heatAcclimationDate": date.to_string(),
        "previousHeatAcclimationDate": yesterday.to_string(),
        "altitudeAcclimation": 0,
        "previousAltitudeAcclimation": 0,
        "heatAcclimationPercentage": heat,
        "previousHeatAcclimationPercentage": before,
        "heatTrend": trend,
        "altitudeTrend": null,
        "currentAltitude": 41,
        "previousAltitude": 0,
        "acclimationPercentage": 0,
        "previousAcclimationPercentage": 0,
        "altitudeAcclimationLocalTimestamp": iso_tenths(date.at(23, 56, 47, 0)),
    })
}
