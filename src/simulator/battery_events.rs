//! What charged and drained the Body Battery: the night, then the workouts.

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

use super::athlete::{Activity, Battery, Day, Night};
use super::wire::{gmt, iso, iso_tenths, merged, plus_seconds};
use super::world::World;

/// As the daily summary lists them; none where the watch has no Body Battery.
pub(super) fn of_summary(
    world: &World,
    date: Date,
    day: &Day,
    night: Option<&Night>,
) -> Vec<Value> {
    let more = json!({
        "deviceId": world.athlete.watch(date).device_id,
        "eventUpdateTimeGmt": iso(gmt(day.end)),
    });
    of(day, night, iso, &more)
}

/// As the report does: times with a fraction (as in the recorded events of a day), and no device.
pub(super) fn of_report(day: &Day, night: Option<&Night>) -> Vec<Value> {
    of(day, night, iso_tenths, &json!({}))
}

fn of(day: &Day, night: Option<&Night>, spell: fn(DateTime) -> String, more: &Value) -> Vec<Value> {
    if day.battery.is_none() {
        return Vec::new();
    }
    let slept = night.map(|night| {
        let length = night.end.duration_since(night.start);
        let event = event(day, spell, night.start, length, night.body_battery_change);
        let activity = json!({ "activityName": null, "activityType": null, "activityId": null });
        merged([event, more.clone(), activity])
    });
    let worked_out = day
        .activities
        .iter()
        .map(|activity| workout(day, spell, activity, more));
    slept.into_iter().chain(worked_out).collect()
}

fn event(
    day: &Day,
    spell: fn(DateTime) -> String,
    start: Timestamp,
    length: SignedDuration,
    impact: i64,
) -> Value {
    json!({
        "eventType": "SLEEP",
        "eventStartTimeGmt": spell(gmt(start)),
        "timezoneOffset": day.start_offset * 1000,
        "durationInMilliseconds": length.as_secs() * 1000,
        "bodyBatteryImpact": impact,
        "feedbackType": "NONE",
        "shortFeedback": "NONE",
    })
}

fn workout(day: &Day, spell: fn(DateTime) -> String, activity: &Activity, more: &Value) -> Value {
    let length = activity.end().duration_since(activity.start);
    let event = event(day, spell, activity.start, length, -activity.calories / 60);
    let what = json!({
        "eventType": "ACTIVITY",
        "feedbackType": "EXERCISE_TRAINING_EFFECT_3",
        "shortFeedback": "IMPROVING_AEROBIC_ENDURANCE",
        "activityName": activity.name,
        "activityType": activity.sport.facts().type_key,
        "activityId": activity.id,
    });
    merged([event, more.clone(), what])
}

/// What Garmin makes of the level: now, and when the day began.
pub(super) fn feedback(day: &Day, battery: &Battery, night: Option<&Night>) -> Value {
    let said = |at, level, subject: &str| {
        let (word, mood) = match level {
            ..26 => ("LOW", "STRESSFUL_AND_ACTIVE"),
            26..51 => ("MODERATE", "BALANCED_AND_ACTIVE"),
            _ => ("HIGH", "RECOVERING_AND_INACTIVE"),
        };
        let kind = format!("{subject}_{mood}");
        json!({
            "eventTimestampGmt": iso(gmt(at)),
            "bodyBatteryLevel": word,
            "feedbackShortType": kind,
            "feedbackLongType": kind,
        })
    };
    let asleep = night.map(|night| plus_seconds(night.start, 240));
    json!({
        "bodyBatteryDynamicFeedbackEvent":
            said(plus_seconds(day.end, -600), battery.latest, "DAY"),
        "endOfDayBodyBatteryDynamicFeedbackEvent":
            asleep.map(|at| said(at, battery.lowest, "SLEEP_TIME_PASSED")),
    })
}
