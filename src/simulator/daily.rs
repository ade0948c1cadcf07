//! The daily summary of REST, one day per request (protocol.md 9.5.1).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::{Activity, Day, Night, Stress, float};
use super::profile::{DEVICE_ID, PROFILE_ID, check_name};
use super::range::{self, Params};
use super::reply::Answer;
use super::server::Endpoint;
use super::wire::{all_null_but, gmt, hundredths, iso, iso_tenths, merged, plus_seconds};
use super::world::World;

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
    let summary = match world.day(date, &now) {
        Some(day) => full(date, &day, world.night(date, &now).as_ref()),
        None => empty(date),
    };
    Ok(Json(summary))
}

/// The same keys as ever, nearly all of them null.
fn empty(date: Date) -> Value {
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
    let nulls = all_null_but(full(date, &Day::default(), None), &KEPT);
    merged([nulls, json!({ "includesWellnessData": false })])
}

fn full(date: Date, day: &Day, night: Option<&Night>) -> Value {
    merged([
        header(date, day),
        movement(day),
        heart(day),
        stress(&day.stress),
        battery(day, night),
        air(day),
    ])
}

fn header(date: Date, day: &Day) -> Value {
    json!({
        "userProfileId": PROFILE_ID,
        "userDailySummaryId": PROFILE_ID,
        "calendarDate": date.to_string(),
        "uuid": uuid_of(date),
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
        "lastSyncTimestampGMT": iso_tenths(gmt(day.end)),
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
        "floorsAscended": day.floors_up,
        "floorsDescended": day.floors_down,
        "floorsAscendedInMeters": hundredths(day.floors_up * 3.048),
        "floorsDescendedInMeters": hundredths(day.floors_down * 3.048),
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

fn stress(stress: &Stress) -> Value {
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

fn battery(day: &Day, night: Option<&Night>) -> Value {
    let battery = &day.battery;
    json!({
        "bodyBatteryChargedValue": battery.charged,
        "bodyBatteryDrainedValue": battery.drained,
        "bodyBatteryHighestValue": battery.highest,
        "bodyBatteryLowestValue": battery.lowest,
        "bodyBatteryMostRecentValue": battery.latest,
        "bodyBatteryDuringSleep": battery.overnight,
        "bodyBatteryAtWakeTime": battery.overnight.map(|_| battery.highest),
        "bodyBatteryVersion": 3.0,
        "bodyBatteryActivityEventList": battery_events(day, night),
    })
}

/// Oxygen, breath and altitude.
fn air(day: &Day) -> Value {
    let end = iso_tenths(gmt(day.end));
    json!({
        "averageSpo2": float(day.oxygen.average),
        "lowestSpo2": day.oxygen.lowest,
        "latestSpo2": day.oxygen.average,
        "latestSpo2ReadingTimeGmt": end,
        "avgWakingRespirationValue": float(day.breath.waking),
        "highestRespirationValue": float(day.breath.highest),
        "lowestRespirationValue": float(day.breath.lowest),
        "latestRespirationValue": float(day.breath.waking),
        "latestRespirationTimeGMT": end,
        "respirationAlgorithmVersion": 200,
        "averageMonitoringEnvironmentAltitude": 41.0,
    })
}

/// What charged and drained the battery: the night, then the workouts.
fn battery_events(day: &Day, night: Option<&Night>) -> Vec<Value> {
    let slept = night.map(|night| {
        let millis = night.end.duration_since(night.start).as_secs() * 1000;
        json!({
            "eventType": "SLEEP",
            "eventStartTimeGmt": iso(gmt(night.start)),
            "timezoneOffset": day.start_offset * 1000,
            "durationInMilliseconds": millis,
            "bodyBatteryImpact": night.body_battery_change,
            "feedbackType": "NONE",
            "shortFeedback": "NONE",
            "deviceId": DEVICE_ID,
            "activityName": null,
            "activityType": null,
            "activityId": null,
        })
    });
    let worked_out = day
        .activities
        .iter()
        .map(|activity| workout_event(day, activity));
    slept.into_iter().chain(worked_out).collect()
}

fn workout_event(day: &Day, activity: &Activity) -> Value {
    json!({
        "eventType": "ACTIVITY",
        "eventStartTimeGmt": iso(gmt(activity.start)),
        "timezoneOffset": day.start_offset * 1000,
        "durationInMilliseconds": activity.end().duration_since(activity.start).as_secs() * 1000,
        "bodyBatteryImpact": -activity.calories / 60,
        "feedbackType": "EXERCISE_TRAINING_EFFECT_3",
        "shortFeedback": "IMPROVING_AEROBIC_ENDURANCE",
        "deviceId": DEVICE_ID,
        "activityName": activity.name,
        "activityType": activity.sport.facts().type_key,
        "activityId": activity.id,
    })
}

/// Without dashes, as the service writes it.
pub(super) fn uuid_of(date: Date) -> String {
    format!("81a3d047ec574a0c{:016x}", super::athlete::day_number(date))
}
