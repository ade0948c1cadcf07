//! Training status and load: a row per day and watch, wrapped by the mobile gateway (protocol.md 9.5.14).

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::athlete::{Form, Watch, float};
use super::profile::{DISPLAY_NAME, PROFILE_ID};
use super::range::{self, A_YEAR, Ask, Reply};
use super::reply::Refusal;
use super::server::Endpoint;
use super::vo2max;
use super::wire::merged;
use super::world::World;
use crate::domain::dataset::Dataset;

/// How far back "most recent" looks, in days.
const LOOK_BACK: i64 = 28;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "training_status.weekly",
            "/mobile-gateway/usersummary/trainingstatus/weekly/{start}/{end}",
            range::over_path::<Refusal, _>("training_status.weekly", A_YEAR, weekly),
        ),
        Endpoint::bearer(
            "training_status.aggregated",
            "/metrics-service/metrics/trainingstatus/aggregated/{day}",
            range::one_day::<Refusal, _>(aggregated),
        ),
        Endpoint::bearer(
            "training_status.balance",
            "/metrics-service/metrics/trainingloadbalance/latest/{day}",
            range::one_day::<Refusal, _>(latest_balance),
        ),
    ]
}

/// Every part in an envelope with a status of its own.
fn weekly(ask: &Ask<'_>) -> Reply {
    let (first, last) = (ask.first, ask.last);
    let vo2max = json!({
        "userProfileId": PROFILE_ID,
        "statisticsStartDate": first.to_string(),
        "statisticsEndDate": last.to_string(),
        "allMetrics": { "metricsMap": { "ACTIVITY_VO2_MAX": vo2max::values(ask) } },
        "groupedMetrics": null,
    });
    Reply::Data(json!({
        "vo2MaxWeeklyStatistics":
            enveloped(&format!("/metrics-service/metrics/maxmet/stats/daily/{first}/{last}"), &vo2max),
        "weeklyTrainingStatus":
            enveloped(&format!("/metrics-service/metrics/trainingstatus/weekly/{DISPLAY_NAME}"), &report(ask)),
    }))
}

fn enveloped(url: &str, payload: &Value) -> Value {
    json!({
        "requestUrl": url,
        "statusCode": 200,
        "headers": {},
        "errorMessage": null,
        "payload": payload,
        "successful": true,
    })
}

/// As GraphQL has it: the report without an envelope, for the account's own name.
pub(super) fn scalar(ask: &Ask<'_>) -> Reply {
    match ask.expect("displayName", &[DISPLAY_NAME]) {
        Ok(_) => Reply::Data(report(ask)),
        Err(_) => Reply::Refused(Refusal::forbidden()),
    }
}

/// A map of devices; empty if there is nothing (unverified).
fn report(ask: &Ask<'_>) -> Value {
    let mut by_device: Map<String, Value> = Map::new();
    let mut watches = Vec::new();
    for date in ask.days(Dataset::TrainingStatus) {
        let Some(form) = ask.world.athlete.form(date) else {
            continue;
        };
        let watch = ask.world.athlete.watch(date);
        if !watches.contains(&watch) {
            watches.push(watch);
        }
        let rows = by_device
            .entry(watch.device_id.to_string())
            .or_insert_with(|| json!([]));
        if let Some(rows) = rows.as_array_mut() {
            rows.push(row(ask, date, watch, &form, None));
        }
    }
    json!({
        "userId": PROFILE_ID,
        "fromCalendarDate": ask.first.to_string(),
        "toCalendarDate": ask.last.to_string(),
        "showSelector": watches.len() > 1,
        "recordedDevices": watches.into_iter().map(recorded).collect::<Vec<_>>(),
        "reportData": by_device,
    })
}

fn recorded(watch: &Watch) -> Value {
    json!({
        "deviceId": watch.device_id,
        "imageURL": format!("https://res.garmin.com/en/products/{}/v/c1_01_md.png", watch.sku),
        "deviceName": watch.name,
        "category": 0,
    })
}

