//! Long histories of single numbers: resting heart rate and calories of a year (protocol.md 9.5.3), oxygen
//! of any time (9.5.8).

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::athlete::{Day, float};
use super::profile::{PROFILE_ID, check_name};
use super::range::{self, A_YEAR, Ask, Params, Reply, UNCAPPED};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::hundredths;
use super::world::World;
use crate::domain::dataset::Dataset;

const ENDS: [&str; 2] = ["fromDate", "untilDate"];

/// An id, its name in the answer, and the number.
type Metric = (&'static str, &'static str, fn(&Day) -> i64);

const METRICS: [Metric; 3] = [
    ("60", "WELLNESS_RESTING_HEART_RATE", |day| day.heart.resting),
    ("22", "WELLNESS_ACTIVE_CALORIES", |day| day.active_kcal),
    ("23", "WELLNESS_BMR_CALORIES", |day| day.resting_kcal),
];

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "user_stats.daily",
            "/userstats-service/wellness/daily/{name}",
            get(daily),
        ),
        Endpoint::bearer(
            "user_stats.oxygen",
            "/wellness-service/stats/daily/acclimation",
            range::over_query::<Refusal, _>("user_stats.oxygen", ENDS, UNCAPPED, oxygen),
        ),
    ]
}

/// `metricId` is repeatable; a list with commas, as any unknown id, is 404.
async fn daily(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let asked = pairs.iter().filter(|(name, _)| name == "metricId");
    let metrics: Option<Vec<_>> = asked
        .map(|(_, id)| METRICS.iter().find(|(known, ..)| known == id))
        .collect();
    let refusal = match (check_name(&name), &metrics) {
        (Err(refusal), _) => Some(refusal),
        (_, None) => Some(Refusal::not_found()),
        (_, Some(metrics)) if metrics.is_empty() => {
            Some(Refusal::bad_request("metricId is required"))
        }
        _ => None,
    };
    if let Some(refusal) = refusal {
        return refusal.into_response();
    }
    let metrics = metrics.unwrap_or_default();
    let params: Params = pairs.into_iter().collect();
    let ends = ENDS.map(|end| params.get(end).map_or("", String::as_str));
    let document = |ask: &Ask<'_>| Reply::Data(map(ask, &metrics));
    range::within(&world, "user_stats.daily", A_YEAR, ends, &params, document).answer::<Refusal>()
}

fn map(ask: &Ask<'_>, metrics: &[&Metric]) -> Value {
    let days: Vec<_> = ask
        .days(Dataset::Daily)
        .into_iter()
        .filter_map(|date| Some((date, ask.world.day(Dataset::Daily, date, &ask.now)?)))
        .collect();
    let values = metrics.iter().map(|(_, name, number)| {
        let rows = days.iter().map(
            |(date, day)| json!({ "value": float(number(day)), "calendarDate": date.to_string() }),
        );
        ((*name).to_owned(), rows.collect())
    });
    json!({
        "userProfileId": PROFILE_ID,
        "statisticsStartDate": ask.first.to_string(),
        "statisticsEndDate": ask.last.to_string(),
        "allMetrics": { "metricsMap": values.collect::<Map<_, _>>() },
        "groupedMetrics": null,
    })
}

/// Days with a reading; empty and null without any (unverified).
fn oxygen(ask: &Ask<'_>) -> Reply {
    let rows: Vec<_> = ask
        .days(Dataset::Daily)
        .into_iter()
        .filter_map(|date| {
            let day = ask.world.day(Dataset::Daily, date, &ask.now)?;
            Some((date, float(day.oxygen?.average)))
        })
        .collect();
    let count = i64::try_from(rows.len()).unwrap_or(0);
    let mean = rows.iter().map(|(_, average)| average).sum::<f64>() / float(count.max(1));
    let pairs = rows
        .iter()
        .map(|(date, average)| json!([date.to_string(), average]));
    Reply::Data(json!({
        "spo2DailyAverageArray": pairs.collect::<Vec<_>>(),
        "overallSpo2Average": (count > 0).then(|| hundredths(mean)),
    }))
}
