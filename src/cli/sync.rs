//! `--sync`: one headless run over the accounts, for cron.

use std::fmt::Write;

use super::{
    Front,
    output::{Output, complain, say},
    progress::Progress,
    report::{PlanReport, SyncReport},
    worst::worse,
};
use crate::{
    config::args::SyncArgs,
    domain::{
        account::AccountName,
        dates::DateSpan,
        failure::{Failure, FailureKind},
        job::{Goal, JobReport, JobStatus, Price, SyncRequest, Trigger},
        session::{AccountState, Lane, SessionStatus},
        wording::{counted, estimate, in_days},
    },
    engine::{
        command::Command,
        event::{Event, SyncEvent},
    },
};

/// The forecast is spoken from this many days on.
const FORECAST_DAYS: i64 = 7;

pub(super) async fn run(front: &mut Front, out: &Output, args: SyncArgs) -> Result<u8, Failure> {
    let accounts = accounts(front).await?;
    if args.plan {
        return plan(front, out, &args, &accounts).await;
    }
    let mut progress = Progress::new(!args.quiet && front.config.verbose == 0);
    let mut report = SyncReport::new();
    let mut texts = Vec::new();
    let mut code = 0;
    for state in &accounts {
        let request = request(front, state, &args)?;
        let job = sync(front, &state.account.name, request, &mut progress).await?;
        if let Some(failure) = &job.failure
            && !(args.quiet && failure.kind == FailureKind::Busy)
        {
            complain(failure);
        }
        for failure in job.failures.iter().chain(&job.warnings) {
            say(&format!("garminsync: {failure}"));
        }
        for owed in &job.owed {
            say(&format!("garminsync: {}", owed.sentence(front.clock.now())));
        }
        if let Some(price) = job.older_days.as_ref().filter(|_| !args.quiet) {
            say(&format!("garminsync: {}", price.of_older_days()));
        }
        let days = forecast(front, &state.account.name).await?;
        if let Some(days) = days.filter(|&days| days <= FORECAST_DAYS && job.exit_code() != 3) {
            say(&format!(
                "garminsync: account {} needs you {}: garminsync login",
                job.account,
                in_days(days)
            ));
        }
        code = worse(code, job.exit_code());
        texts.push(text(&job));
        report.add(&job, days);
        if front.stop.is_cancelled() {
            break;
        }
    }
    if !args.quiet || needs_telling(code) {
        out.result(&texts.join("\n"), &report);
    }
    Ok(code)
}

/// Whether a person must know. That another sync is at it already is as good as
/// a sync of our own.
const fn needs_telling(code: u8) -> bool {
    code != 0 && code != FailureKind::Busy.exit_code()
}

/// The account named, or all that were ever signed in and not signed out.
async fn accounts(front: &Front) -> Result<Vec<AccountState>, Failure> {
    let states = front.states().await?;
    let found: Vec<_> = match &front.config.account {
        Some(name) => states
            .into_iter()
            .filter(|state| state.account.name == *name)
            .collect(),
        None => states
            .into_iter()
            .filter(|state| {
                let is_known = |lane: Lane| state.status_of(lane) != SessionStatus::Missing;
                state.mfa.is_some() || Lane::ALL.into_iter().any(is_known)
            })
            .collect(),
    };
    if found.is_empty() {
        return Err(Failure::signed_out(&front.account()));
    }
    Ok(found)
}

fn request(front: &Front, state: &AccountState, args: &SyncArgs) -> Result<SyncRequest, Failure> {
    let today = front.clock.today(state.account.time_zone.as_deref());
    let span = match (args.from, args.to) {
        (None, None) => None,
        (from, to) => {
            let last = to.unwrap_or(today);
            let window = DateSpan::ending(last, front.config.sync.window_days);
            let span = DateSpan::new(from.unwrap_or_else(|| window.first()), last);
            Some(span.ok_or_else(|| {
                Failure::usage("--from lies after --to.", "Give the earlier day to --from.")
            })?)
        }
    };
    Ok(SyncRequest {
        span,
        only: args.only.clone().map(|list| list.0),
        goal: match (args.repair, args.backfill) {
            (true, _) => Goal::Repair,
            (_, true) => Goal::Backfill,
            _ => Goal::Routine,
        },
    })
}

async fn sync(
    front: &mut Front,
    account: &AccountName,
    request: SyncRequest,
    progress: &mut Progress,
) -> Result<JobReport, Failure> {
    let command = Command::Sync {
        account: account.clone(),
        trigger: Trigger::Headless,
        request,
    };
    let (engine, stop, name) = (front.engine.clone(), front.stop.clone(), account.clone());
    let canceller = tokio::spawn(async move {
        stop.cancelled().await;
        drop(engine.send(Command::CancelSync { account: name }));
    });
    let ended = front.ask(command, |event| match event {
        Event::Sync {
            event: SyncEvent::Progress(now),
            account,
        } => {
            progress.show(&account, &now);
            None
        }
        Event::Sync {
            event: SyncEvent::Finished(report),
            ..
        } => Some(Ok(*report)),
        Event::Sync {
            event: SyncEvent::Refused(failure),
            ..
        } => Some(Err(failure)),
        _ => None,
    });
    let ended = ended.await;
    canceller.abort();
    progress.clear();
    Ok(ended?.unwrap_or_else(|failure| {
        let status = match failure.kind {
            FailureKind::CoolDown => JobStatus::RateLimited,
            FailureKind::SignedOut => JobStatus::AuthExpired,
            _ => JobStatus::Failed,
        };
        JobReport::not_started(account.clone(), status, failure)
    }))
}

async fn plan(
    front: &mut Front,
    out: &Output,
    args: &SyncArgs,
    accounts: &[AccountState],
) -> Result<u8, Failure> {
    let mut report = PlanReport::new();
    let mut text = String::new();
    for state in accounts {
        let account = state.account.name.clone();
        let request = request(front, state, args)?;
        let price = front
            .ask(
                Command::Plan {
                    account: account.clone(),
                    request,
                },
                |event| match event {
                    Event::Planned { result, .. } => Some(result),
                    _ => None,
                },
            )
            .await??;
        let _ = write!(
            text,
            "{}{}",
            if text.is_empty() { "" } else { "\n\n" },
            price_text(&account, &price)
        );
        report.add(account, &price);
    }
    out.result(&text, &report);
    Ok(0)
}

fn price_text(account: &AccountName, price: &Price) -> String {
    let mut text = format!(
        "{account}: {}, about {}",
        counted(price.requests(), "request"),
        estimate(price.seconds),
    );
    for open in &price.open {
        let _ = write!(text, ", {}", open.sentence());
    }
    for (endpoint, requests) in &price.endpoints {
        let _ = write!(text, "\n  {endpoint:<28} {requests:>5}");
    }
    text
}

async fn forecast(front: &Front, account: &AccountName) -> Result<Option<i64>, Failure> {
    let now = front.clock.now();
    let states = front.states().await?;
    Ok(states
        .iter()
        .find(|state| state.account.name == *account)
        .and_then(|state| state.needs_person_in_days(now)))
}

fn text(job: &JobReport) -> String {
    let table = job.table().into_iter().map(|line| format!("\n  {line}"));
    std::iter::once(job.headline()).chain(table).collect()
}
