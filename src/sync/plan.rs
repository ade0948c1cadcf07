//! Decides what to fetch. Pure: what is known, today and a request in, sorted
//! tasks out.
//!
//! Range routes before per-day ones, and newest days first, so that an
//! interrupted run leaves the recent past complete. Knows nothing of HTTP or
//! SQL; `run` feeds it and `fetch` consumes it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::dataset::{self, Part};
use crate::domain::{
    coverage::Coverage,
    dataset::Dataset,
    dates::{DateSpan, back},
    job::{Goal, Price},
    session::Lane,
};

/// One planned request.
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
}

/// What a plan is made from.
#[derive(Clone, Debug)]
pub struct Known {
    /// The account's today.
    pub today: Date,
    pub span: DateSpan,
    pub goal: Goal,
    /// Days up to today that every run reads again.
    pub window_days: u32,
    /// Per dataset asked for: its coverage over the span.
    pub coverage: BTreeMap<Dataset, BTreeMap<Date, Coverage>>,
    /// Routes that were refused, so that the plan starts at the next one.
    pub routes: BTreeMap<Dataset, usize>,
}

/// The tasks, in the order in which they run.
pub fn plan(known: &Known) -> Vec<Task> {
    let mut tasks: Vec<Task> = known
        .coverage
        .keys()
        .flat_map(|&dataset| tasks_of(known, dataset))
        .collect();
    // A stable sort: within the same rank datasets keep their order.
    tasks.sort_by_key(|task| {
        let is_per_day = task.part().is_some_and(|(_, part)| part.window.most == 1);
        (is_per_day, std::cmp::Reverse(task.span.last()))
    });
    tasks
}

/// The tasks of one dataset, newest first.
pub fn tasks_of(known: &Known, dataset: Dataset) -> Vec<Task> {
    let index = known.routes.get(&dataset).copied().unwrap_or(0);
    let Some((part, days)) = dataset::source(dataset)
        .get(index)
        .and_then(|route| Some((route.parts.len() - 1, route.parts.last()?.window.safe)))
    else {
        return Vec::new();
    };
    let empty = BTreeMap::new();
    let coverage = known.coverage.get(&dataset).unwrap_or(&empty);
    let is_wanted = |day: Date| is_wanted(known, coverage.get(&day).copied(), day);
    let mut out = Vec::new();
    let mut last = known.span.last();
    // From the newest wanted day on, a window costs the same whatever lies in it.
    while let Some(newest) = DateSpan::new(known.span.first(), last)
        .and_then(|rest| rest.days().rev().find(|&day| is_wanted(day)))
    {
        let first = back(newest, days - 1).max(known.span.first());
        let window = DateSpan::new(first, newest).unwrap_or(DateSpan::day(newest));
        // Days at its far end that nobody wants need not be asked for.
        let oldest = window.days().find(|&day| is_wanted(day)).unwrap_or(newest);
        let span = DateSpan::new(oldest, newest).unwrap_or(window);
        out.push(Task {
            dataset,
            route: index,
            part,
            span,
            start: 0,
        });
        if first == known.span.first() {
            break;
        }
        last = back(first, 1);
    }
    out
}

/// Whether a day is worth asking for.
fn is_wanted(known: &Known, state: Option<Coverage>, day: Date) -> bool {
    let is_settled = matches!(state, Some(Coverage::Got | Coverage::Nothing));
    if known.goal == Goal::Repair {
        return matches!(state, None | Some(Coverage::Failed));
    }
    let heals_from = back(known.today, known.window_days.saturating_sub(1));
    !is_settled || day >= heals_from
}

/// What the tasks would cost. Each is one request; further pages and original
/// files are known only once a list has been read.
pub fn price(tasks: &[Task]) -> Price {
    let mut price = Price::default();
    for (_, part) in tasks.iter().filter_map(Task::part) {
        *price.endpoints.entry(part.endpoint).or_default() += 1;
    }
    price
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 21);
    const BASIC: [Dataset; 3] = [Dataset::Activities, Dataset::Daily, Dataset::Sleep];

    fn known(days: u32, datasets: &[Dataset]) -> Known {
        Known {
            today: TODAY,
            span: DateSpan::ending(TODAY, days),
            goal: Goal::Routine,
            window_days: 28,
            coverage: datasets
                .iter()
                .map(|&dataset| (dataset, BTreeMap::new()))
                .collect(),
            routes: BTreeMap::new(),
        }
    }

    fn spans(tasks: &[Task]) -> Vec<String> {
        tasks.iter().map(|task| task.span.to_string()).collect()
    }

    #[test]
    fn a_default_run_is_one_request_per_dataset() {
        let tasks = plan(&known(28, &BASIC));
        assert_eq!(
            tasks.iter().map(|task| task.dataset).collect::<Vec<_>>(),
            BASIC
        );
        assert!(
            tasks
                .iter()
                .all(|task| task.span == DateSpan::ending(TODAY, 28))
        );
        assert_eq!(price(&tasks).requests(), 3);
    }

    #[test]
    fn a_year_is_windows_newest_first_across_datasets() {
        let tasks = plan(&known(365, &[Dataset::Daily, Dataset::Sleep]));
        assert_eq!(tasks.len(), 28);
        assert!(tasks.is_sorted_by_key(|task| std::cmp::Reverse(task.span.last())));
        assert_eq!(price(&tasks).endpoints["daily.graphql"], 14);
        let mut days: Vec<_> = tasks
            .iter()
            .filter(|task| task.dataset == Dataset::Daily)
            .flat_map(|task| task.span.days())
            .collect();
        days.sort();
        assert_eq!(
            days,
            DateSpan::ending(TODAY, 365).days().collect::<Vec<_>>()
        );
    }

    #[test]
    fn settled_days_of_long_ago_are_not_asked_for_again() {
        let mut known = known(365, &[Dataset::Daily]);
        let settled = known.span.days().map(|day| (day, Coverage::Got)).collect();
        known.coverage.insert(Dataset::Daily, settled);
        assert_eq!(spans(&plan(&known)), ["2026-10-25 … 2026-11-21"]);
        known
            .coverage
            .get_mut(&Dataset::Daily)
            .unwrap()
            .insert(date(2026, 2, 3), Coverage::Failed);
        assert_eq!(
            spans(&plan(&known)),
            ["2026-10-25 … 2026-11-21", "2026-02-03"]
        );
    }

    #[test]
    fn repair_fetches_exactly_the_holes() {
        let mut known = known(100, &[Dataset::Sleep]);
        known.goal = Goal::Repair;
        let days = known.coverage.get_mut(&Dataset::Sleep).unwrap();
        days.extend(known.span.days().map(|day| (day, Coverage::Open)));
        days.insert(date(2026, 11, 1), Coverage::Failed);
        days.insert(date(2026, 10, 30), Coverage::Failed);
        days.remove(&date(2026, 9, 1));
        assert_eq!(
            spans(&plan(&known)),
            ["2026-10-30 … 2026-11-01", "2026-09-01"]
        );
    }

    #[test]
    fn a_refused_range_is_planned_by_day_after_the_ranges() {
        let mut known = known(3, &[Dataset::Daily, Dataset::Sleep]);
        known.routes.insert(Dataset::Daily, 1);
        let tasks = plan(&known);
        assert_eq!(tasks[0].dataset, Dataset::Sleep);
        assert_eq!(
            spans(&tasks[1..]),
            ["2026-11-21", "2026-11-20", "2026-11-19"]
        );
        known.routes.insert(Dataset::Daily, 9);
        assert_eq!(plan(&known).len(), 1, "no route is left");
    }
}
