//! Sleep nights: GraphQL by range, REST by range, REST by night. All three
//! carry the same `dailySleepDTO` (`protocol.md` 9.5.5, 10.2).

use rusqlite::Connection;
use serde_json::Value;

use super::{Ask, Call, Date, Reading, Route, Row, Unread, document, items, segment, unread};
use crate::{
    central_db::{RowChange, sleep},
    domain::{account::AccountId, session::Lane, wellness::SleepNight},
    garmin::{
        error::GarminError,
        wire::{fields::Fields, graphql, times},
    },
};

const SCALAR: &str = "sleepSummariesScalar";

pub(super) const ROUTES: &[Route] = &[
    Route {
        endpoint: "sleep.graphql",
        lane: Lane::Connect,
        max_days: 28,
        settles_after: 7,
        page: None,
        ask: ask_scalar,
        read: read_scalar,
    },
    // Known from one third-party project only (protocol.md 9.4): unverified.
    Route {
        endpoint: "sleep.range",
        lane: Lane::Connect,
        max_days: 28,
        settles_after: 7,
        page: None,
        ask: ask_range,
        read: read_list,
    },
    Route {
        endpoint: "sleep.night",
        lane: Lane::Connect,
        max_days: 1,
        settles_after: 3,
        page: None,
        ask: ask_night,
        read: read_night,
    },
];

fn ask_scalar(ask: &Ask<'_>) -> Call {
    let (first, last) = (ask.span.first(), ask.span.last());
    Call::GraphQl {
        query: format!("query{{{SCALAR}(startDate:\"{first}\", endDate:\"{last}\")}}"),
    }
}

fn ask_range(ask: &Ask<'_>) -> Call {
    Call::Get {
        path: "/wellness-service/wellness/dailySleepsByDate".to_owned(),
        query: vec![
            ("startDate", ask.span.first().to_string()),
            ("endDate", ask.span.last().to_string()),
        ],
    }
}

fn ask_night(ask: &Ask<'_>) -> Call {
    let date = ("date", ask.span.last().to_string());
    match ask.display_name {
        Some(name) => Call::Get {
            path: format!(
                "/wellness-service/wellness/dailySleepData/{}",
                segment(Some(name))
            ),
            query: vec![date, ("nonSleepBufferMinutes", "60".to_owned())],
        },
        None => Call::Get {
            path: "/sleep-service/sleep/dailySleepData".to_owned(),
            query: vec![date],
        },
    }
}

fn read_scalar(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &items(graphql::scalar(body, SCALAR)?)?,
        night,
    ))
}

fn read_list(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&items(document(body)?)?, night))
}

fn read_night(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&[document(body)?], night))
}

/// A night, bare or inside its day view. Without a sleep time nothing was recorded.
fn night(item: &Value, odd: &mut Vec<String>) -> Result<Option<SleepNight>, Unread> {
    let dto = match item.get("dailySleepDTO") {
        Some(Value::Null) => return Ok(None),
        Some(dto) => dto,
        None if item.as_object().is_some_and(serde_json::Map::is_empty) => return Ok(None),
        None => item,
    };
    let f = Fields::of(dto).ok_or_else(|| unread(None, "a night that is no object"))?;
    let day = f.day("calendarDate");
    if f.value("sleepTimeSeconds").is_none() {
        return Ok(None);
    }
    let day = day.ok_or_else(|| unread(None, "a night without a date"))?;
    let started_at = f.utc("sleepStartTimestampGMT");
    let local = f.local("sleepStartTimestampLocal");
    let night = SleepNight {
        day,
        started_at,
        ended_at: f.utc("sleepEndTimestampGMT"),
        utc_offset_s: local
            .zip(started_at)
            .and_then(|(local, utc)| times::offset_s(local, utc)),
        asleep_s: f.reading("sleepTimeSeconds"),
        nap_s: f.reading("napTimeSeconds"),
        deep_s: f.reading("deepSleepSeconds"),
        light_s: f.reading("lightSleepSeconds"),
        rem_s: f.reading("remSleepSeconds"),
        awake_s: f.reading("awakeSleepSeconds"),
        unmeasurable_s: f.reading("unmeasurableSleepSeconds"),
        awake_count: f.reading("awakeCount"),
        score: f.reading("sleepScores/overall/value"),
        score_qualifier: f.text("sleepScores/overall/qualifierKey"),
        need_baseline_min: f.reading("sleepNeed/baseline"),
        need_actual_min: f.reading("sleepNeed/actual"),
        average_hr_bpm: f.reading_f("avgHeartRate"),
        average_stress: f.reading_f("avgSleepStress"),
        spo2_average_percent: f.reading_f("averageSpO2Value"),
        spo2_lowest_percent: f.reading_f("lowestSpO2Value"),
        respiration_average_brpm: f.reading_f("averageRespirationValue"),
        respiration_lowest_brpm: f.reading_f("lowestRespirationValue"),
        respiration_highest_brpm: f.reading_f("highestRespirationValue"),
        is_confirmed: f.bool("sleepWindowConfirmed"),
    };
    odd.extend(f.odd());
    Ok(Some(night))
}

impl Row for SleepNight {
    fn day(&self) -> Date {
        self.day
    }

    fn store(
        &self,
        db: &Connection,
        account: AccountId,
        payload_id: i64,
    ) -> rusqlite::Result<RowChange> {
        sleep::store(db, account, self, payload_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_night_reads_the_same_bare_and_wrapped() {
        let dto = json!({
            "calendarDate": "2026-01-27", "sleepTimeSeconds": 25967, "sleepStartTimestampGMT": 1_769_455_648_000_i64,
            "sleepStartTimestampLocal": 1_769_470_048_000_i64, "sleepScores": {"overall": {"value": 96}},
            "averageRespirationValue": -2.0, "sleepNeed": {"baseline": 470},
        });
        let mut odd = Vec::new();
        let bare = night(&dto, &mut odd).unwrap().unwrap();
        let wrapped = night(
            &json!({"dailySleepDTO": dto, "sleepLevels": null}),
            &mut odd,
        )
        .unwrap()
        .unwrap();
        assert_eq!(bare, wrapped);
        assert_eq!(
            (bare.utc_offset_s, bare.score, bare.respiration_average_brpm),
            (Some(14_400), Some(96), None)
        );
        assert!(odd.is_empty());
    }

    #[test]
    fn every_form_of_no_data_is_no_row() {
        for none in [
            "",
            "null",
            "{}",
            "{\"dailySleepDTO\":null}",
            "{\"dailySleepDTO\":{\"sleepTimeSeconds\":null}}",
        ] {
            let reading = read_night(none.as_bytes()).unwrap();
            assert_eq!(
                (reading.rows.len(), reading.unread.len()),
                (0, 0),
                "{none:?}"
            );
        }
    }
}
