//! One job from its lease to its report.
//!
//! ```text
//! known      reads what a plan is made from
//! walk       sends the planned requests, and stores what comes
//! learn      what a refusal teaches: shorter spans, other routes, lost lanes
//! verdict    what an error says about its request
//! replan     what is queued for a route that closed, by another one
//! queue      the requests still to be sent
//! probe      "nothing new" in one request; the account's time zone
//! backfill   back to the first day, within the day's allowance
//! files      original files;  legs: the parts of multisport activities
//! ending     status, report, closing line
//! price      what all that would cost, asking nobody
//! ```
//!
//! A job ends early for three reasons only: there is no session, Garmin wants
//! rest, or a person cancels. Anything else costs its own task and no more.

mod backfill;
mod ending;
mod files;
mod first_day;
mod known;
mod learn;
mod legs;
mod price;
mod probe;
mod queue;
mod replan;
mod verdict;
mod walk;

pub use price::price;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Instant,
};

use jiff::{Timestamp, civil::Date};
use tokio_util::sync::CancellationToken;

use super::{
    fetch::{FetchError, Fetcher, Lender},
    file,
    pace::Pacer,
    plan::{self, Known},
    reparse,
    store::{self, Context},
};
use crate::{
    central_db::{CentralDb, jobs},
    clock::Clock,
    config::SyncSettings,
    domain::{
        account::Account,
        cool_down::CoolDown,
        dataset::Dataset,
        dates::DateSpan,
        failure::Failure,
        job::{Goal, JobId, JobReport, SyncProgress, SyncRequest, Trigger},
        session::Lane,
    },
    garmin::{client::Client, error::GarminError},
};

/// What a job works with.
#[derive(Clone, Debug)]
pub struct Workshop {
    pub central_db: CentralDb,
    pub clock: Clock,
    pub settings: SyncSettings,
    /// The files folder.
    pub files: PathBuf,
}

/// What a job tells while it runs.
#[derive(Clone, Debug)]
pub enum JobEvent {
    Started(JobId),
    Progress(SyncProgress),
}

/// Why the job ended before its tasks did, or a lane before the job.
#[derive(Clone, Debug)]
enum Halt {
    Session(Failure),
    /// Garmin wants rest: rate limit or bot protection.
    Rest(GarminError),
    /// The rest is written down, for every process to obey.
    Rested(Failure),
    /// It wanted rest already, as another process was told.
    Resting(CoolDown),
    Unreachable(Failure),
    Cancelled,
    /// CentralDB itself failed.
    Broken(Failure),
}

impl From<crate::central_db::CentralDbError> for Halt {
    fn from(error: crate::central_db::CentralDbError) -> Self {
        Self::Broken(error.into())
    }
}

/// A running job.
struct Run<'a, L> {
    shop: &'a Workshop,
    account: Account,
    client: Client,
    fetcher: Fetcher<L>,
    job: JobId,
    today: Date,
    /// What the plan was made from, and what was learnt since.
    known: Known,
    ordinal: u32,
    planned: u32,
    /// The requests still to be sent.
    queue: queue::Queue,
    /// What was settled, shortened or closed so far: a round without is one in circles.
    steps: u64,
    /// Failures in a row of endpoints, in this run.
    failures: BTreeMap<&'static str, u32>,
    /// Spans that were too long, to be remembered once a shorter one was answered.
    too_long: BTreeMap<&'static str, (u32, Timestamp)>,
    /// What was asked for.
    request: SyncRequest,
    /// Tasks in a row that ended without any answer from Garmin.
    silent: u32,
    /// Whether any task got an answer.
    has_answer: bool,
    /// The last trouble that was not Garmin's verdict on a request.
    trouble: Option<GarminError>,
    /// Lanes that gave out while another went on, and why.
    lost: BTreeMap<Lane, Halt>,
    /// Spans of which a part failed whose columns their rows now lack.
    torn: Vec<(Dataset, DateSpan, String)>,
    /// Days of old whose summary changed: their other datasets are asked again.
    reopened: BTreeSet<Date>,
    /// The body of the last page, to notice a server that repeats itself.
    last_page: Option<u64>,
    /// While the backfill runs: what it may still spend.
    backfill: Option<backfill::Purse>,
    on: &'a (dyn Fn(JobEvent) + Send + Sync),
}

