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
use super::athlete::{Now, days};
use super::profile::PROFILE_ID;
use super::range;
use super::reply::{Answer, Refusal};
use super::server::Endpoint;
use super::wire::merged;
use super::world::World;
use super::{sleep, sleep_json};

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
    if !world.scenario.graphql {
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
    let now = world.now();
    let mut data = Map::new();
    let mut errors = Vec::new();
    for field in fields {
        world.count(|counters| counters.part(&format!("graphql.{}", field.name)));
        let value = match scalar(&field.name) {
            Some(scalar) => scalar(world, &now, field),
            None => Err("unknown scalar".to_owned()),
        };
        let value = value.unwrap_or_else(|reason| {
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

/// A scalar's document, or the reason why there is none.
type Scalar = fn(&World, &Now, &Field) -> Result<Value, String>;

/// The scalars served; adding one is a line here and its function.
fn scalar(name: &str) -> Option<Scalar> {
    match name {
        "userDailySummaryV2Scalar" => Some(daily_summaries),
        "sleepSummariesScalar" => Some(sleep_summaries),
        _ => None,
    }
}

fn daily_summaries(world: &World, now: &Now, field: &Field) -> Result<Value, String> {
    let (start, end) = dates(field)?;
    let span = range::span(start, end, world.scenario.graphql_summary_days)
        .map_err(|refusal| refusal.to_string())?;
    let rows = days(span)
        .filter(|date| now.covers(*date))
        .map(|date| summary::row(date, world.day(date, now).as_ref()));
    Ok(json!({ "data": rows.collect::<Vec<_>>() }))
}

fn sleep_summaries(world: &World, _now: &Now, field: &Field) -> Result<Value, String> {
    let (start, end) = dates(field)?;
    let cap = world.scenario.graphql_sleep_days;
    let nights = sleep::nights(world, start, end, cap).map_err(|refusal| refusal.to_string())?;
    // Only GraphQL knows naps, and it writes user ids as text.
    let peculiar = json!({ "dailyNapDTOS": [], "userProfilePK": PROFILE_ID.to_string() });
    let rows = nights
        .iter()
        .map(|night| merged([sleep_json::dto(world, night), peculiar.clone()]));
    Ok(Value::Array(rows.collect()))
}

fn dates(field: &Field) -> Result<(&str, &str), String> {
    let argument = |name: &str| {
        field
            .arguments
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| format!("Missing field argument {name}"))
    };
    Ok((argument("startDate")?, argument("endDate")?))
}