fn row(ask: &Ask<'_>, date: Date, watch: &Watch, form: &Form, since: Option<Date>) -> Value {
    let (status, word) = form.status();
    let evening = ask.world.athlete.bounds(date).1.min(ask.now.at);
    let phrase = if status == 1 {
        word.to_owned()
    } else {
        format!("{word}_2")
    };
    let chronic = float(form.chronic);
    let (percent, acwr, feedback) = match form.ratio() {
        ratio if ratio < 0.8 => (ratio * 40.0, "LOW", "FEEDBACK_1"),
        ratio if ratio <= 1.5 => (ratio * 42.0, "OPTIMAL", "FEEDBACK_2"),
        ratio => (ratio * 44.0, "HIGH", "FEEDBACK_3"),
    };
    json!({
        "calendarDate": date.to_string(),
        "sinceDate": since.map(|date| date.to_string()),
        "weeklyTrainingLoad": null,
        "trainingStatus": status,
        "timestamp": evening.as_millisecond(),
        "deviceId": watch.device_id,
        "loadTunnelMin": null,
        "loadTunnelMax": null,
        "loadLevelTrend": null,
        "sport": "RUNNING",
        "subSport": "GENERIC",
        "fitnessTrendSport": "RUNNING",
        // 1 stood beside UNPRODUCTIVE and 2 beside MAINTAINING; 3 is unverified.
        "fitnessTrend": form.trend + 2,
        "trainingStatusFeedbackPhrase": phrase,
        "trainingPaused": false,
        "acuteTrainingLoadDTO": {
            "acwrPercent": super::athlete::round(percent).min(100),
            "acwrStatus": acwr,
            "acwrStatusFeedback": feedback,
            "dailyTrainingLoadAcute": form.acute,
            "maxTrainingLoadChronic": chronic * 1.5,
            "minTrainingLoadChronic": chronic * 0.8,
            "dailyTrainingLoadChronic": form.chronic,
            "dailyAcuteChronicWorkloadRatio": form.ratio(),
        },
        "primaryTrainingDevice": true,
    })
}

/// The most recent of everything, which may be older than the day asked for; `{}` if there is nothing.
fn aggregated(ask: &Ask<'_>) -> Reply {
    let back = Ask {
        first: super::athlete::plus_days(ask.first, -LOOK_BACK),
        ..*ask
    };
    let status = latest_status(&back);
    let vo2max = vo2max::latest(&back);
    if status.is_none() && vo2max.is_none() {
        return Reply::Data(json!({}));
    }
    let (balance, status) = status.unzip();
    Reply::Data(json!({
        "userId": PROFILE_ID,
        "mostRecentVO2Max": vo2max,
        "mostRecentTrainingLoadBalance": balance,
        "mostRecentTrainingStatus": status,
        "heatAltitudeAcclimationDTO": null,
    }))
}

/// The load balance by itself.
fn latest_balance(ask: &Ask<'_>) -> Reply {
    Reply::Data(latest_status(ask).map_or_else(|| json!({}), |(balance, _)| balance))
}

/// Load balance and status of the last day with one.
fn latest_status(ask: &Ask<'_>) -> Option<(Value, Value)> {
    let (date, form) = ask
        .days(Dataset::TrainingStatus)
        .into_iter()
        .rev()
        .find_map(|date| Some((date, ask.world.athlete.form(date)?)))?;
    let watch = ask.world.athlete.watch(date);
    let key = watch.device_id.to_string();
    let devices = json!({ "userId": PROFILE_ID, "recordedDevices": [recorded(watch)] });
    let yesterday = date.yesterday().ok();
    Some((
        merged([
            devices.clone(),
            json!({ "metricsTrainingLoadBalanceDTOMap": { &key: balance(ask.world, date, watch) } }),
        ]),
        merged([
            devices,
            json!({
                "latestTrainingStatusData": { &key: row(ask, date, watch, &form, yesterday) },
                "showSelector": false,
                "lastPrimarySyncDate": date.to_string(),
            }),
        ]),
    ))
}

fn balance(world: &World, date: Date, watch: &Watch) -> Value {
    let [high, low, anaerobic] = world.athlete.monthly_load(date);
    json!({
        "calendarDate": date.to_string(),
        "deviceId": watch.device_id,
        "monthlyLoadAerobicLow": low,
        "monthlyLoadAerobicHigh": high,
        "monthlyLoadAnaerobic": anaerobic,
        "monthlyLoadAerobicLowTargetMin": 256,
        "monthlyLoadAerobicLowTargetMax": 584,
        "monthlyLoadAerobicHighTargetMin": 343,
        "monthlyLoadAerobicHighTargetMax": 671,
        "monthlyLoadAnaerobicTargetMin": 109,
        "monthlyLoadAnaerobicTargetMax": 327,
        "trainingBalanceFeedbackPhrase": if anaerobic < 109.0 { "ANAEROBIC_SHORTAGE" } else { "BALANCED" },
        "primaryTrainingDevice": true,
    })
}
