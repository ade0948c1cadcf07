//! Dates and spans in requests, the caps on them (protocol.md 9.4), and the handlers all kinds of data share.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use jiff::civil::Date;
use serde_json::Value;

use super::athlete::{Now, day_number, days};
use super::reply::Refusal;
use super::scenario::Scenario;
use super::world::World;
use crate::domain::dataset::Dataset;

/// Query parameters; of a repeated one the last counts.
pub(super) type Params = HashMap<String, String>;

/// Longest span of an endpoint, in days. Scripts may set another one while the simulator runs.
pub(super) type Cap = fn(&Scenario) -> u32;

/// Ten years in one call and more (protocol.md 9.4).
pub(super) const UNCAPPED: Cap = |_| u32::MAX;

/// "About a year" and "366 days" of protocol.md 9.4.
pub(super) const A_YEAR: Cap = |_| 366;

/// The usual names of a span's ends in a query.
pub(super) const START_END: [&str; 2] = ["startDate", "endDate"];

/// A request for a span of days, wherever it came from: a path, a query, or GraphQL.
pub(super) struct Ask<'a> {
    pub(super) world: &'a World,
    pub(super) now: Now,
    pub(super) first: Date,
    pub(super) last: Date,
    pub(super) params: &'a Params,
}

/// What a kind of data has to say to that.
pub(super) enum Reply {
    Data(Value),
    /// Nothing at all: 204 (protocol.md 9.1).
    Nothing,
    Refused(Refusal),
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self::Data(value)
    }
}

impl From<Vec<Value>> for Reply {
    fn from(rows: Vec<Value>) -> Self {
        Self::Data(rows.into())
    }
}

impl From<Option<Value>> for Reply {
    fn from(value: Option<Value>) -> Self {
        value.map_or(Self::Nothing, Self::Data)
    }
}

impl From<Result<Value, Refusal>> for Reply {
    fn from(result: Result<Value, Refusal>) -> Self {
        result.map_or_else(Self::Refused, Self::Data)
    }
}

impl Reply {
    /// As an HTTP answer, refusals in the words of a lane.
    pub(super) fn answer<R: From<Refusal> + IntoResponse>(self) -> Response {
        match self {
            Self::Data(value) => Json(value).into_response(),
            Self::Nothing => StatusCode::NO_CONTENT.into_response(),
            Self::Refused(refusal) => R::from(refusal).into_response(),
        }
    }
}

impl<'a> Ask<'a> {
    pub(super) fn new(world: &'a World, span: RangeInclusive<Date>, params: &'a Params) -> Self {
        let (first, last) = span.into_inner();
        Self {
            now: world.now(),
            world,
            first,
            last,
            params,
        }
    }

    /// The days that Garmin may know something for this dataset about, oldest first.
    pub(super) fn days(&self, dataset: Dataset) -> Vec<Date> {
        let inside = self.first.max(self.now.first)..=self.last.min(self.now.today);
        days(inside)
            .filter(|date| self.world.knows(dataset, *date, &self.now))
            .collect()
    }

    /// A row for each of these days that has one.
    pub(super) fn rows(&self, dataset: Dataset, row: impl Fn(Date) -> Option<Value>) -> Vec<Value> {
        self.days(dataset).into_iter().filter_map(row).collect()
    }

    /// The row of the only day of a request.
    pub(super) fn row(
        &self,
        dataset: Dataset,
        row: impl Fn(Date) -> Option<Value>,
    ) -> Option<Value> {
        self.rows(dataset, row).pop()
    }

    /// Whether a parameter is set to `true`.
    pub(super) fn wants(&self, name: &str) -> bool {
        self.params.get(name).is_some_and(|text| text == "true")
    }

    /// What a parameter must say.
    pub(super) fn expect(&self, name: &str, allowed: &[&str]) -> Result<&str, Refusal> {
        let text = self.params.get(name).map_or("", String::as_str);
        if allowed.contains(&text) {
            Ok(text)
        } else {
            Err(Refusal::bad_request(format!("Invalid {name}")))
        }
    }
}

