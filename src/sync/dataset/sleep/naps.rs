//! The naps inside a night's record (`personal-api.md` E7). None were recorded:
//! the fields are unverified.

use jiff::civil::Date;
use serde_json::Value;

use crate::{
    central_db::rows::naps::SleepNap,
    garmin::wire::{fields::Fields, times},
    sync::dataset::{Row, Unread, shapes::recorded},
};

const NAPS: &str = "dailyNapDTOS";

/// The night of an item, and its naps; a day may have naps without a night.
pub(super) fn with_naps(item: &Value, odd: &mut Vec<String>) -> Result<Vec<Box<dyn Row>>, Unread> {
    let night = super::night(item, odd)?;
    let mut rows: Vec<Box<dyn Row>> = Vec::new();
    rows.extend(night.map(|night| Box::new(night) as Box<dyn Row>));
    let record = item.get("dailySleepDTO").unwrap_or(item);
    let Some(f) = Fields::of(record) else {
        return Ok(rows);
    };
    let naps = match f.value(NAPS) {
        Some(Value::Array(naps)) => naps.as_slice(),
        Some(_) => {
            odd.push(NAPS.to_owned());
            &[]
        }
        None => &[],
    };
    let day = f.day("calendarDate");
    for item in naps.iter().filter(|item| !item.is_null()) {
        match nap(item, day, odd) {
            Some(nap) => {
                rows.extend(recorded(nap, &["day_on"]).map(|nap| Box::new(nap) as Box<dyn Row>));
            }
            None => odd.push(NAPS.to_owned()),
        }
    }
    Ok(rows)
}

fn nap(item: &Value, day: Option<Date>, odd: &mut Vec<String>) -> Option<SleepNap> {
    let f = Fields::of(item)?;
    let started_at = f.utc("napStartTimestampGMT")?;
    let nap = SleepNap {
        started_at,
        day_on: f.day("calendarDate").or(day)?,
        ended_at: f.utc("napEndTimestampGMT"),
        // Minutes; that a zone east of Greenwich is positive is unverified.
        utc_offset_s: f
            .int("napStartTimeOffset")
            .and_then(|minutes| times::zone_offset_s(minutes.checked_mul(60)?)),
        asleep_s: f.reading("napTimeSec"),
        source: f.reading("napSource"),
        feedback: f.word("napFeedback"),
    };
    odd.extend(f.odd());
    Some(nap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::{
        Reading,
        testing::{counts, shown},
    };
    use serde_json::json;

    fn read(item: &Value) -> Reading {
        Reading::of_items(std::slice::from_ref(item), with_naps)
    }

    #[test]
    fn naps_become_rows_beside_the_night_and_without_one() {
        let mut night = json!({
            "calendarDate": "2026-10-01", "sleepTimeSeconds": 25_000, "napTimeSeconds": 1800,
            "dailyNapDTOS": [
                {"napTimeSec": 1800, "napStartTimestampGMT": "2026-10-01T12:00:00.0", "napStartTimeOffset": 120,
                 "napEndTimestampGMT": 1_790_857_800_000_i64, "napSource": 1},
                null,
            ],
        });
        assert_eq!(counts(&read(&night)), (2, 0, 0));
        assert_eq!(counts(&read(&json!({"dailySleepDTO": night}))), (2, 0, 0));
        night["sleepTimeSeconds"] = json!(null);
        let naps = shown("v_sleep_nap", &[read(&night)]);
        assert_eq!(naps.len(), 1);
        assert_eq!(
            (&naps[0]["day_on"], &naps[0]["asleep_s"]),
            (&json!("2026-10-01"), &json!(1800))
        );
        assert_eq!(
            (&naps[0]["utc_offset_s"], &naps[0]["source"]),
            (&json!(7200), &json!(1))
        );
    }

    #[test]
    fn a_bad_nap_costs_only_itself() {
        let night = json!({"calendarDate": "2026-10-01", "sleepTimeSeconds": 25_000, "dailyNapDTOS": [7, {"napTimeSec": 60}]});
        assert_eq!(counts(&read(&night)), (1, 0, 1));
        for none in [
            json!({}),
            json!({"dailySleepDTO": null}),
            json!({"dailyNapDTOS": null}),
            json!({"dailyNapDTOS": []}),
        ] {
            assert_eq!(counts(&read(&none)), (0, 0, 0), "{none}");
        }
    }
}
