//! What one command is answered with: the work behind the actor's short arms.
//!
//! `auth` and `sync` do the work; here their answers become events. What only
//! reads CentralDB runs on its reading thread and asks Garmin nothing.

use tokio_util::sync::CancellationToken;

use super::{command::Shape, event::Event};
use crate::{
    auth::Auth,
    central_db::{CentralDb, CentralDbError, accounts, auth_events, coverage, jobs, log},
    domain::{
        account::{Account, AccountName, Region},
        audit::AuthEvent,
        coverage::CoverageMap,
        dates::DateSpan,
        failure::Failure,
        job::{JobId, JobReport, Price, SyncRequest, Trigger},
        secret::Secret,
        session::Lane,
        sign_in::SignInDoor,
    },
    sync::{
        pace::Pacer,
        run::{self, JobEvent, Workshop},
    },
};

/// Lines of the audit trail that a front gets.
const AUDIT_LINES: u32 = 200;
/// Jobs in one page of the list.
const PAGE: u32 = 200;
/// Log lines that come with a job's report.
const JOB_LINES: u32 = 500;

async fn account(db: &CentralDb, name: &AccountName) -> Result<Account, Failure> {
    let wanted = name.clone();
    let found = db.read(move |db| accounts::by_name(db, &wanted)).await?;
    found.ok_or_else(|| Failure::signed_out(name))
}

/// Signs in, and offers each step on the way.
pub(super) async fn sign_in(
    auth: &Auth,
    account: AccountName,
    region: Option<Region>,
    door: SignInDoor,
    offer: &(dyn Fn(Event) + Send + Sync),
) -> Event {
    let on_step = |step| {
        let account = account.clone();
        offer(Event::SignInStep { account, step });
    };
    let outcome = auth.sign_in(&account, region, door, &on_step).await;
    Event::SignIn { account, outcome }
}

pub(super) async fn audit(auth: &Auth, name: &AccountName) -> Result<Vec<AuthEvent>, Failure> {
    let id = account(&auth.central_db, name).await?.id;
    let newest = auth
        .central_db
        .read(move |db| auth_events::newest(db, id, AUDIT_LINES));
    Ok(newest.await?)
}

/// Checks every lane, in its turn and unless it rests.
pub(super) async fn check(auth: &Auth, shop: &Workshop, name: &AccountName) -> Result<(), Failure> {
    let account = account(&auth.central_db, name).await?;
    let pacer = Pacer::new(
        shop.central_db.clone(),
        shop.clock.clone(),
        account.id,
        shop.settings.gap,
    );
    for lane in auth.lanes_to_check(&account).await? {
        if let Some(rest) = pacer.wait(lane).await? {
            return Err(Failure::cool_down(
                "Checking the session",
                &rest.reason,
                rest.until,
            ));
        }
        auth.check(&account, lane).await?;
    }
    Ok(())
}

pub(super) async fn bearer(auth: &Auth, name: &AccountName, lane: Lane) -> Result<Secret, Failure> {
    auth.bearer(&account(&auth.central_db, name).await?, lane)
        .await
}

pub(super) async fn export(
    auth: &Auth,
    name: &AccountName,
    shape: Shape,
    passphrase: Option<&Secret>,
) -> Result<Vec<(&'static str, Secret)>, Failure> {
    let account = account(&auth.central_db, name).await?;
    auth.export_session(&account, shape, passphrase).await
}

pub(super) async fn price(
    shop: &Workshop,
    name: &AccountName,
    request: &SyncRequest,
) -> Result<Price, Failure> {
    run::price(shop, &account(&shop.central_db, name).await?, request).await
}

pub(super) async fn sync(
    auth: &Auth,
    shop: &Workshop,
    name: &AccountName,
    what: (Trigger, &SyncRequest),
    cancel: CancellationToken,
    on: &(dyn Fn(JobEvent) + Send + Sync),
) -> Result<JobReport, Failure> {
    let account = account(&auth.central_db, name).await?;
    let client = auth
        .client(account.region)
        .map_err(|e| e.failure("the sync"))?;
    let keeper = auth.keeper(account.clone(), client.clone());
    run::run(shop, account, client, keeper, what, cancel, on).await
}

/// Closes the jobs of processes that died: whoever holds no lease does not sync.
/// Nobody else would say so before the account's next sync.
pub(super) async fn close_interrupted(db: &CentralDb) {
    if let Err(error) = try_close_interrupted(db).await {
        tracing::warn!(%error, "interrupted jobs could not be closed");
    }
}

async fn try_close_interrupted(db: &CentralDb) -> Result<(), CentralDbError> {
    for account in db.read(jobs::running).await? {
        if let Ok(Some(_lease)) = db.sync_lease(account) {
            db.write(move |tx| jobs::close_orphans(tx, account)).await?;
        }
    }
    Ok(())
}

/// A page of the list of jobs. An account nobody signed in to has none.
pub(super) async fn jobs(
    db: &CentralDb,
    name: AccountName,
    before: Option<JobId>,
) -> Result<Event, Failure> {
    let wanted = name.clone();
    let page = db.read(move |db| match accounts::by_name(db, &wanted)? {
        Some(account) => jobs::page(db, account.id, before, PAGE),
        None => Ok(Vec::new()),
    });
    let jobs = page.await?;
    Ok(Event::Jobs {
        account: name,
        before,
        is_last_page: jobs.len() < usize::try_from(PAGE).unwrap_or(usize::MAX),
        jobs,
    })
}

pub(super) async fn job(db: &CentralDb, name: AccountName, job: JobId) -> Result<Event, Failure> {
    let owner = account(db, &name).await?;
    let read = db.read(move |db| {
        let record = jobs::record(db, &owner, job)?;
        Ok((record, log::of_job(db, job, JOB_LINES)?))
    });
    let (record, lines) = read.await?;
    Ok(Event::Job {
        account: name,
        record: record.map(Box::new),
        lines,
    })
}

/// The days of `span`, each dataset's for itself.
pub(super) async fn coverage(
    db: &CentralDb,
    name: AccountName,
    span: DateSpan,
) -> Result<Event, Failure> {
    let wanted = name.clone();
    let read = db.read(move |db| match accounts::by_name(db, &wanted)? {
        Some(account) => coverage::map(db, account.id, span),
        None => Ok(CoverageMap::new(span)),
    });
    Ok(Event::Coverage {
        account: name,
        coverage: read.await?,
    })
}

/// Only the name changes: rows hold the account's number.
pub(super) async fn rename(db: &CentralDb, from: AccountName, to: AccountName) -> Event {
    let (old, new) = (from.clone(), to.clone());
    let done = db.write(move |tx| accounts::rename(tx, &old, &new)).await;
    let result = match done {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::name_taken(&to)),
        Err(error) => Err(error.into()),
    };
    Event::Renamed { from, to, result }
}
