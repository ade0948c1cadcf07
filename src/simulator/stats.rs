//! The `usersummary-service/stats` family: one number or a few per day, in spans (protocol.md 9.5.2).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};

use super::athlete::{Day, days};
use super::range::{self, Params};
use super::reply::{Answer, Refusal};
use super::server::Endpoint;
use super::wire::merged;
use super::world::World;

/// Days per request (protocol.md 9.4); respiration takes a little more.
const CAP: u32 = 28;
const RESPIRATION_CAP: u32 = 31;

/// What one kind of statistic says about a day; null leaves the day out.
pub(super) type Row = fn(&Day) -> Value;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        series(
            "stats.steps",
            "/usersummary-service/stats/steps/daily/{start}/{end}",
            CAP,
            steps,
        ),
        series(
            "stats.stress",
            "/usersummary-service/stats/stress/daily/{start}/{end}",
            CAP,
            stress,
        ),
        series(
            "stats.heart_rate",
            "/usersummary-service/stats/heartRate/daily/{start}/{end}",
            CAP,
            heart_rate,
        ),
        series(
            "stats.body_battery",
            "/usersummary-service/stats/bodybattery/daily/{start}/{end}",
            CAP,
            body_battery,
        ),
        series(
            "stats.floors",
            "/usersummary-service/stats/floors/daily/{start}/{end}",
            CAP,
            floors,
        ),
        series(
            "stats.intensity_minutes",
            "/usersummary-service/stats/im/daily/{start}/{end}",
            CAP,
            intensity,
        ),
        series(
            "stats.respiration",
            "/usersummary-service/stats/respiration/daily/{start}/{end}",
            RESPIRATION_CAP,
            respiration,
        ),
        series(
            "stats.hydration",
            "/usersummary-service/stats/hydration/daily/{start}/{end}",
            CAP,
            hydration,
        ),
        Endpoint::bearer(
            "stats.daily",
            "/usersummary-service/stats/daily/{start}/{end}",
            get(by_type),
        ),
    ]
}

fn series(name: &'static str, path: &'static str, cap: u32, row: Row) -> Endpoint {
    let handler = async move |State(world): State<Arc<World>>,
                              Path((start, end)): Path<(String, String)>|
                -> Answer {
        Ok(Json(Value::Array(rows(&world, &start, &end, cap, row)?)))
    };
    let methods: MethodRouter<Arc<World>> = get(handler);
    Endpoint::bearer(name, path, methods)
}

/// One object per day with data, oldest first, each with its date.
pub(super) fn rows(
    world: &World,
    start: &str,
    end: &str,
    cap: u32,
    row: Row,
) -> Result<Vec<Value>, Refusal> {
    let now = world.now();
    let span = range::span(start, end, cap)?;
    let dated = days(span).filter_map(|date| {
        let values = row(&world.day(date, &now)?);
        (!values.is_null()).then(|| merged([json!({ "calendarDate": date.to_string() }), values]))
    });
    Ok(dated.collect())
}

pub(super) fn steps(day: &Day) -> Value {
    json!({ "totalSteps": day.steps, "totalDistance": day.distance, "stepGoal": day.step_goal })
}

pub(super) fn stress(day: &Day) -> Value {
    json!({ "values": {
        "overallStressLevel": day.stress.average,
        "restStressDuration": day.stress.rest,
        "lowStressDuration": day.stress.low,
        "mediumStressDuration": day.stress.medium,
        // Null instead of zero, as the service does.
        "highStressDuration": (day.stress.high > 0).then_some(day.stress.high),
    } })
}

fn heart_rate(day: &Day) -> Value {
    json!({ "values": {
        "restingHR": day.heart.resting,
        "wellnessMaxAvgHR": day.heart.max - 2,
        "wellnessMinAvgHR": day.heart.min + 1,
    } })
}

fn body_battery(day: &Day) -> Value {
    json!({ "values": {
        "lowBodyBattery": day.battery.lowest,
        "highBodyBattery": day.battery.highest,
    } })
}

fn floors(day: &Day) -> Value {
    json!({ "values": {
        "wellnessFloorsAscended": day.floors_up,
        "wellnessFloorsDescended": day.floors_down,
        "wellnessUserFloorsAscendedGoal": 10,
    } })
}

fn intensity(day: &Day) -> Value {
    json!({ "weeklyGoal": 150, "moderateValue": day.moderate, "vigorousValue": day.vigorous })
}

fn respiration(day: &Day) -> Value {
    json!({ "avgWakingRespiration": day.breath.waking, "avgSleepRespiration": day.breath.sleeping })
}

pub(super) fn hydration(day: &Day) -> Value {
    day.hydration.map_or(
        Value::Null,
        |water| json!({ "valueInML": water.drunk, "goalInML": water.goal }),
    )
}

fn calories(day: &Day) -> Value {
    json!({ "values": {
        "totalCalories": day.active_kcal + day.resting_kcal,
        "activeCalories": day.active_kcal,
        "restingCalories": day.resting_kcal,
    } })
}

/// Steps again, but nested.
fn nested_steps(day: &Day) -> Value {
    json!({ "values": steps(day) })
}

/// The two statistics of the generic path; any other `statsType` is refused.
async fn by_type(
    State(world): State<Arc<World>>,
    Path((start, end)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Answer {
    let row = match params.get("statsType").map(String::as_str) {
        Some("CALORIES") => calories,
        Some("STEPS") => nested_steps,
        _ => return Err(Refusal::bad_request("Invalid statsType")),
    };
    let rows = rows(&world, &start, &end, CAP, row)?;
    Ok(Json(json!({ "values": rows, "aggregations": {} })))
}
