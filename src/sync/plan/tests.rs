use super::*;
use crate::domain::dates::back;
use jiff::civil::date;

const TODAY: Date = date(2026, 11, 21);
const BASIC: [Dataset; 3] = [Dataset::Activities, Dataset::Daily, Dataset::Sleep];

fn known(days: u32, datasets: &[Dataset]) -> Known {
    let span = DateSpan::ending(TODAY, days);
    let holding = Holding {
        span,
        coverage: BTreeMap::new(),
        again: None,
    };
    let holdings = datasets.iter().map(|&dataset| (dataset, holding.clone()));
    let mut known = Known::nothing(TODAY, Goal::Routine, [Lane::Connect].into());
    known.holdings = holdings.collect();
    known
}

fn refuse(known: &mut Known, endpoint: &str) {
    known
        .allowed
        .entry(endpoint.to_owned())
        .or_default()
        .refuse(Refused::All);
}

fn prove(known: &mut Known, endpoint: &str, days: u32) {
    known.allowed.entry(endpoint.to_owned()).or_default().proven = Some(days);
}

fn holding(known: &mut Known, dataset: Dataset) -> &mut Holding {
    known.holdings.get_mut(&dataset).unwrap()
}

fn cover(known: &mut Known, dataset: Dataset, days: impl Iterator<Item = Date>, state: Coverage) {
    let day = DayKnown {
        state,
        is_parked: false,
        is_thin: false,
    };
    let coverage = &mut holding(known, dataset).coverage;
    coverage.extend(days.map(|on| (on, day)));
}

fn all_tasks(known: &Known) -> Vec<Task> {
    let batches = plan(known).batches.into_iter();
    batches.flat_map(|batch| batch.0).collect()
}

/// Without what a day is complete without.
fn tasks(known: &Known) -> Vec<Task> {
    let mut tasks = all_tasks(known);
    tasks.retain(|task| !task.part().unwrap().1.is_optional);
    tasks
}

fn spans(tasks: &[Task]) -> Vec<String> {
    tasks.iter().map(|task| task.span.to_string()).collect()
}

#[test]
fn a_default_run_is_one_request_per_lane_of_thought() {
    let known = known(28, &BASIC);
    let batches = plan(&known).batches;
    assert_eq!(
        batches.len(),
        4,
        "the list, both scalars together, and what fills in: yesterday, compact nights"
    );
    assert_eq!(price(&batches).requests(), 4);
    let whole = DateSpan::ending(TODAY, 28);
    assert!(tasks(&known).iter().all(|task| task.span == whole));
}

#[test]
fn scalars_go_one_by_one_once_sharing_was_refused() {
    let mut known = known(28, &BASIC);
    refuse(&mut known, SHARED);
    let batches = plan(&known).batches;
    assert_eq!(
        batches.iter().map(Batch::endpoint).collect::<Vec<_>>(),
        [
            "sleep.compact",
            "activities.list",
            "daily.graphql",
            "sleep.graphql"
        ],
        "28 nights are worth a request of their own, yesterday is not"
    );
}

#[test]
fn a_year_grows_its_spans_and_covers_every_day_once_newest_first() {
    let mut known = known(365, &[Dataset::Daily, Dataset::Sleep]);
    let daily = |known: &Known| {
        let mut mine = tasks(known);
        mine.retain(|task| task.dataset == Dataset::Daily);
        mine
    };
    let mine = daily(&known);
    assert_eq!(
        mine.iter().map(|task| task.span.len()).collect::<Vec<_>>(),
        [28, 56, 281]
    );
    assert!(mine.is_sorted_by_key(|task| std::cmp::Reverse(task.span.last())));
    let mut days: Vec<_> = mine.iter().flat_map(|task| task.span.days()).collect();
    days.sort();
    assert_eq!(
        days,
        DateSpan::ending(TODAY, 365).days().collect::<Vec<_>>()
    );
    let first_wave = plan(&known).batches.remove(0);
    assert!(first_wave.0.iter().all(|task| task.span.len() <= 28));
    prove(&mut known, "daily.graphql", 365);
    assert_eq!(daily(&known).len(), 1);
    known
        .allowed
        .entry("daily.graphql".to_owned())
        .or_default()
        .too_long = Some(29);
    assert_eq!(daily(&known).len(), 14);
}

