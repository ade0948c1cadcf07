//! The GraphQL gateway: a POST per span, a whole JSON document per scalar (protocol.md 10).

mod query;
pub(super) mod summary;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::query::Field;
use super::athlete::days;
use super::range::{self, Ask, Cap, Reply};
use super::reply::{Answer, Refusal};
use super::server::Endpoint;
use super::wire::{merged, with_text_ids};
use super::world::World;
use super::{
    blood_pressure, endurance, hill, hrv, readiness, sleep, sleep_json, training_status, vo2max,
    weight,
};
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::bearer(
        "graphql",
        "/graphql-gateway/graphql",
        post(answer),
    )]
}

#[derive(Deserialize)]
struct Body {
    query: String,
}

/// Errors come with 200 and in the body; only the transport has statuses of its own.
async fn answer(
    State(world): State<Arc<World>>,
    body: Result<Json<Body>, JsonRejection>,
) -> Answer {
    if !world.scenario.graphql || world.edits().is_gateway_closed() {
        return Err(Refusal::forbidden());
    }
    let Json(Body { query }) = body.map_err(|_| Refusal::bad_request("Malformed request body"))?;
    let fields = match query::parse(&query) {
        Ok(fields) => fields,
        Err(message) => return Ok(Json(rejected("InvalidSyntax", &message))),
    };
    if fields.len() > 1 && !world.scenario.graphql_aliases {
        return Ok(Json(rejected(
            "ValidationError",
            "Only one root field is allowed",
        )));
    }
    if let Some(unknown) = fields.iter().find(|field| scalar(&field.name).is_none()) {
        let message = format!(
            "Validation error (FieldUndefined@[{name}]) : Field '{name}' in type 'Query' is undefined",
            name = unknown.name
        );
        return Ok(Json(rejected("ValidationError", &message)));
    }
    Ok(Json(evaluate(&world, &fields)))
}

/// A request that never reached a scalar.
fn rejected(classification: &str, message: &str) -> Value {
    json!({ "errors": [{ "message": message, "extensions": { "classification": classification } }] })
}

/// Runs every root field; one that fails is null and has its entry among the errors.
fn evaluate(world: &World, fields: &[Field]) -> Value {
    let mut data = Map::new();
    let mut errors = Vec::new();
    for field in fields {
        world.count(|counters| counters.part(&format!("graphql.{}", field.name)));
        let value = value(world, field).unwrap_or_else(|reason| {
            errors.push(json!({
                "message": format!("Exception while fetching data (/{}) : {reason}", field.key),
                "path": [field.key],
                "extensions": { "classification": "DataFetchingException" },
            }));
            Value::Null
        });
        data.insert(field.key.clone(), value);
    }
    if errors.is_empty() {
        json!({ "data": data })
    } else {
        json!({ "data": data, "errors": errors })
    }
}

/// A scalar's document, or the reason why there is none. Null for "no data" is unverified.
fn value(world: &World, field: &Field) -> Result<Value, String> {
    let (_, cap, reply) = scalar(&field.name).ok_or("unknown scalar")?;
    if world.edits().refuses_scalar(&field.name) {
        return Err("HTTP 403 Forbidden".to_owned());
    }
    let argument = |name: &str| {
        let text = field.arguments.get(name).map(String::as_str);
        text.ok_or_else(|| format!("Missing field argument {name}"))
    };
    let ends = [argument("startDate")?, argument("endDate")?];
    let name = format!("graphql.{}", field.name);
    match range::within(world, &name, cap, ends, &field.arguments, reply) {
        Reply::Data(value) => Ok(with_text_ids(value)),
        Reply::Nothing => Ok(Value::Null),
        Reply::Refused(refusal) => Err(refusal.to_string()),
    }
}

/// A name, the longest span, and what is said about it.
type Scalar = (&'static str, Cap, fn(&Ask<'_>) -> Reply);

/// The scalars served; adding one is a line here.
const SCALARS: [Scalar; 10] = [
    (
        "userDailySummaryV2Scalar",
        |scenario| scenario.graphql_summary_days,
        daily_summaries,
    ),
    (
        "sleepSummariesScalar",
        |scenario| scenario.graphql_sleep_days,
        sleep_summaries,
    ),
    ("heartRateVariabilityScalar", RANGE, hrv::range),
    ("trainingReadinessRangeScalar", RANGE, readiness::looks),
    ("trainingStatusWeeklyScalar", RANGE, training_status::scalar),
    ("vo2MaxScalar", RANGE, vo2max::scalar),
    ("weightScalar", RANGE, weight::scalar),
    ("bloodPressureScalar", RANGE, blood_pressure::scalar),
    ("hillScoreScalar", RANGE, hill::scalar),
    (
        "enduranceScoreScalar",
        |scenario| scenario.graphql_range_days.max(TWELVE_WEEKS),
        endurance::weeks,
    ),
];

const RANGE: Cap = |scenario| scenario.graphql_range_days;

/// From a day to the same weekday twelve weeks later.
const TWELVE_WEEKS: u32 = 85;

fn scalar(name: &str) -> Option<Scalar> {
    SCALARS.into_iter().find(|(known, ..)| *known == name)
}

/// All names, for scripts that refuse one.
pub(super) fn scalars() -> impl Iterator<Item = &'static str> {
    SCALARS.into_iter().map(|(name, ..)| name)
}

fn daily_summaries(ask: &Ask<'_>) -> Reply {
    let inside = ask.first.max(ask.now.first)..=ask.last.min(ask.now.today);
    let rows = days(inside)
        .map(|date| summary::row(date, ask.world.day(Dataset::Daily, date, &ask.now).as_ref()));
    Reply::Data(json!({ "data": rows.collect::<Vec<_>>() }))
}

/// Only GraphQL knows naps.
fn sleep_summaries(ask: &Ask<'_>) -> Reply {
    let nights = sleep::nights(ask);
    let rows = nights.iter().map(|night| {
        merged([
            sleep_json::dto(ask.world, night),
            json!({ "dailyNapDTOS": [] }),
        ])
    });
    Reply::Data(rows.collect())
}
