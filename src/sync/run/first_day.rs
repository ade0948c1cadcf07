//! Where does this person's history begin? In a number of requests that grows
//! with the logarithm of the years.
//!
//! The oldest activity is one request: the list sorted the other way round. Days
//! are searched by halving: does this span hold anything? Each probe is an
//! ordinary task whose rows are stored, so none is wasted, and what was found out
//! is kept at once: a search that is cut short goes on from there. A history with
//! a hole of years could deceive the halving, so it is also asked around the oldest
//! activity; one that stands alone, imported or from a watch whose clock was wrong,
//! moves no other dataset's first day.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use serde_json::Value;

use super::{Halt, Run, learn::Trouble};
use crate::{
    central_db::{backfill, coverage},
    domain::{
        coverage::Coverage,
        dataset::Dataset,
        dates::{DateSpan, forward},
    },
    garmin::wire::{fields::Fields, json},
    sync::{
        dataset::Call,
        fetch::Lender,
        plan::{self, Known},
        store,
    },
};

/// What the search is called in a price.
pub(super) const ENDPOINT: &str = "first_day.search";

/// Nobody has a day in Garmin Connect from before.
pub(super) const OLDEST: Date = date(2006, 1, 1);

/// A probe spans at least this much: a week without a watch is no beginning.
const PROBE_DAYS: u32 = 28;

/// The fewest requests that a search takes: halving always asks about as often.
pub(super) fn fewest_requests(known: &Known, searches_days: bool) -> u32 {
    let days = DateSpan::new(OLDEST, known.today).map_or(1, DateSpan::len);
    let halvings = days.div_ceil(PROBE_DAYS).max(1).ilog2();
    1 + if searches_days { halvings } else { 0 }
}

/// The most requests that a search takes.
pub(super) fn most_requests(known: &Known) -> u32 {
    let days = DateSpan::new(OLDEST, known.today).map_or(1, DateSpan::len);
    // One for the oldest activity, one for the days around it, the rest for halving.
    2 + days.div_ceil(PROBE_DAYS).max(1).ilog2() + 1
}

/// What a question about the past brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// The first day that holds something.
    Day(Date),
    /// There is none.
    Nothing,
    /// It could not be asked: a guess would end the history too early, and for good.
    Unknown,
}

/// Finds and remembers the first day of `datasets`. What could not be asked
/// leaves it unknown; the next run goes on with the answers that are here.
pub(super) async fn search<L: Lender>(
    run: &mut Run<'_, L>,
    datasets: Vec<Dataset>,
) -> Result<(), Halt> {
    let activity = match known_first(run, Dataset::Activities).await? {
        Some(first) => Found::Day(first),
        None => oldest_activity(run).await?,
    };
    let activity = match activity {
        Found::Unknown => return Ok(()),
        Found::Nothing => None,
        Found::Day(day) => Some(day.max(OLDEST)),
    };
    // Without any there is nothing to go back for.
    remember(
        run,
        vec![Dataset::Activities],
        activity.unwrap_or(run.today),
    )
    .await?;
    let others: Vec<_> = datasets
        .into_iter()
        .filter(|dataset| *dataset != Dataset::Activities)
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let first = if run.known.holdings.contains_key(&Dataset::Daily) {
        match oldest_day(run, activity).await? {
            Found::Unknown => return Ok(()),
            Found::Day(day) => Some(day),
            Found::Nothing => activity,
        }
    } else {
        activity
    };
    let first = first.unwrap_or(run.today);
    remember(run, others, first).await?;
    // A server that ignores the order names its newest activity as the oldest.
    let both = activity.map_or(first, |activity| activity.min(first));
    remember(run, vec![Dataset::Activities], both).await
}

async fn known_first<L: Lender>(run: &Run<'_, L>, dataset: Dataset) -> Result<Option<Date>, Halt> {
    let id = run.account.id;
    let read = run
        .shop
        .central_db
        .read(move |db| backfill::frontier(db, id, dataset));
    Ok(read.await?.first_on)
}

async fn remember<L: Lender>(
    run: &Run<'_, L>,
    datasets: Vec<Dataset>,
    first: Date,
) -> Result<(), Halt> {
    let id = run.account.id;
    let write = run.shop.central_db.write(move |tx| {
        for dataset in datasets {
            backfill::set_first(tx, id, dataset, first)?;
        }
        Ok(())
    });
    Ok(write.await?)
}

/// One request, whatever the lane (`protocol.md` 9.6.1, `personal-api.md` 6.6).
async fn oldest_activity<L: Lender>(run: &mut Run<'_, L>) -> Result<Found, Halt> {
    let Some(&lane) = run.known.lanes.first() else {
        return Ok(Found::Unknown);
    };
    if run.is_spent() {
        return Ok(Found::Unknown);
    }
    let query = [("start", "0"), ("limit", "1"), ("sortOrder", "asc")];
    let call = Call::Get {
        path: "/activitylist-service/activities/search/activities".to_owned(),
        query: query.map(|(name, value)| (name, value.to_owned())).to_vec(),
    };
    let answer = match run.fetcher.call(lane, &call).await {
        Ok(answer) => answer,
        Err(error) => match run.sort_out(error) {
            Trouble::Task(error) => return search_failed(run, error.to_string()).await,
            Trouble::Job(halt) => return Err(halt),
            Trouble::Lane(halt) => {
                run.lose(lane, halt, &[]).await?;
                return Ok(Found::Unknown);
            }
        },
    };
    let list = match json::parse(&answer.body) {
        Ok(Value::Array(list)) => Some(list),
        Ok(Value::Null) => Some(Vec::new()),
        _ => None,
    };
    let Some(list) = list else {
        return search_failed(run, "the list of activities could not be read".to_owned()).await;
    };
    let start = list.first().and_then(Fields::of).and_then(|row| {
        let local = row.local("startTimeLocal");
        local.or_else(|| row.local("startTimeGMT"))
    });
    Ok(start.map_or(Found::Nothing, |start| Found::Day(start.date())))
}

