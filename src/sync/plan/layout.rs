//! The cheapest route of a dataset, laid out as tasks.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{GATEWAY, Known, Task, batches::SHARED, windows::windows};
use crate::{
    domain::{dataset::Dataset, dates::back},
    sync::dataset::{self, Part, Route},
};

/// The tasks of one dataset, newest first, by the route that needs the fewest
/// requests; among equals by the first. None when no route is left.
pub(super) fn lay_out(
    known: &Known,
    dataset: Dataset,
    days: impl Fn(&'static Part) -> BTreeSet<Date>,
) -> Vec<Task> {
    dataset::source(dataset)
        .iter()
        .enumerate()
        .filter(|(_, route)| is_usable(known, route))
        .map(|(index, route)| tasks(known, dataset, (index, route), &days))
        // A snapshot costs next to nothing: there the first route is the fullest.
        .min_by_key(|tasks| {
            if dataset.is_snapshot() {
                0
            } else {
                cost(known, tasks)
            }
        })
        .unwrap_or_default()
}

/// Plans the days of tasks that are not to be asked as planned, with what was
/// learnt since.
pub fn relay(known: &Known, dataset: Dataset, days: &BTreeSet<Date>) -> Vec<Task> {
    lay_out(known, dataset, |_| days.clone())
}

/// A person asks for holes to be filled: where no route is left, all are tried again.
pub fn insist(known: &mut Known) {
    let datasets: Vec<Dataset> = known.holdings.keys().copied().collect();
    for dataset in datasets {
        let routes = dataset::source(dataset);
        if routes.iter().any(|route| is_usable(known, route)) {
            continue;
        }
        let mine = routes
            .iter()
            .filter(|route| known.lanes.contains(&route.lane));
        let parts: Vec<_> = mine.flat_map(|route| route.parts).collect();
        for part in parts {
            let gateway = part.is_graphql().then_some(GATEWAY);
            for name in gateway.into_iter().chain([part.endpoint]) {
                if let Some(allowed) = known.allowed.get_mut(name) {
                    allowed.is_refused = false;
                }
            }
        }
    }
}

fn tasks(
    known: &Known,
    dataset: Dataset,
    (index, route): (usize, &'static Route),
    days: impl Fn(&'static Part) -> BTreeSet<Date>,
) -> Vec<Task> {
    let asked = |part: &Part| !known.allowed(part.endpoint).is_refused;
    route
        .parts
        .iter()
        .enumerate()
        .filter(|(_, part)| asked(part))
        .flat_map(|(at, part)| {
            let mut days = days(part);
            if let Some(recent) = part.only_recent {
                days.retain(|&day| day > back(known.today, recent));
            }
            let spans = windows(&days, part.window, known.allowed(part.endpoint));
            spans.into_iter().map(move |span| Task {
                dataset,
                route: index,
                part: at,
                span,
                start: 0,
            })
        })
        .collect()
}

/// A route whose covering part is refused is of no use; the parts before it can be done without.
fn is_usable(known: &Known, route: &Route) -> bool {
    known.lanes.contains(&route.lane)
        && route.parts.last().is_some_and(|part| {
            !known.allowed(part.endpoint).is_refused
                && (!part.is_graphql() || !known.allowed(GATEWAY).is_refused)
        })
}

/// In quarters of a request: scalars that share one cost little.
fn cost(known: &Known, tasks: &[Task]) -> usize {
    let shares = !known.allowed(SHARED).is_refused;
    tasks
        .iter()
        .map(|task| match task.part() {
            Some((_, part)) if shares && part.is_graphql() => 1,
            _ => 4,
        })
        .sum()
}
