//! One job from its lease to its report.
//!
//! [`tasks`] walks the plan, [`files`] the original files that turned up. A
//! job ends early for three reasons only: there is no session, Garmin wants
//! rest, or a person cancels. Anything else costs its own task and no more.

mod ending;
mod files;
mod tasks;

use std::{collections::BTreeMap, path::PathBuf, time::Instant};

use jiff::{SignedDuration, Timestamp, civil::Date};
use tokio_util::sync::CancellationToken;

use super::{
    fetch::{FetchError, Fetcher, Lender},
    file,
    pace::Pacer,
    plan::{self, Known, Task},
    store::Context,
};
use crate::{
    central_db::{
        CentralDb, accounts, cool_downs, coverage,
        jobs::{self, Mark},
    },
    clock::Clock,
    config::SyncSettings,
    domain::{
        account::Account,
        cool_down::CoolDownScope,
        coverage::Coverage,
        dataset::Dataset,
        dates::DateSpan,
        failure::Failure,
        job::{JobId, JobReport, Price, SyncProgress, SyncRequest, Trigger},
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

/// How old the last complete sync may be for "nothing uploaded" to mean
/// "nothing new": edits on the web do not move the upload stamp (`protocol.md` 9.3).
const MARK_LIFE: SignedDuration = SignedDuration::from_hours(6);

/// Why the loop over tasks ended before its tasks did.
enum Halt {
    Session(Failure),
    /// Garmin wants rest: rate limit or bot protection.
    Rest(GarminError),
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
    ordinal: u32,
    planned: u32,
    /// Tasks in a row that ended without any answer from Garmin.
    silent: u32,
    /// Whether any task got an answer.
    has_answer: bool,
    /// The last trouble that was not Garmin's verdict on a request.
    trouble: Option<GarminError>,
    /// The body of the last answer, to notice a server that repeats itself.
    last_page: Option<u64>,
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
    let rest = shop
        .central_db
        .read(move |db| cool_downs::load(db, id, CoolDownScope::Requests))
        .await?;
    if let Some(rest) = rest.filter(|rest| rest.until > now) {
        return Err(Failure::cool_down("Syncing", &rest.reason, rest.until));
    }
    file::sweep(&shop.files)
        .unwrap_or_else(|e| tracing::warn!(error = %e, "drafts could not be swept"));
    let job = shop
        .central_db
        .write(move |tx| {
            jobs::close_orphans(tx, id, now)?;
            jobs::start(tx, id, trigger, now)
        })
        .await?;
    on(JobEvent::Started(job));
    let today = shop.clock.today(account.time_zone.as_deref());
    let fetcher = Fetcher::new(lender, Pacer::new(shop.settings.gap), cancel);
    let mut run = Run {
        shop,
        account,
        client,
        fetcher,
        job,
        today,
        ordinal: 0,
        planned: 0,
        silent: 0,
        has_answer: false,
        trouble: None,
        last_page: None,
        on,
    };
    let began = Instant::now();
    let halt = run.work(request).await.err();
    run.finish(halt, began.elapsed()).await
}

/// What a sync would cost, without asking Garmin anything.
pub async fn price(
    shop: &Workshop,
    account: &Account,
    request: &SyncRequest,
) -> Result<Price, Failure> {
    let today = shop.clock.today(account.time_zone.as_deref());
    Ok(plan::price(&plan::plan(
        &known(shop, account, request, today).await?,
    )))
}

/// Reads what a plan is made from.
async fn known(
    shop: &Workshop,
    account: &Account,
    request: &SyncRequest,
    today: Date,
) -> Result<Known, Failure> {
    let span = request
        .span
        .unwrap_or_else(|| DateSpan::ending(today, shop.settings.window_days));
    let datasets = request
        .only
        .clone()
        .unwrap_or_else(|| Dataset::ALL.to_vec());
    let id = account.id;
    let coverage = shop
        .central_db
        .read(move |db| {
            datasets
                .into_iter()
                .map(|dataset| Ok((dataset, coverage::of(db, id, dataset, span)?)))
                .collect()
        })
        .await?;
    let window_days = shop.settings.window_days;
    Ok(Known {
        today,
        span,
        goal: request.goal,
        window_days,
        coverage,
        routes: BTreeMap::new(),
    })
}

impl<L: Lender> Run<'_, L> {
    async fn work(&mut self, request: &SyncRequest) -> Result<(), Halt> {
        self.learn_time_zone().await?;
        let known = known(self.shop, &self.account, request, self.today)
            .await
            .map_err(Halt::Broken)?;
        let is_routine = *request == SyncRequest::default();
        let mut uploaded_at = None;
        if is_routine {
            uploaded_at = self.last_upload().await?;
            if self.is_nothing_new(&known, uploaded_at).await? {
                return Ok(());
            }
        }
        let tasks = plan::plan(&known);
        self.planned = u32::try_from(tasks.len()).unwrap_or(u32::MAX);
        let has_activities = known.coverage.contains_key(&Dataset::Activities);
        let span = known.span;
        self.walk(tasks).await?;
        if has_activities && self.shop.settings.files {
            self.fetch_files(span).await?;
        }
        if is_routine {
            self.set_mark(uploaded_at).await?;
        }
        Ok(())
    }

    /// Without a zone, "today" is a guess; one request settles it for good.
    async fn learn_time_zone(&mut self) -> Result<(), Halt> {
        if self.account.time_zone.is_some() {
            return Ok(());
        }
        let asked = self
            .fetcher
            .send(|api| async move { api.time_zone().await })
            .await;
        if let Some(zone) = self.unless_halting(asked)?.flatten() {
            let (id, stored) = (self.account.id, zone.clone());
            self.shop
                .central_db
                .write(move |tx| accounts::set_time_zone(tx, id, &stored))
                .await?;
            self.today = self.shop.clock.today(Some(&zone));
            self.account.time_zone = Some(zone);
        }
        Ok(())
    }

    /// `None` when Garmin does not say: then everything is asked.
    async fn last_upload(&mut self) -> Result<Option<Timestamp>, Halt> {
        let asked = self
            .fetcher
            .send(|api| async move { api.last_upload().await })
            .await;
        Ok(self.unless_halting(asked)?.flatten())
    }

    /// One request proves "nothing new": no upload since the last complete
    /// sync, and no day of the window that failed.
    async fn is_nothing_new(
        &self,
        known: &Known,
        uploaded_at: Option<Timestamp>,
    ) -> Result<bool, Halt> {
        let (id, now) = (self.account.id, self.shop.clock.now());
        let mark = self
            .shop
            .central_db
            .read(move |db| jobs::mark(db, id))
            .await?;
        let has_failed = known
            .coverage
            .values()
            .flat_map(BTreeMap::values)
            .any(|&state| state == Coverage::Failed);
        Ok(uploaded_at.is_some()
            && !has_failed
            && mark.is_some_and(|mark| {
                mark.uploaded_at == uploaded_at && now < mark.synced_at + MARK_LIFE
            }))
    }

    /// Only when every task of the job was done.
    async fn set_mark(&self, uploaded_at: Option<Timestamp>) -> Result<(), Halt> {
        let (id, job, now) = (self.account.id, self.job, self.shop.clock.now());
        self.shop
            .central_db
            .write(move |tx| {
                if jobs::failures(tx, job)?.is_empty() {
                    jobs::set_mark(
                        tx,
                        id,
                        Mark {
                            uploaded_at,
                            synced_at: now,
                        },
                    )?;
                }
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// For calls that a job can do without: their failure is no task's.
    fn unless_halting<T>(&mut self, asked: Result<T, FetchError>) -> Result<Option<T>, Halt> {
        match asked {
            Ok(value) => Ok(Some(value)),
            Err(error) => self.halt(error).map(|_| None),
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
}
