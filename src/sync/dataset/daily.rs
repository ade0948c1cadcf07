//! Daily summary: whole days by range over the personal lane, GraphQL, and the
//! personal lane's call over the connect lane; the range calls of the web's charts,
//! which know most of it between them; REST by day.

mod partial;

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Unread, Window, day_summary, document, segment, unread,
};
use crate::{
    central_db::rows::daily::DailySummary,
    domain::session::Lane,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, times},
    },
};

/// The whole of one day.
const DAY: Part = Part::day("daily.day", ask_day, read_day);
/// Active, sedentary and sleeping seconds, the week's resting heart rate and the
/// Body Battery at waking are in no range call: one request for each day that has
/// ended, as the days go by.
const YESTERDAY: Part = DAY.only_ended().optional();

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Personal,
        parts: &[Part::range(
            "daily.personal",
            day_summary::PERSONAL_WINDOW,
            day_summary::ask_rest,
            read_rest,
        )],
    },
    Route {
        lane: Lane::Connect,
        parts: &[
            YESTERDAY,
            Part::range(
                "daily.graphql",
                day_summary::WINDOW,
                day_summary::ask,
                read_range,
            ),
        ],
    },
    Route {
        lane: Lane::Connect,
        parts: &[
            YESTERDAY,
            Part::range(
                "daily.summaries",
                day_summary::CONNECT_WINDOW,
                day_summary::ask_rest,
                read_rest,
            ),
        ],
    },
    Route {
        lane: Lane::Connect,
        parts: &[
            Part::range(
                "daily.userstats",
                Window::of(365),
                partial::ask_userstats,
                partial::read_userstats,
            ),
            Part::range(
                "daily.acclimation",
                Window::UNLIMITED,
                partial::ask_acclimation,
                partial::read_acclimation,
            ),
            partial::CALORIES,
            partial::STRESS,
            partial::HEART_RATE,
            partial::BODY_BATTERY,
            partial::FLOORS,
            partial::INTENSITY,
            partial::RESPIRATION,
            DAY.only_recent(3),
            Part::range(
                "daily.steps",
                Window::of(28),
                partial::ask_steps,
                partial::read_steps,
            )
            .thin(),
        ],
    },
    Route {
        lane: Lane::Connect,
        parts: &[DAY],
    },
];

fn ask_day(ask: &Ask<'_>) -> Call {
    Call::get(
        format!(
            "/usersummary-service/usersummary/daily/{}",
            segment(ask.display_name)
        ),
        &[("calendarDate", &ask.span.last().to_string())],
    )
}

/// The groups are those of GraphQL. That `restingValue` falls back to the
/// day's minimum here (`personal-api.md` 6.1) cannot be seen in the answer.
fn read_rest(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&day_summary::rest_days(body)?, grouped))
}

fn read_range(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&day_summary::days(body)?, grouped))
}

fn read_day(body: &[u8]) -> Result<Reading, GarminError> {
    let day = document(body)?;
    if day.get("privacyProtected").and_then(Value::as_bool) == Some(true) {
        // Not zeros: a token without rights, or somebody else's name (protocol.md 9.5.1).
        return Err(GarminError::Unreadable(
            "the day is privacy protected".to_owned(),
        ));
    }
    Ok(Reading::of_items(&[day], flat))
}