/// Runs one sync of one account. `client` counts this job's requests.
///
/// # Errors
/// When no job was started: another one runs, or a cool-down holds.
pub async fn run<L: Lender>(
    shop: &Workshop,
    account: Account,
    client: Client,
    lender: L,
    (trigger, request): (Trigger, &SyncRequest),
    cancel: CancellationToken,
    on: &(dyn Fn(JobEvent) + Send + Sync),
) -> Result<JobReport, Failure> {
    let Some(_lease) = shop.central_db.sync_lease(account.id)? else {
        return Err(Failure::busy(&account.name));
    };
    let (id, now) = (account.id, shop.clock.now());
    let lanes = known::lanes(shop, id).await?;
    file::sweep(&shop.files, id)
        .unwrap_or_else(|e| tracing::warn!(error = %e, "drafts could not be swept"));
    let goal = request.goal;
    let job = shop
        .central_db
        .write(move |tx| {
            jobs::close_orphans(tx, id)?;
            jobs::start(tx, id, trigger, goal, now)
        })
        .await?;
    on(JobEvent::Started(job));
    let today = shop.clock.today(account.time_zone.as_deref());
    let pacer = Pacer::new(
        shop.central_db.clone(),
        shop.clock.clone(),
        account.id,
        shop.settings.gap,
    );
    let fetcher = Fetcher::new(lender, pacer, cancel);
    let mut run = Run {
        shop,
        account,
        client,
        fetcher,
        job,
        today,
        known: Known::nothing(today, goal, lanes),
        ordinal: 0,
        planned: 0,
        queue: queue::Queue::default(),
        steps: 0,
        failures: BTreeMap::new(),
        too_long: BTreeMap::new(),
        request: request.clone(),
        silent: 0,
        has_answer: false,
        trouble: None,
        lost: BTreeMap::new(),
        torn: Vec::new(),
        reopened: BTreeSet::new(),
        last_page: None,
        backfill: None,
        on,
    };
    let began = Instant::now();
    let halt = run.work(request).await.err();
    run.finish(halt, began.elapsed()).await
}

