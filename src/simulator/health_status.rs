//! Health status: the night's vital signs against their usual bands (protocol.md 9.5.8). Never recorded;
//! members and spellings follow the document.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::{Night, Sense, float, plus_days};
use super::range::{self, Ask, Reply, UNCAPPED};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::hundredths;
use crate::domain::dataset::Dataset;

/// Nights until the bands are known.
const ONBOARDING: i64 = 19;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "health_status.range",
            "/healthstatus-service/healthstatus/summary/{start}/{end}",
            range::over_path::<Refusal, _>("health_status.range", UNCAPPED, range),
        ),
        Endpoint::bearer(
            "health_status.day",
            "/healthstatus-service/healthstatus/summary/{day}",
            range::one_day::<Refusal, _>(day),
        ),
    ]
}

/// Scored nights, oldest first; `[]` if there are none (unverified).
fn range(ask: &Ask<'_>) -> Reply {
    ask.rows(Dataset::HealthStatus, |date| row(ask, date))
        .into()
}

/// 204 until the night is scored.
fn day(ask: &Ask<'_>) -> Reply {
    ask.row(Dataset::HealthStatus, |date| row(ask, date)).into()
}

fn row(ask: &Ask<'_>, date: Date) -> Option<Value> {
    let athlete = &ask.world.athlete;
    let night = ask.world.night(Dataset::HealthStatus, date, &ask.now)?;
    if !athlete.senses(Sense::HealthStatus, date) {
        return None;
    }
    let learnt = plus_days(athlete.sensed_since(Sense::HealthStatus), ONBOARDING);
    let metrics = metrics(&night, learnt <= date);
    let outliers = metrics
        .iter()
        .filter(|metric| {
            let status = metric.get("status").and_then(Value::as_str);
            matches!(status, Some("ABOVE" | "BELOW"))
        })
        .count();
    Some(json!({
        "calendarDate": date.to_string(),
        "outliersCount": outliers,
        "metrics": metrics,
    }))
}

fn metrics(night: &Night, is_learnt: bool) -> Vec<Value> {
    let celsius = night.skin_temperature;
    let all = [
        ("HR", float(night.average_hr), 48.0, 60.0),
        ("HRV", float(night.hrv), 43.0, 61.0),
        ("RESPIRATION", float(night.respiration), 12.0, 15.0),
        ("SKIN_TEMP_C", celsius, -0.5, 0.5),
        ("SKIN_TEMP_F", hundredths(celsius * 1.8), -0.9, 0.9),
        ("SPO2", float(night.spo2), 93.0, 99.0),
    ];
    all.into_iter()
        .map(|(kind, value, low, high)| {
            let status = match value {
                _ if !is_learnt => "ONBOARDING",
                value if value < low => "BELOW",
                value if value > high => "ABOVE",
                _ => "IN_RANGE",
            };
            json!({
                "type": kind,
                "value": value,
                "status": status,
                "baselineLowerLimit": is_learnt.then_some(low),
                "baselineUpperLimit": is_learnt.then_some(high),
                "percentage": is_learnt.then(|| hundredths((value - low) / (high - low))),
                "feedbackKey": null,
            })
        })
        .collect()
}
