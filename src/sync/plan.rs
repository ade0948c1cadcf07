//! Decides what to fetch. Pure: what is known, today and a goal in, sorted
//! requests out.
//!
//! ```text
//! wanted      which days of a dataset are worth asking for
//! windows     days -> spans that one request may cover
//! layout      the cheapest route, and its tasks
//! batches     tasks -> requests: newest first, GraphQL scalars together
//! bound       the most requests that working a plan off can take
//! ```
//!
//! Range routes before per-day ones, and newest days first, so that an
//! interrupted run leaves the recent past complete. Knows nothing of HTTP or
//! SQL; `run` feeds it and walks what comes out.

mod batches;
mod bound;
mod layout;
mod wanted;
mod windows;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};

use super::dataset::{self, Part};
use crate::domain::{
    coverage::{Coverage, EndpointRead},
    dataset::Dataset,
    dates::DateSpan,
    job::{Goal, Price},
    session::Lane,
};

pub use batches::{Batch, SHARED, batches};
pub use bound::{MOST_ROWS, SHORTEST, most_requests};
pub use layout::{Layout, Routes, insist, relay};
pub use windows::spans;

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

    /// The parts of its route that come before it.
    pub fn other_parts(&self) -> impl Iterator<Item = &'static Part> {
        let route = dataset::source(self.dataset).get(self.route);
        let parts = route.map_or(&[][..], |route| route.parts);
        parts.iter().take(self.part)
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
    /// What endpoints have answered so far, and when.
    pub reads: BTreeMap<String, Vec<EndpointRead>>,
    /// What was answered since then need not be asked again: the sync it belonged
    /// to did not get to its end, or only some of it failed.
    pub fresh_since: Option<Timestamp>,
    /// When a watch last uploaded; `None`: not asked.
    pub uploaded_at: Option<Timestamp>,
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
            reads: BTreeMap::new(),
            fresh_since: None,
            uploaded_at: None,
            holdings: BTreeMap::new(),
        }
    }

    /// The datasets that have something for each day.
    pub fn with_days(&self) -> Vec<Dataset> {
        let datasets = self.holdings.keys().copied();
        datasets.filter(|dataset| !dataset.is_snapshot()).collect()
    }

    /// Whether settled days of old are read again.
    pub fn sweeps(&self) -> bool {
        self.holdings
            .values()
            .any(|holding| holding.again.is_some())
    }

    fn limits(&self, endpoint: &str) -> (Option<u32>, Option<u32>) {
        let allowed = self.allowed.get(endpoint);
        let allowed = allowed.map(|allowed| (allowed.proven, allowed.too_long));
        allowed.unwrap_or_default()
    }

    /// Whether `endpoint` may be asked for `day`.
    pub fn is_open(&self, endpoint: &str, day: Date) -> bool {
        self.allowed
            .get(endpoint)
            .is_none_or(|allowed| allowed.is_open(day))
    }

    /// Whether `part` may be asked for `day`: its endpoint, and the gateway before it.
    pub fn may_ask(&self, part: &Part, day: Date) -> bool {
        self.is_open(part.endpoint, day) && (!part.is_graphql() || self.is_open(GATEWAY, day))
    }

    /// Whether scalars may share a request.
    pub fn may_share(&self) -> bool {
        self.is_open(SHARED, self.today) && self.is_open(GATEWAY, self.today)
    }

    /// When `endpoint` last answered for `day`.
    pub fn read_at(&self, endpoint: &str, day: Date) -> Option<Timestamp> {
        let reads = self.reads.get(endpoint)?.iter();
        let mine = reads.filter(|read| read.span.contains(day));
        mine.map(|read| read.at).max()
    }

    /// Whether `endpoint` answered for `day` in a sync that this one goes on with,
    /// and no watch has uploaded since.
    pub fn is_fresh(&self, endpoint: &str, day: Date) -> bool {
        let Some(since) = self.fresh_since else {
            return false;
        };
        self.reads.get(endpoint).is_some_and(|reads| {
            let mut mine = reads.iter().filter(|read| read.span.contains(day));
            mine.any(|read| read.at >= since && read.uploaded_at == self.uploaded_at)
        })
    }
}

/// What one endpoint was seen to allow this account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// The longest span, in days, that was answered.
    pub proven: Option<u32>,
    /// The shortest span that was refused as too long.
    pub too_long: Option<u32>,
    /// Refused by an earlier run or by this one.
    pub refused: Option<Refused>,
    /// Days for which it failed in this run: another route takes them.
    pub failed: BTreeSet<Date>,
}

/// The days for which an endpoint is refused. Garmin refuses old days where it
/// answers for recent ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    All,
    /// This day and all before it.
    UpTo(Date),
}

impl Refused {
    pub fn covers(self, day: Date) -> bool {
        match self {
            Self::All => true,
            Self::UpTo(last) => day <= last,
        }
    }

    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::UpTo(one), Self::UpTo(other)) => Self::UpTo(one.max(other)),
            _ => Self::All,
        }
    }
}

impl Allowed {
    fn is_open(&self, day: Date) -> bool {
        !self.refused.is_some_and(|refused| refused.covers(day)) && !self.failed.contains(&day)
    }

    /// Adds a refusal to what is known.
    pub fn refuse(&mut self, refused: Refused) {
        self.refused = Some(self.refused.map_or(refused, |before| before.or(refused)));
    }
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
    /// It lacks columns that a better route brings.
    pub is_thin: bool,
}

/// What to ask, and what nobody can be asked for.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The requests, in the order in which they are sent.
    pub batches: Vec<Batch>,
    /// Wanted days for which no route is left.
    pub without_route: BTreeMap<Dataset, BTreeSet<Date>>,
}

pub fn plan(known: &Known) -> Plan {
    let mut tasks = Vec::new();
    let mut without_route = BTreeMap::new();
    for (&dataset, holding) in &known.holdings {
        let days = |part| wanted::days(known, holding, dataset, part);
        let layout = layout::lay_out(known, dataset, days, &wanted::thin_days(holding));
        tasks.extend(layout.tasks);
        let lacking: BTreeSet<Date> = layout
            .without_route
            .into_iter()
            .filter(|day| wanted::is_missed(holding, *day))
            .collect();
        if !lacking.is_empty() {
            without_route.insert(dataset, lacking);
        }
    }
    Plan {
        batches: batches(known, tasks),
        without_route,
    }
}

/// Whether there are days that lack columns, and a route that brings them.
pub fn can_heal(known: &Known) -> bool {
    known.holdings.iter().any(|(&dataset, holding)| {
        let thin = wanted::thin_days(holding);
        layout::can_heal(known, dataset, &thin)
    })
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
