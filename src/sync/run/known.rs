//! Reads what a plan is made from.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, civil::Date};
use rusqlite::Connection;

use super::{
    Workshop,
    probe::{self, is_routine},
};
use crate::{
    central_db::{
        backfill, cool_downs,
        coverage::{self, CoverageRow},
        endpoint_reads, jobs, route_memory, sessions,
    },
    domain::{
        account::{Account, AccountId},
        cool_down::{CoolDown, CoolDownScope},
        dataset::Dataset,
        dates::{DateSpan, back},
        failure::Failure,
        job::{Goal, JobId, JobStatus, SyncRequest},
        session::Lane,
    },
    sync::plan::{self, Allowed, DayKnown, Holding, Known, Refused},
};

/// How often the whole known history is looked over for late changes.
const SWEEP_EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long the answers of a job that did not get to its end count: longer than
/// any rest that Garmin may have asked for in between.
const UNFINISHED_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// Lanes with a session that need no rest.
pub(super) async fn lanes(shop: &Workshop, id: AccountId) -> Result<BTreeSet<Lane>, Failure> {
    let now = shop.clock.now();
    let found = shop.central_db.read(move |db| {
        let mut lanes = BTreeSet::new();
        for lane in sessions::lanes(db, id)? {
            let rest = cool_downs::load(db, id, CoolDownScope::of_lane(lane), now)?;
            if rest.is_none_or(|rest| rest.until <= now) {
                lanes.insert(lane);
            }
        }
        Ok(lanes)
    });
    Ok(found.await?)
}

/// The rest that keeps a lane with a session from being used; the one that ends first.
pub(super) async fn resting(shop: &Workshop, id: AccountId) -> Result<Option<CoolDown>, Failure> {
    let now = shop.clock.now();
    let found = shop.central_db.read(move |db| {
        let mut rests = Vec::new();
        for lane in sessions::lanes(db, id)? {
            rests.extend(cool_downs::load(db, id, CoolDownScope::of_lane(lane), now)?);
        }
        rests.retain(|rest| rest.until > now);
        rests.sort_by_key(|rest| rest.until);
        Ok(rests.into_iter().next())
    });
    Ok(found.await?)
}

/// Fills in what is here of the datasets asked for, and what their endpoints allow.
pub(super) async fn load(
    shop: &Workshop,
    account: &Account,
    request: &SyncRequest,
    known: &mut Known,
    job: Option<JobId>,
) -> Result<(), Failure> {
    let settings = &shop.settings;
    known.window_days = settings.window_days;
    let datasets = request
        .only
        .clone()
        .unwrap_or_else(|| settings.datasets.clone());
    let scope = Scope {
        id: account.id,
        now: shop.clock.now(),
        today: known.today,
        goal: request.goal,
        span: request.span,
        window: DateSpan::ending(known.today, settings.window_days),
        is_routine: is_routine(request),
    };
    let read = shop.central_db.read(move |db| {
        let again = scope.sweep(db)?;
        let holdings = datasets
            .into_iter()
            .map(|dataset| Ok((dataset, scope.holding(db, dataset, again)?)))
            .collect::<rusqlite::Result<_>>()?;
        let reads = endpoint_reads::all(db, scope.id)?;
        let fresh_since = fresh_since(db, scope.id, job, scope.now)?;
        Ok((
            holdings,
            allowed(db, scope.id, scope.now)?,
            (reads, fresh_since),
        ))
    });
    let memory;
    (known.holdings, known.allowed, memory) = read.await?;
    (known.reads, known.fresh_since) = memory;
    if request.goal == Goal::Repair {
        plan::insist(known);
    }
    Ok(())
}

fn allowed(
    db: &Connection,
    id: AccountId,
    now: Timestamp,
) -> rusqlite::Result<BTreeMap<String, Allowed>> {
    let memory = route_memory::load(db, id, now)?;
    let allowed = memory.into_iter().map(|it| {
        let allowed = Allowed {
            proven: it.window_days,
            too_long: it.too_long_days,
            refused: it
                .refused_until
                .map(|_| it.refused_through.map_or(Refused::All, Refused::UpTo)),
            failed: BTreeSet::new(),
        };
        (it.endpoint, allowed)
    });
    Ok(allowed.collect())
}

