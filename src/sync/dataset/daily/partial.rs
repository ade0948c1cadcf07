//! What three cheap calls know of a day, for where GraphQL is refused: one
//! request a year each for the first two (`protocol.md` 9.4, 9.5.2, 9.5.3,
//! 9.5.8). The rest of the row stays empty, and nothing is erased.

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
        Ask, Call, Reading, Unread, document, items, segment,
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
        step_goal: f.reading("stepGoal"),
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
