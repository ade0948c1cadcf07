//! Decides what to fetch. Pure: what is known, today and a goal in, sorted
//! requests out.
//!
//! ```text
//! wanted      which days of a dataset are worth asking for
//! windows     days -> spans that one request may cover
//! layout      the cheapest route, and its tasks
//! batches     tasks -> requests: newest first, GraphQL scalars together
//! ```
//!
//! Range routes before per-day ones, and newest days first, so that an
//! interrupted run leaves the recent past complete. Knows nothing of HTTP or
//! SQL; `run` feeds it and walks what comes out.

mod batches;
mod layout;
mod wanted;
mod windows;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::dataset::{self, Part};
use crate::domain::{
    coverage::Coverage,
    dataset::Dataset,
    dates::DateSpan,
    job::{Goal, Price},
    session::Lane,
};

pub use batches::{Batch, SHARED, batches};
pub use layout::{insist, relay};

/// The memory's name for the GraphQL gateway as a whole.
pub const GATEWAY: &str = "graphql";

/// One planned request, or its share of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    pub dataset: Dataset,
    /// Index into the dataset's routes.
    pub route: usize,
    /// Index into the route's parts.
    pub part: usize,
    pub span: DateSpan,
    /// Rows to skip, when this is a further page.
    pub start: u32,
}

impl Task {
    /// Its endpoint, and the lane it is asked over; `None` when there is none such.
    pub fn part(&self) -> Option<(Lane, &'static Part)> {
        let route = dataset::source(self.dataset).get(self.route)?;
        Some((route.lane, route.parts.get(self.part)?))
    }

    /// Whether its answer decides the coverage of its days.
    pub fn covers(&self) -> bool {
        dataset::source(self.dataset)
            .get(self.route)
            .is_some_and(|route| self.part + 1 == route.parts.len())
    }
}

/// What a plan is made from.
#[derive(Clone, Debug)]
pub struct Known {
    /// The account's today.
    pub today: Date,
    pub goal: Goal,
    /// Days up to today that every run reads again, where a range costs no more than a day.
    pub window_days: u32,
    /// Lanes with a session that need no rest.
    pub lanes: BTreeSet<Lane>,
    /// What endpoints were seen to allow.
    pub allowed: BTreeMap<String, Allowed>,
    pub holdings: BTreeMap<Dataset, Holding>,
}

impl Known {
    /// What is known before anything was read.
    pub const fn nothing(today: Date, goal: Goal, lanes: BTreeSet<Lane>) -> Self {
        Self {
            today,
            goal,
            window_days: 28,
            lanes,
            allowed: BTreeMap::new(),
            holdings: BTreeMap::new(),
        }
    }

    /// Whether settled days of old are read again.
    pub fn sweeps(&self) -> bool {
        self.holdings
            .values()
            .any(|holding| holding.again.is_some())
    }

    fn allowed(&self, endpoint: &str) -> Allowed {
        self.allowed.get(endpoint).copied().unwrap_or_default()
    }
}

/// What one endpoint was seen to allow this account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// The longest span, in days, that was answered.
    pub proven: Option<u32>,
    /// The shortest span that was refused as too long.
    pub too_long: Option<u32>,
    pub is_refused: bool,
}

/// What is here of one dataset.
#[derive(Clone, Debug)]
pub struct Holding {
    /// The days this run is about; beside them, whatever is open or failed.
    pub span: DateSpan,
    pub coverage: BTreeMap<Date, DayKnown>,
    /// Settled days to be read again all the same.
    pub again: Option<DateSpan>,
}

/// What is known of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayKnown {
    pub state: Coverage,
    /// It failed too often to be asked for already.
    pub is_parked: bool,
}

/// The requests, in the order in which they are sent.
pub fn plan(known: &Known) -> Vec<Batch> {
    let tasks = known
        .holdings
        .iter()
        .flat_map(|(&dataset, holding)| {
            layout::lay_out(known, dataset, |part| {
                wanted::days(known, holding, dataset, part)
            })
        })
        .collect();
    batches(known, tasks)
}

/// What the requests would cost. Further pages and original files are known
/// only once a list has been read.
pub fn price(batches: &[Batch]) -> Price {
    let mut price = Price::default();
    for batch in batches {
        *price.endpoints.entry(batch.endpoint()).or_default() += 1;
    }
    price
}

#[cfg(test)]
mod tests;
