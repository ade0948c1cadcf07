//! Where does this person's history begin? In a number of requests that grows
//! with the logarithm of the years.
//!
//! The oldest activity is one request: the list sorted the other way round. Days
//! are searched by halving: does this span hold anything? Each probe is an
//! ordinary task whose rows are stored, so none is wasted. A history with a hole
//! of years could deceive the halving; the oldest activity is what corrects it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::civil::{Date, date};

use super::{Halt, Run};
use crate::{
    central_db::{backfill, coverage},
    domain::{
        coverage::Coverage,
        dataset::Dataset,
        dates::{DateSpan, back},
    },
    garmin::wire::fields::Fields,
    sync::{
        dataset::Call,
        fetch::Lender,
        plan::{self, Known},
    },
};

/// What the search is called in a price.
pub(super) const ENDPOINT: &str = "first_day.search";

/// Nobody has a day in Garmin Connect from before.
const OLDEST: Date = date(2006, 1, 1);

/// A probe spans at least this much: a week without a watch is no beginning.
const PROBE_DAYS: u32 = 28;

/// The most requests that a search takes.
pub(super) fn most_requests(known: &Known) -> u32 {
    let days = DateSpan::new(OLDEST, known.today).map_or(1, DateSpan::len);
    // One for the oldest activity, one for the oldest span, the rest for halving.
    2 + (days / PROBE_DAYS).max(1).ilog2() + 1
}

/// Finds and remembers the first day of `datasets`.
pub(super) async fn search<L: Lender>(
    run: &mut Run<'_, L>,
    datasets: Vec<Dataset>,
) -> Result<(), Halt> {
    let activity = oldest_activity(run).await?;
    let day = if run.known.holdings.contains_key(&Dataset::Daily) {
        oldest_day(run).await?
    } else {
        None
    };
    let first = [activity, day].into_iter().flatten().min();
    // With neither there is nothing to go back for.
    let first = first.unwrap_or(run.today);
    let id = run.account.id;
    run.shop
        .central_db
        .write(move |tx| {
            for dataset in datasets {
                backfill::set_first(tx, id, dataset, first)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// One request, whatever the lane (`protocol.md` 9.6.1, `personal-api.md` 6.6).
async fn oldest_activity<L: Lender>(run: &mut Run<'_, L>) -> Result<Option<Date>, Halt> {
    let Some(&lane) = run.known.lanes.first() else {
        return Ok(None);
    };
    let query = [("start", "0"), ("limit", "1"), ("sortOrder", "asc")];
    let call = Call::Get {
        path: "/activitylist-service/activities/search/activities".to_owned(),
        query: query.map(|(name, value)| (name, value.to_owned())).to_vec(),
    };
    let asked = run.fetcher.call(lane, &call).await;
    let Some(answer) = run.unless_halting(lane, asked).await? else {
        return Ok(None);
    };
    let list: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let row = list.as_array().and_then(|rows| rows.first());
    let start = row
        .and_then(Fields::of)
        .and_then(|row| row.local("startTimeLocal"));
    // A server that ignores the order names the newest: then it is no help, and no harm.
    Ok(start.map(jiff::civil::DateTime::date))
}

/// Halves the years between the oldest day that is here and the oldest there can be.
async fn oldest_day<L: Lender>(run: &mut Run<'_, L>) -> Result<Option<Date>, Halt> {
    let id = run.account.id;
    let known = run
        .shop
        .central_db
        .read(move |db| coverage::known_span(db, id, Dataset::Daily))
        .await?;
    let before = known.map_or(run.today, |known| back(known.first(), 1));
    let Some(unknown) = DateSpan::new(OLDEST, before) else {
        return Ok(known.map(DateSpan::first));
    };
    let probes = unknown.windows(PROBE_DAYS);
    // Newest first: the boundary lies between the last that has days and the first that has none.
    let (mut has, mut lacks) = (None, probes.len());
    let mut low = 0;
    while low < lacks {
        let middle = low.midpoint(lacks);
        let Some(&span) = probes.get(middle) else {
            break;
        };
        match probe(run, span).await? {
            None => return Ok(known.map(DateSpan::first)),
            Some(Some(first)) => {
                has = Some(first);
                low = middle + 1;
            }
            Some(None) => lacks = middle,
        }
    }
    Ok(has.or_else(|| known.map(DateSpan::first)))
}

/// Asks for the days of `span` like any task. The first day that held
/// something; the outer `None`: it could not be asked.
async fn probe<L: Lender>(
    run: &mut Run<'_, L>,
    span: DateSpan,
) -> Result<Option<Option<Date>>, Halt> {
    let days: BTreeSet<Date> = span.days().collect();
    let tasks: Vec<_> = plan::relay(&run.known, Dataset::Daily, &days)
        .into_iter()
        .filter(|task| task.covers() && task.part().is_some_and(|(_, part)| part.window.most > 1))
        .collect();
    if tasks.is_empty() {
        return Ok(None);
    }
    run.walk(VecDeque::from(plan::batches(&run.known, tasks)))
        .await?;
    let id = run.account.id;
    let states: BTreeMap<Date, Coverage> = run
        .shop
        .central_db
        .read(move |db| coverage::of(db, id, Dataset::Daily, span))
        .await?;
    let is_answered = states.values().any(|state| *state != Coverage::Failed);
    let first = states
        .iter()
        .find(|(_, state)| matches!(state, Coverage::Got | Coverage::Open));
    Ok(is_answered.then_some(first.map(|(&day, _)| day)))
}
