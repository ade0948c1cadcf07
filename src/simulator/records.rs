//! Personal records: the best of the listed activities and of the steps (protocol.md 9.7).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use jiff::civil::{Date, Time};
use serde_json::{Value, json};

use super::athlete::{Activity, Sport, days, float};
use super::profile::check_name;
use super::reply::Answer;
use super::server::Endpoint;
use super::wire::{gmt, iso_tenths, local_millis, plus_seconds};
use super::world::World;
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::bearer(
        "records.list",
        "/personalrecord-service/personalrecord/prs/{name}",
        get(list),
    )]
}

async fn list(State(world): State<Arc<World>>, Path(name): Path<String>) -> Answer {
    check_name(&name)?;
    if world.edits().hides(Dataset::Records) {
        return Ok(Json(Value::Array(Vec::new())));
    }
    let now = world.now();
    let mut activities = world.activities(&now);
    activities.reverse();
    let mut rows = Vec::new();
    // Seconds over 1 km, a mile, 5 km, 10 km.
    for (kind, metres) in [(1, 1_000.0), (2, 1_609.344), (3, 5_000.0), (4, 10_000.0)] {
        let time = |run: &Activity| {
            let is_long_enough = run.distance.is_some_and(|distance| distance >= metres);
            let speed = run
                .speed()
                .filter(|_| is_long_enough && run.sport == Sport::Running);
            // Shorter stretches are run faster than the whole.
            speed.map(|speed| -(metres / speed * (0.9 + metres / 100_000.0)))
        };
        rows.extend(
            best(&activities, time).map(|(run, time)| of_activity(&world, kind, run, -time)),
        );
    }
    for (kind, sport) in [(7, Sport::Running), (8, Sport::Cycling)] {
        let metres = |it: &Activity| it.distance.filter(|_| it.sport == sport);
        rows.extend(
            best(&activities, metres).map(|(it, value)| of_activity(&world, kind, it, value)),
        );
    }
    let climb = |it: &Activity| (it.sport == Sport::Cycling).then_some(it.climb);
    rows.extend(best(&activities, climb).map(|(ride, value)| of_activity(&world, 9, ride, value)));
    let steps = days(now.first..=now.today)
        .filter_map(|date| Some((date, world.day(Dataset::Daily, date, &now)?.steps)))
        .max_by_key(|(date, steps)| (*steps, std::cmp::Reverse(*date)));
    rows.extend(steps.map(|(date, steps)| of_steps(&world, date, steps)));
    Ok(Json(rows.into()))
}

/// The activity with the highest value, the first of equals.
fn best(
    activities: &[Activity],
    value: impl Fn(&Activity) -> Option<f64>,
) -> Option<(&Activity, f64)> {
    let valued = activities.iter().filter_map(|it| Some((it, value(it)?)));
    valued.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

fn of_activity(world: &World, kind: i64, activity: &Activity, value: f64) -> Value {
    let local = world
        .athlete
        .local(activity.start, activity.date)
        .datetime();
    let broken = plus_seconds(activity.start, 120);
    json!({
        "id": 1_900_000_000 + kind,
        "typeId": kind,
        "status": "ACCEPTED",
        "activityId": activity.id,
        "activityName": activity.name,
        "activityType": activity.sport.facts().type_key,
        "activityStartDateTimeInGMT": activity.start.as_millisecond(),
        "actStartDateTimeInGMTFormatted": iso_tenths(gmt(activity.start)),
        "activityStartDateTimeLocal": local_millis(local),
        "activityStartDateTimeLocalFormatted": iso_tenths(local),
        "value": value,
        "prStartTimeGmt": broken.as_millisecond(),
        "prStartTimeGmtFormatted": iso_tenths(gmt(broken)),
        "prStartTimeLocal": null,
        "prStartTimeLocalFormatted": null,
        "prTypeLabelKey": null,
        "poolLengthUnit": null,
    })
}

/// Records of steps belong to no activity, and only they have a local time.
fn of_steps(world: &World, date: Date, steps: i64) -> Value {
    let (start, _) = world.athlete.bounds(date);
    let midnight = date.to_datetime(Time::midnight());
    json!({
        "id": 1_900_000_012,
        "typeId": 12,
        "status": "ACCEPTED",
        "activityId": 0,
        "activityName": null,
        "activityType": null,
        "activityStartDateTimeInGMT": null,
        "actStartDateTimeInGMTFormatted": null,
        "activityStartDateTimeLocal": null,
        "activityStartDateTimeLocalFormatted": null,
        "value": float(steps),
        "prStartTimeGmt": start.as_millisecond(),
        "prStartTimeGmtFormatted": iso_tenths(gmt(start)),
        "prStartTimeLocal": local_millis(midnight),
        "prStartTimeLocalFormatted": iso_tenths(midnight),
        "prTypeLabelKey": null,
        "poolLengthUnit": null,
    })
}
