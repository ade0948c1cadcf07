//! How long a plan takes, on ten years of every dataset: `cargo bench --bench plan`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

#[path = "support.rs"]
mod support;

use std::{collections::BTreeMap, hint::black_box, time::Duration};

use garminsync::{
    domain::{coverage::Coverage, dataset::Dataset, dates::DateSpan, job::Goal, session::Lane},
    sync::plan::{DayKnown, GATEWAY, Holding, Known, Refused, plan},
};
use support::{TODAY, is_asked_for, ratio, timed};

const DAYS: u32 = 3653;

fn main() {
    if !is_asked_for() {
        return;
    }
    println!(
        "Planning {} datasets, {DAYS} days each; median of one second of plans\n",
        Dataset::ALL.len()
    );
    println!(
        "{:<44} {:>9} {:>9} {:>12} {:>8}",
        "what is known", "tasks", "requests", "one plan", "ratio"
    );
    let mut refused = known(None);
    refused
        .allowed
        .entry(GATEWAY.to_owned())
        .or_default()
        .refuse(Refused::All);
    let mut sweeping = known(Some(Coverage::Got));
    for holding in sweeping.holdings.values_mut() {
        holding.again = Some(holding.span);
    }
    let mut base = None;
    for (what, known) in [
        ("nothing (an empty database)", known(None)),
        ("nothing, and GraphQL is refused", refused),
        ("every day, settled", known(Some(Coverage::Got))),
        ("every day, settled; all read again", sweeping),
        ("every day, still open", known(Some(Coverage::Open))),
        ("every day failed", known(Some(Coverage::Failed))),
    ] {
        let time = timed(|| {
            black_box(plan(black_box(&known)));
        });
        let batches = plan(&known).batches;
        let tasks: usize = batches.iter().map(|batch| batch.0.len()).sum();
        let base: Duration = *base.get_or_insert(time);
        println!(
            "{what:<44} {tasks:>9} {:>9} {:>9.0} µs {:>7.2}x",
            batches.len(),
            time.as_secs_f64() * 1e6,
            ratio(time, base),
        );
    }
}

/// Ten years, every day of them in one state, or never asked for.
fn known(state: Option<Coverage>) -> Known {
    let span = DateSpan::ending(TODAY, DAYS);
    let day = state.map(|state| DayKnown {
        state,
        is_parked: false,
        is_thin: false,
    });
    let coverage: BTreeMap<_, _> = span.days().filter_map(|on| Some((on, day?))).collect();
    let holding = Holding {
        span,
        coverage,
        again: None,
    };
    let mut known = Known::nothing(TODAY, Goal::Routine, [Lane::Connect].into());
    known.holdings = Dataset::ALL
        .into_iter()
        .map(|dataset| (dataset, holding.clone()))
        .collect();
    known
}
