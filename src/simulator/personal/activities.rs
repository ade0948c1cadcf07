//! Activities on the Personal API: E23 to E26 of personal-api.md 6.6 and 7.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::reply::{Answer, Refusal};
use crate::simulator::activities;
use crate::simulator::range::Params;
use crate::simulator::server::Endpoint;
use crate::simulator::world::World;

/// Rows that fit into an answer, and the default that does not (personal-api.md 8, quirk 1).
const FITTING_LIMIT: usize = 45;
const DEFAULT_LIMIT: usize = 99;

/// The one media type of files.
const ZIP: &str = "application/x-zip-compressed";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::personal(
            "personal.activities",
            "/activitylist-service/activities/search/activities",
            get(list),
        ),
        Endpoint::personal(
            "personal.activity",
            "/activity-service/activity/{id}",
            get(one),
        ),
        Endpoint::personal(
            "personal.workouts",
            "/activity-service/activity/{id}/workouts",
            get(workouts),
        ),
        Endpoint::personal(
            "personal.file",
            "/download-service/files/activity/{id}",
            get(file),
        ),
    ]
}

async fn list(State(world): State<Arc<World>>, Query(params): Query<Params>) -> Answer {
    let limit = match params.get("limit").map(|text| text.parse()) {
        None => DEFAULT_LIMIT,
        Some(Ok(limit @ 1..)) => limit,
        Some(_) => return Err(Refusal::BadRequest),
    };
    if limit > FITTING_LIMIT {
        return Err(Refusal::TooMuch);
    }
    Ok(Json(activities::page(&world, &params, limit)?))
}

async fn one(world: State<Arc<World>>, id: Result<Path<i64>, PathRejection>) -> Answer {
    Ok(activities::one(world, id).await?)
}

/// Ada follows no structured workouts, as most people most of the time (E25).
async fn workouts(world: State<Arc<World>>, id: Result<Path<i64>, PathRejection>) -> Answer {
    let Json(_) = activities::one(world, id).await?;
    Ok(Json(json!([])))
}

/// A type the file does not have is 406, `application/octet-stream` included.
async fn file(
    world: State<Arc<World>>,
    headers: HeaderMap,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Response, Refusal> {
    if !takes_zip(&headers) {
        return Err(Refusal::NotAcceptable);
    }
    Ok(activities::original(world, id).await?)
}

/// Whether one of the accepted types is the file's own, or any. No `Accept` at all means any.
fn takes_zip(headers: &HeaderMap) -> bool {
    let Some(accept) = headers.get(header::ACCEPT) else {
        return true;
    };
    let types = accept.to_str().unwrap_or_default().split(',');
    types
        .map(|entry| entry.split(';').next().unwrap_or_default().trim())
        .any(|media_type| [ZIP, "application/*", "*/*"].contains(&media_type))
}
