//! The `usersummary-service/stats` family: one number or a few per day, in spans (protocol.md 9.5.2).

use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::{Day, Now, days, float, plus_days};
use super::graphql::summary;
use super::range::{self, Ask, Cap, Reply};
use super::reply::{Answer, Refusal};
use super::server::Endpoint;
use super::wire::merged;
use super::world::World;
use crate::domain::dataset::Dataset;

/// Days per request (protocol.md 9.4); respiration takes a little more.
const CAP: Cap = |_| 28;
const RESPIRATION_CAP: Cap = |_| 31;

/// Days of whole summaries per request.
const SUMMARY_CAP: Cap = |scenario| scenario.summary_days.unwrap_or(u32::MAX);

/// Weeks per request.
const WEEKS: i64 = 52;

/// What one kind of statistic says about a day; null leaves the day out.
pub(super) type Row = fn(&Day) -> Value;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut endpoints: Vec<_> = SERIES.iter().map(Series::endpoint).collect();
    endpoints.push(Endpoint::bearer(
        "stats.daily",
        "/usersummary-service/stats/daily/{start}/{end}",
        range::over_path::<Refusal, _>("stats.daily", CAP, by_type),
    ));
    endpoints.push(Endpoint::bearer(
        "stats.summaries",
        "/usersummary-service/v2/dailysummaries",
        range::over_query::<Refusal, _>(
            "stats.summaries",
            range::START_END,
            SUMMARY_CAP,
            summaries,
        ),
    ));
    endpoints.push(Endpoint::bearer(
        "stats.steps_weekly",
        "/usersummary-service/stats/steps/weekly/{end}/{count}",
        get(weekly_steps),
    ));
    endpoints
}

/// One kind of statistic under its own path.
struct Series {
    name: &'static str,
    path: &'static str,
    cap: Cap,
    dataset: Dataset,
    row: Row,
}

impl Series {
    const fn new(name: &'static str, path: &'static str, row: Row) -> Self {
        Self {
            name,
            path,
            cap: CAP,
            dataset: Dataset::Daily,
            row,
        }
    }

    fn endpoint(&self) -> Endpoint {
        let (dataset, row) = (self.dataset, self.row);
        let reply = move |ask: &Ask<'_>| rows(ask, dataset, row).into();
        let handler = range::over_path::<Refusal, _>(self.name, self.cap, reply);
        Endpoint::bearer(self.name, self.path, handler)
    }
}

const SERIES: [Series; 8] = [
    Series::new(
        "stats.steps",
        "/usersummary-service/stats/steps/daily/{start}/{end}",
        steps,
    ),
    Series::new(
        "stats.stress",
        "/usersummary-service/stats/stress/daily/{start}/{end}",
        stress,
    ),
    Series::new(
        "stats.heart_rate",
        "/usersummary-service/stats/heartRate/daily/{start}/{end}",
        heart_rate,
    ),
    Series::new(
        "stats.body_battery",
        "/usersummary-service/stats/bodybattery/daily/{start}/{end}",
        body_battery,
    ),
    Series::new(
        "stats.floors",
        "/usersummary-service/stats/floors/daily/{start}/{end}",
        floors,
    ),
    Series::new(
        "stats.intensity_minutes",
        "/usersummary-service/stats/im/daily/{start}/{end}",
        intensity,
    ),
    Series {
        cap: RESPIRATION_CAP,
        ..Series::new(
            "stats.respiration",
            "/usersummary-service/stats/respiration/daily/{start}/{end}",
            respiration,
        )
    },
    Series {
        dataset: Dataset::Hydration,
        ..Series::new(
            "stats.hydration",
            "/usersummary-service/stats/hydration/daily/{start}/{end}",
            hydration,
        )
    },
];

/// The rows of the GraphQL scalar (protocol.md 9.4, 10.3).
fn summaries(ask: &Ask<'_>) -> Reply {
    if ask.world.scenario.summary_days.is_none() {
        return Reply::Refused(Refusal::not_found());
    }
    let days = days(ask.first..=ask.last).filter(|date| ask.now.covers(*date));
    let rows = days.map(|date| {
        let day = ask.world.day(Dataset::Daily, date, &ask.now);
        summary::row(date, day.as_ref())
    });
    Reply::Data(json!({ "data": rows.collect::<Vec<_>>() }))
}

