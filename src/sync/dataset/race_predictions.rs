//! Race predictions: one request for a year of days (`protocol.md` 9.4, 9.5.15).

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Unread, Window, document, segment,
    shapes::{has_any, one_or_items, recorded},
    unread,
};
use crate::{
    central_db::rows::race_predictions::RacePrediction,
    domain::session::Lane,
    garmin::{error::GarminError, wire::fields::Fields},
};

pub(super) const ROUTES: &[Route] = &[Route {
    lane: Lane::Connect,
    parts: &[Part::range(
        "race_predictions.range",
        Window::of(365),
        ask,
        read,
    )],
}];

/// There is no name-less form: without a display name the path ends in a slash
/// and Garmin refuses it, which costs this dataset only.
fn ask(ask: &Ask<'_>) -> Call {
    Call::get(
        format!(
            "/metrics-service/metrics/racepredictions/daily/{}",
            segment(ask.display_name)
        ),
        &[
            ("fromCalendarDate", &ask.span.first().to_string()),
            ("toCalendarDate", &ask.span.last().to_string()),
        ],
    )
}

/// A list; the `latest` call, recorded, holds one object of the same form.
fn read(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &one_or_items(document(body)?, &["calendarDate", "time5K"])?,
        prediction,
    ))
}

const TIMES: [&str; 4] = ["time5K", "time10K", "timeHalfMarathon", "timeMarathon"];

fn prediction(item: &Value, odd: &mut Vec<String>) -> Result<Option<RacePrediction>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a prediction that is no object"))?;
    if !has_any(&f, &TIMES) {
        return Ok(None);
    }
    let prediction = RacePrediction {
        day_on: f
            .day("calendarDate")
            .ok_or_else(|| unread(None, "a prediction without a date"))?,
        five_km_s: f.measured("time5K"),
        ten_km_s: f.measured("time10K"),
        half_marathon_s: f.measured("timeHalfMarathon"),
        marathon_s: f.measured("timeMarathon"),
    };
    odd.extend(f.odd());
    Ok(recorded(prediction, &["day_on"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;
    use serde_json::json;

    #[test]
    fn days_are_seconds_under_their_own_date() {
        let body = json!([
            {"calendarDate": "2026-10-01", "time5K": 1490, "time10K": "3263", "timeHalfMarathon": 7493.0, "timeMarathon": null},
            {"calendarDate": "2026-10-02", "time5K": null, "time10K": null},
            {"time5K": 1490},
        ]);
        let reading = read(body.to_string().as_bytes()).unwrap();
        assert_eq!((reading.unread.len(), reading.odd.len()), (1, 0));
        assert_eq!(
            testing::kept(&[reading], "SELECT * FROM v_race_predictions"),
            ["ada|2026-10-01|1490|3263|7493|"]
        );
        testing::reads_nothing_from(read, &[]);
    }

    #[test]
    fn the_name_is_one_segment_and_may_be_missing() {
        let mut asked = testing::ask("2026-10-01", "2026-10-02");
        let path = "/metrics-service/metrics/racepredictions/daily/";
        let query = "?fromCalendarDate=2026-10-01&toCalendarDate=2026-10-02";
        assert_eq!(ask(&asked).to_string(), format!("{path}ada%2Fx{query}"));
        asked.display_name = None;
        assert_eq!(ask(&asked).to_string(), format!("{path}{query}"));
    }
}