/// `…/{start}/{end}`.
pub(super) fn over_path<R, A>(name: &'static str, cap: Cap, reply: A) -> MethodRouter<Arc<World>>
where
    R: From<Refusal> + IntoResponse,
    A: Fn(&Ask<'_>) -> Reply + Clone + Send + Sync + 'static,
{
    get(
        async move |State(world): State<Arc<World>>,
                    Path((start, end)): Path<(String, String)>,
                    Query(params): Query<Params>|
                    -> Response {
            within(&world, name, cap, [&start, &end], &params, &reply).answer::<R>()
        },
    )
}

/// `…?startDate={start}&endDate={end}`, or what else the two are called.
pub(super) fn over_query<R, A>(
    name: &'static str,
    ends: [&'static str; 2],
    cap: Cap,
    reply: A,
) -> MethodRouter<Arc<World>>
where
    R: From<Refusal> + IntoResponse,
    A: Fn(&Ask<'_>) -> Reply + Clone + Send + Sync + 'static,
{
    get(
        async move |State(world): State<Arc<World>>, Query(params): Query<Params>| -> Response {
            let [start, end] = ends.map(|end| params.get(end).map_or("", String::as_str));
            within(&world, name, cap, [start, end], &params, &reply).answer::<R>()
        },
    )
}

/// `…/{day}`.
pub(super) fn one_day<R, A>(reply: A) -> MethodRouter<Arc<World>>
where
    R: From<Refusal> + IntoResponse,
    A: Fn(&Ask<'_>) -> Reply + Clone + Send + Sync + 'static,
{
    get(
        async move |State(world): State<Arc<World>>,
                    Path(day): Path<String>,
                    Query(params): Query<Params>|
                    -> Response { on(&world, &day, &params, &reply).answer::<R>() },
    )
}

/// `…?calendarDate={day}`, or what else it is called.
pub(super) fn one_day_of<R, A>(param: &'static str, reply: A) -> MethodRouter<Arc<World>>
where
    R: From<Refusal> + IntoResponse,
    A: Fn(&Ask<'_>) -> Reply + Clone + Send + Sync + 'static,
{
    get(
        async move |State(world): State<Arc<World>>, Query(params): Query<Params>| -> Response {
            let day = params.get(param).map_or("", String::as_str);
            on(&world, day, &params, &reply).answer::<R>()
        },
    )
}

fn on(world: &World, day: &str, params: &Params, reply: impl Fn(&Ask<'_>) -> Reply) -> Reply {
    match date(day) {
        Ok(day) => reply(&Ask::new(world, day..=day, params)),
        Err(refusal) => Reply::Refused(refusal),
    }
}

/// Hands a span within its cap on to a kind of data.
pub(super) fn within(
    world: &World,
    name: &str,
    cap: Cap,
    [start, end]: [&str; 2],
    params: &Params,
    reply: impl Fn(&Ask<'_>) -> Reply,
) -> Reply {
    match world.span(name, cap, start, end) {
        Ok(span) => reply(&Ask::new(world, span, params)),
        Err(refusal) => Reply::Refused(refusal),
    }
}

/// An ISO date and nothing else: no time, no week number.
pub(super) fn date(text: &str) -> Result<Date, Refusal> {
    let is_plain = text.len() == 10
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    let parsed = if is_plain { text.parse().ok() } else { None };
    parsed.ok_or_else(|| Refusal::bad_request("Invalid date, expected format yyyy-MM-dd"))
}

/// A date that must be among the query parameters.
pub(super) fn date_param(params: &Params, name: &str) -> Result<Date, Refusal> {
    let text = params
        .get(name)
        .ok_or_else(|| Refusal::bad_request(format!("{name} is required")))?;
    date(text)
}

impl World {
    /// An inclusive span within the cap of the endpoint with this name.
    pub(super) fn span(
        &self,
        name: &str,
        cap: Cap,
        start: &str,
        end: &str,
    ) -> Result<RangeInclusive<Date>, Refusal> {
        let cap = self
            .edits()
            .cap(name)
            .unwrap_or_else(|| cap(&self.scenario));
        let (start, end) = (date(start)?, date(end)?);
        if end < start {
            return Err(Refusal::bad_request(
                "End date must not be before start date",
            ));
        }
        if day_number(end) - day_number(start) >= i64::from(cap) {
            return Err(Refusal::bad_request(format!(
                "Date range cannot be greater than {cap} days"
            )));
        }
        Ok(start..=end)
    }
}
