//! The compact range: totals, score, times and a few readings of 28 nights in one
//! request (`protocol.md` 9.5.5): what the whole record lacks, or what there is
//! where that is refused. Not recorded: the fields are unverified.

use jiff::civil::DateTime;
use serde_json::Value;

use super::Stages;
use crate::{
    central_db::rows::sleep::SleepNight,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, times},
    },
    sync::dataset::{Ask, Call, Reading, Unread, document, shapes::list_in, unread},
};

pub(super) fn ask(ask: &Ask<'_>) -> Call {
    Call::get_path_range("/sleep-service/stats/sleep/daily", ask.span, &[])
}

pub(super) fn read(body: &[u8]) -> Result<Reading, GarminError> {
    let nights = list_in(document(body)?, "individualStats")?;
    Ok(Reading::of_items(&nights, night))
}

fn night(item: &Value, odd: &mut Vec<String>) -> Result<Option<SleepNight>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a night that is no object"))?;
    let local_end = f.local("values/localSleepEndTimeInMillis");
    let day = f.day("calendarDate").or(local_end.map(DateTime::date));
    let stages = Stages::of(
        &f,
        [
            "values/totalSleepTimeInSeconds",
            "values/deepTime",
            "values/lightTime",
            "values/remTime",
        ],
    );
    let asleep_s = stages.asleep();
    let score = f.measured("values/sleepScore");
    if asleep_s.or(score).is_none() {
        odd.extend(f.odd());
        return Ok(None);
    }
    let day_on = day.ok_or_else(|| unread(None, "a night without a date"))?;
    let started_at = f.utc("values/gmtSleepStartTimeInMillis");
    let local = f.local("values/localSleepStartTimeInMillis");
    let night = SleepNight {
        started_at,
        ended_at: f.utc("values/gmtSleepEndTimeInMillis"),
        utc_offset_s: local
            .zip(started_at)
            .and_then(|(local, utc)| times::offset_s(local, utc)),
        asleep_s,
        deep_s: stages.deep,
        light_s: stages.light,
        rem_s: stages.rem,
        awake_s: f.reading("values/awakeTime"),
        score,
        score_qualifier: f.word("values/sleepScoreQuality"),
        // The night's own need, in minutes.
        need_actual_min: f.measured("values/sleepNeed"),
        hrv_average_ms: f.measured_f("values/avgOvernightHrv"),
        resting_hr_bpm: f.measured("values/restingHeartRate"),
        body_battery_change: f.int("values/bodyBatteryChange"),
        skin_temp_deviation_c: f.float("values/skinTempC"),
        average_hr_bpm: f.measured_f("values/avgHeartRate"),
        spo2_average_percent: f.measured_f("values/spO2"),
        respiration_average_brpm: f.measured_f("values/respiration"),
        ..SleepNight::empty(day_on)
    };
    odd.extend(f.odd());
    Ok(Some(night))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing::{counts, read as read_value, shown};
    use serde_json::json;

    #[test]
    fn a_compact_night_fills_what_it_knows_of_the_row() {
        let answer = json!({"overallStats": {"averageSleepScore": 80}, "individualStats": [
            {"calendarDate": "2026-10-01", "values": {"sleepScore": 81, "totalSleepTimeInSeconds": 27000, "deepTime": 5400,
             "spO2": 96, "respiration": -1, "gmtSleepStartTimeInMillis": 1_790_888_400_000_i64,
             "localSleepStartTimeInMillis": 1_790_895_600_000_i64}},
            {"calendarDate": "2026-10-02", "values": {"totalSleepTimeInSeconds": null}},
            {"calendarDate": "2026-10-03", "values": null},
        ]});
        let rows = shown("sleep_night", &[read_value(read, &answer)]);
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (&rows[0]["score"], &rows[0]["deep_s"]),
            (&json!(81), &json!(5400))
        );
        assert_eq!(
            (
                &rows[0]["utc_offset_s"],
                &rows[0]["respiration_average_brpm"]
            ),
            (&json!(7200), &json!(null))
        );
    }

    #[test]
    fn a_bad_night_costs_only_itself() {
        let bad = json!({"individualStats": [7, {"values": {"totalSleepTimeInSeconds": 5}},
            {"calendarDate": "2026-10-01", "values": {"totalSleepTimeInSeconds": "long"}}]});
        assert_eq!(counts(&read_value(read, &bad)), (0, 2, 1));
        for none in [
            json!({}),
            json!([]),
            json!({"overallStats": {}, "individualStats": []}),
        ] {
            assert_eq!(counts(&read_value(read, &none)), (0, 0, 0), "{none}");
        }
    }
}
