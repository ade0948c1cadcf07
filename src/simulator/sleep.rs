//! Sleep: one night with its curves, and spans of nights (protocol.md 9.5.5).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use serde_json::{Value, json};

use super::athlete::{Night, days, float};
use super::profile::check_name;
use super::range::{self, Params};
use super::reply::{Answer, Refusal};
use super::server::Endpoint;
use super::sleep_json;
use super::world::World;

/// Nights per request of both range calls (protocol.md 9.4).
const CAP: u32 = 28;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "sleep.night",
            "/wellness-service/wellness/dailySleepData/{name}",
            get(named),
        ),
        Endpoint::bearer(
            "sleep.night",
            "/sleep-service/sleep/dailySleepData",
            get(nameless),
        ),
        Endpoint::bearer(
            "sleep.stats",
            "/sleep-service/stats/sleep/daily/{start}/{end}",
            get(stats),
        ),
        Endpoint::bearer(
            "sleep.by_date",
            "/wellness-service/wellness/dailySleepsByDate",
            get(by_date),
        ),
    ]
}

async fn named(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Query(params): Query<Params>,
) -> Answer {
    check_name(&name)?;
    one_night(&world, &params)
}

async fn nameless(State(world): State<Arc<World>>, Query(params): Query<Params>) -> Answer {
    one_night(&world, &params)
}

fn one_night(world: &World, params: &Params) -> Answer {
    let date = range::date_param(params, "date")?;
    let night = world.night(date, &world.now());
    Ok(Json(night.map_or_else(
        || sleep_json::no_night(date),
        |night| sleep_json::with_curves(world, &night),
    )))
}

/// The full DTO per night, without curves.
async fn by_date(State(world): State<Arc<World>>, Query(params): Query<Params>) -> Answer {
    let text = |name| {
        params
            .get(name)
            .ok_or_else(|| Refusal::bad_request(format!("{name} is required")))
    };
    let nights = nights(&world, text("startDate")?, text("endDate")?, CAP)?;
    Ok(Json(
        nights
            .iter()
            .map(|night| sleep_json::dto(&world, night))
            .collect(),
    ))
}

/// The recorded nights of a span, oldest first.
pub(super) fn nights(
    world: &World,
    start: &str,
    end: &str,
    cap: u32,
) -> Result<Vec<Night>, Refusal> {
    let now = world.now();
    Ok(days(range::span(start, end, cap)?)
        .filter_map(|date| world.night(date, &now))
        .collect())
}

async fn stats(
    State(world): State<Arc<World>>,
    Path((start, end)): Path<(String, String)>,
) -> Answer {
    let nights = nights(&world, &start, &end, CAP)?;
    let mean = |value: fn(&Night) -> i64| {
        let count = i64::try_from(nights.len()).unwrap_or(0);
        (count > 0).then(|| float(nights.iter().map(value).sum::<i64>()) / float(count))
    };
    Ok(Json(json!({
        "overallStats": {
            "averageSleepScore": mean(|night| night.score),
            "averageSleepSeconds": mean(Night::asleep),
            "averageRespiration": mean(|night| night.respiration),
            "averageRestingHeartRate": mean(|night| night.resting_hr),
        },
        "individualStats": nights
            .iter()
            .map(|night| json!({ "calendarDate": night.date.to_string(), "values": compact(&world, night) }))
            .collect::<Vec<_>>(),
    })))
}

fn compact(world: &World, night: &Night) -> Value {
    use super::athlete::Stage;
    json!({
        "sleepScore": night.score,
        "sleepScoreQuality": night.quality(),
        "totalSleepTimeInSeconds": night.asleep(),
        "deepTime": night.seconds_in(Stage::Deep),
        "lightTime": night.seconds_in(Stage::Light),
        "remTime": night.seconds_in(Stage::Rem),
        "awakeTime": night.seconds_in(Stage::Awake),
        "sleepNeed": night.need,
        "restingHeartRate": night.resting_hr,
        "avgHeartRate": float(night.average_hr),
        "respiration": float(night.respiration),
        "spO2": float(night.spo2),
        "bodyBatteryChange": night.body_battery_change,
        "avgOvernightHrv": float(night.hrv),
        "hrv7dAverage": float(night.hrv),
        "hrvStatus": "BALANCED",
        "skinTempC": night.skin_temperature,
        "skinTempF": sleep_json::fahrenheit_difference(night.skin_temperature),
        "gmtSleepStartTimeInMillis": night.start.as_millisecond(),
        "gmtSleepEndTimeInMillis": night.end.as_millisecond(),
        "localSleepStartTimeInMillis": sleep_json::local(world, night, night.start),
        "localSleepEndTimeInMillis": sleep_json::local(world, night, night.end),
    })
}
