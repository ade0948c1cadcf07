//! Where does this person's history begin? In a number of requests that grows
//! with the logarithm of the years.
//!
//! The oldest activity is one request: the list sorted the other way round. Days
//! are searched by halving: does this span hold anything? Each probe is an
//! ordinary task whose rows are stored, so none is wasted. A history with a hole
//! of years could deceive the halving; the oldest activity is what corrects it.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use super::{Halt, Run, learn::Trouble};
use crate::{
    central_db::{backfill, coverage},
    domain::{
        coverage::Coverage,
        dataset::Dataset,
        dates::{DateSpan, forward},
    },
    garmin::wire::fields::Fields,
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
const OLDEST: Date = date(2006, 1, 1);

/// A probe spans at least this much: a week without a watch is no beginning.
const PROBE_DAYS: u32 = 28;

/// The most requests that a search takes.
pub(super) fn most_requests(known: &Known) -> u32 {
    let days = DateSpan::new(OLDEST, known.today).map_or(1, DateSpan::len);
    // One for the oldest activity, the rest for halving.
    1 + days.div_ceil(PROBE_DAYS).max(1).ilog2() + 1
}

/// Finds and remembers the first day of `datasets`. What could not be asked
/// leaves it unknown: a guess would end the history too early, and for good. The
/// next run goes on with the answers that are here.
pub(super) async fn search<L: Lender>(
    run: &mut Run<'_, L>,
    datasets: Vec<Dataset>,
) -> Result<(), Halt> {
    let Some(activity) = oldest_activity(run).await? else {
        return Ok(());
    };
    let day = if run.known.holdings.contains_key(&Dataset::Daily) {
        oldest_day(run).await?
    } else {
        Some(None)
    };
    let Some(day) = day else {
        return Ok(());
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
/// The outer `None`: it could not be asked.
async fn oldest_activity<L: Lender>(run: &mut Run<'_, L>) -> Result<Option<Option<Date>>, Halt> {
    let Some(&lane) = run.known.lanes.first() else {
        return Ok(None);
    };
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
                return Ok(None);
            }
        },
    };
    let list: Option<Vec<serde_json::Value>> = match answer.body.as_slice() {
        [] => Some(Vec::new()),
        body => serde_json::from_slice(body).unwrap_or_default(),
    };
    let Some(list) = list else {
        return search_failed(run, "the list of activities could not be read".to_owned()).await;
    };
    let start = list
        .first()
        .and_then(Fields::of)
        .and_then(|row| row.local("startTimeLocal"));
    // A server that ignores the order names the newest: then it is no help, and no harm.
    Ok(Some(start.map(jiff::civil::DateTime::date)))
}

async fn search_failed<L: Lender, T>(
    run: &mut Run<'_, L>,
    summary: String,
) -> Result<Option<T>, Halt> {
    let at = run.context();
    run.shop
        .central_db
        .write(move |tx| store::search_failed(tx, at, ENDPOINT, &summary))
        .await?;
    Ok(None)
}

/// Halves the years between today and the oldest day there can be. The probes
/// lie on a grid of their own, so that a search that was cut short asks the same
/// again, and finds what it was told already.
async fn oldest_day<L: Lender>(run: &mut Run<'_, L>) -> Result<Option<Option<Date>>, Halt> {
    let Some(all) = DateSpan::new(OLDEST, run.today) else {
        return Ok(Some(None));
    };
    let probes = all.len().div_ceil(PROBE_DAYS);
    // By their age: the boundary lies between the last that has days and the first that has none.
    let (mut first, mut low, mut lacks) = (None, 0, probes);
    while low < lacks {
        let middle = low.midpoint(lacks);
        let begin = forward(OLDEST, (probes - 1 - middle) * PROBE_DAYS);
        let end = forward(begin, PROBE_DAYS - 1).min(run.today);
        let Some(span) = DateSpan::new(begin, end) else {
            break;
        };
        match probe(run, span).await? {
            None => return Ok(None),
            Some(Some(found)) => {
                first = Some(found);
                low = middle + 1;
            }
            Some(None) => lacks = middle,
        }
    }
    Ok(Some(first))
}

/// Asks for the days of `span` like any task, unless they are known. The first
/// day that held something; the outer `None`: it could not be asked.
async fn probe<L: Lender>(
    run: &mut Run<'_, L>,
    span: DateSpan,
) -> Result<Option<Option<Date>>, Halt> {
    if let Some(known) = answer(run, span).await? {
        return Ok(Some(known));
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

/// What is known of the days of `span`; `None`: not all of them were answered.
async fn answer<L: Lender>(run: &Run<'_, L>, span: DateSpan) -> Result<Option<Option<Date>>, Halt> {
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
    let first = states
        .iter()
        .find(|(_, state)| matches!(state, Coverage::Got | Coverage::Open));
    Ok(is_answered.then_some(first.map(|(&day, _)| day)))
}
