//! Fitness age: the official key by day (`personal-api.md` E13), connect by range
//! and by day (`protocol.md` 9.5.15).

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Unread, Window, document, items, shapes::one_or_items, unread,
};
use crate::{
    central_db::rows::fitness_age::FitnessAge,
    domain::session::Lane,
    garmin::{error::GarminError, wire::fields::Fields},
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Personal,
        // It changes slowly and is given day by day: one day of each month.
        parts: &[Part::range(
            "fitness_age.personal",
            Window::MONTH,
            ask_personal,
            read_day,
        )],
    },
    // 29 were answered once; 28 are safe (protocol.md 9.4).
    Route {
        lane: Lane::Connect,
        parts: &[Part::range(
            "fitness_age.range",
            Window::of(28),
            ask_range,
            read_range,
        )],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::day("fitness_age.day", ask_day, read_day)],
    },
];

fn ask_personal(ask: &Ask<'_>) -> Call {
    let day = ask.span.last();
    Call::get(format!("/fitnessage-service/fitnessage/v2/{day}"), &[])
}

fn ask_range(ask: &Ask<'_>) -> Call {
    Call::get_path_range("/fitnessage-service/stats/daily", ask.span, &[])
}

fn ask_day(ask: &Ask<'_>) -> Call {
    let day = ask.span.last();
    Call::get(format!("/fitnessage-service/fitnessage/{day}"), &[])
}

/// Documented as a list and delivered as one object.
fn read_day(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &one_or_items(document(body)?, KNOWN)?,
        detailed,
    ))
}

fn read_range(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&items(document(body)?)?, brief))
}

/// What the answer of a day holds, one member at least.
const KNOWN: &[&str] = &[
    "fitnessAge",
    "invalidReason",
    "chronologicalAge",
    "components",
    "calendarDate",
];

/// A day with its reasons. It names no day but that of its last change, which
/// may be older than the one asked for: it counts for its own.
fn detailed(item: &Value, odd: &mut Vec<String>) -> Result<Option<FitnessAge>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a fitness age that is no object"))?;
    // With a reason why there is none, what else is there means nothing.
    if f.measured_f("fitnessAge").is_none() || f.value("invalidReason").is_some() {
        return Ok(None);
    }
    let age = FitnessAge {
        day_on: f
            .day("calendarDate")
            .or_else(|| f.day("lastUpdated"))
            .ok_or_else(|| unread(None, "a fitness age without a date"))?,
        fitness_age_years: f.measured_f("fitnessAge"),
        achievable_age_years: f.measured_f("achievableFitnessAge"),
        actual_age_years: f.measured("chronologicalAge"),
        resting_hr_bpm: f.measured("components/rhr/value"),
        body_fat_percent: f.measured_f("components/bodyFat/value"),
        bmi: f.measured_f("components/bmi/value"),
        vigorous_days_per_week: f.reading_f("components/vigorousDaysAvg/value"),
        vigorous_per_week_min: f.reading_f("components/vigorousMinutesAvg/value"),
    };
    odd.extend(f.odd());
    Ok(Some(age))
}

/// A day of the range. Body fat or body mass index: whichever the account has.
fn brief(item: &Value, odd: &mut Vec<String>) -> Result<Option<FitnessAge>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a fitness age that is no object"))?;
    let age = f.measured_f("values/fitnessAge");
    if age
        .or(f.measured_f("values/achievableFitnessAge"))
        .is_none()
    {
        return Ok(None);
    }
    let age = FitnessAge {
        day_on: f
            .day("calendarDate")
            .ok_or_else(|| unread(None, "a fitness age without a date"))?,
        fitness_age_years: f.measured_f("values/fitnessAge"),
        achievable_age_years: f.measured_f("values/achievableFitnessAge"),
        actual_age_years: None,
        resting_hr_bpm: f.measured("values/rhr"),
        body_fat_percent: f.measured_f("values/bodyFat"),
        bmi: f.measured_f("values/bmi"),
        vigorous_days_per_week: f.reading_f("values/vigorousDaysAvg"),
        vigorous_per_week_min: f.reading_f("values/vigorousMinutesAvg"),
    };
    odd.extend(f.odd());
    Ok(Some(age))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;
    use serde_json::json;

    #[test]
    fn one_object_and_a_list_of_one_are_the_same_day() {
        let day = json!({
            "chronologicalAge": 46, "fitnessAge": 37.55, "achievableFitnessAge": 39.79, "previousFitnessAge": 37.55,
            "components": {"rhr": {"value": 51, "stale": false}, "bmi": {"value": "22.1", "lastMeasurementDate": "2026-10-01"},
                "vigorousDaysAvg": {"value": 3.5}, "vigorousMinutesAvg": {"value": 160.1}},
            "lastUpdated": "2026-10-01T00:00:00.0",
        });
        let brief = json!([{"calendarDate": "2026-10-01", "values": {
            "fitnessAge": 37.55, "achievableFitnessAge": 39.79, "rhr": 51, "bmi": 22.1, "vigorousDaysAvg": 3.5}}]);
        let readings = [
            read_day(day.to_string().as_bytes()).unwrap(),
            read_day(json!([day]).to_string().as_bytes()).unwrap(),
            read_range(brief.to_string().as_bytes()).unwrap(),
        ];
        assert!(readings.iter().all(|reading| reading.odd.is_empty()));
        assert_eq!(
            testing::kept(&readings, "SELECT * FROM v_fitness_age"),
            ["ada|2026-10-01|37.55|39.79|46|51||22.1|3.5|160.1"]
        );
    }

    #[test]
    fn a_reason_why_there_is_none_is_nothing() {
        let none = "{\"fitnessAge\":30.1,\"invalidReason\":\"NO_RHR\",\"lastUpdated\":\"2026-10-01T00:00:00.0\"}";
        testing::reads_nothing_from(
            read_day,
            &[none, "{\"chronologicalAge\":46,\"components\":{}}"],
        );
        let nulls = "[{\"calendarDate\":\"2026-10-01\",\"values\":{\"fitnessAge\":null}}]";
        testing::reads_nothing_from(read_range, &[nulls]);
    }
}
