//! Heart-rate variability: three ranges of one shape, and single nights
//! (`protocol.md` 9.5.7, `personal-api.md` E8).

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Unread, Window, document,
    shapes::{dated, list_in, recorded},
    unread,
};
use crate::{
    central_db::rows::hrv::HrvNight,
    domain::session::Lane,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, graphql},
    },
};

const SCALAR: &str = "heartRateVariabilityScalar";
/// The wrapper's list, and the single night's member.
const LIST: &str = "hrvSummaries";
const NIGHT: &str = "hrvSummary";

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Personal,
        parts: &[Part::range(
            "hrv.personal",
            Window::of(365),
            ask_range,
            read_range,
        )],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::range(
            "hrv.graphql",
            Window::growing(28, 365),
            ask_scalar,
            read_scalar,
        )],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::range(
            "hrv.range",
            Window::of(367),
            ask_range,
            read_range,
        )],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::day("hrv.day", ask_day, read_day)],
    },
];

fn ask_range(ask: &Ask<'_>) -> Call {
    Call::get_path_range("/hrv-service/hrv/daily", ask.span, &[])
}

fn ask_scalar(ask: &Ask<'_>) -> Call {
    Call::scalar(SCALAR, ask.span, "")
}

fn ask_day(ask: &Ask<'_>) -> Call {
    Call::get(format!("/hrv-service/hrv/{}", ask.span.last()), &[])
}

fn read_range(body: &[u8]) -> Result<Reading, GarminError> {
    let nights = list_in(document(body)?, LIST)?;
    Ok(Reading::of_items(&nights, night))
}

fn read_scalar(body: &[u8]) -> Result<Reading, GarminError> {
    let nights = list_in(graphql::scalar(body, SCALAR)?, LIST)?;
    Ok(Reading::of_items(&nights, night))
}

fn read_day(body: &[u8]) -> Result<Reading, GarminError> {
    let night_of_day = match document(body)? {
        Value::Object(mut day) => match day.remove(NIGHT) {
            Some(night) => vec![night],
            None => list_in(Value::Object(day), NIGHT)?,
        },
        value => list_in(value, NIGHT)?,
    };
    Ok(Reading::of_items(&night_of_day, night))
}

fn night(item: &Value, odd: &mut Vec<String>) -> Result<Option<HrvNight>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a night that is no object"))?;
    let day = f.day("calendarDate");
    // All zeros while Garmin still learns it.
    let has_baseline = f.measured("baseline/balancedUpper").is_some();
    let night = HrvNight {
        day_on: day.unwrap_or_default(),
        last_night_average_ms: f.measured("lastNightAvg"),
        last_night_highest_ms: f.measured("lastNight5MinHigh"),
        weekly_average_ms: f.measured("weeklyAvg"),
        baseline_low_ms: f.measured("baseline/lowUpper"),
        baseline_balanced_from_ms: f.measured("baseline/balancedLow"),
        baseline_balanced_to_ms: f.measured("baseline/balancedUpper"),
        baseline_marker: f.float("baseline/markerValue").filter(|_| has_baseline),
        status: f.word("status"),
        feedback: f.word("feedbackPhrase"),
        // UTC, though its name does not say so (`recordings/NOTES.md`, "Times").
        computed_at: f.utc("createTimeStamp"),
    };
    odd.extend(f.odd());
    let night = recorded(night, &["status", "feedback", "computed_at"]);
    dated(day, night, "a night without a date")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing::{counts, read, shown};
    use serde_json::json;

    #[test]
    fn one_night_is_the_same_row_by_every_route() {
        let item = json!({
            "calendarDate": "2026-07-15", "weeklyAvg": 45, "lastNightAvg": 44.0, "lastNight5MinHigh": "58",
            "baseline": {"lowUpper": 40, "balancedLow": 43, "balancedUpper": 55, "markerValue": 0.333},
            "status": "BALANCED", "createTimeStamp": "2026-07-15T15:29:41.491",
        });
        let range = json!({"hrvSummaries": [item], "userProfilePk": 2222});
        let scalar = json!({"data": {"heartRateVariabilityScalar": range}});
        let day = json!({"userProfilePk": 2222, "hrvSummary": item, "hrvReadings": []});
        let by_range = shown("v_hrv", &[read(read_range, &range)]);
        let night = &by_range[0];
        assert_eq!(night["last_night_highest_ms"], 58);
        assert_eq!(night["computed_at"], 1_784_129_381_491_i64);
        assert_eq!(shown("v_hrv", &[read(read_scalar, &scalar)]), by_range);
        assert_eq!(shown("v_hrv", &[read(read_day, &day)]), by_range);
    }

    #[test]
    fn a_night_without_readings_is_no_row() {
        let blank = json!({"calendarDate": "2026-07-15", "weeklyAvg": null, "lastNightAvg": null, "baseline": null, "status": "NONE"});
        for none in [
            json!({"hrvSummary": blank, "hrvReadings": []}),
            json!({"hrvSummary": null, "hrvReadings": null}),
            json!({}),
        ] {
            assert_eq!(counts(&read(read_day, &none)), (0, 0, 0), "{none}");
        }
        let none = json!({"hrvSummaries": null, "userProfilePk": null});
        assert_eq!(counts(&read(read_range, &none)), (0, 0, 0));
        assert_eq!(read_day(b"").unwrap().rows.len(), 0);
    }

    #[test]
    fn a_bad_night_costs_only_itself_and_a_bad_field_only_itself() {
        let body = json!({"hrvSummaries": [
            7, {"lastNightAvg": 40}, {"calendarDate": "2026-07-15", "lastNightAvg": [], "weeklyAvg": 45},
        ]});
        assert_eq!(counts(&read(read_range, &body)), (1, 2, 1));
    }
}
