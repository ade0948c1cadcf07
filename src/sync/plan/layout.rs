//! The cheapest route of a dataset, laid out as tasks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{GATEWAY, Known, Task, windows::spans};
use crate::{
    domain::{
        dataset::Dataset,
        dates::{DateSpan, back},
        job::Goal,
    },
    sync::dataset::{self, Part, Route},
};

/// Optional parts are asked for this many days up to today, by a run that is
/// about no more than these; for all days by a backfill alone, since of a long
/// history they would cost more than all the rest.
const OPTIONAL_RECENT: u32 = 28;
/// Where scalars may not share a request each run costs more, and a backfill has an
/// allowance: there an optional part waits for this many days that it has never
/// answered for.
const OPTIONAL_DAYS: usize = 7;

/// The tasks of one dataset, newest first, and the days that no route is left for.
#[derive(Debug, Default)]
pub struct Layout {
    pub tasks: Vec<Task>,
    pub without_route: BTreeSet<Date>,
}

/// Lays out the `days` that each covering part should be asked for, by the
/// route that needs the fewest requests; among equals by the first. Days for
/// which different routes are open are laid out apart. `thin` days are read
/// again where a route is open that brings all of their columns.
pub(super) fn lay_out(
    known: &Known,
    dataset: Dataset,
    days: impl Fn(&'static Part) -> BTreeSet<Date>,
    thin: &BTreeSet<Date>,
) -> Layout {
    lay_out_by(known, dataset, routes(known, dataset), days, thin)
}

fn lay_out_by(
    known: &Known,
    dataset: Dataset,
    routes: Vec<(usize, &'static Route)>,
    days: impl Fn(&'static Part) -> BTreeSet<Date>,
    thin: &BTreeSet<Date>,
) -> Layout {
    let mut layout = Layout::default();
    if routes.is_empty() {
        return layout;
    }
    let wanted: BTreeSet<Date> = routes
        .iter()
        .filter_map(|(_, route)| route.parts.last())
        .flat_map(&days)
        .collect();
    let mut thin: BTreeSet<Date> = thin.difference(&wanted).copied().collect();
    let mut groups: BTreeMap<Vec<usize>, BTreeSet<Date>> = BTreeMap::new();
    for day in wanted {
        let open: Vec<usize> = routes
            .iter()
            .filter(|(_, route)| is_open(known, route, day))
            .map(|(index, _)| *index)
            .collect();
        if open.is_empty() {
            layout.without_route.insert(day);
        } else {
            groups.entry(open).or_default().insert(day);
        }
    }
    for (open, group) in groups {
        let mine = routes.iter().filter(|(index, _)| open.contains(index));
        let laid_out = mine.map(|(index, route)| {
            let mut wanted = |part| &days(part) & &group;
            (route, tasks(known, dataset, (*index, route), &mut wanted))
        });
        // A snapshot costs next to nothing: there the first route is the fullest.
        let cheapest = laid_out.min_by_key(|(_, tasks)| {
            if dataset.is_snapshot() {
                0
            } else {
                cost(known, tasks)
            }
        });
        let Some((route, mut chosen)) = cheapest else {
            continue;
        };
        let also = heals(known, route, &thin);
        if let (Some(first), false) = (chosen.first(), also.is_empty()) {
            let index = first.route;
            thin = &thin - &also;
            let mut wanted = |part| &(&days(part) & &group) | &also;
            chosen = tasks(known, dataset, (index, route), &mut wanted);
        }
        layout.tasks.extend(chosen);
    }
    for (index, route) in routes {
        let also = heals(known, route, &thin);
        if !also.is_empty() {
            thin = &thin - &also;
            let mut wanted = |_: &'static Part| also.clone();
            let healing = tasks(known, dataset, (index, route), &mut wanted);
            layout.tasks.extend(healing);
        }
    }
    layout
}

/// Which routes may take over what another one could not bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routes {
    All,
    /// No single days in place of a long range whose server has trouble: the next
    /// run asks for the range again.
    Ranges,
}

/// Single days that may take the place of a range in trouble.
const FEW_DAYS: usize = 7;

/// Plans the days of tasks that are not to be asked as planned, with what was
/// learnt since.
pub fn relay(known: &Known, dataset: Dataset, days: &BTreeSet<Date>, by: Routes) -> Layout {
    let mut routes = routes(known, dataset);
    if by == Routes::Ranges && days.len() > FEW_DAYS {
        let is_range = |route: &Route| route.parts.last().is_some_and(|it| it.window.most > 1);
        let lanes_are_there = !routes.is_empty();
        routes.retain(|(_, route)| is_range(route));
        if routes.is_empty() && lanes_are_there {
            return Layout {
                tasks: Vec::new(),
                without_route: days.clone(),
            };
        }
    }
    lay_out_by(known, dataset, routes, |_| days.clone(), &BTreeSet::new())
}

/// A person asks for holes to be filled: where no route is left, all are tried again.
pub fn insist(known: &mut Known) {
    let datasets: Vec<Dataset> = known.holdings.keys().copied().collect();
    for dataset in datasets {
        let routes = routes(known, dataset);
        let Some(span) = known.holdings.get(&dataset).map(|holding| holding.span) else {
            continue;
        };
        let is_open = |day| routes.iter().any(|(_, route)| is_open(known, route, day));
        if span.days().all(is_open) {
            continue;
        }
        for part in routes.iter().flat_map(|(_, route)| route.parts) {
            let gateway = part.is_graphql().then_some(GATEWAY);
            for name in gateway.into_iter().chain([part.endpoint]) {
                if let Some(allowed) = known.allowed.get_mut(name) {
                    allowed.refused = None;
                }
            }
        }
    }
}

/// Routes over the lanes there are, by their index.
fn routes(known: &Known, dataset: Dataset) -> Vec<(usize, &'static Route)> {
    dataset::source(dataset)
        .iter()
        .enumerate()
        .filter(|(_, route)| known.lanes.contains(&route.lane))
        .collect()
}

/// A route is of use while its covering part is; the parts before it can be done without.
fn is_open(known: &Known, route: &Route, day: Date) -> bool {
    let covering = route.parts.last();
    covering.is_some_and(|part| known.may_ask(part, day))
}

/// Those of the `thin` days that `route` brings all columns of, in ranges of days.
fn heals(known: &Known, route: &Route, thin: &BTreeSet<Date>) -> BTreeSet<Date> {
    let Some((covering, others)) = route.parts.split_last() else {
        return BTreeSet::new();
    };
    if covering.is_thin || covering.window.most == 1 {
        return BTreeSet::new();
    }
    let is_whole = |day: &Date| {
        let mut others = others.iter().filter(|part| part.is_for_all_days());
        known.may_ask(covering, *day) && others.all(|part| known.may_ask(part, *day))
    };
    thin.iter().copied().filter(is_whole).collect()
}

/// Whether a route is there that brings what any of the `thin` days lacks.
pub(super) fn can_heal(known: &Known, dataset: Dataset, thin: &BTreeSet<Date>) -> bool {
    let mut routes = routes(known, dataset).into_iter();
    !thin.is_empty() && routes.any(|(_, route)| !heals(known, route, thin).is_empty())
}

fn tasks(
    known: &Known,
    dataset: Dataset,
    (index, route): (usize, &'static Route),
    days: &mut dyn FnMut(&'static Part) -> BTreeSet<Date>,
) -> Vec<Task> {
    let last = route.parts.len().saturating_sub(1);
    let mut out = Vec::new();
    for (at, part) in route.parts.iter().enumerate() {
        let mut days = days(part);
        if at < last {
            days.retain(|&day| needs(known, dataset, part, day));
            if part.is_optional && is_put_off(known, part, &days) {
                continue;
            }
        }
        let spans = spans(known, part, &days);
        out.extend(spans.into_iter().map(|span: DateSpan| Task {
            dataset,
            route: index,
            part: at,
            span,
            start: 0,
        }));
    }
    out
}

/// Whether an optional part is not worth a request of its own yet.
fn is_put_off(known: &Known, part: &Part, days: &BTreeSet<Date>) -> bool {
    let unread = |day: &&Date| known.read_at(part.endpoint, **day).is_none();
    let is_dear = !known.may_share() || known.goal == Goal::Backfill;
    is_dear && days.iter().filter(unread).count() < OPTIONAL_DAYS
}

/// Whether a part that fills in columns is still to be asked for `day`.
fn needs(known: &Known, dataset: Dataset, part: &Part, day: Date) -> bool {
    if !known.may_ask(part, day) || known.is_fresh(part.endpoint, day) {
        return false;
    }
    if part
        .only_recent
        .is_some_and(|days| day <= back(known.today, days))
    {
        return false;
    }
    let holding = known.holdings.get(&dataset);
    if part.is_optional && known.goal != Goal::Backfill {
        let is_short = holding.is_none_or(|holding| holding.span.len() <= OPTIONAL_RECENT);
        if !is_short || day <= back(known.today, OPTIONAL_RECENT) {
            return false;
        }
    }
    if part.only_ended {
        let is_yesterday = day == back(known.today, 1);
        return is_yesterday && known.read_at(part.endpoint, day).is_none();
    }
    // The run that was to cover the day came this far and no further.
    let is_covered = holding.is_some_and(|holding| holding.coverage.contains_key(&day));
    is_covered || known.read_at(part.endpoint, day).is_none()
}

/// In quarters of a request: scalars that share one cost little.
fn cost(known: &Known, tasks: &[Task]) -> usize {
    let shares = known.may_share();
    tasks
        .iter()
        .map(|task| match task.part() {
            Some((_, part)) if part.is_optional => 0,
            Some((_, part)) if shares && part.is_graphql() => 1,
            _ => 4,
        })
        .sum()
}
