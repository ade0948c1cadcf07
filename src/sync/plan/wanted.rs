//! Which days of a dataset are worth asking for.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{DayKnown, Holding, Known};
use crate::{
    domain::{
        coverage::{Coverage, EMPTY_SETTLES_AFTER},
        dataset::Dataset,
        dates::{DateSpan, back},
        job::Goal,
    },
    sync::dataset::Part,
};

/// Days up to today that per-day endpoints read again (`protocol.md` 11.4).
const DAY_BY_DAY: u32 = 3;

/// Days after which a snapshot is taken again (`protocol.md` 9.7).
const SNAPSHOT_DAYS: u32 = 7;
/// Records fall on any day.
const RECORDS_DAYS: u32 = 1;

/// The days that `part` should be asked for.
pub(super) fn days(
    known: &Known,
    holding: &Holding,
    dataset: Dataset,
    part: &Part,
) -> BTreeSet<Date> {
    if dataset.is_snapshot() {
        return snapshot(known, holding, dataset);
    }
    let is_per_day = part.window.most == 1;
    let heal = if is_per_day {
        DAY_BY_DAY.min(known.window_days)
    } else {
        known.window_days
    };
    let heals_from = back(known.today, heal.saturating_sub(1));
    // Day by day, an open day is read again only while it is young, and once
    // more when that makes it final.
    let settles_by = back(known.today, EMPTY_SETTLES_AFTER);
    let rests = |day: Date| is_per_day && day < heals_from && day > settles_by;
    let unsettled = holding
        .coverage
        .iter()
        .filter(|(_, day)| matches!(day.state, Coverage::Open | Coverage::Failed))
        .map(|(&day, _)| day);
    let mut days: BTreeSet<Date> = holding
        .span
        .days()
        .chain(unsettled)
        .filter(|&day| {
            let known_day = holding.coverage.get(&day);
            let is_open = known_day.is_some_and(|known| known.state == Coverage::Open);
            is_wanted(known.goal, known_day, day >= heals_from) && !(is_open && rests(day))
        })
        .collect();
    // Looking over the whole history day by day would cost more than it can find.
    if !is_per_day {
        days.extend(holding.again.into_iter().flat_map(DateSpan::days));
    }
    // What was read by a run that this one goes on with.
    days.retain(|&day| {
        let is_here = holding
            .coverage
            .get(&day)
            .is_some_and(|day| day.state != Coverage::Failed);
        !(is_here && known.is_fresh(part.endpoint, day))
    });
    days
}

/// Days that lack columns which a better route brings.
pub(super) fn thin_days(holding: &Holding) -> BTreeSet<Date> {
    let thin = holding.coverage.iter().filter(|(_, day)| day.is_thin);
    thin.map(|(&day, _)| day).collect()
}

/// Whether a wanted day that cannot be asked for is something that the run owes:
/// a day that is here and settled is none.
pub(super) fn is_missed(holding: &Holding, day: Date) -> bool {
    holding
        .coverage
        .get(&day)
        .is_none_or(|day| matches!(day.state, Coverage::Open | Coverage::Failed))
}

fn is_wanted(goal: Goal, day: Option<&DayKnown>, heals: bool) -> bool {
    let Some(day) = day else { return true };
    let (is_failed, is_due) = (day.state == Coverage::Failed, !day.is_parked);
    match goal {
        // A person asks: parked days are tried all the same.
        Goal::Repair => is_failed,
        Goal::Backfill => (is_failed && is_due) || (day.state == Coverage::Open && !heals),
        Goal::Routine => {
            (is_failed && is_due) || day.state == Coverage::Open || (heals && !is_failed)
        }
    }
}

/// Today, when the newest snapshot is old, or a person wants holes filled and there is none.
fn snapshot(known: &Known, holding: &Holding, dataset: Dataset) -> BTreeSet<Date> {
    let life = match dataset {
        Dataset::Records => RECORDS_DAYS,
        _ => SNAPSHOT_DAYS,
    };
    let taken = |day: &DayKnown| day.state != Coverage::Failed;
    let newest = holding
        .coverage
        .iter()
        .rev()
        .find(|(_, day)| taken(day))
        .map(|(&day, _)| day);
    let is_due = match (known.goal, newest) {
        (_, None) => true,
        (Goal::Routine, Some(newest)) => newest <= back(known.today, life),
        (Goal::Repair | Goal::Backfill, Some(_)) => false,
    };
    let is_parked = holding
        .coverage
        .get(&known.today)
        .is_some_and(|day| day.is_parked && known.goal != Goal::Repair);
    (is_due && !is_parked)
        .then_some(known.today)
        .into_iter()
        .collect()
}