/// One object per day with data, oldest first, each with its date.
pub(super) fn rows(ask: &Ask<'_>, dataset: Dataset, row: Row) -> Vec<Value> {
    ask.rows(dataset, |date| {
        let values = row(&ask.world.day(dataset, date, &ask.now)?);
        (!values.is_null()).then(|| dated(date, values))
    })
}

/// A row with its date.
pub(super) fn dated(date: Date, values: Value) -> Value {
    merged([json!({ "calendarDate": date.to_string() }), values])
}

pub(super) fn steps(day: &Day) -> Value {
    json!({ "totalSteps": day.steps, "totalDistance": day.distance, "stepGoal": day.step_goal })
}

pub(super) fn stress(day: &Day) -> Value {
    or_none(day.stress, |stress| {
        json!({ "values": {
            "overallStressLevel": stress.average,
            "restStressDuration": stress.rest,
            "lowStressDuration": stress.low,
            "mediumStressDuration": stress.medium,
            // Null instead of zero, as the service does.
            "highStressDuration": (stress.high > 0).then_some(stress.high),
        } })
    })
}

fn heart_rate(day: &Day) -> Value {
    json!({ "values": {
        "restingHR": day.heart.resting,
        "wellnessMaxAvgHR": day.heart.max - 2,
        "wellnessMinAvgHR": day.heart.min + 1,
    } })
}

fn body_battery(day: &Day) -> Value {
    or_none(day.battery, |battery| {
        json!({ "values": {
            "lowBodyBattery": battery.lowest,
            "highBodyBattery": battery.highest,
        } })
    })
}

fn floors(day: &Day) -> Value {
    or_none(day.floors, |floors| {
        json!({ "values": {
            "wellnessFloorsAscended": floors.up,
            "wellnessFloorsDescended": floors.down,
            "wellnessUserFloorsAscendedGoal": 10,
        } })
    })
}

fn intensity(day: &Day) -> Value {
    json!({ "weeklyGoal": 150, "moderateValue": day.moderate, "vigorousValue": day.vigorous })
}

fn respiration(day: &Day) -> Value {
    or_none(
        day.breath,
        |breath| json!({ "avgWakingRespiration": breath.waking, "avgSleepRespiration": breath.sleeping }),
    )
}

pub(super) fn hydration(day: &Day) -> Value {
    or_none(
        day.hydration,
        |water| json!({ "valueInML": float(water.drunk), "goalInML": float(water.goal) }),
    )
}

/// Leaves out what the watch does not know.
fn or_none<T>(measured: Option<T>, values: impl Fn(T) -> Value) -> Value {
    measured.map_or(Value::Null, values)
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
fn by_type(ask: &Ask<'_>) -> Reply {
    let row = match ask.expect("statsType", &["CALORIES", "STEPS"]) {
        Ok("CALORIES") => calories,
        Ok(_) => nested_steps,
        Err(refusal) => return Reply::Refused(refusal),
    };
    Reply::Data(json!({ "values": rows(ask, Dataset::Daily, row), "aggregations": {} }))
}

/// Blocks of seven days, the last of which ends on the day asked for, labelled with their first days.
/// Whether Garmin leaves empty ones out is unverified.
async fn weekly_steps(
    State(world): State<Arc<World>>,
    Path((end, count)): Path<(String, String)>,
) -> Answer {
    let end = range::date(&end)?;
    let Ok(count @ 1..=WEEKS) = count.parse::<i64>() else {
        return Err(Refusal::bad_request(
            "Number of weeks must be between 1 and 52",
        ));
    };
    let now = world.now();
    let weeks = (0..count).rev().filter_map(|back| {
        let last = plus_days(end, -7 * back);
        week_of_steps(&world, plus_days(last, -6)..=last, &now)
    });
    Ok(Json(weeks.collect()))
}

fn week_of_steps(world: &World, week: RangeInclusive<Date>, now: &Now) -> Option<Value> {
    let first = *week.start();
    let known: Vec<_> = days(week)
        .filter_map(|date| world.day(Dataset::Daily, date, now))
        .collect();
    let count = i64::try_from(known.len()).unwrap_or(0);
    let total = |of: fn(&Day) -> i64| float(known.iter().map(of).sum());
    let (steps, distance) = (total(|day| day.steps), total(|day| day.distance));
    (count > 0).then(|| {
        let values = json!({
            "totalSteps": steps,
            "averageSteps": steps / float(count),
            "wellnessDataDaysCount": count,
            "averageDistance": distance / float(count),
            "totalDistance": distance,
        });
        dated(first, json!({ "values": values }))
    })
}