/// A day in groups, durations in milliseconds (`protocol.md` 10.3).
fn grouped(item: &Value, odd: &mut Vec<String>) -> Result<Option<DailySummary>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a day that is no object"))?;
    let day = f
        .day("calendarDate")
        .ok_or_else(|| unread(None, "a day without a date"))?;
    if f.bool("includesWellnessData") == Some(false) {
        return Ok(None);
    }
    let daily = DailySummary {
        day_on: day,
        started_at: f.utc("wellnessChronology/startTimestampGmt"),
        ended_at: f.utc("wellnessChronology/endTimestampGmt"),
        utc_offset_s: offset(&f, "wellnessChronology/startTimestamp"),
        highly_active_s: None,
        active_s: None,
        sedentary_s: None,
        sleeping_s: None,
        floor_goal: f.measured("movement/floorsAscended/goal"),
        intensity_goal_min: f.measured("intensityMinutes/goal"),
        resting_hr_week_bpm: None,
        stress_activity_s: f.seconds_of_ms("stress/activityDurationInMillis"),
        stress_uncategorized_s: f.seconds_of_ms("stress/uncategorizedDurationInMillis"),
        stress_qualifier: f.word("stress/qualifier"),
        body_battery_latest: f.measured("bodyBattery/latestValue"),
        body_battery_at_wake: None,
        synced_at: None,
        steps: f.reading("movement/steps/value"),
        step_goal: f.measured("movement/steps/goal"),
        distance_m: f.reading_f("movement/steps/distanceInMeters"),
        energy_total_kcal: f.measured_f("calories/burnedTotal"),
        energy_active_kcal: f.reading_f("calories/burnedActive"),
        energy_resting_kcal: f.measured_f("calories/burnedResting"),
        floors_up: floors(
            &f,
            "movement/floorsAscended/value",
            "movement/floorsAscended/distanceInMeters",
        ),
        floors_down: floors(
            &f,
            "movement/floorsDescended/value",
            "movement/floorsDescended/distanceInMeters",
        ),
        intensity_moderate_min: f.reading("intensityMinutes/moderate"),
        intensity_vigorous_min: f.reading("intensityMinutes/vigorous"),
        resting_hr_bpm: f.measured("heartRate/restingValue"),
        min_hr_bpm: f.measured("heartRate/minValue"),
        max_hr_bpm: f.measured("heartRate/maxValue"),
        stress_average: f.measured("stress/avgLevel"),
        stress_max: f.measured("stress/maxLevel"),
        stress_rest_s: f.seconds_of_ms("stress/restDurationInMillis"),
        stress_low_s: f.seconds_of_ms("stress/lowStressDurationInMillis"),
        stress_medium_s: f.seconds_of_ms("stress/mediumStressDurationInMillis"),
        stress_high_s: f.seconds_of_ms("stress/highStressDurationInMillis"),
        body_battery_highest: f.measured("bodyBattery/maxValue"),
        body_battery_lowest: f.measured("bodyBattery/minValue"),
        body_battery_charged: f.reading("bodyBattery/chargedValue"),
        body_battery_drained: f.reading("bodyBattery/drainedValue"),
        spo2_average_percent: f.measured_f("pulseOx/avgValue"),
        spo2_lowest_percent: f.measured_f("pulseOx/minValue"),
        // That avgValue is REST's *waking* average is unverified.
        respiration_waking_brpm: f.measured_f("respiration/avgValue"),
        respiration_lowest_brpm: f.measured_f("respiration/minValue"),
        respiration_highest_brpm: f.measured_f("respiration/maxValue"),
    };
    odd.extend(f.odd());
    Ok(Some(daily))
}

/// A day as one flat object, durations in seconds (`protocol.md` 9.5.1).
fn flat(item: &Value, odd: &mut Vec<String>) -> Result<Option<DailySummary>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a day that is no object"))?;
    if f.bool("includesWellnessData") == Some(false) {
        return Ok(None);
    }
    let day = f
        .day("calendarDate")
        .ok_or_else(|| unread(None, "a day without a date"))?;
    let daily = DailySummary {
        day_on: day,
        started_at: f.utc("wellnessStartTimeGmt"),
        ended_at: f.utc("wellnessEndTimeGmt"),
        utc_offset_s: offset(&f, "wellnessStartTime"),
        highly_active_s: f.reading("highlyActiveSeconds"),
        active_s: f.reading("activeSeconds"),
        sedentary_s: f.reading("sedentarySeconds"),
        sleeping_s: f.reading("sleepingSeconds"),
        floor_goal: f.measured("userFloorsAscendedGoal"),
        intensity_goal_min: f.measured("intensityMinutesGoal"),
        resting_hr_week_bpm: f.measured("lastSevenDaysAvgRestingHeartRate"),
        stress_activity_s: f.reading("activityStressDuration"),
        stress_uncategorized_s: f.reading("uncategorizedStressDuration"),
        stress_qualifier: f.word("stressQualifier"),
        body_battery_latest: f.measured("bodyBatteryMostRecentValue"),
        body_battery_at_wake: f.measured("bodyBatteryAtWakeTime"),
        synced_at: f.utc("lastSyncTimestampGMT"),
        steps: f.reading("totalSteps"),
        step_goal: f.measured("dailyStepGoal"),
        distance_m: f.reading_f("totalDistanceMeters"),
        energy_total_kcal: f.measured_f("totalKilocalories"),
        energy_active_kcal: f.reading_f("activeKilocalories"),
        energy_resting_kcal: f.measured_f("bmrKilocalories"),
        floors_up: floors(&f, "floorsAscended", "floorsAscendedInMeters"),
        floors_down: floors(&f, "floorsDescended", "floorsDescendedInMeters"),
        intensity_moderate_min: f.reading("moderateIntensityMinutes"),
        intensity_vigorous_min: f.reading("vigorousIntensityMinutes"),
        resting_hr_bpm: f.measured("restingHeartRate"),
        min_hr_bpm: f.measured("minHeartRate"),
        max_hr_bpm: f.measured("maxHeartRate"),
        stress_average: f.measured("averageStressLevel"),
        stress_max: f.measured("maxStressLevel"),
        stress_rest_s: f.reading("restStressDuration"),
        stress_low_s: f.reading("lowStressDuration"),
        stress_medium_s: f.reading("mediumStressDuration"),
        stress_high_s: f.reading("highStressDuration"),
        body_battery_highest: f.measured("bodyBatteryHighestValue"),
        body_battery_lowest: f.measured("bodyBatteryLowestValue"),
        body_battery_charged: f.reading("bodyBatteryChargedValue"),
        body_battery_drained: f.reading("bodyBatteryDrainedValue"),
        spo2_average_percent: f.measured_f("averageSpo2"),
        spo2_lowest_percent: f.measured_f("lowestSpo2"),
        respiration_waking_brpm: f.measured_f("avgWakingRespirationValue"),
        respiration_lowest_brpm: f.measured_f("lowestRespirationValue"),
        respiration_highest_brpm: f.measured_f("highestRespirationValue"),
    };
    odd.extend(f.odd());
    Ok(Some(daily))
}