impl<L: Lender> Run<'_, L> {
    async fn work(&mut self, request: &SyncRequest) -> Result<(), Halt> {
        let lane = self.any_lane().await?;
        reparse::if_outdated(&self.shop.central_db)
            .await
            .map_err(Halt::Broken)?;
        self.learn_time_zone(lane).await?;
        self.learn_identity().await?;
        if request.goal == Goal::Backfill {
            return self.run_backfill(request).await;
        }
        self.load(request).await?;
        let is_routine = probe::is_routine(request);
        let mut uploaded_at = None;
        if is_routine {
            uploaded_at = self.last_upload(lane).await?;
            self.known.uploaded_at = uploaded_at;
            if self.is_nothing_new(uploaded_at).await? {
                return self.go_on_backfilling(request).await;
            }
        }
        let swept = self.known.sweeps();
        self.walk_plan().await?;
        self.walk_reopened().await?;
        if is_routine {
            self.set_mark(uploaded_at, swept).await?;
        }
        self.go_on_backfilling(request).await
    }

    /// The lane to begin with. Without any the keeper says what a person has to do.
    async fn any_lane(&mut self) -> Result<Lane, Halt> {
        if let Some(&lane) = self.known.lanes.first() {
            return Ok(lane);
        }
        let resting = known::resting(self.shop, self.account.id)
            .await
            .map_err(Halt::Broken)?;
        if let Some(rest) = resting {
            return Err(Halt::Resting(rest));
        }
        match self.fetcher.lender().api(Lane::Connect).await {
            Err(failure) => Err(Halt::Session(failure)),
            Ok(_) => Ok(Lane::Connect),
        }
    }

    async fn load(&mut self, request: &SyncRequest) -> Result<(), Halt> {
        let job = Some(self.job);
        known::load(self.shop, &self.account, request, &mut self.known, job)
            .await
            .map_err(Halt::Broken)
    }

    /// The plan; what belongs to single activities right behind the core datasets,
    /// so that a run which is cut short again and again gets to it.
    async fn walk_plan(&mut self) -> Result<(), Halt> {
        let plan = plan::plan(&self.known);
        for (dataset, days) in plan.without_route {
            let (reason, until) = self.waits_for(dataset).await?;
            let at = self.here();
            self.shop
                .central_db
                .write(move |tx| store::waiting(tx, at, dataset, &days, (&reason, until)))
                .await?;
        }
        let mut first = plan.batches;
        let is_core = |batch: &plan::Batch| batch.is_core() && !batch.is_per_day();
        let core = first.iter().rposition(is_core).map_or(0, |last| last + 1);
        let rest = first.split_off(core);
        self.walk(first).await?;
        self.fetch_what_belongs().await?;
        self.walk(rest).await
    }

    /// Old days whose daily summary turned out changed: whatever else those days hold.
    async fn walk_reopened(&mut self) -> Result<(), Halt> {
        let days = std::mem::take(&mut self.reopened);
        if days.is_empty() {
            return Ok(());
        }
        let others = self.known.holdings.iter();
        let tasks = others
            .filter(|(dataset, _)| dataset.follows_the_day())
            .flat_map(|(&dataset, holding)| {
                let old = days
                    .iter()
                    .copied()
                    .filter(|&day| !holding.span.contains(day));
                plan::relay(&self.known, dataset, &old.collect(), plan::Routes::All).tasks
            })
            .collect();
        self.walk(plan::batches(&self.known, tasks)).await
    }

    /// Original files and legs of the activities of this run's days.
    async fn fetch_what_belongs(&mut self) -> Result<(), Halt> {
        let Some(holding) = self.known.holdings.get(&Dataset::Activities) else {
            return Ok(());
        };
        let span = match holding.again {
            Some(again) => holding.span.hull(again),
            None => holding.span,
        };
        self.fetch_legs(span).await?;
        if self.shop.settings.files {
            self.fetch_files(span).await?;
        }
        Ok(())
    }

    /// For calls that a job can do without: their failure is no task's.
    async fn unless_halting<T>(
        &mut self,
        lane: Lane,
        asked: Result<T, FetchError>,
    ) -> Result<Option<T>, Halt> {
        match asked {
            Ok(value) => Ok(Some(value)),
            Err(error) => match self.sort_out(error) {
                learn::Trouble::Task(_) => Ok(None),
                learn::Trouble::Job(halt) => Err(halt),
                learn::Trouble::Lane(halt) => {
                    self.lose(lane, halt, &[]).await?;
                    Ok(None)
                }
            },
        }
    }

    /// The place of the next task, taken.
    fn context(&mut self) -> Context {
        let at = self.here();
        self.ordinal += 1;
        at
    }

    /// The place in the job, for what is no task of its own.
    fn here(&self) -> Context {
        Context {
            account: self.account.id,
            job: self.job,
            ordinal: self.ordinal,
            now: self.shop.clock.now(),
            today: self.today,
            requests: self.client.requests(),
            uploaded_at: self.known.uploaded_at,
            backfill: None,
        }
    }

    fn progress(&self, dataset: Dataset, what: String) {
        (self.on)(JobEvent::Progress(SyncProgress {
            job: self.job,
            done: self.ordinal,
            planned: self.planned.max(self.ordinal),
            requests: self.client.requests(),
            current: Some((dataset, what)),
        }));
    }

    fn count_queue(&mut self) {
        let left = u32::try_from(self.queue.len()).unwrap_or(u32::MAX);
        self.planned = self.ordinal.saturating_add(left);
    }
}
