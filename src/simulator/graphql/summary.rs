//! A row of `userDailySummaryV2Scalar`: the daily summary in groups and milliseconds (protocol.md 10.3).

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::simulator::athlete::{Day, Stress, float};
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
    ("stress", |day| stress(&day.stress)),
    ("bodyBattery", body_battery),
    ("hydration", hydration),
    ("respiration", respiration),
    ("pulseOx", pulse_ox),
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

fn movement(day: &Day) -> Value {
    let metres = |floors: f64| hundredths(floors * 3.048);
    json!({
        "steps": { "goal": day.step_goal, "value": day.steps, "distanceInMeters": day.distance },
        "pushes": {},
        "floorsAscended": { "goal": 10, "value": day.floors_up, "distanceInMeters": metres(day.floors_up) },
        "floorsDescended": { "value": day.floors_down, "distanceInMeters": metres(day.floors_down) },
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

fn stress(stress: &Stress) -> Value {
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

fn body_battery(day: &Day) -> Value {
    json!({
        "minValue": day.battery.lowest,
        "maxValue": day.battery.highest,
        "chargedValue": day.battery.charged,
        "drainedValue": day.battery.drained,
        "latestValue": day.battery.latest,
        "featureVersion": "3.0",
        "dynamicFeedbackEvent": null,
        "endOfDayDynamicFeedbackEvent": null,
        "activityEvents": [],
    })
}

fn hydration(day: &Day) -> Value {
    day.hydration.map_or_else(
        || json!({}),
        |water| {
            json!({
                "goalInMl": water.goal,
                "goalInFractionalMl": float(water.goal),
                "consumedInMl": water.drunk,
                "consumedInFractionalMl": float(water.drunk),
            })
        },
    )
}

fn respiration(day: &Day) -> Value {
    json!({
        "avgValue": day.breath.waking,
        "maxValue": day.breath.highest,
        "minValue": day.breath.lowest,
        "latestValue": day.breath.waking,
        "latestTimestampGmt": iso_tenths(gmt(day.end)),
    })
}

fn pulse_ox(day: &Day) -> Value {
    json!({
        "avgValue": day.oxygen.average,
        "minValue": day.oxygen.lowest,
        "latestValue": day.oxygen.average,
        "latestTimestampGmt": iso_tenths(gmt(day.end)),
        "latestTimestampLocal": iso_tenths(gmt(plus_seconds(day.end, day.end_offset))),
        "avgAltitudeInMeters": 41.0,
    })
}
