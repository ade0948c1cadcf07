//! What the range calls of the web's charts know of a day, for where whole days
//! by range are refused: a year, or 28 days, in one request each (`protocol.md`
//! 9.4, 9.5.2, 9.5.3, 9.5.8). The rest of the row stays empty, nothing is erased,
//! and such days are read again when a better route is open.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value;

use crate::{
    central_db::rows::daily::DailySummary,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, times},
    },
    sync::dataset::{
        Ask, Call, Part, Reading, Unread, Window, document, items, segment,
        shapes::{dated, is_blank, list_in, recorded},
        unread,
    },
};

/// `metricId`s and what they are called in the answer. The parameter is
/// repeated: a comma list answers 404.
const METRICS: [(&str, &str); 3] = [
    ("60", "WELLNESS_RESTING_HEART_RATE"),
    ("22", "WELLNESS_ACTIVE_CALORIES"),
    ("23", "WELLNESS_BMR_CALORIES"),
];

pub(super) fn ask_userstats(ask: &Ask<'_>) -> Call {
    let (first, last) = (ask.span.first().to_string(), ask.span.last().to_string());
    let mut query = vec![("fromDate", first.as_str()), ("untilDate", last.as_str())];
    query.extend(METRICS.map(|(id, _)| ("metricId", id)));
    let name = segment(ask.display_name);
    Call::get(format!("/userstats-service/wellness/daily/{name}"), &query)
}

pub(super) fn ask_acclimation(ask: &Ask<'_>) -> Call {
    let (first, last) = (ask.span.first().to_string(), ask.span.last().to_string());
    Call::get(
        "/wellness-service/stats/daily/acclimation",
        &[("fromDate", &first), ("untilDate", &last)],
    )
}

pub(super) fn ask_steps(ask: &Ask<'_>) -> Call {
    Call::get_path_range("/usersummary-service/stats/steps/daily", ask.span, &[])
}

/// Days that one request of the `stats` family may span.
const STATS: Window = Window::of(28);

pub(super) const CALORIES: Part = Part::range(
    "daily.calories",
    STATS,
    |ask| {
        Call::get_path_range(
            "/usersummary-service/stats/daily",
            ask.span,
            &[("statsType", "CALORIES")],
        )
    },
    |body| Ok(stats(&list_in(document(body)?, "values")?, calories)),
);
pub(super) const STRESS: Part = Part::range(
    "daily.stress",
    STATS,
    |ask| ask_stats("stress", ask),
    |body| Ok(stats(&items(document(body)?)?, stress)),
);
pub(super) const HEART_RATE: Part = Part::range(
    "daily.heart_rate",
    STATS,
    |ask| ask_stats("heartRate", ask),
    |body| Ok(stats(&items(document(body)?)?, heart_rate)),
);
pub(super) const BODY_BATTERY: Part = Part::range(
    "daily.body_battery",
    STATS,
    |ask| ask_stats("bodybattery", ask),
    |body| Ok(stats(&items(document(body)?)?, body_battery)),
);
pub(super) const FLOORS: Part = Part::range(
    "daily.floors",
    STATS,
    |ask| ask_stats("floors", ask),
    |body| Ok(stats(&items(document(body)?)?, floors)),
);
pub(super) const INTENSITY: Part = Part::range(
    "daily.intensity",
    STATS,
    |ask| ask_stats("im", ask),
    |body| Ok(stats(&items(document(body)?)?, intensity)),
);
pub(super) const RESPIRATION: Part = Part::range(
    "daily.respiration",
    STATS,
    |ask| ask_stats("respiration", ask),
    |body| Ok(stats(&items(document(body)?)?, respiration)),
);

fn ask_stats(series: &str, ask: &Ask<'_>) -> Call {
    let path = format!("/usersummary-service/stats/{series}/daily");
    Call::get_path_range(&path, ask.span, &[])
}

