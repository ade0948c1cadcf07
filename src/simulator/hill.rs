//! Hill score (protocol.md 9.5.15). One day is recorded; the wrapper of a span is unverified.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::float;
use super::profile::PROFILE_ID;
use super::range::{self, A_YEAR, Ask, Reply};
use super::reply::Refusal;
use super::server::Endpoint;
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "hill.stats",
            "/metrics-service/metrics/hillscore/stats",
            // At least 28 days; where it ends is unverified.
            range::over_query::<Refusal, _>("hill.stats", range::START_END, A_YEAR, stats),
        ),
        Endpoint::bearer(
            "hill.day",
            "/metrics-service/metrics/hillscore",
            range::one_day_of::<Refusal, _>("calendarDate", day),
        ),
    ]
}

fn day(ask: &Ask<'_>) -> Reply {
    ask.row(Dataset::Hill, |date| row(ask, date)).into()
}

fn stats(ask: &Ask<'_>) -> Reply {
    match ask.expect("aggregation", &["daily"]) {
        Ok(_) => list(ask),
        Err(refusal) => Reply::Refused(refusal),
    }
}

/// GraphQL says weekly and answers by day (protocol.md 10.2).
pub(super) fn scalar(ask: &Ask<'_>) -> Reply {
    match ask.expect("aggregation", &["weekly", "daily"]) {
        Ok(_) => list(ask),
        Err(refusal) => Reply::Refused(refusal),
    }
}

/// Days newest first; 204 if there are none.
fn list(ask: &Ask<'_>) -> Reply {
    let rows = ask.rows(Dataset::Hill, |date| row(ask, date));
    let scores: Vec<_> = rows
        .iter()
        .filter_map(|row| row.get("overallScore").and_then(Value::as_i64))
        .collect();
    let Some(max) = scores.iter().max() else {
        return Reply::Nothing;
    };
    let mean = scores.iter().sum::<i64>() / i64::try_from(scores.len()).unwrap_or(1);
    Reply::Data(json!({
        "userProfilePK": PROFILE_ID,
        "startDate": ask.first.to_string(),
        "endDate": ask.last.to_string(),
        "periodAvgScore": { ask.first.to_string(): mean },
        "maxScore": max,
        "hillScoreDTOList": rows.iter().rev().collect::<Vec<_>>(),
    }))
}

fn row(ask: &Ask<'_>, date: Date) -> Option<Value> {
    let athlete = &ask.world.athlete;
    let hill = athlete.hill(date)?;
    let vo2max = athlete.vo2max(date);
    Some(json!({
        "userProfilePK": PROFILE_ID,
        "deviceId": athlete.watch(date).device_id,
        "calendarDate": date.to_string(),
        "strengthScore": hill.strength,
        "enduranceScore": hill.endurance,
        "hillScoreClassificationId": 1 + hill.overall / 25,
        "overallScore": hill.overall,
        "hillScoreFeedbackPhraseId": 4,
        "vo2Max": float(super::athlete::round(vo2max)),
        "vo2MaxPreciseValue": vo2max,
        "primaryTrainingDevice": true,
    }))
}
