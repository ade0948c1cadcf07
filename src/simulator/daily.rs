//! The daily summary of REST, one day per request (protocol.md 9.5.1).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::{Battery, Breath, Day, Floors, Night, Oxygen, Stress, float};
use super::battery_events;
use super::profile::{PROFILE_ID, check_name};
use super::range::{self, Params};
use super::reply::Answer;
use super::server::Endpoint;
use super::wire::{all_null_but, gmt, hundredths, iso_tenths, merged, plus_seconds};
use super::world::World;
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "daily.day",
            "/usersummary-service/usersummary/daily/{name}",
            get(named),
        ),
        Endpoint::bearer(
            "daily.day",
            "/usersummary-service/usersummary/daily/",
            get(nameless),
        ),
    ]
}

async fn named(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Query(params): Query<Params>,
) -> Answer {
    check_name(&name)?;
    summary(&world, &params)
}

async fn nameless(State(world): State<Arc<World>>, Query(params): Query<Params>) -> Answer {
    summary(&world, &params)
}

pub(super) fn summary(world: &World, params: &Params) -> Answer {
    let date = range::date_param(params, "calendarDate")?;
    let now = world.now();
    let summary = match world.day(Dataset::Daily, date, &now) {
        Some(day) => full(
            world,
            date,
            &day,
            world.night(Dataset::Daily, date, &now).as_deref(),
        ),
        None => empty(world, date),
    };
    Ok(Json(summary))
}

/// The same keys as ever, nearly all of them null.
fn empty(world: &World, date: Date) -> Value {
    const KEPT: [&str; 9] = [
        "userProfileId",
        "userDailySummaryId",
        "calendarDate",
        "uuid",
        "rule",
        "includesWellnessData",
        "includesActivityData",
        "includesCalorieConsumedData",
        "privacyProtected",
    ];
    let nulls = all_null_but(full(world, date, &Day::default(), None), &KEPT);
    merged([nulls, json!({ "includesWellnessData": false })])
}

fn full(world: &World, date: Date, day: &Day, night: Option<&Night>) -> Value {
    merged([
        header(world, date, day),
        movement(day),
        or_nulls(day.floors, floors),
        heart(day),
        or_nulls(day.stress, |stress| {
            // The watch measures stress while it is worn, awake and asleep.
            let measured = stress.total() - stress.uncategorized;
            let asleep = day.asleep.min(measured);
            merged([
                self::stress(stress),
                json!({
                    "measurableAwakeDuration": measured - asleep,
                    "measurableAsleepDuration": asleep,
                }),
            ])
        }),
        or_nulls(day.battery, |battery| {
            merged([
                self::battery(battery),
                battery_events::feedback(day, &battery, night),
            ])
        }),
        json!({ "bodyBatteryActivityEventList": battery_events::of_summary(world, date, day, night) }),
        or_nulls(day.oxygen, |oxygen| self::oxygen(oxygen, day)),
        or_nulls(day.breath, |breath| self::breath(breath, day)),
        json!({ "averageMonitoringEnvironmentAltitude": day.floors.map(|_| 41.0) }),
    ])
}

/// What a watch cannot tell is there, but null.
fn or_nulls<T: Default>(measured: Option<T>, members: impl Fn(T) -> Value) -> Value {
    match measured {
        Some(measured) => members(measured),
        None => all_null_but(members(T::default()), &[]),
    }
}

fn header(world: &World, date: Date, day: &Day) -> Value {
    json!({
        "userProfileId": PROFILE_ID,
        "userDailySummaryId": PROFILE_ID,
        "calendarDate": date.to_string(),
        "uuid": uuid_of(date),
        "wellnessDescription": null,
        "rule": { "typeId": 2, "typeKey": "private" },
        "source": "GARMIN",
        "includesWellnessData": true,
        "includesActivityData": !day.activities.is_empty(),
        "includesCalorieConsumedData": false,
        "privacyProtected": false,
        "wellnessStartTimeGmt": iso_tenths(gmt(day.start)),
        "wellnessStartTimeLocal": iso_tenths(gmt(plus_seconds(day.start, day.start_offset))),
        "wellnessEndTimeGmt": iso_tenths(gmt(day.end)),
        "wellnessEndTimeLocal": iso_tenths(gmt(plus_seconds(day.end, day.end_offset))),
        "durationInMilliseconds": day.seconds() * 1000,
        "lastSyncTimestampGMT": iso_tenths(gmt(world.synced(date, day))),
    })
}