/// From when on answers need not be asked for again: a job that was cut short,
/// or of which some tasks failed, is gone on with. Since a complete sync all is
/// asked again.
fn fresh_since(
    db: &Connection,
    id: AccountId,
    job: Option<JobId>,
    now: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    let life = match jobs::last_status(db, id, job)? {
        None | Some(JobStatus::Succeeded) => return Ok(None),
        Some(JobStatus::Partial) => probe::MARK_LIFE,
        Some(_) => UNFINISHED_LIFE,
    };
    let since = now.saturating_sub(life).unwrap_or(Timestamp::MIN);
    let complete = jobs::mark(db, id)?.map(|mark| mark.synced_at + SignedDuration::from_millis(1));
    // A clock that was set back must not make the past fresh for ever.
    let complete = complete.filter(|at| *at <= now);
    Ok(Some(complete.map_or(since, |at| at.max(since))))
}

/// The days that were ever asked for, as far as there is a history: the search
/// for its first day has looked further back.
fn history(db: &Connection, id: AccountId, dataset: Dataset) -> rusqlite::Result<Option<DateSpan>> {
    let Some(known) = coverage::known_span(db, id, dataset)? else {
        return Ok(None);
    };
    let first = backfill::frontier(db, id, dataset)?.first_on;
    let first = first.map_or(known.first(), |first| first.max(known.first()));
    Ok(DateSpan::new(first, known.last()))
}

/// What a run is about.
#[derive(Clone, Copy)]
struct Scope {
    id: AccountId,
    now: Timestamp,
    today: Date,
    goal: Goal,
    span: Option<DateSpan>,
    /// The days that every run reads again.
    window: DateSpan,
    is_routine: bool,
}

impl Scope {
    /// Once a week, the days known from before the window.
    fn sweep(&self, db: &Connection) -> rusqlite::Result<Option<DateSpan>> {
        let swept = jobs::mark(db, self.id)?.and_then(|mark| mark.swept_at);
        // A clock that was set back must not put it off.
        let is_due = swept.is_some_and(|at| at + SWEEP_EVERY <= self.now || at > self.now);
        if !self.is_routine || !is_due {
            return Ok(None);
        }
        let known = history(db, self.id, Dataset::Daily)?;
        Ok(known.and_then(|known| DateSpan::new(known.first(), back(self.window.first(), 1))))
    }

    fn holding(
        &self,
        db: &Connection,
        dataset: Dataset,
        again: Option<DateSpan>,
    ) -> rusqlite::Result<Holding> {
        let (id, known) = (self.id, history(db, self.id, dataset)?);
        let span = match (self.span, self.goal) {
            (Some(span), _) => span,
            (None, Goal::Routine) => self.window,
            // All holes, however old: between the oldest day ever asked for and today.
            (None, Goal::Repair) => known.map_or(self.window, |known| known.hull(self.window)),
            (None, Goal::Backfill) => {
                let first = backfill::frontier(db, id, dataset)?.first_on;
                let first = first.unwrap_or_else(|| self.window.first());
                DateSpan::new(first, self.today).unwrap_or(self.window)
            }
        };
        // A snapshot may have been taken at any time.
        let looked_at = match known.filter(|_| dataset.is_snapshot()) {
            Some(known) => known.hull(span),
            None => span,
        };
        let mut rows = coverage::rows(db, id, dataset, looked_at)?;
        if self.span.is_none() {
            rows.extend(coverage::unsettled_or_thin(db, id, dataset)?);
        }
        let day = |row: &CoverageRow| DayKnown {
            state: row.state,
            is_parked: row.retry_at.is_some_and(|at| at > self.now),
            is_thin: row.is_thin,
        };
        Ok(Holding {
            span,
            coverage: rows.iter().map(|(&on, row)| (on, day(row))).collect(),
            again: again.filter(|_| matches!(dataset, Dataset::Daily | Dataset::Activities)),
        })
    }
}

/// As if every dataset had a history back to `first`.
pub(super) fn widen(known: &mut Known, first: Date) {
    let today = known.today;
    for (dataset, holding) in &mut known.holdings {
        if let (false, Some(span)) = (dataset.is_snapshot(), DateSpan::new(first, today)) {
            holding.span = span;
        }
    }
}
