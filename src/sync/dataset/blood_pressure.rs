//! Blood pressure: REST without a limit, GraphQL second (`protocol.md` 9.5.12,
//! 10.2). Only an empty answer was recorded: the fields are unverified.

use jiff::{civil::DateTime, tz::TimeZone};
use serde_json::Value;

use super::{
    Ask, Call, InUtc, Part, Reading, Route, Row, Unread, Window, document,
    shapes::{list_in, recorded},
    unread,
};
use crate::{
    central_db::rows::blood_pressure::BloodPressure,
    domain::session::Lane,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, graphql, json, times},
    },
};

const SCALAR: &str = "bloodPressureScalar";

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Connect,
        parts: &[Part::range(
            "blood_pressure.range",
            Window::UNLIMITED,
            ask_range,
            read_range,
        )
        .lists::<BloodPressure>()],
    },
    // Not `lists`: there is no `includeAll` here, and its sibling `weightScalar`
    // was recorded with the single entries left out.
    Route {
        lane: Lane::Connect,
        parts: &[Part::range(
            "blood_pressure.graphql",
            Window::growing(28, 365),
            ask_scalar,
            read_scalar,
        )],
    },
];

fn ask_range(ask: &Ask<'_>) -> Call {
    Call::get_path_range(
        "/bloodpressure-service/bloodpressure/range",
        ask.span,
        &[("includeAll", "true")],
    )
}

fn ask_scalar(ask: &Ask<'_>) -> Call {
    Call::scalar(SCALAR, ask.span, "")
}

fn read_range(body: &[u8]) -> Result<Reading, GarminError> {
    summaries(document(body)?)
}

fn read_scalar(body: &[u8]) -> Result<Reading, GarminError> {
    summaries(graphql::scalar(body, SCALAR)?)
}

fn summaries(value: Value) -> Result<Reading, GarminError> {
    let mut readings = Vec::new();
    let mut problems = Vec::new();
    for mut summary in list_in(value, "measurementSummaries")? {
        if let Some(why) = json::error_in(&summary) {
            problems.push(unread(None, &why));
            continue;
        }
        match summary.get_mut("measurements").map(Value::take) {
            Some(Value::Array(list)) => readings.extend(list),
            None | Some(Value::Null) => {}
            Some(_) => {
                let day = Fields::of(&summary).and_then(|f| f.day("startDate"));
                problems.push(unread(day, "readings that are no list"));
            }
        }
    }
    let mut reading = Reading::of_items(&readings, measurement);
    reading.unread.extend(problems);
    Ok(reading)
}

fn measurement(item: &Value, odd: &mut Vec<String>) -> Result<Vec<Box<dyn Row>>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a reading that is no object"))?;
    let measured_at = f.utc("measurementTimestampGMT");
    let local = f.local("measurementTimestampLocal");
    let clock = local.or_else(|| measured_at.map(|at| TimeZone::UTC.to_datetime(at)));
    let Some(clock) = clock else {
        return match f.value("systolic").or_else(|| f.value("diastolic")) {
            None => Ok(Vec::new()),
            Some(_) => Err(unread(None, "a reading without its time")),
        };
    };
    let row = BloodPressure {
        reading_id: f.int("version").unwrap_or(0),
        measured_local: to_second(clock),
        day_on: clock.date(),
        measured_at,
        utc_offset_s: local
            .zip(measured_at)
            .and_then(|(local, utc)| times::offset_s(local, utc)),
        systolic_mmhg: f.measured("systolic"),
        diastolic_mmhg: f.measured("diastolic"),
        pulse_bpm: f.measured("pulse"),
        source: f.word("sourceType"),
        notes: f.text("notes"),
    };
    odd.extend(f.odd());
    let about = ["day_on", "measured_at", "utc_offset_s", "source"];
    let Some(row) = recorded(row, &about) else {
        return Ok(Vec::new());
    };
    Ok(vec![match measured_at {
        Some(at) if local.is_none() => Box::new(InUtc {
            row,
            at,
            set_local: |row: &mut BloodPressure, local| {
                row.day_on = local.date();
                row.measured_local = to_second(local);
            },
        }),
        _ => Box::new(row),
    }])
}

fn to_second(local: DateTime) -> String {
    local.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing::{counts, read, shown};
    use serde_json::json;

    fn answer(measurements: &Value) -> Value {
        json!({
            "from": "2026-09-01", "until": "2026-10-01", "categoryStats": null,
            "measurementSummaries": [{"startDate": "2026-09-30", "measurements": measurements}, {"measurements": null}],
        })
    }

    #[test]
    fn a_reading_is_the_same_by_both_routes_and_counts_for_its_local_day() {
        let body = answer(&json!([{
            "systolic": 121, "diastolic": 78, "pulse": 58, "version": 1_790_741_400_000_i64, "sourceType": "MANUAL",
            "measurementTimestampLocal": "2026-10-01T00:10:00.0", "measurementTimestampGMT": "2026-09-30T22:10:00.0", "notes": "",
        }]));
        let rows = shown("v_blood_pressure", &[read(read_range, &body)]);
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (&rows[0]["systolic_mmhg"], &rows[0]["pulse_bpm"]),
            (&json!(121), &json!(58))
        );
        assert_eq!(
            (&rows[0]["day_on"], &rows[0]["utc_offset_s"]),
            (&json!("2026-10-01"), &json!(7200))
        );
        assert_eq!(rows[0]["notes"], json!(null), "an empty note is none");
        let scalar = json!({"data": {"bloodPressureScalar": body}});
        assert_eq!(
            shown("v_blood_pressure", &[read(read_scalar, &scalar)]),
            rows
        );
    }

    #[test]
    fn a_bad_reading_costs_only_itself_and_none_is_no_row() {
        let bad = answer(
            &json!([{"systolic": 121, "version": 1}, {"systolic": null, "version": null}, "x", null,
            {"version": 2, "measurementTimestampLocal": "2026-09-30T07:10:00.0", "systolic": {}, "diastolic": 78}]),
        );
        assert_eq!(counts(&read(read_range, &bad)), (1, 2, 1));
        assert_eq!(counts(&read(read_range, &answer(&json!(3)))), (0, 1, 0));
        for none in [
            answer(&json!([])),
            json!({"measurementSummaries": null}),
            json!([]),
            json!(null),
        ] {
            assert_eq!(counts(&read(read_range, &none)), (0, 0, 0), "{none}");
        }
    }
}
