//! What is known of one day of one dataset, and of many.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{dataset::Dataset, dates::DateSpan};

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
    /// Garmin keeps it offline and has to be asked to bring it back.
    Cold,
}

/// After this many days an empty day is final: no watch will bring it any more
/// (`protocol.md` 11.4).
pub const EMPTY_SETTLES_AFTER: u32 = 14;

impl Coverage {
    pub const ALL: [Self; 5] = [
        Self::Got,
        Self::Open,
        Self::Nothing,
        Self::Failed,
        Self::Cold,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Got => "got",
            Self::Open => "open",
            Self::Nothing => "nothing",
            Self::Failed => "failed",
            Self::Cold => "cold",
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
