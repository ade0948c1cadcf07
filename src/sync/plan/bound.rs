//! How many requests working a plan off can take at the very most.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Batch, Known};
use crate::{
    domain::dataset::Dataset,
    sync::dataset::{self, Part},
};

/// Spans are not made shorter than this (`personal-api.md` 8).
pub const SHORTEST: u32 = 7;

/// Nobody has more rows on one day.
pub const MOST_ROWS: u32 = 10_000;

/// An upper bound on the requests that `batches` can lead to, however their
/// answers turn out, without tries of the same request after a passing error.
///
/// Every day may fall through all routes of its dataset, by spans that were
/// halved down to the shortest, and every halving and every refused route costs
/// one request of its own. It is far above what a plan costs; a job that gets
/// there goes in circles.
pub fn most_requests(known: &Known, batches: &[Batch]) -> u32 {
    let mut days: BTreeMap<Dataset, BTreeSet<Date>> = BTreeMap::new();
    for task in batches.iter().flat_map(|batch| &batch.0) {
        days.entry(task.dataset)
            .or_default()
            .extend(task.span.days());
    }
    // Sharing and the gateway may each be refused once.
    days.iter().fold(2, |sum: u32, (&dataset, days)| {
        let count = u32::try_from(days.len()).unwrap_or(u32::MAX);
        let routes = dataset::source(dataset)
            .iter()
            .filter(|route| known.lanes.contains(&route.lane));
        let parts = routes.flat_map(|route| route.parts);
        parts.fold(sum, |sum, part| sum.saturating_add(most_of(part, count)))
    })
}

fn most_of(part: &Part, days: u32) -> u32 {
    let shortest = part.window.most.clamp(1, SHORTEST);
    let halvings = part.window.most.max(1).ilog2() + 2;
    let pages = part.page.map_or(0, |page| days + MOST_ROWS / page.max(1));
    // Wanted days may lie scattered: as many spans as days.
    let spans = days.div_ceil(shortest).max(days.min(366));
    spans.saturating_add(halvings).saturating_add(pages)
}
