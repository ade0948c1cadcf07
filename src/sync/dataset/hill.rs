//! Hill score: day rows by range, GraphQL or REST, and by day (`protocol.md` 9.5.15, 10.2).

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Unread, Window, document, items,
    shapes::{has_any, is_of_form, one_or_items, recorded},
    unread,
};
use crate::{
    central_db::rows::hill::HillScore,
    domain::session::Lane,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, graphql},
    },
};

const SCALAR: &str = "hillScoreScalar";

/// 28 days are recorded, and no end is known.
const DAYS: Window = Window::growing(28, 365);

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Connect,
        parts: &[Part::range("hill.graphql", DAYS, ask_scalar, read_scalar)],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::range("hill.range", DAYS, ask_range, read_range)],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::day("hill.day", ask_day, read_day)],
    },
];

/// Day rows come although the web asks for weeks, and nobody has published
/// another word in its place (`protocol.md` 10.2).
fn ask_scalar(ask: &Ask<'_>) -> Call {
    Call::scalar(SCALAR, ask.span, ", aggregation:\"weekly\"")
}

fn ask_range(ask: &Ask<'_>) -> Call {
    Call::get_range(
        "/metrics-service/metrics/hillscore/stats",
        ask.span,
        &[("aggregation", "daily")],
    )
}

fn ask_day(ask: &Ask<'_>) -> Call {
    Call::get(
        "/metrics-service/metrics/hillscore",
        &[("calendarDate", &ask.span.last().to_string())],
    )
}

fn read_scalar(body: &[u8]) -> Result<Reading, GarminError> {
    days(graphql::scalar(body, SCALAR)?)
}

fn read_range(body: &[u8]) -> Result<Reading, GarminError> {
    days(document(body)?)
}

fn read_day(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &one_or_items(document(body)?, &["overallScore", "calendarDate"])?,
        score,
    ))
}

/// Newest first, which the rows do not mind.
fn days(mut range: Value) -> Result<Reading, GarminError> {
    let list = match range {
        Value::Object(_) => {
            is_of_form(&range, &["hillScoreDTOList", "startDate", "maxScore"])?;
            range.get_mut("hillScoreDTOList").map(Value::take)
        }
        list => Some(list),
    };
    let list = list.unwrap_or_default();
    Ok(Reading::of_items(&items(list)?, score))
}

fn score(item: &Value, odd: &mut Vec<String>) -> Result<Option<HillScore>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a score that is no object"))?;
    if !has_any(&f, &["overallScore", "strengthScore", "enduranceScore"]) {
        return Ok(None);
    }
    let score = HillScore {
        day_on: f
            .day("calendarDate")
            .ok_or_else(|| unread(None, "a score without a date"))?,
        score: f.measured("overallScore"),
        strength_score: f.measured("strengthScore"),
        endurance_score: f.measured("enduranceScore"),
        classification: f.int("hillScoreClassificationId"),
        feedback: f.int("hillScoreFeedbackPhraseId"),
        vo2max_ml_kg_min: f
            .measured_f("vo2MaxPreciseValue")
            .or_else(|| f.measured_f("vo2Max")),
        device_id: f.int("deviceId"),
    };
    odd.extend(f.odd());
    let about = [
        "classification",
        "feedback",
        "vo2max_ml_kg_min",
        "device_id",
    ];
    Ok(recorded(score, &about))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;
    use serde_json::json;

    #[test]
    fn all_routes_bring_the_same_rows() {
        let day = json!({"calendarDate": "2026-10-01", "overallScore": 38, "strengthScore": 19, "enduranceScore": 16,
            "hillScoreClassificationId": 2, "vo2Max": 48.0, "vo2MaxPreciseValue": 48.4});
        let range = json!({"periodAvgScore": {"2026-10": 38}, "maxScore": 38, "hillScoreDTOList": [
            {"calendarDate": "2026-10-02", "overallScore": null, "strengthScore": null}, day]});
        let scalar = json!({"data": {SCALAR: range}});
        let readings = [
            read_day(day.to_string().as_bytes()).unwrap(),
            read_range(range.to_string().as_bytes()).unwrap(),
            read_scalar(scalar.to_string().as_bytes()).unwrap(),
        ];
        assert!(readings.iter().all(|reading| reading.odd.is_empty()));
        assert_eq!(
            testing::kept(&readings, "SELECT * FROM v_hill"),
            ["ada|2026-10-01|38|19|16|2||48.4|"]
        );
    }

    #[test]
    fn every_form_of_no_data_is_no_row() {
        let nulls = "{\"hillScoreDTOList\":null,\"maxScore\":null}";
        testing::reads_nothing_from(read_range, &[nulls, "{\"hillScoreDTOList\":[]}"]);
        testing::reads_nothing_from(
            read_day,
            &["{\"calendarDate\":\"2026-10-01\",\"overallScore\":null}"],
        );
    }
}
