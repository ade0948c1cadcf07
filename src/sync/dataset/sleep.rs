//! Sleep nights and naps: personal REST and GraphQL by range, REST by range,
//! REST by night. All carry the same `dailySleepDTO` (`protocol.md` 9.5.5, 10.2,
//! `personal-api.md` E6), but for one compact range.

mod compact;
mod naps;

use jiff::civil::DateTime;
use serde_json::Value;

use self::naps::with_naps;
use super::{
    Ask, Call, Part, Reading, Route, Unread, Window, document, items, segment,
    shapes::one_or_items, unread,
};
use crate::{
    central_db::rows::{naps::SleepNap, sleep::SleepNight},
    domain::session::Lane,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, graphql, times},
    },
};

const SCALAR: &str = "sleepSummariesScalar";

/// HRV, resting and average heart rate, Body Battery change and skin temperature
/// of 28 nights, which the whole records lack.
const COMPACT: Part = Part::range("sleep.compact", Window::of(28), compact::ask, compact::read);

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Personal,
        // 35 days were refused.
        parts: &[
            Part::range("sleep.personal", Window::of(31), ask_personal, read_list)
                .lists::<SleepNap>(),
        ],
    },
    Route {
        lane: Lane::Connect,
        parts: &[
            COMPACT.optional(),
            Part::range(
                "sleep.graphql",
                Window::growing(28, 31),
                ask_scalar,
                read_scalar,
            )
            .lists::<SleepNap>(),
        ],
    },
    // Known from one third-party project only (protocol.md 9.4): unverified, and
    // so is whether it tells the naps: from here on none is taken for deleted.
    Route {
        lane: Lane::Connect,
        parts: &[
            COMPACT.optional(),
            Part::range("sleep.range", Window::of(28), ask_range, read_list),
        ],
    },
    Route {
        lane: Lane::Connect,
        parts: &[COMPACT.thin()],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::day("sleep.night", ask_night, read_night)],
    },
];

fn ask_personal(ask: &Ask<'_>) -> Call {
    Call::get_range(
        "/sleep-service/sleep/dailySleepSummariesByDate",
        ask.span,
        &[],
    )
}

fn ask_scalar(ask: &Ask<'_>) -> Call {
    Call::scalar(SCALAR, ask.span, "")
}

fn ask_range(ask: &Ask<'_>) -> Call {
    Call::get_range(
        "/wellness-service/wellness/dailySleepsByDate",
        ask.span,
        &[],
    )
}

fn ask_night(ask: &Ask<'_>) -> Call {
    let date = ask.span.last().to_string();
    match ask.display_name {
        Some(name) => Call::get(
            format!(
                "/wellness-service/wellness/dailySleepData/{}",
                segment(Some(name))
            ),
            &[("date", &date), ("nonSleepBufferMinutes", "60")],
        ),
        None => Call::get("/sleep-service/sleep/dailySleepData", &[("date", &date)]),
    }
}

fn read_scalar(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &items(graphql::scalar(body, SCALAR)?)?,
        with_naps,
    ))
}

fn read_list(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&items(document(body)?)?, with_naps))
}

fn read_night(body: &[u8]) -> Result<Reading, GarminError> {
    let known = ["dailySleepDTO", "calendarDate", "sleepTimeSeconds"];
    let night = one_or_items(document(body)?, &known)?;
    Ok(Reading::of_items(&night, with_naps))
}

/// How long a night was, in seconds: its total and its stages.
struct Stages {
    asleep: Option<i64>,
    deep: Option<i64>,
    light: Option<i64>,
    rem: Option<i64>,
}

impl Stages {
    /// From the fields of the total, of deep, light and REM sleep.
    fn of(f: &Fields<'_>, [total, deep, light, rem]: [&str; 4]) -> Self {
        Self {
            asleep: f.measured(total),
            deep: f.reading(deep),
            light: f.reading(light),
            rem: f.reading(rem),
        }
    }

    /// The total, or the sum of the stages where there is none.
    fn asleep(&self) -> Option<i64> {
        let stages = [self.deep, self.light, self.rem].into_iter().flatten();
        let sum: i64 = stages.sum();
        self.asleep.or_else(|| (sum > 0).then_some(sum))
    }
}

