//! A row of `userDailySummaryV2Scalar`: the daily summary in groups and milliseconds (protocol.md 10.3).

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::simulator::athlete::{Battery, Breath, Day, Floors, Oxygen, Stress, float};
use crate::simulator::daily::uuid_of;
use crate::simulator::profile::PROFILE_ID;
use crate::simulator::wire::{gmt, hundredths, iso_tenths, merged, plus_seconds};

/// One day; without data the groups are empty objects.
pub(in crate::simulator) fn row(date: Date, day: Option<&Day>) -> Value {
    let header = json!({
        "uuid": uuid_of(date),
        "userProfilePk": PROFILE_ID.to_string(),
        "calendarDate": date.to_string(),
        "source": "GARMIN",
        "includesWellnessData": day.is_some(),
        "includesActivityData": day.is_some_and(|day| !day.activities.is_empty()),
        "jetLag": {},
    });
    let groups =
        GROUPS.map(|(name, members)| json!({ name: day.map_or_else(|| json!({}), members) }));
    merged(std::iter::once(header).chain(groups))
}

/// A group's name and what it says about a day.
type Group = (&'static str, fn(&Day) -> Value);

const GROUPS: [Group; 10] = [
    ("wellnessChronology", chronology),
    ("movement", movement),
    ("calories", calories),
    ("heartRate", heart_rate),
    ("intensityMinutes", intensity),
    ("stress", |day| or_empty(day.stress, stress)),
    ("bodyBattery", |day| or_empty(day.battery, body_battery)),
    ("hydration", hydration),
    ("respiration", |day| {
        or_empty(day.breath, |breath| respiration(breath, day))
    }),
    ("pulseOx", |day| {
        or_empty(day.oxygen, |oxygen| pulse_ox(oxygen, day))
    }),
];

fn chronology(day: &Day) -> Value {
    json!({
        "startTimestampGmt": iso_tenths(gmt(day.start)),
        "startTimestampLocal": iso_tenths(gmt(plus_seconds(day.start, day.start_offset))),
        "endTimestampGmt": iso_tenths(gmt(day.end)),
        "endTimestampLocal": iso_tenths(gmt(plus_seconds(day.end, day.end_offset))),
        "totalDurationInMillis": day.seconds() * 1000,
    })
}

/// A sensor that the watch does not have is an empty group.
fn or_empty<T>(measured: Option<T>, members: impl Fn(T) -> Value) -> Value {
    measured.map_or_else(|| json!({}), members)
}

fn movement(day: &Day) -> Value {
    merged([
        json!({
            "steps": { "goal": day.step_goal, "value": day.steps, "distanceInMeters": day.distance },
            "pushes": {},
        }),
        or_empty(day.floors, |floors| {
            self::floors(floors, |value| json!(value))
        }),
    ])
}

/// Floors as a lane spells their number.
pub(in crate::simulator) fn floors(floors: Floors, value: fn(f64) -> Value) -> Value {
    let metres = |floors: f64| hundredths(floors * 3.048);
    json!({
        "floorsAscended": { "goal": 10, "value": value(floors.up), "distanceInMeters": metres(floors.up) },
        "floorsDescended": { "value": value(floors.down), "distanceInMeters": metres(floors.down) },
    })
}

fn calories(day: &Day) -> Value {
    json!({
        "burnedResting": float(day.resting_kcal),
        "burnedActive": float(day.active_kcal),
        "burnedTotal": float(day.active_kcal + day.resting_kcal),
        "consumedGoal": null,
        "consumedValue": null,
        "consumedRemaining": null,
    })
}

fn heart_rate(day: &Day) -> Value {
    json!({ "minValue": day.heart.min, "maxValue": day.heart.max, "restingValue": day.heart.resting })
}

fn intensity(day: &Day) -> Value {
    json!({ "goal": 150, "moderate": day.moderate, "vigorous": day.vigorous })
}

fn stress(stress: Stress) -> Value {
    let share = |seconds: i64| hundredths(float(seconds) / float(stress.total().max(1)));
    json!({
        "avgLevel": stress.average,
        "maxLevel": stress.max,
        "qualifier": stress.qualifier(),
        "totalDurationInMillis": stress.total() * 1000,
        "restDurationInMillis": stress.rest * 1000,
        "activityDurationInMillis": stress.activity * 1000,
        "uncategorizedDurationInMillis": stress.uncategorized * 1000,
        "lowStressDurationInMillis": stress.low * 1000,
        "mediumStressDurationInMillis": stress.medium * 1000,
        "highStressDurationInMillis": stress.high * 1000,
        "restProportion": share(stress.rest),
        "activityProportion": share(stress.activity),
        "uncategorizedProportion": share(stress.uncategorized),
        "lowStressProportion": share(stress.low),
        "mediumStressProportion": share(stress.medium),
        "highStressProportion": share(stress.high),
    })
}

fn body_battery(battery: Battery) -> Value {
    json!({
        "minValue": battery.lowest,
        "maxValue": battery.highest,
        "chargedValue": battery.charged,
        "drainedValue": battery.drained,
        "latestValue": battery.latest,
        "featureVersion": "3.0",
        "dynamicFeedbackEvent": null,
        "endOfDayDynamicFeedbackEvent": null,
        "activityEvents": [],
    })
}

fn hydration(day: &Day) -> Value {
    or_empty(day.hydration, |water| {
        json!({
            "goalInMl": water.goal,
            "goalInFractionalMl": float(water.goal),
            "consumedInMl": water.drunk,
            "consumedInFractionalMl": float(water.drunk),
        })
    })
}

fn respiration(breath: Breath, day: &Day) -> Value {
    json!({
        "avgValue": breath.waking,
        "maxValue": breath.highest,
        "minValue": breath.lowest,
        "latestValue": breath.waking,
        "latestTimestampGmt": iso_tenths(gmt(day.end)),
    })
}

fn pulse_ox(oxygen: Oxygen, day: &Day) -> Value {
    json!({
        "avgValue": oxygen.average,
        "minValue": oxygen.lowest,
        "latestValue": oxygen.average,
        "latestTimestampGmt": iso_tenths(gmt(day.end)),
        "latestTimestampLocal": iso_tenths(gmt(plus_seconds(day.end, day.end_offset))),
        "avgAltitudeInMeters": 41.0,
    })
}