/// Wall clock minus UTC of the pair `…Local` and `…Gmt`.
fn offset(f: &Fields<'_>, name: &str) -> Option<i64> {
    let (local, utc) = (
        f.local(&format!("{name}Local")),
        f.utc(&format!("{name}Gmt")),
    );
    local
        .zip(utc)
        .and_then(|(local, utc)| times::offset_s(local, utc))
}

/// Floors to the hundredth. One shape rounds them down to whole ones
/// (`personal-api.md` 6.1), and all have the metres: ten feet are a floor.
fn floors(f: &Fields<'_>, floors: &str, metres: &str) -> Option<f64> {
    let counted = f.reading_f(floors);
    let climbed = f.reading_f(metres).map(|metres| metres / 3.048);
    climbed
        .or(counted)
        .map(|floors| (floors * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_shapes_give_the_same_row() {
        let grouped_day = json!({
            "calendarDate": "2026-10-02", "includesWellnessData": true,
            "movement": {"steps": {"goal": 8000, "value": 9123, "distanceInMeters": 7010}, "pushes": {}},
            "heartRate": {"minValue": 47, "maxValue": 131, "restingValue": 52},
            "stress": {"avgLevel": 27, "restDurationInMillis": 34_920_000}, "pulseOx": {},
        });
        let flat_day = json!({
            "calendarDate": "2026-10-02", "includesWellnessData": true, "totalSteps": 9123, "dailyStepGoal": 8000,
            "totalDistanceMeters": 7010.0, "minHeartRate": 47, "maxHeartRate": 131, "restingHeartRate": 52,
            "averageStressLevel": 27, "restStressDuration": 34_920, "averageSpo2": null, "maxStressLevel": -1,
        });
        let mut odd = Vec::new();
        let rows = [
            grouped(&grouped_day, &mut odd).unwrap(),
            flat(&flat_day, &mut odd).unwrap(),
        ];
        assert_eq!(rows[0], rows[1]);
        assert!(odd.is_empty());
    }

    #[test]
    fn the_personal_lane_brings_the_groups_in_a_bare_wrapper() {
        let day = json!({"calendarDate": "2026-10-02", "movement": {"steps": {"value": 9123}}});
        let answer = json!({"data": [day]}).to_string();
        assert_eq!(read_rest(answer.as_bytes()).unwrap().rows.len(), 1);
        let none = json!({"data": null}).to_string();
        assert_eq!(read_rest(none.as_bytes()).unwrap().rows.len(), 0);
        assert_eq!(read_rest(b"").unwrap().rows.len(), 0);
    }

    #[test]
    fn a_day_without_a_watch_is_no_row_and_a_protected_day_no_zeros() {
        let none = json!({"calendarDate": "2026-10-02", "includesWellnessData": false, "totalSteps": null});
        assert_eq!(read_day(none.to_string().as_bytes()).unwrap().rows.len(), 0);
        let protected = json!({"privacyProtected": true, "totalSteps": null});
        assert!(read_day(protected.to_string().as_bytes()).is_err());
    }
}