/// A night, bare or inside its day view. Without a sleep time, stages or a score
/// nothing was recorded.
fn night(item: &Value, odd: &mut Vec<String>) -> Result<Option<SleepNight>, Unread> {
    let dto = match item.get("dailySleepDTO") {
        Some(Value::Null) => return Ok(None),
        Some(dto) => dto,
        None if item.as_object().is_some_and(serde_json::Map::is_empty) => return Ok(None),
        None => item,
    };
    let f = Fields::of(dto).ok_or_else(|| unread(None, "a night that is no object"))?;
    // Only the day view has members around the night itself.
    let view = Fields::of(item).ok_or_else(|| unread(None, "a night that is no object"))?;
    let stages = Stages::of(
        &f,
        [
            "sleepTimeSeconds",
            "deepSleepSeconds",
            "lightSleepSeconds",
            "remSleepSeconds",
        ],
    );
    let asleep_s = stages.asleep();
    // The personal lane also says 0 of a night without (`personal-api.md` E7).
    let has_times = f.value("sleepTimeSeconds").is_none()
        && f.utc("sleepStartTimestampGMT").is_some()
        && f.utc("sleepEndTimestampGMT").is_some();
    let score = f.measured("sleepScores/overall/value");
    if asleep_s.or(score).is_none() && !has_times {
        odd.extend(f.odd());
        return Ok(None);
    }
    // A night counts for the day of waking.
    let day = f
        .day("calendarDate")
        .or_else(|| f.local("sleepEndTimestampLocal").map(DateTime::date))
        .ok_or_else(|| unread(None, "a night without a date"))?;
    let started_at = f.utc("sleepStartTimestampGMT");
    let local = f.local("sleepStartTimestampLocal");
    let night = SleepNight {
        day_on: day,
        started_at,
        ended_at: f.utc("sleepEndTimestampGMT"),
        utc_offset_s: local
            .zip(started_at)
            .and_then(|(local, utc)| times::offset_s(local, utc)),
        asleep_s,
        nap_s: f.reading("napTimeSeconds"),
        deep_s: stages.deep,
        light_s: stages.light,
        rem_s: stages.rem,
        awake_s: f.reading("awakeSleepSeconds"),
        unmeasurable_s: f.reading("unmeasurableSleepSeconds"),
        awake_count: f.reading("awakeCount"),
        score,
        score_qualifier: f.word("sleepScores/overall/qualifierKey"),
        restlessness_qualifier: f.word("sleepScores/restlessness/qualifierKey"),
        feedback: f.word("sleepScoreFeedback"),
        need_baseline_min: f.measured("sleepNeed/baseline"),
        need_actual_min: f.measured("sleepNeed/actual"),
        need_next_min: f.measured("nextSleepNeed/actual"),
        average_hr_bpm: f.measured_f("avgHeartRate"),
        average_stress: f.measured_f("avgSleepStress"),
        spo2_average_percent: f.measured_f("averageSpO2Value"),
        spo2_lowest_percent: f.measured_f("lowestSpO2Value"),
        spo2_highest_percent: f.measured_f("highestSpO2Value"),
        respiration_average_brpm: f.measured_f("averageRespirationValue"),
        respiration_lowest_brpm: f.measured_f("lowestRespirationValue"),
        respiration_highest_brpm: f.measured_f("highestRespirationValue"),
        breathing_disruption: f.word("breathingDisruptionSeverity"),
        hrv_average_ms: view.measured_f("avgOvernightHrv"),
        resting_hr_bpm: view.measured("restingHeartRate"),
        body_battery_change: view.int("bodyBatteryChange"),
        skin_temp_deviation_c: view.float("avgSkinTempDeviationC"),
        is_confirmed: f.bool("sleepWindowConfirmed"),
        confirmation: f.word("sleepWindowConfirmationType"),
    };
    odd.extend(f.odd());
    odd.extend(view.odd());
    Ok(Some(night))
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
            "{\"calendarDate\":\"2026-01-27\",\"sleepTimeSeconds\":0}",
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
