//! Heart rate variability: summaries in spans, and one night with its readings (protocol.md 9.5.7).

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::athlete::{Hrv, Night, Topic, float, round};
use super::profile::PROFILE_ID;
use super::range::{self, Ask, Cap, Reply};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::{gmt, iso_millis, iso_tenths, plus_seconds};
use super::world::World;
use crate::domain::dataset::Dataset;

/// Days per request; probed, one more was refused.
const CAP: Cap = |_| 367;

/// Seconds between two readings.
const INTERVAL: usize = 300;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "hrv.range",
            "/hrv-service/hrv/daily/{start}/{end}",
            range::over_path::<Refusal, _>("hrv.range", CAP, range),
        ),
        Endpoint::bearer(
            "hrv.day",
            "/hrv-service/hrv/{day}",
            range::one_day::<Refusal, _>(day),
        ),
    ]
}

/// Nights with a value, oldest first; 204 if there is none.
pub(super) fn range(ask: &Ask<'_>) -> Reply {
    let rows = ask.rows(Dataset::Hrv, |date| {
        let night = ask.world.night(Dataset::Hrv, date, &ask.now)?;
        let hrv = ask.world.athlete.hrv(&night)?;
        Some(summary(&night, &hrv))
    });
    let known = !rows.is_empty();
    known
        .then(|| json!({ "hrvSummaries": rows, "userProfilePk": PROFILE_ID }))
        .into()
}

/// One night with a reading every five minutes.
pub(super) fn day(ask: &Ask<'_>) -> Reply {
    let night = ask.world.night(Dataset::Hrv, ask.first, &ask.now);
    let known = night.and_then(|night| {
        let hrv = ask.world.athlete.hrv(&night)?;
        Some(with_readings(ask.world, &night, &hrv))
    });
    known.into()
}

fn summary(night: &Night, hrv: &Hrv) -> Value {
    let baseline = hrv.baseline.map(|baseline| {
        json!({
            "lowUpper": baseline.low_upper,
            "balancedLow": baseline.balanced_low,
            "balancedUpper": baseline.balanced_upper,
            "markerValue": hrv.week.map(|week| baseline.marker(week)),
        })
    });
    // The phrase of the first weeks is unverified.
    let phrase = match hrv.status() {
        "NONE" => "ONBOARDING_1".to_owned(),
        status => format!("HRV_{status}_2"),
    };
    json!({
        "calendarDate": night.date.to_string(),
        "weeklyAvg": hrv.week,
        "lastNightAvg": hrv.last_night,
        "lastNight5MinHigh": hrv.highest,
        "baseline": baseline,
        "status": hrv.status(),
        "feedbackPhrase": phrase,
        "createTimeStamp": iso_millis(gmt(plus_seconds(night.end, 9)), night.hrv * 17),
    })
}

fn with_readings(world: &World, night: &Night, hrv: &Hrv) -> Value {
    let local = |at: Timestamp| -> DateTime { world.athlete.local(at, night.date).datetime() };
    let mut dice = world.athlete.day_dice(night.date, Topic::Night);
    let length = night.end.duration_since(night.start).as_secs();
    let times: Vec<_> = (189..length)
        .step_by(INTERVAL)
        .map(|second| plus_seconds(night.start, second))
        .collect();
    let swing = hrv.highest - hrv.last_night;
    let readings: Vec<_> = times
        .iter()
        .map(|at| {
            let hours = float(at.duration_since(night.start).as_secs()) / 3600.0;
            let noise = dice.i64(-swing / 3..=swing / 3);
            json!({
                "hrvValue": hrv.last_night + round(hours.sin() * 6.0) + noise,
                "readingTimeGMT": iso_tenths(gmt(*at)),
                "readingTimeLocal": iso_tenths(local(*at)),
            })
        })
        .collect();
    let last = times.last().copied().unwrap_or(night.end);
    json!({
        "userProfilePk": PROFILE_ID,
        "hrvSummary": summary(night, hrv),
        "hrvReadings": readings,
        "startTimestampGMT": iso_tenths(gmt(night.start)),
        "endTimestampGMT": iso_tenths(gmt(last)),
        "startTimestampLocal": iso_tenths(local(night.start)),
        "endTimestampLocal": iso_tenths(local(last)),
        "sleepStartTimestampGMT": iso_tenths(gmt(night.start)),
        "sleepEndTimestampGMT": iso_tenths(gmt(night.end)),
        "sleepStartTimestampLocal": iso_tenths(local(night.start)),
        "sleepEndTimestampLocal": iso_tenths(local(night.end)),
    })
}
