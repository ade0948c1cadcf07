//! Training readiness: several looks a day, newest first (protocol.md 9.5.13).

use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::{Occasion, Readiness};
use super::profile::PROFILE_ID;
use super::range::{self, Ask, Reply};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::{gmt, iso_tenths};
use super::world::World;
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::bearer(
        "readiness.day",
        "/metrics-service/metrics/trainingreadiness/{day}",
        range::one_day::<Refusal, _>(looks),
    )]
}

/// The looks of one day or many; `[]` if there are none.
pub(super) fn looks(ask: &Ask<'_>) -> Reply {
    let mut rows = Vec::new();
    for date in ask.days(Dataset::Readiness).into_iter().rev() {
        let looks = ask.world.athlete.readiness(date, ask.now.at);
        rows.extend(looks.iter().map(|look| row(ask.world, date, look)));
    }
    rows.into()
}

fn row(world: &World, date: Date, look: &Readiness) -> Value {
    let score = look.score();
    let (level, long, short) = match score {
        95.. => (
            "PRIME",
            "PRIME_RT_HIGHEST_SS_AVAILABLE_ACWR_POS",
            "READY_FOR_ACTION",
        ),
        75.. => ("HIGH", "HIGH_RT_AVAILABLE_SS_HIGHEST", "RESTED_AND_READY"),
        50.. => (
            "MODERATE",
            "MOD_RT_MOD_SS_GOOD_WORKOUT_COMPLETED",
            "RECOVERY_IN_PROGRESS",
        ),
        _ => ("LOW", "LOW_RT_HIGH_SS_GOOD_OR_MOD", "HIGH_RECOVERY_NEEDS"),
    };
    let (context, change) = match look.occasion {
        Occasion::Waking if look.recovery == 0 => ("AFTER_WAKEUP_RESET", Some("REACHED_ZERO")),
        Occasion::Waking => ("AFTER_WAKEUP_RESET", None),
        Occasion::Exercise => ("AFTER_POST_EXERCISE_RESET", Some("NEW_EXERCISE")),
        Occasion::Realtime => ("UPDATE_REALTIME_VARIABLES", None),
    };
    let sleep_factor = look.sleep_score.unwrap_or(0);
    json!({
        "userProfilePK": PROFILE_ID,
        "calendarDate": date.to_string(),
        "timestamp": iso_tenths(gmt(look.at)),
        "timestampLocal": iso_tenths(world.athlete.local(look.at, date).datetime()),
        "deviceId": world.athlete.watch(date).device_id,
        "level": level,
        "feedbackLong": long,
        "feedbackShort": short,
        "score": score,
        "sleepScore": look.sleep_score,
        "sleepScoreFactorPercent": sleep_factor,
        "sleepScoreFactorFeedback": word(sleep_factor),
        "recoveryTime": look.recovery,
        "recoveryTimeFactorPercent": look.recovery_factor,
        "recoveryTimeFactorFeedback": word(look.recovery_factor),
        "acwrFactorPercent": look.acwr_factor,
        "acwrFactorFeedback": word(look.acwr_factor),
        "acuteLoad": look.acute,
        "stressHistoryFactorPercent": look.stress_factor,
        "stressHistoryFactorFeedback": word(look.stress_factor),
        "hrvFactorPercent": look.hrv_factor,
        "hrvFactorFeedback": word(look.hrv_factor),
        "hrvWeeklyAverage": look.hrv_week,
        "sleepHistoryFactorPercent": look.sleep_history_factor,
        "sleepHistoryFactorFeedback": word(look.sleep_history_factor),
        "validSleep": look.sleep_score.is_some(),
        "inputContext": context,
        "primaryActivityTracker": true,
        "recoveryTimeChangePhrase": change,
        "sleepHistoryFactorFeedbackPhrase": null,
        "hrvFactorFeedbackPhrase": null,
        "stressHistoryFactorFeedbackPhrase": null,
        "acwrFactorFeedbackPhrase": null,
        "recoveryTimeFactorFeedbackPhrase": null,
        "sleepScoreFactorFeedbackPhrase": null,
    })
}

/// A factor in words.
fn word(percent: i64) -> &'static str {
    match percent {
        ..1 => "NONE",
        1..35 => "POOR",
        35..70 => "MODERATE",
        70..90 => "GOOD",
        _ => "VERY_GOOD",
    }
}
