//! Lactate threshold and functional threshold power: four series, each over a
//! range, that fill the same rows (`protocol.md` 9.5.15).

use serde_json::Value;

use super::{Ask, Call, Part, Reading, Route, Unread, Window, document, items, unread};
use crate::{
    central_db::rows::thresholds::Threshold,
    domain::session::Lane,
    garmin::{error::GarminError, wire::fields::Fields},
};

/// 30 days are recorded, long ranges are in use.
const YEAR: Window = Window::of(365);

/// The last one decides the coverage: running power is what most days have.
pub(super) const ROUTES: &[Route] = &[Route {
    lane: Lane::Connect,
    parts: &[
        Part::range(
            "thresholds.cycling_power",
            YEAR,
            |ask| call("functionalThresholdPower", "CYCLING", ask),
            |body| read(body, "cycling", Series::Power),
        ),
        Part::range(
            "thresholds.lactate_speed",
            YEAR,
            |ask| call("lactateThresholdSpeed", "RUNNING", ask),
            |body| read(body, "running", Series::LactateSpeed),
        ),
        Part::range(
            "thresholds.lactate_hr",
            YEAR,
            |ask| call("lactateThresholdHeartRate", "RUNNING", ask),
            |body| read(body, "running", Series::LactateHeartRate),
        ),
        Part::range(
            "thresholds.running_power",
            YEAR,
            |ask| call("functionalThresholdPower", "RUNNING", ask),
            |body| read(body, "running", Series::Power),
        ),
    ],
}];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Series {
    LactateSpeed,
    LactateHeartRate,
    Power,
}

fn call(series: &str, sport: &str, ask: &Ask<'_>) -> Call {
    Call::get_path_range(
        &format!("/biometric-service/stats/{series}/range"),
        ask.span,
        &[
            ("sport", sport),
            ("aggregation", "daily"),
            ("aggregationStrategy", "LATEST"),
        ],
    )
}

fn read(body: &[u8], sport: &str, series: Series) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&items(document(body)?)?, |item, odd| {
        value(item, odd, sport, series)
    }))
}

fn value(
    item: &Value,
    odd: &mut Vec<String>,
    sport: &str,
    series: Series,
) -> Result<Option<Threshold>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a threshold that is no object"))?;
    if f.measured_f("value").is_none() {
        odd.extend(f.odd());
        return Ok(None);
    }
    let value = |wanted| f.measured_f("value").filter(|_| series == wanted);
    let threshold = Threshold {
        // They were the same in all recordings; a value carried on to later days
        // would keep the day it was found on.
        day_on: [f.day("from"), f.day("updatedDate")]
            .into_iter()
            .flatten()
            .min()
            .ok_or_else(|| unread(None, "a threshold without a date"))?,
        sport: f
            .text("series")
            .map_or_else(|| sport.to_owned(), |series| series.to_lowercase()),
        // Tenths: 0.325 is 3.25 m/s (pitfall 23).
        lactate_speed_mps: value(Series::LactateSpeed).map(|tenths| tenths * 10.0),
        lactate_hr_bpm: value(Series::LactateHeartRate),
        functional_power_w: value(Series::Power),
    };
    odd.extend(f.odd());
    Ok(Some(threshold))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;
    use serde_json::json;

    #[test]
    fn four_series_fill_one_row_for_a_day_and_sport() {
        let item = |day: &str, series: Option<&str>, value: Value| json!({"from": day, "until": day, "series": series, "value": value, "updatedDate": day});
        let parts = ROUTES[0].parts.iter();
        let bodies = [
            json!([item("2026-06-24", None, json!(216.0))]),
            json!([item("2026-06-24", Some("running"), json!(0.325))]),
            json!([
                item("2026-06-24", Some("running"), json!("163.0")),
                item("2026-06-25", None, json!(null))
            ]),
            json!([item("2026-06-24", Some("running"), json!(388.0)), {"from": "2026-06-26", "value": 389}]),
        ];
        let readings: Vec<_> = parts
            .zip(&bodies)
            .map(|(part, body)| (part.read)(body.to_string().as_bytes()).unwrap())
            .collect();
        assert!(readings.iter().all(|reading| reading.odd.is_empty()));
        assert_eq!(
            testing::kept(&readings, "SELECT * FROM v_thresholds"),
            [
                "ada|2026-06-24|cycling|||216",
                "ada|2026-06-24|running|3.25|163|388",
                "ada|2026-06-26|running|||389"
            ]
        );
        testing::reads_nothing_from(ROUTES[0].parts[0].read, &["[{\"value\":null}]"]);
    }

    #[test]
    fn a_series_is_asked_for_one_sport() {
        let call = (ROUTES[0].parts[0].ask)(&testing::ask("2026-01-01", "2026-10-01")).to_string();
        assert_eq!(
            call,
            "/biometric-service/stats/functionalThresholdPower/range/2026-01-01/2026-10-01\
             ?sport=CYCLING&aggregation=daily&aggregationStrategy=LATEST"
        );
    }
}