/// Fills in what a series knows of a day.
type Fill = fn(&Fields<'_>, &mut DailySummary);

/// One row for each day of a series that holds a reading.
fn stats(days: &[Value], fill: Fill) -> Reading {
    Reading::of_items(days, |item, odd| {
        let f = Fields::of(item).ok_or_else(|| unread(None, "a day that is no object"))?;
        let day = f.day("calendarDate");
        let mut row = DailySummary::empty(day.unwrap_or_default());
        fill(&f, &mut row);
        odd.extend(f.odd());
        let row = recorded(row, &["floor_goal", "intensity_goal_min"]);
        dated(day, row, "a day without a date")
    })
}

fn calories(f: &Fields<'_>, row: &mut DailySummary) {
    row.energy_total_kcal = f.measured_f("values/totalCalories");
    row.energy_active_kcal = f.reading_f("values/activeCalories");
    row.energy_resting_kcal = f.measured_f("values/restingCalories");
}

fn stress(f: &Fields<'_>, row: &mut DailySummary) {
    row.stress_average = f.measured("values/overallStressLevel");
    row.stress_rest_s = f.reading("values/restStressDuration");
    row.stress_low_s = f.reading("values/lowStressDuration");
    row.stress_medium_s = f.reading("values/mediumStressDuration");
    row.stress_high_s = f.reading("values/highStressDuration");
}

/// Its extremes are two-minute averages, as the whole day's are where it has them
/// (`personal-api.md` 6.1).
fn heart_rate(f: &Fields<'_>, row: &mut DailySummary) {
    row.resting_hr_bpm = f.measured("values/restingHR");
    row.max_hr_bpm = f.measured("values/wellnessMaxAvgHR");
    row.min_hr_bpm = f.measured("values/wellnessMinAvgHR");
}

fn body_battery(f: &Fields<'_>, row: &mut DailySummary) {
    row.body_battery_lowest = f.measured("values/lowBodyBattery");
    row.body_battery_highest = f.measured("values/highBodyBattery");
}

fn floors(f: &Fields<'_>, row: &mut DailySummary) {
    let hundredths = |floors: f64| (floors * 100.0).round() / 100.0;
    row.floors_up = f.reading_f("values/wellnessFloorsAscended").map(hundredths);
    row.floors_down = f
        .reading_f("values/wellnessFloorsDescended")
        .map(hundredths);
    row.floor_goal = f.measured("values/wellnessUserFloorsAscendedGoal");
}

fn intensity(f: &Fields<'_>, row: &mut DailySummary) {
    row.intensity_moderate_min = f.reading("moderateValue");
    row.intensity_vigorous_min = f.reading("vigorousValue");
    row.intensity_goal_min = f.measured("weeklyGoal");
}

fn respiration(f: &Fields<'_>, row: &mut DailySummary) {
    row.respiration_waking_brpm = f.measured_f("avgWakingRespiration");
}

/// Lists by metric, turned into rows by day. No answer of this kind was
/// recorded: the shape is unverified.
pub(super) fn read_userstats(body: &[u8]) -> Result<Reading, GarminError> {
    let answer = document(body)?;
    let metrics = match answer.pointer("/allMetrics/metricsMap") {
        Some(Value::Object(metrics)) => metrics,
        Some(value) if is_blank(value) => return Ok(Reading::default()),
        None if answer.get("allMetrics").is_some_and(is_blank) || is_blank(&answer) => {
            return Ok(Reading::default());
        }
        _ => return Err(GarminError::Unreadable("no metricsMap in it".to_owned())),
    };
    let mut reading = Reading::default();
    let mut days: BTreeMap<Date, DailySummary> = BTreeMap::new();
    for (_, name) in METRICS {
        let list = items(metrics.get(name).cloned().unwrap_or_default())?;
        for item in list.iter().filter(|item| !item.is_null()) {
            reading.items = reading.items.saturating_add(1);
            match metric(item, name, &mut reading.odd) {
                Ok(Some((day, value))) => {
                    let row = days.entry(day).or_insert_with(|| DailySummary::empty(day));
                    set(row, name, value);
                }
                Ok(None) => {}
                Err(problem) => reading.unread.push(problem),
            }
        }
    }
    for row in days.into_values() {
        reading.rows.push(Box::new(row));
    }
    reading.odd.sort();
    reading.odd.dedup();
    Ok(reading)
}

/// 0 is no heart rate and no metabolism: it stands for days without a watch.
fn metric(item: &Value, name: &str, odd: &mut Vec<String>) -> Result<Option<(Date, f64)>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a metric that is no object"))?;
    let day = f.day("calendarDate");
    let least = if name == "WELLNESS_ACTIVE_CALORIES" {
        0.0
    } else {
        f64::MIN_POSITIVE
    };
    let value = f.reading_f("value").filter(|&value| value >= least);
    odd.extend(f.odd());
    match (day, value) {
        (Some(day), Some(value)) => Ok(Some((day, value))),
        (None, Some(_)) => Err(unread(None, "a metric without a date")),
        (_, None) => Ok(None),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float beyond i64 saturates"
)]
fn set(row: &mut DailySummary, name: &str, value: f64) {
    match name {
        "WELLNESS_RESTING_HEART_RATE" => row.resting_hr_bpm = Some(value.round() as i64),
        "WELLNESS_ACTIVE_CALORIES" => row.energy_active_kcal = Some(value),
        _ => row.energy_resting_kcal = Some(value),
    }
}

