//! The activity list, one activity, and its original file (protocol.md 9.6).

use std::io::{Cursor, Write as _};
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::activity_json;
use super::athlete::{Activity, Origin};
use super::range::{self, Params};
use super::reply::{Answer, Refusal};
use super::server::{Endpoint, typed};
use super::world::World;
use super::{fit, foreign};

/// Rows per page: the default without a limit, and the ceiling (protocol.md 9.6.1).
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "activities.list",
            "/activitylist-service/activities/search/activities",
            get(list),
        ),
        Endpoint::bearer(
            "activities.count",
            "/activitylist-service/activities/count",
            get(count),
        ),
        Endpoint::bearer(
            "activities.one",
            "/activity-service/activity/{id}",
            get(one),
        ),
        Endpoint::bearer(
            "activities.file",
            "/download-service/files/activity/{id}",
            get(original),
        ),
    ]
}

async fn list(State(world): State<Arc<World>>, Query(params): Query<Params>) -> Answer {
    let limit = limit(&params)?;
    Ok(Json(page(&world, &params, limit)?))
}

/// A page of the list as filtered and sorted, from `start` on.
pub(super) fn page(world: &World, params: &Params, limit: usize) -> Result<Value, Refusal> {
    let start = start(params)?;
    let filter = Filter::from_params(params)?;
    let (first, last) = filter.span();
    let mut rows = world.activities_within(&world.now(), first, last);
    if params
        .get("excludeChildren")
        .is_some_and(|text| text == "false")
    {
        // That legs follow their parent is unverified (personal-api.md 6.6).
        rows = rows
            .into_iter()
            .flat_map(|mut parent| {
                let legs = std::mem::take(&mut parent.children);
                std::iter::once(parent).chain(legs.into_iter().rev())
            })
            .collect();
    }
    rows.retain(|activity| filter.admits(activity));
    match params.get("sortOrder").map(String::as_str) {
        None | Some("desc") => {}
        Some("asc") => rows.reverse(),
        Some(_) => return Err(Refusal::bad_request("Invalid sortOrder")),
    }
    let page = rows.iter().skip(start).take(limit);
    Ok(page
        .map(|activity| activity_json::list_row(world, activity))
        .collect())
}

/// 0-based; anything but a number makes the path unknown (a date is 404, protocol.md 9.6.1).
fn start(params: &Params) -> Result<usize, Refusal> {
    params
        .get("start")
        .map_or(Ok(0), |text| text.parse().map_err(|_| Refusal::not_found()))
}

fn limit(params: &Params) -> Result<usize, Refusal> {
    let Some(text) = params.get("limit") else {
        return Ok(DEFAULT_LIMIT);
    };
    match text.parse() {
        Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
        _ => Err(Refusal::bad_request(format!(
            "limit should be between 1 and {MAX_LIMIT}"
        ))),
    }
}

/// What the list may be narrowed to; dates are local start dates, inclusive.
struct Filter<'p> {
    first: Option<jiff::civil::Date>,
    last: Option<jiff::civil::Date>,
    kind: Option<&'p str>,
    text: Option<String>,
}

impl<'p> Filter<'p> {
    fn from_params(params: &'p Params) -> Result<Self, Refusal> {
        let date = |name| params.get(name).map(|text| range::date(text)).transpose();
        let (first, last) = (date("startDate")?, date("endDate")?);
        if first.zip(last).is_some_and(|(first, last)| last < first) {
            return Err(Refusal::bad_request(
                "End date must not be before start date",
            ));
        }
        let kind = params.get("activityType").map(String::as_str);
        Ok(Self {
            first,
            last,
            kind,
            text: params.get("search").map(|text| text.to_lowercase()),
        })
    }

    /// The days that may be admitted.
    fn span(&self) -> (jiff::civil::Date, jiff::civil::Date) {
        use jiff::civil::Date;
        (
            self.first.unwrap_or(Date::MIN),
            self.last.unwrap_or(Date::MAX),
        )
    }

    fn admits(&self, activity: &Activity) -> bool {
        let facts = activity.sport.facts();
        // "swimming" is the parent type of both kinds of swimming.
        let is_kind =
            |kind| kind == facts.type_key || (kind == "swimming" && facts.parent_type_id == 26);
        self.first.is_none_or(|first| first <= activity.date)
            && self.last.is_none_or(|last| activity.date <= last)
            && self.kind.is_none_or(is_kind)
            && self
                .text
                .as_ref()
                .is_none_or(|text| activity.name.to_lowercase().contains(text))
    }
}

/// The list has `totalCount - multisportChildCount` rows (protocol.md 9.3).
async fn count(State(world): State<Arc<World>>) -> Json<Value> {
    let parents = world.activities(&world.now());
    let children: usize = parents.iter().map(|parent| parent.children.len()).sum();
    Json(json!({ "totalCount": parents.len() + children, "multisportChildCount": children }))
}

pub(super) async fn one(
    State(world): State<Arc<World>>,
    id: Result<Path<i64>, PathRejection>,
) -> Answer {
    let activity = found(&world, id)?;
    Ok(Json(activity_json::detail(&world, &activity)))
}

/// A ZIP with the file the watch recorded. Manual activities have none, nor have the legs of a
/// multisport activity: their data are in the parent's file.
pub(super) async fn original(
    State(world): State<Arc<World>>,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Response, Refusal> {
    let activity = found(&world, id)?;
    let is_leg = activity.parent.is_some();
    let Some(ending) = activity.origin.ending().filter(|_| !is_leg) else {
        return Err(Refusal::not_found());
    };
    let device = world.athlete.watch(activity.date).device_id;
    let content = match activity.origin {
        Origin::Gpx => foreign::gpx(&activity),
        Origin::Tcx => foreign::tcx(&activity),
        Origin::Watch | Origin::Hand => fit::file(&activity, device),
    };
    let archive = zipped(&format!("{}_ACTIVITY.{ending}", activity.id), &content);
    Ok(typed(
        "application/x-zip-compressed",
        archive.map_err(|_| Refusal::not_found())?,
    ))
}

fn found(world: &World, id: Result<Path<i64>, PathRejection>) -> Result<Activity, Refusal> {
    let Path(id) = id.map_err(|_| Refusal::not_found())?;
    world
        .activity(id, &world.now())
        .ok_or_else(Refusal::not_found)
}

fn zipped(name: &str, content: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, SimpleFileOptions::default())?;
    archive.write_all(content)?;
    Ok(archive.finish()?.into_inner())
}
