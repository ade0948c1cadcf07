//! What is known of one day of one dataset, and of many.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};

use super::{
    dataset::Dataset,
    dates::{DateSpan, spans_of},
    printable::printable,
    wording::counted,
};

/// Spans of missing days that a sentence names.
const SPANS: usize = 3;

/// The state of one account's day in one dataset. No row at all means: never asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coverage {
    /// Here, and settled.
    Got,
    /// Asked, but it may still change: today, and days a late upload may fill.
    Open,
    /// Asked, and nothing was recorded on that day. Not a failure.
    Nothing,
    /// Asked, and the answer could not be had or read. Not "no data".
    Failed,
}

/// After this many days an empty day is final: no watch will bring it any more
/// (`protocol.md` 11.4).
pub const EMPTY_SETTLES_AFTER: u32 = 14;

impl Coverage {
    pub const ALL: [Self; 4] = [Self::Got, Self::Open, Self::Nothing, Self::Failed];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Got => "got",
            Self::Open => "open",
            Self::Nothing => "nothing",
            Self::Failed => "failed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What CentralDB keeps of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFact {
    pub state: Coverage,
    /// When the day entered this state.
    pub since: Timestamp,
    /// Why it failed.
    pub reason: Option<String>,
    /// A failed day is not asked for again before, unless it is repaired.
    pub retry_at: Option<Timestamp>,
}

/// An answer of an endpoint, as far as it matters for what to ask next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointRead {
    pub span: DateSpan,
    pub at: Timestamp,
    /// When a watch had last uploaded by then; `None`: not asked.
    pub uploaded_at: Option<Timestamp>,
}

/// Days of one dataset that are still to be fetched although they were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    pub dataset: Dataset,
    pub days: BTreeSet<Date>,
    /// Why the newest of them failed.
    pub reason: Option<String>,
    /// When the first of them is asked for again; in the past: with the next sync.
    pub retry_at: Option<Timestamp>,
}

impl Owed {
    pub const fn of(dataset: Dataset) -> Self {
        Self {
            dataset,
            days: BTreeSet::new(),
            reason: None,
            retry_at: None,
        }
    }

    /// Adds a day; days come oldest first.
    pub fn add(&mut self, day: Date, reason: Option<&str>, retry_at: Option<Timestamp>) {
        self.days.insert(day);
        if let Some(reason) = reason {
            self.reason = Some(reason.to_owned());
        }
        self.retry_at = match (self.retry_at, retry_at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }

    /// `3 days, 2026-11-01 … 2026-11-02, 2026-11-05`: newest first, the rest counted.
    pub fn which(&self) -> String {
        let count = counted(u32::try_from(self.days.len()).unwrap_or(u32::MAX), "day");
        let mut spans = spans_of(&self.days);
        spans.reverse();
        let named: Vec<_> = spans.iter().take(SPANS).map(ToString::to_string).collect();
        let more = match spans.len().saturating_sub(SPANS) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        format!("{count}, {}{more}", named.join(", "))
    }

    /// When it is tried again, in a sentence.
    pub fn next_try(&self, now: Timestamp) -> String {
        match self.retry_at.filter(|at| *at > now) {
            Some(at) => format!("next try after {at:.0}"),
            None => "next try with the next sync".to_owned(),
        }
    }

    /// What is missing, why, and when it is tried again.
    pub fn sentence(&self, now: Timestamp) -> String {
        let why = self.reason.as_deref().map(printable);
        let why = why.map_or_else(String::new, |why| format!(" ({why})"));
        let (dataset, which) = (self.dataset, self.which());
        format!("{dataset} is missing {which}{why}; {}", self.next_try(now))
    }
}

/// The days of a span that were asked for, each dataset's for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageMap {
    pub span: DateSpan,
    pub days: BTreeMap<Dataset, BTreeMap<Date, DayFact>>,
    /// The first day of the history, as far as it was asked for.
    pub first: Option<Date>,
}

impl CoverageMap {
    pub const fn new(span: DateSpan) -> Self {
        Self {
            span,
            days: BTreeMap::new(),
            first: None,
        }
    }

    pub fn day(&self, dataset: Dataset, on: Date) -> Option<&DayFact> {
        self.days.get(&dataset)?.get(&on)
    }
}