async fn search_failed<L: Lender>(run: &mut Run<'_, L>, summary: String) -> Result<Found, Halt> {
    let at = run.context();
    run.shop
        .central_db
        .write(move |tx| store::search_failed(tx, at, ENDPOINT, &summary))
        .await?;
    Ok(Found::Unknown)
}

/// The probes lie on a grid of their own, so that a search that was cut short asks
/// the same again, and finds what it was told already.
#[derive(Clone, Copy)]
struct Grid {
    probes: u32,
    today: Date,
}

impl Grid {
    fn new(today: Date) -> Option<Self> {
        let all = DateSpan::new(OLDEST, today)?;
        Some(Self {
            probes: all.len().div_ceil(PROBE_DAYS),
            today,
        })
    }

    /// The days of a probe, counted by its age.
    fn span(self, age: u32) -> Option<DateSpan> {
        let begin = forward(OLDEST, (self.probes - 1).saturating_sub(age) * PROBE_DAYS);
        DateSpan::new(begin, forward(begin, PROBE_DAYS - 1).min(self.today))
    }

    /// The age of the probe that holds `day`.
    fn age(self, day: Date) -> u32 {
        let before = DateSpan::new(OLDEST, day).map_or(0, |span| span.len() - 1);
        (self.probes - 1).saturating_sub(before / PROBE_DAYS)
    }
}

/// Halves the years between today and the oldest day there can be; where an
/// activity is older than what that finds, also what lies around and before it.
async fn oldest_day<L: Lender>(
    run: &mut Run<'_, L>,
    activity: Option<Date>,
) -> Result<Found, Halt> {
    let Some(grid) = Grid::new(run.today) else {
        return Ok(Found::Nothing);
    };
    let found = halve(run, grid, 0).await?;
    let Some(activity) = activity else {
        return Ok(found);
    };
    let is_older = match found {
        Found::Unknown => return Ok(found),
        Found::Day(day) => grid.age(activity) > grid.age(day),
        Found::Nothing => true,
    };
    if !is_older {
        return Ok(found);
    }
    let age = grid.age(activity);
    let Some(span) = grid.span(age) else {
        return Ok(found);
    };
    match probe(run, span).await? {
        Found::Unknown => Ok(Found::Unknown),
        Found::Nothing => Ok(found),
        Found::Day(day) => Ok(match halve(run, grid, age + 1).await? {
            Found::Nothing => Found::Day(day),
            older => older,
        }),
    }
}

/// The boundary between the last probe that has days and the first that has none,
/// among those of at least the age `low`.
async fn halve<L: Lender>(run: &mut Run<'_, L>, grid: Grid, low: u32) -> Result<Found, Halt> {
    let (mut found, mut low, mut lacks) = (Found::Nothing, low, grid.probes);
    while low < lacks {
        let middle = low.midpoint(lacks);
        let Some(span) = grid.span(middle) else {
            break;
        };
        match probe(run, span).await? {
            Found::Unknown => return Ok(Found::Unknown),
            day @ Found::Day(_) => {
                found = day;
                low = middle + 1;
            }
            Found::Nothing => lacks = middle,
        }
    }
    Ok(found)
}

/// Asks for the days of `span` like any task, unless they are known.
async fn probe<L: Lender>(run: &mut Run<'_, L>, span: DateSpan) -> Result<Found, Halt> {
    let known = answer(run, span).await?;
    if known != Found::Unknown {
        return Ok(known);
    }
    let days: BTreeSet<Date> = span.days().collect();
    // All parts: the answer of the last one calls the days covered.
    let tasks: Vec<_> = plan::relay(&run.known, Dataset::Daily, &days, plan::Routes::All)
        .tasks
        .into_iter()
        .filter(|task| task.part().is_some_and(|(_, part)| part.window.most > 1))
        .collect();
    run.walk(plan::batches(&run.known, tasks)).await?;
    answer(run, span).await
}

/// What is known of the days of `span`: unknown unless all of them were answered.
async fn answer<L: Lender>(run: &Run<'_, L>, span: DateSpan) -> Result<Found, Halt> {
    let id = run.account.id;
    let states = run
        .shop
        .central_db
        .read(move |db| coverage::of(db, id, Dataset::Daily, span))
        .await?;
    let is_answered = span.days().all(|day| {
        states
            .get(&day)
            .is_some_and(|state| *state != Coverage::Failed)
    });
    if !is_answered {
        return Ok(Found::Unknown);
    }
    let first = states
        .iter()
        .find(|(_, state)| matches!(state, Coverage::Got | Coverage::Open));
    Ok(first.map_or(Found::Nothing, |(&day, _)| Found::Day(day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_lie_on_a_grid_that_covers_all_days_once() {
        let today = date(2026, 11, 21);
        let grid = Grid::new(today).unwrap();
        assert_eq!(grid.span(0).unwrap().last(), today);
        assert_eq!(grid.span(grid.probes - 1).unwrap().first(), OLDEST);
        for age in 0..grid.probes {
            let span = grid.span(age).unwrap();
            assert_eq!((grid.age(span.first()), grid.age(span.last())), (age, age));
        }
    }
}
