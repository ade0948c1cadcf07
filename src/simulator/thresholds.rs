//! Lactate threshold and functional threshold power, where a session revealed new ones (protocol.md 9.5.15).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::{Thresholds, float};
use super::profile::PROFILE_ID;
use super::range::{self, A_YEAR, Ask, Params, Reply};
use super::reply::{Answer, Refusal};
use super::server::Endpoint;
use super::wire::iso_millis;
use super::world::World;
use crate::domain::dataset::Dataset;

/// What a history takes out of a day's thresholds.
type Pick = fn(&Thresholds) -> Option<f64>;

/// Metres per second are written divided by ten.
const SPEED: Pick = |found| found.speed.map(|speed| speed / 10.0);
const HEART: Pick = |found| found.heart.map(float);
const RUNNING_POWER: Pick = |found| found.running_power.map(float);
const CYCLING_POWER: Pick = |found| found.cycling_power.map(float);

pub(super) fn endpoints() -> Vec<Endpoint> {
    // At least 30 days, "long ranges used"; where it ends is unverified.
    let history = |name, path, of: fn(&Ask<'_>) -> Reply| {
        Endpoint::bearer(name, path, range::over_path::<Refusal, _>(name, A_YEAR, of))
    };
    vec![
        history(
            "thresholds.speed",
            "/biometric-service/stats/lactateThresholdSpeed/range/{start}/{end}",
            |ask| rows(ask, &[("RUNNING", "running", SPEED)]),
        ),
        history(
            "thresholds.heart_rate",
            "/biometric-service/stats/lactateThresholdHeartRate/range/{start}/{end}",
            |ask| rows(ask, &[("RUNNING", "running", HEART)]),
        ),
        history(
            "thresholds.power",
            "/biometric-service/stats/functionalThresholdPower/range/{start}/{end}",
            |ask| {
                let running = ("RUNNING", "running", RUNNING_POWER);
                rows(ask, &[running, ("CYCLING", "cycling", CYCLING_POWER)])
            },
        ),
        Endpoint::bearer(
            "thresholds.lactate",
            "/biometric-service/biometric/latestLactateThreshold",
            get(lactate),
        ),
        Endpoint::bearer(
            "thresholds.ftp",
            "/biometric-service/biometric/latestFunctionalThresholdPower/{sport}",
            get(power),
        ),
    ]
}

/// A sport as asked for, as answered, and its values.
type Series = (&'static str, &'static str, Pick);

fn rows(ask: &Ask<'_>, series: &[Series]) -> Reply {
    let checked = ask
        .expect("aggregation", &["daily"])
        .and_then(|_| ask.expect("aggregationStrategy", &["LATEST"]));
    if let Err(refusal) = checked {
        return Reply::Refused(refusal);
    }
    let sport = ask.params.get("sport").map_or("", String::as_str);
    let Some((_, name, pick)) = series.iter().find(|(known, ..)| *known == sport) else {
        return Reply::Refused(Refusal::bad_request("Invalid sport"));
    };
    let rows = ask.rows(Dataset::Thresholds, |date| {
        let value = pick(&found(ask, date)?)?;
        let day = date.to_string();
        Some(json!({ "from": day, "until": day, "series": name, "value": value, "updatedDate": day }))
    });
    rows.into()
}

/// What a day's sessions revealed, once they are over.
fn found(ask: &Ask<'_>, date: Date) -> Option<Thresholds> {
    let athlete = &ask.world.athlete;
    athlete
        .is_done(date, ask.now.at)
        .then(|| athlete.thresholds(date))
        .flatten()
}

/// The last day on which a value was found.
fn latest(world: &World, pick: Pick) -> Option<(Date, Thresholds)> {
    let now = world.now();
    let params = Params::new();
    let ask = Ask::new(world, now.first..=now.today, &params);
    let mut days = ask.days(Dataset::Thresholds).into_iter().rev();
    days.find_map(|date| {
        let found = found(&ask, date)?;
        pick(&found).map(|_| (date, found))
    })
}

/// One event as two rows with one version, each half empty.
async fn lactate(State(world): State<Arc<World>>) -> Answer {
    let row = |date, speed: Option<f64>, heart: Option<i64>| {
        let (version, written) = stamp(&world, date);
        json!({
            "userProfilePK": PROFILE_ID,
            "version": version,
            "calendarDate": written,
            "sequence": version,
            "speed": speed,
            // Garmin's spelling.
            "hearRate": heart,
            "heartRateCycling": null,
        })
    };
    let rows = latest(&world, SPEED).map_or_else(Vec::new, |(date, found)| {
        vec![row(date, SPEED(&found), None), row(date, None, found.heart)]
    });
    Ok(Json(rows.into()))
}

/// Epoch milliseconds and the same as local wall clock.
fn stamp(world: &World, date: Date) -> (i64, String) {
    let at = world.athlete.instant(date, 20 * 3600 + 1333);
    let local = world.athlete.local(at, date).datetime();
    (at.as_millisecond() + 539, iso_millis(local, 450))
}

/// Cycling only, as recorded; `{}` without a value is unverified.
async fn power(State(world): State<Arc<World>>, Path(sport): Path<String>) -> Answer {
    if sport != "CYCLING" {
        return Err(Refusal::not_found());
    }
    let row = latest(&world, CYCLING_POWER).map(|(date, found)| {
        let (version, written) = stamp(&world, date);
        json!({
            "userProfilePK": PROFILE_ID,
            "version": version,
            "calendarDate": written,
            "isStale": false,
            "sequence": version,
            "sport": sport,
            "functionalThresholdPower": found.cycling_power,
            "biometricSourceType": "CHANGE_LOG",
        })
    });
    Ok(Json(
        row.unwrap_or_else(|| Value::Object(serde_json::Map::new())),
    ))
}