fn movement(day: &Day) -> Value {
    let total = float(day.active_kcal + day.resting_kcal);
    json!({
        "totalKilocalories": total,
        "activeKilocalories": float(day.active_kcal),
        "bmrKilocalories": float(day.resting_kcal),
        "wellnessKilocalories": total,
        "wellnessActiveKilocalories": float(day.active_kcal),
        "burnedKilocalories": null,
        "consumedKilocalories": null,
        "remainingKilocalories": null,
        "netCalorieGoal": null,
        "netRemainingKilocalories": float(day.active_kcal),
        "restingCaloriesFromActivity": null,
        "totalSteps": day.steps,
        "dailyStepGoal": day.step_goal,
        "totalDistanceMeters": day.distance,
        "wellnessDistanceMeters": day.distance,
        "highlyActiveSeconds": day.highly_active,
        "activeSeconds": day.active,
        "sedentarySeconds": day.sedentary,
        "sleepingSeconds": day.asleep,
        "moderateIntensityMinutes": day.moderate,
        "vigorousIntensityMinutes": day.vigorous,
        "intensityMinutesGoal": 150,
    })
}

fn floors(floors: Floors) -> Value {
    json!({
        "floorsAscended": floors.up,
        "floorsDescended": floors.down,
        "floorsAscendedInMeters": hundredths(floors.up * 3.048),
        "floorsDescendedInMeters": hundredths(floors.down * 3.048),
        "userFloorsAscendedGoal": 10,
    })
}

fn heart(day: &Day) -> Value {
    json!({
        "minHeartRate": day.heart.min,
        "maxHeartRate": day.heart.max,
        "restingHeartRate": day.heart.resting,
        "lastSevenDaysAvgRestingHeartRate": day.heart.resting_week,
        "minAvgHeartRate": day.heart.min + 1,
        "maxAvgHeartRate": day.heart.max - 2,
        "abnormalHeartRateAlertsCount": null,
    })
}

fn stress(stress: Stress) -> Value {
    let share = |seconds: i64| hundredths(float(seconds) * 100.0 / float(stress.total().max(1)));
    json!({
        "averageStressLevel": stress.average,
        "maxStressLevel": stress.max,
        "stressQualifier": stress.qualifier(),
        "totalStressDuration": stress.total(),
        "stressDuration": stress.stressed(),
        "restStressDuration": stress.rest,
        "lowStressDuration": stress.low,
        "mediumStressDuration": stress.medium,
        "highStressDuration": stress.high,
        "activityStressDuration": stress.activity,
        "uncategorizedStressDuration": stress.uncategorized,
        "stressPercentage": share(stress.stressed()),
        "restStressPercentage": share(stress.rest),
        "lowStressPercentage": share(stress.low),
        "mediumStressPercentage": share(stress.medium),
        "highStressPercentage": share(stress.high),
        "activityStressPercentage": share(stress.activity),
        "uncategorizedStressPercentage": share(stress.uncategorized),
    })
}

fn battery(battery: Battery) -> Value {
    json!({
        "bodyBatteryChargedValue": battery.charged,
        "bodyBatteryDrainedValue": battery.drained,
        "bodyBatteryHighestValue": battery.highest,
        "bodyBatteryLowestValue": battery.lowest,
        "bodyBatteryMostRecentValue": battery.latest,
        "bodyBatteryDuringSleep": battery.overnight,
        "bodyBatteryAtWakeTime": battery.overnight.map(|_| battery.highest),
        "bodyBatteryVersion": 3.0,
    })
}

fn oxygen(oxygen: Oxygen, day: &Day) -> Value {
    json!({
        "averageSpo2": float(oxygen.average),
        "lowestSpo2": oxygen.lowest,
        "latestSpo2": oxygen.average,
        "latestSpo2ReadingTimeGmt": iso_tenths(gmt(day.end)),
        "latestSpo2ReadingTimeLocal": iso_tenths(gmt(plus_seconds(day.end, day.end_offset))),
    })
}

fn breath(breath: Breath, day: &Day) -> Value {
    json!({
        "avgWakingRespirationValue": float(breath.waking),
        "highestRespirationValue": float(breath.highest),
        "lowestRespirationValue": float(breath.lowest),
        "latestRespirationValue": float(breath.waking),
        "latestRespirationTimeGMT": iso_tenths(gmt(day.end)),
        "respirationAlgorithmVersion": 200,
    })
}

/// Without dashes, as the service writes it.
pub(super) fn uuid_of(date: Date) -> String {
    format!("81a3d047ec574a0c{:016x}", super::athlete::day_number(date))
}
