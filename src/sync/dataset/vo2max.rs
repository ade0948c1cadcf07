//! VO2 max, and with it heat and altitude acclimation: GraphQL and REST of one
//! shape, days with a new estimate only (`protocol.md` 9.5.14, 10.2).

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Unread, Window, document, items,
    shapes::{both, dated, is_blank, recorded},
    unread,
};
use crate::{
    central_db::rows::vo2max::{Acclimation, Vo2max},
    domain::session::Lane,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, graphql, json},
    },
};

const SCALAR: &str = "vo2MaxScalar";
const NO_OBJECT: &str = "an estimate that is no object";

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Connect,
        parts: &[Part::range(
            "vo2max.graphql",
            Window::growing(28, 365),
            ask_scalar,
            read_scalar,
        )],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::range(
            "vo2max.range",
            Window::of(365),
            ask_range,
            read_range,
        )],
    },
];

fn ask_scalar(ask: &Ask<'_>) -> Call {
    // Without `sport`: both of them.
    Call::scalar(SCALAR, ask.span, "")
}

fn ask_range(ask: &Ask<'_>) -> Call {
    Call::get_path_range("/metrics-service/metrics/maxmet/daily", ask.span, &[])
}

fn read_scalar(body: &[u8]) -> Result<Reading, GarminError> {
    estimates(graphql::scalar(body, SCALAR)?)
}

fn read_range(body: &[u8]) -> Result<Reading, GarminError> {
    estimates(document(body)?)
}

/// A list, or the newest by itself: the same service says both.
fn estimates(value: Value) -> Result<Reading, GarminError> {
    let list = match value {
        Value::Object(object) if object.contains_key("generic") => vec![Value::Object(object)],
        value => items(value)?,
    };
    // Each member has a day of its own, and the item none (`protocol.md` 12, no. 22).
    let members = |name: &str| -> Vec<Value> {
        let members = list.iter().filter_map(|item| item.get(name));
        members
            .filter(|member| !is_blank(member))
            .cloned()
            .collect()
    };
    let estimates =
        |sport: &str| Reading::of_items(&members(sport), |member, odd| vo2max(sport, member, odd));
    let acclimations = Reading::of_items(&members("heatAltitudeAcclimation"), acclimation);
    let mut reading = both(
        both(estimates("generic"), estimates("cycling")),
        acclimations,
    );
    for item in list.iter().filter(|item| !item.is_null()) {
        let why = json::error_in(item);
        let why = why.or_else(|| (!item.is_object()).then(|| NO_OBJECT.to_owned()));
        reading.unread.extend(why.map(|why| unread(None, &why)));
    }
    Ok(reading)
}

fn vo2max(sport: &str, member: &Value, odd: &mut Vec<String>) -> Result<Option<Vo2max>, Unread> {
    let f = Fields::of(member).ok_or_else(|| unread(None, NO_OBJECT))?;
    let day = f.day("calendarDate");
    let estimate = Vo2max {
        precise_ml_kg_min: f.measured_f("vo2MaxPreciseValue"),
        rounded_ml_kg_min: f.measured_f("vo2MaxValue"),
        fitness_age_years: f.measured_f("fitnessAge"),
        max_met_category: f.int("maxMetCategory"),
        ..Vo2max::empty(day.unwrap_or_default(), sport.to_owned())
    };
    odd.extend(f.odd());
    let estimate = recorded(estimate, &["max_met_category"]);
    dated(day, estimate, "an estimate without a date")
}

fn acclimation(member: &Value, odd: &mut Vec<String>) -> Result<Option<Acclimation>, Unread> {
    let f = Fields::of(member).ok_or_else(|| unread(None, "an acclimation that is no object"))?;
    let day = f.day("calendarDate");
    let acclimation = Acclimation {
        heat_percent: f.reading("heatAcclimationPercentage"),
        heat_trend: f.word("heatTrend"),
        heat_on: f.day("heatAcclimationDate"),
        altitude_m: f.reading_f("altitudeAcclimation"),
        altitude_percent: f.reading("acclimationPercentage"),
        altitude_trend: f.word("altitudeTrend"),
        altitude_on: f.day("altitudeAcclimationDate"),
        current_altitude_m: f.float("currentAltitude"),
        ..Acclimation::empty(day.unwrap_or_default())
    };
    odd.extend(f.odd());
    let acclimation = recorded(acclimation, &["heat_on", "altitude_on"]);
    dated(day, acclimation, "an acclimation without a date")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing::{counts, read, shown};
    use serde_json::json;

    fn item() -> Value {
        json!({
            "userId": 2222, "calendarDate": "2020-01-01",
            "generic": {"calendarDate": "2026-09-28", "vo2MaxPreciseValue": 48.9, "vo2MaxValue": 49.0, "fitnessAge": null, "maxMetCategory": 0},
            "cycling": {"calendarDate": "2026-09-20", "vo2MaxPreciseValue": null, "vo2MaxValue": 52.0},
            "heatAltitudeAcclimation": {"calendarDate": "2026-09-29", "heatAcclimationPercentage": 15, "altitudeAcclimation": 0,
                "currentAltitude": -12, "heatTrend": "ACCLIMATIZING", "heatAcclimationDate": "2026-09-28"},
        })
    }

    #[test]
    fn the_date_is_inside_and_each_member_has_its_own() {
        let scalar = json!({"data": {"vo2MaxScalar": [item()]}});
        let rows = shown("v_vo2max", &[read(read_scalar, &scalar)]);
        let brief: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row["day_on"].clone(),
                    row["sport"].clone(),
                    row["vo2max_ml_kg_min"].clone(),
                )
            })
            .collect();
        assert_eq!(
            brief,
            [
                (json!("2026-09-20"), json!("cycling"), json!(52.0)),
                (json!("2026-09-28"), json!("generic"), json!(48.9)),
            ]
        );
        assert_eq!(
            shown("v_vo2max", &[read(read_range, &json!([item()]))]),
            rows
        );
        assert_eq!(
            shown("v_vo2max", &[read(read_range, &item())]),
            rows,
            "the newest by itself"
        );
    }

    #[test]
    fn acclimation_has_its_own_day_and_may_lie_below_the_sea() {
        let rows = shown("v_acclimation", &[read(read_range, &json!([item()]))]);
        assert_eq!((rows.len(), &rows[0]["day_on"]), (1, &json!("2026-09-29")));
        assert_eq!(
            (&rows[0]["heat_percent"], &rows[0]["current_altitude_m"]),
            (&json!(15), &json!(-12.0))
        );
    }

    #[test]
    fn no_estimate_is_no_row_and_a_bad_member_costs_only_itself() {
        let none = json!([{"userId": 1, "generic": null, "cycling": {}, "heatAltitudeAcclimation": null},
            {"generic": {"calendarDate": "2026-09-28", "vo2MaxValue": null, "maxMetCategory": 0}}, {}]);
        assert_eq!(counts(&read(read_range, &none)), (0, 0, 0));
        let bad = json!([{"generic": {"vo2MaxValue": 49.0}}, {"generic": 7, "cycling": {"calendarDate": "2026-09-28", "vo2MaxValue": 49}}, 3]);
        assert_eq!(counts(&read(read_range, &bad)), (1, 3, 0));
    }
}