#[test]
fn settled_days_of_long_ago_are_not_asked_for_again() {
    let mut known = known(365, &[Dataset::Daily]);
    prove(&mut known, "daily.graphql", 365);
    let days = DateSpan::ending(TODAY, 365).days();
    cover(&mut known, Dataset::Daily, days, Coverage::Got);
    assert_eq!(spans(&tasks(&known)), ["2026-10-25 … 2026-11-21"]);
    // However old, outside of what this run is about.
    holding(&mut known, Dataset::Daily).span = DateSpan::ending(TODAY, 28);
    let old = date(2024, 2, 3);
    cover(
        &mut known,
        Dataset::Daily,
        [old].into_iter(),
        Coverage::Failed,
    );
    assert_eq!(
        spans(&tasks(&known)),
        ["2026-10-25 … 2026-11-21", "2024-02-03"]
    );
    let day = holding(&mut known, Dataset::Daily)
        .coverage
        .get_mut(&old)
        .unwrap();
    day.is_parked = true;
    assert_eq!(
        spans(&tasks(&known)),
        ["2026-10-25 … 2026-11-21"],
        "it rests"
    );
    known.goal = Goal::Repair;
    assert_eq!(spans(&tasks(&known)), ["2024-02-03"], "a person insists");
}

#[test]
fn repair_fetches_exactly_the_holes() {
    let mut known = known(100, &[Dataset::Sleep]);
    known.goal = Goal::Repair;
    let days = DateSpan::ending(TODAY, 100).days();
    cover(&mut known, Dataset::Sleep, days, Coverage::Open);
    let failed = [date(2026, 11, 1), date(2026, 10, 30)];
    cover(
        &mut known,
        Dataset::Sleep,
        failed.into_iter(),
        Coverage::Failed,
    );
    holding(&mut known, Dataset::Sleep)
        .coverage
        .remove(&date(2026, 9, 1));
    assert_eq!(
        spans(&tasks(&known)),
        ["2026-10-30 … 2026-11-01", "2026-09-01"]
    );
}

#[test]
fn the_cheapest_route_that_is_left_is_taken() {
    let mut known = known(365, &[Dataset::Sleep]);
    let endpoint = |known: &Known| tasks(known)[0].part().unwrap().1.endpoint;
    assert_eq!(endpoint(&known), "sleep.graphql");
    refuse(&mut known, GATEWAY);
    assert_ne!(endpoint(&known), "sleep.graphql");
    let routes = dataset::source(Dataset::Sleep);
    for part in routes.iter().flat_map(|route| route.parts) {
        refuse(&mut known, part.endpoint);
    }
    assert!(plan(&known).batches.is_empty(), "no route is left");
}

#[test]
fn a_lane_without_a_session_is_not_planned() {
    let mut known = known(28, &BASIC);
    known.lanes = [Lane::Personal].into();
    assert!(
        tasks(&known)
            .iter()
            .all(|task| task.part().unwrap().0 == Lane::Personal)
    );
}

#[test]
fn single_days_come_after_ranges_and_heal_three() {
    let mut known = known(28, &[Dataset::Daily, Dataset::Sleep]);
    let days = DateSpan::ending(TODAY, 28).days();
    cover(&mut known, Dataset::Daily, days, Coverage::Got);
    refuse(&mut known, "daily.graphql");
    let ranges = dataset::source(Dataset::Daily)
        .iter()
        .flat_map(|route| route.parts);
    for part in ranges.filter(|part| part.window.most > 1) {
        refuse(&mut known, part.endpoint);
    }
    let open = [back(TODAY, 5), back(TODAY, 14)];
    cover(&mut known, Dataset::Daily, open.into_iter(), Coverage::Open);
    let tasks = tasks(&known);
    assert_eq!(tasks[0].dataset, Dataset::Sleep);
    assert_eq!(
        spans(&tasks[1..]),
        ["2026-11-21", "2026-11-20", "2026-11-19", "2026-11-07"],
        "young days, and the one that settles now"
    );
}

