//! Race predictions in seconds (protocol.md 9.5.15). One day is recorded; the rows of a span are unverified.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::profile::{PROFILE_ID, check_name};
use super::range::{self, A_YEAR, Ask, Params, Reply};
use super::reply::Refusal;
use super::server::Endpoint;
use super::world::World;
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "race_predictions.range",
            "/metrics-service/metrics/racepredictions/daily/{name}",
            get(daily),
        ),
        Endpoint::bearer(
            "race_predictions.latest",
            "/metrics-service/metrics/racepredictions/latest/{name}",
            get(latest),
        ),
    ]
}

/// Both ends or none; without them it is the latest that one gets, as a list (unverified).
async fn daily(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Query(params): Query<Params>,
) -> Response {
    if let Err(refusal) = check_name(&name) {
        return refusal.into_response();
    }
    let end = |name| params.get(name).map(String::as_str);
    let ends = match (end("fromCalendarDate"), end("toCalendarDate")) {
        (Some(from), Some(to)) => [from, to],
        (None, None) => {
            let newest = newest(&world, &params);
            return Reply::from(newest.into_iter().collect::<Vec<_>>()).answer::<Refusal>();
        }
        _ => {
            let refusal =
                Refusal::bad_request("fromCalendarDate and toCalendarDate belong together");
            return refusal.into_response();
        }
    };
    let rows = |ask: &Ask<'_>| -> Reply {
        ask.rows(Dataset::RacePredictions, |date| row(ask, date))
            .into()
    };
    range::within(
        &world,
        "race_predictions.range",
        A_YEAR,
        ends,
        &params,
        rows,
    )
    .answer::<Refusal>()
}

/// One object; 204 if there is none (unverified).
async fn latest(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Query(params): Query<Params>,
) -> Response {
    match check_name(&name) {
        Ok(()) => Reply::from(newest(&world, &params)).answer::<Refusal>(),
        Err(refusal) => refusal.into_response(),
    }
}

fn newest(world: &World, params: &Params) -> Option<Value> {
    let now = world.now();
    let ask = Ask::new(world, now.first..=now.today, params);
    let mut days = ask.days(Dataset::RacePredictions).into_iter().rev();
    days.find_map(|date| row(&ask, date))
}

fn row(ask: &Ask<'_>, date: Date) -> Option<Value> {
    let [five, ten, half, whole] = ask.world.athlete.predictions(date)?;
    Some(json!({
        "userId": PROFILE_ID,
        "fromCalendarDate": null,
        "toCalendarDate": null,
        "calendarDate": date.to_string(),
        "time5K": five,
        "time10K": ten,
        "timeHalfMarathon": half,
        "timeMarathon": whole,
    }))
}
