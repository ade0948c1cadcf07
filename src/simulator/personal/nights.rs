//! Nights on the Personal API: E6 to E9 of personal-api.md 6.2.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::days::bounds;
use super::reply::{Answer, Refusal};
use crate::domain::dataset::Dataset;
use crate::simulator::athlete::{Night, plus_days};
use crate::simulator::range::{self, Ask, Cap, Params, Reply};
use crate::simulator::server::Endpoint;
use crate::simulator::wire::merged;
use crate::simulator::world::World;
use crate::simulator::{hrv, sleep, sleep_json};

/// Nights per request; 35 were refused (personal-api.md 8, quirk 3).
const CAP: Cap = |_| 31;
const HRV_CAP: Cap = |_| 365;

/// Days for which single readings of heart rate variability are kept.
const READINGS_KEPT: i64 = 140;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::personal(
            "personal.sleeps",
            "/sleep-service/sleep/dailySleepSummariesByDate",
            get(by_date),
        ),
        Endpoint::personal(
            "personal.sleep",
            "/sleep-service/sleep/dailySleep",
            get(one_night),
        ),
        Endpoint::personal(
            "personal.hrv",
            "/hrv-service/hrv/daily/{start}/{end}",
            range::over_path::<Refusal, _>("personal.hrv", HRV_CAP, hrv::range),
        ),
        Endpoint::personal(
            "personal.hrv_day",
            "/hrv-service/hrv/{day}",
            range::one_day::<Refusal, _>(hrv_day),
        ),
    ]
}

async fn by_date(State(world): State<Arc<World>>, Query(params): Query<Params>) -> Answer {
    let (start, end) = bounds(&params)?;
    let span = world.span("personal.sleeps", CAP, start, end)?;
    let nights = sleep::nights(&Ask::new(&world, span, &params));
    Ok(Json(
        nights.iter().map(|night| record(&world, night)).collect(),
    ))
}

/// The same record for one night, or an empty answer. The curves of a night are not on this lane.
async fn one_night(
    State(world): State<Arc<World>>,
    Query(params): Query<Params>,
) -> Result<Response, Refusal> {
    let date = range::date_param(&params, "date")?;
    let night = world.night(Dataset::Sleep, date, &world.now());
    Ok(night.map_or_else(
        || StatusCode::NO_CONTENT.into_response(),
        |night| Json(record(&world, &night)).into_response(),
    ))
}

fn record(world: &World, night: &Night) -> Value {
    merged([sleep_json::dto(world, night), json!({ "dailyNapDTOS": [] })])
}

/// Readings are kept for four or five months here; of older nights the summary is left
/// (personal-api.md 8, quirk 13).
fn hrv_day(ask: &Ask<'_>) -> Reply {
    let is_old = ask.first < plus_days(ask.now.today, -READINGS_KEPT);
    match hrv::day(ask) {
        Reply::Data(night) if is_old => Reply::Data(merged([night, json!({ "hrvReadings": [] })])),
        reply => reply,
    }
}