#[test]
fn a_sweep_reads_settled_days_again_by_range_only() {
    let mut known = known(28, &[Dataset::Daily]);
    prove(&mut known, "daily.graphql", 365);
    holding(&mut known, Dataset::Daily).again = Some(DateSpan::ending(back(TODAY, 28), 300));
    assert_eq!(tasks(&known).len(), 1);
    assert_eq!(tasks(&known)[0].span.len(), 328);
}

#[test]
fn planning_ten_years_is_a_matter_of_days_not_of_their_square() {
    let known = known(3653, &Dataset::ALL);
    let tasks = tasks(&known);
    assert!(!tasks.is_empty());
    let datasets: BTreeSet<_> = tasks.iter().map(|task| task.dataset).collect();
    for dataset in datasets.iter().filter(|dataset| !dataset.is_snapshot()) {
        let covered: BTreeSet<Date> = tasks
            .iter()
            .filter(|task| task.dataset == *dataset && task.covers())
            .flat_map(|task| task.span.days())
            .collect();
        assert_eq!(covered.len(), 3653, "{dataset}");
    }
}

#[test]
fn what_fills_in_columns_comes_before_what_calls_the_same_days_covered() {
    let datasets: Vec<_> = Dataset::ALL
        .into_iter()
        .filter(|it| !it.is_snapshot())
        .collect();
    for gateway in [false, true] {
        let mut known = known(400, &datasets);
        if gateway {
            refuse(&mut known, GATEWAY);
        }
        let mut covered: Vec<Task> = Vec::new();
        let mut filling = 0;
        for task in all_tasks(&known) {
            if task.covers() {
                covered.push(task);
                continue;
            }
            filling += 1;
            let is_late = covered.iter().any(|other| {
                (other.dataset, other.route) == (task.dataset, task.route)
                    && other.span.days().any(|day| task.span.contains(day))
            });
            assert!(!is_late, "{task:?}");
        }
        assert!(filling > 0);
    }
}

#[test]
fn what_was_read_longest_ago_comes_first_and_what_was_just_read_not_at_all() {
    let mut known = known(28, &[Dataset::Weight, Dataset::Hill, Dataset::BodyBattery]);
    let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
    let span = DateSpan::ending(TODAY, 28);
    for (endpoint, hour) in [("weight.range", 5), ("body_battery.range", 3)] {
        let read = EndpointRead {
            span,
            at: at(hour),
            uploaded_at: None,
        };
        known.reads.insert(endpoint.to_owned(), vec![read]);
    }
    for dataset in [Dataset::Weight, Dataset::BodyBattery] {
        cover(&mut known, dataset, span.days(), Coverage::Open);
    }
    let order = |known: &Known| {
        let tasks = tasks(known);
        let datasets = tasks.iter().map(|task| task.dataset);
        datasets.collect::<Vec<_>>()
    };
    assert_eq!(
        order(&known),
        [Dataset::Hill, Dataset::BodyBattery, Dataset::Weight]
    );
    known.fresh_since = Some(at(4));
    assert_eq!(order(&known), [Dataset::Hill, Dataset::BodyBattery]);
    known.uploaded_at = Some(at(6));
    assert_eq!(
        order(&known).len(),
        3,
        "a watch has uploaded since: all of it may have changed"
    );
}

#[test]
fn a_refusal_of_old_days_leaves_the_recent_ones_open() {
    let mut known = known(1000, &[Dataset::Weight]);
    let old = back(TODAY, 400);
    known
        .allowed
        .entry("weight.range".to_owned())
        .or_default()
        .refuse(Refused::UpTo(old));
    let plan = plan(&known);
    let first = plan.batches[0].0[0];
    assert_eq!(first.span.first(), back(TODAY, 399));
    assert_eq!(plan.without_route[&Dataset::Weight].len(), 600);
}

#[test]
fn a_plan_has_a_bound_far_above_its_price() {
    for days in [28, 365, 3653] {
        let known = known(days, &Dataset::ALL);
        let batches = plan(&known).batches;
        let price = price(&batches).requests();
        let bound = most_requests(&known, &batches);
        assert!(bound > 4 * price && bound < 100_000, "{price}, {bound}");
    }
}
