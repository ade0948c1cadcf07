//! Sleep: one night with its curves, and spans of nights (protocol.md 9.5.5).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use serde_json::{Value, json};

use super::athlete::{Night, Sense, Stage, float};
use super::profile::check_name;
use super::range::{self, Ask, Cap, Params, Reply};
use super::reply::{Answer, Refusal};
use super::server::Endpoint;
use super::sleep_json;
use super::world::World;
use crate::domain::dataset::Dataset;

/// Nights per request of both range calls (protocol.md 9.4).
const CAP: Cap = |_| 28;

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
            range::over_path::<Refusal, _>("sleep.stats", CAP, stats),
        ),
        Endpoint::bearer(
            "sleep.by_date",
            "/wellness-service/wellness/dailySleepsByDate",
            range::over_query::<Refusal, _>("sleep.by_date", range::START_END, CAP, by_date),
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
    let night = world.night(Dataset::Sleep, date, &world.now());
    Ok(Json(night.map_or_else(
        || sleep_json::no_night(date),
        |night| sleep_json::with_curves(world, &night),
    )))
}

/// The full DTO per night, without curves.
pub(super) fn by_date(ask: &Ask<'_>) -> Reply {
    let nights = nights(ask);
    let rows = nights.iter().map(|night| sleep_json::dto(ask.world, night));
    Reply::Data(rows.collect())
}

/// The recorded nights of a span, oldest first.
pub(super) fn nights(ask: &Ask<'_>) -> Vec<Arc<Night>> {
    ask.days(Dataset::Sleep)
        .into_iter()
        .filter_map(|date| ask.world.night(Dataset::Sleep, date, &ask.now))
        .collect()
}

fn stats(ask: &Ask<'_>) -> Reply {
    let nights = nights(ask);
    let mean = |value: fn(&Night) -> i64| {
        let count = i64::try_from(nights.len()).unwrap_or(0);
        (count > 0)
            .then(|| float(nights.iter().map(|night| value(night)).sum::<i64>()) / float(count))
    };
    Reply::Data(json!({
        "overallStats": {
            "averageSleepScore": mean(|night| night.score),
            "averageSleepSeconds": mean(Night::asleep),
            "averageRespiration": mean(|night| night.respiration),
            "averageRestingHeartRate": mean(|night| night.resting_hr),
        },
        "individualStats": nights
            .iter()
            .map(|night| json!({ "calendarDate": night.date.to_string(), "values": compact(ask.world, night) }))
            .collect::<Vec<_>>(),
    }))
}

fn compact(world: &World, night: &Night) -> Value {
    let has = |sense| world.athlete.senses(sense, night.date);
    let (scored, warm) = (has(Sense::SleepScore), has(Sense::SkinTemperature));
    let (breath, oxygen) = (has(Sense::Respiration), has(Sense::PulseOx));
    let hrv = world.athlete.hrv(night);
    json!({
        "sleepScore": scored.then_some(night.score),
        "sleepScoreQuality": scored.then(|| night.quality()),
        "totalSleepTimeInSeconds": night.asleep(),
        "deepTime": night.seconds_in(Stage::Deep),
        "lightTime": night.seconds_in(Stage::Light),
        "remTime": night.seconds_in(Stage::Rem),
        "awakeTime": night.seconds_in(Stage::Awake),
        "sleepNeed": scored.then_some(night.need),
        "restingHeartRate": night.resting_hr,
        "avgHeartRate": float(night.average_hr),
        "respiration": breath.then(|| float(night.respiration)),
        "spO2": oxygen.then(|| float(night.spo2)),
        "bodyBatteryChange": has(Sense::BodyBattery).then_some(night.body_battery_change),
        "avgOvernightHrv": hrv.map(|hrv| float(hrv.last_night)),
        "hrv7dAverage": hrv.and_then(|hrv| hrv.week).map(float),
        "hrvStatus": hrv.map(|hrv| hrv.status()),
        "skinTempC": warm.then_some(night.skin_temperature),
        "skinTempF": warm.then(|| sleep_json::fahrenheit_difference(night.skin_temperature)),
        "gmtSleepStartTimeInMillis": night.start.as_millisecond(),
        "gmtSleepEndTimeInMillis": night.end.as_millisecond(),
        "localSleepStartTimeInMillis": sleep_json::local(world, night, night.start),
        "localSleepEndTimeInMillis": sleep_json::local(world, night, night.end),
    })
}