pub(super) fn read_acclimation(body: &[u8]) -> Result<Reading, GarminError> {
    let days = list_in(document(body)?, "spo2DailyAverageArray")?;
    Ok(Reading::of_items(&days, spo2))
}

/// `[date, average]`, without descriptors; told apart by what they are.
fn spo2(item: &Value, _odd: &mut Vec<String>) -> Result<Option<DailySummary>, Unread> {
    let pair = item
        .as_array()
        .ok_or_else(|| unread(None, "an oxygen average that is no pair"))?;
    let day = pair.iter().find_map(times::day);
    let average = pair.iter().find_map(Value::as_f64);
    match (day, average.filter(|&average| average > 0.0)) {
        (Some(day), Some(average)) => Ok(Some(DailySummary {
            spo2_average_percent: Some(average),
            ..DailySummary::empty(day)
        })),
        (None, Some(_)) => Err(unread(None, "an oxygen average without a date")),
        (_, None) => Ok(None),
    }
}

pub(super) fn read_steps(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&items(document(body)?)?, steps))
}

fn steps(item: &Value, odd: &mut Vec<String>) -> Result<Option<DailySummary>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a day that is no object"))?;
    let day = f.day("calendarDate");
    let row = DailySummary {
        steps: f.reading("totalSteps"),
        step_goal: f.measured("stepGoal"),
        distance_m: f.reading_f("totalDistance"),
        ..DailySummary::empty(day.unwrap_or_default())
    };
    odd.extend(f.odd());
    dated(day, recorded(row, &["step_goal"]), "a day without a date")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::dates::DateSpan,
        sync::dataset::testing::{counts, read, shown},
    };
    use serde_json::json;

    #[test]
    fn the_metric_is_a_repeated_parameter() {
        let ask = Ask {
            span: DateSpan::ending(jiff::civil::date(2026, 10, 1), 2),
            today: jiff::civil::date(2026, 11, 21),
            start: 0,
            display_name: Some("ann b"),
            user_id: None,
        };
        assert_eq!(
            ask_userstats(&ask).to_string(),
            "/userstats-service/wellness/daily/ann%20b?fromDate=2026-09-30&untilDate=2026-10-01&metricId=60&metricId=22&metricId=23"
        );
    }

    #[test]
    fn three_partial_answers_make_one_row() {
        let userstats = json!({"allMetrics": {"metricsMap": {
            "WELLNESS_RESTING_HEART_RATE": [{"value": 52.0, "calendarDate": "2026-10-01"}, {"value": 0, "calendarDate": "2026-10-02"}],
            "WELLNESS_ACTIVE_CALORIES": [{"value": 0.0, "calendarDate": "2026-10-01"}],
            "WELLNESS_BMR_CALORIES": null,
        }}});
        let acclimation = json!({"spo2DailyAverageArray": [["2026-10-01", 96.0], ["2026-10-02", null]], "overallSpo2Average": 95});
        let steps = json!([{"calendarDate": "2026-10-01", "totalSteps": 9123, "totalDistance": 7010, "stepGoal": 8000},
            {"calendarDate": "2026-10-02", "totalSteps": null, "stepGoal": 8000}]);
        let answers = [
            read(read_userstats, &userstats),
            read(read_acclimation, &acclimation),
            read(read_steps, &steps),
        ];
        let rows = shown("daily_summary", &answers);
        assert_eq!(rows.len(), 1);
        let day = &rows[0];
        assert_eq!(
            (&day["resting_hr_bpm"], &day["energy_active_kcal"]),
            (&json!(52), &json!(0.0))
        );
        assert_eq!(
            (&day["spo2_average_percent"], &day["steps"]),
            (&json!(96.0), &json!(9123))
        );
    }

    #[test]
    fn each_series_fills_in_its_columns() {
        let day = |values: Value| {
            let mut day = json!({"calendarDate": "2026-10-01"});
            for (name, value) in values.as_object().unwrap() {
                day[name] = value.clone();
            }
            day
        };
        let nested = |values: Value| json!([day(json!({"values": values}))]);
        let calories = json!({"values": nested(json!({"totalCalories": 2400, "activeCalories": 600, "restingCalories": 1800}))});
        let stress = nested(
            json!({"overallStressLevel": 28, "restStressDuration": 34920, "highStressDuration": null}),
        );
        let heart =
            nested(json!({"restingHR": 52, "wellnessMaxAvgHR": 131, "wellnessMinAvgHR": 47}));
        let battery = nested(json!({"lowBodyBattery": 18, "highBodyBattery": 92}));
        let floors =
            nested(json!({"wellnessFloorsAscended": 11.204, "wellnessFloorsDescended": 9.8}));
        let intensity = json!([day(
            json!({"weeklyGoal": 150, "moderateValue": 43, "vigorousValue": 12})
        )]);
        let breath = json!([day(
            json!({"avgWakingRespiration": 14, "avgSleepRespiration": 13})
        )]);
        let answers = [
            read(CALORIES.read, &calories),
            read(STRESS.read, &stress),
            read(HEART_RATE.read, &heart),
            read(BODY_BATTERY.read, &battery),
            read(FLOORS.read, &floors),
            read(INTENSITY.read, &intensity),
            read(RESPIRATION.read, &breath),
        ];
        let rows = shown("daily_summary", &answers);
        assert_eq!(rows.len(), 1);
        for (column, value) in [
            ("energy_total_kcal", json!(2400.0)),
            ("stress_average", json!(28)),
            ("stress_high_s", json!(null)),
            ("resting_hr_bpm", json!(52)),
            ("max_hr_bpm", json!(131)),
            ("body_battery_lowest", json!(18)),
            ("floors_up", json!(11.2)),
            ("intensity_vigorous_min", json!(12)),
            ("respiration_waking_brpm", json!(14.0)),
        ] {
            assert_eq!(rows[0][column], value, "{column}");
        }
        let goals = json!([day(json!({"weeklyGoal": 150, "moderateValue": null}))]);
        assert_eq!(counts(&read(INTENSITY.read, &goals)), (0, 0, 0));
    }

    #[test]
    fn no_data_is_no_row_and_a_bad_item_costs_only_itself() {
        for none in [
            json!(null),
            json!({}),
            json!({"allMetrics": null}),
            json!({"allMetrics": {"metricsMap": {}}}),
        ] {
            assert_eq!(counts(&read(read_userstats, &none)), (0, 0, 0), "{none}");
        }
        assert!(read_userstats(b"{\"error\":\"x\"}").is_err());
        let bad = json!({"allMetrics": {"metricsMap": {"WELLNESS_RESTING_HEART_RATE": [
            {"value": 52}, {"value": "x", "calendarDate": "2026-10-01"}, {"value": 50, "calendarDate": "2026-10-02"}]}}});
        assert_eq!(counts(&read(read_userstats, &bad)), (1, 1, 1));
        let bad = json!({"spo2DailyAverageArray": [[96.0], 7, ["2026-10-01", 95]]});
        assert_eq!(counts(&read(read_acclimation, &bad)), (1, 2, 0));
    }
}
