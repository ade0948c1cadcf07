//! How a job ends: its status, its report, and the line that says so.

use std::time::Duration;

use super::{Halt, Run, price, probe};
use crate::{
    central_db::{
        backfill, cool_downs, coverage,
        jobs::{self, Ending},
        log,
    },
    domain::{
        cool_down::CoolDownScope,
        coverage::Owed,
        dataset::Dataset,
        failure::{Failure, FailureKind},
        job::{Goal, JobReport, JobStatus, Price, SyncRequest},
        log::LogLevel,
        wording::{counted, duration},
    },
    sync::fetch::Lender,
};

impl<L: Lender> Run<'_, L> {
    fn early_end(halt: Halt) -> (JobStatus, Failure) {
        match halt {
            Halt::Cancelled => (JobStatus::Cancelled, Failure::cancelled()),
            Halt::Rest(error) => (JobStatus::RateLimited, error.failure("the sync")),
            Halt::Rested(failure) => (JobStatus::RateLimited, failure),
            Halt::Resting(rest) => {
                let failure = Failure::cool_down("Syncing", &rest.reason, rest.until);
                (JobStatus::RateLimited, failure)
            }
            Halt::Session(failure) => {
                let status = match failure.kind {
                    FailureKind::AuthExpired
                    | FailureKind::SignedOut
                    | FailureKind::MfaRequired => JobStatus::AuthExpired,
                    FailureKind::RateLimited | FailureKind::Blocked | FailureKind::CoolDown => {
                        JobStatus::RateLimited
                    }
                    _ => JobStatus::Failed,
                };
                (status, failure)
            }
            Halt::Unreachable(failure) | Halt::Broken(failure) => (JobStatus::Failed, failure),
        }
    }

    /// After the first complete sync: what the days before its window would cost.
    async fn older_days(&self, is_complete: bool) -> Result<Option<Price>, Failure> {
        if !is_complete || !probe::is_routine(&self.request) {
            return Ok(None);
        }
        let (id, job) = (self.account.id, self.job);
        let read = self.shop.central_db.read(move |db| {
            let has_history = backfill::frontier(db, id, Dataset::Daily)?
                .first_on
                .is_some();
            Ok(has_history || jobs::has_completed(db, id, job)?)
        });
        if read.await? {
            return Ok(None);
        }
        let backfill = SyncRequest {
            goal: Goal::Backfill,
            ..self.request.clone()
        };
        let price = price(self.shop, &self.account, &backfill).await?;
        Ok(Some(price))
    }

    pub(super) async fn finish(
        self,
        halt: Option<Halt>,
        took: Duration,
    ) -> Result<JobReport, Failure> {
        let (job, account, now) = (self.job, self.account.clone(), self.shop.clock.now());
        // A lane that gave out needs its person, or its rest, whatever the other one did.
        let lost = self.lost.values().next().cloned();
        let ending = match halt.or(lost) {
            Some(halt) => Some(Self::early_end(halt)),
            // Nobody answered anything: that is no partly done sync.
            None if !self.has_answer => self
                .trouble
                .as_ref()
                .map(|error| (JobStatus::Failed, error.failure("the sync"))),
            None => None,
        };
        let lanes = self.known.lanes.clone();
        let wanted: Vec<_> = self.known.holdings.keys().copied().collect();
        let span = self.request.span;
        let older_days = self.older_days(ending.is_none()).await?;
        let requests = self.client.requests();
        let refreshed = self.fetcher.lender().has_refreshed();
        tracing::info!(job = job.get(), requests, refreshed, ?took, "job ended");
        let report = self
            .shop
            .central_db
            .write(move |tx| {
                let datasets = jobs::totals(tx, job)?;
                let failures = jobs::failures(tx, job)?;
                let owed = coverage::owed(tx, account.id, &wanted, span)?;
                let (status, failure) = verdict(ending, failures.len(), &owed);
                let warnings = jobs::warnings(tx, job)?;
                let report = JobReport {
                    job_id: Some(job),
                    account: account.name,
                    status,
                    requests,
                    refreshed,
                    duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                    datasets,
                    failures,
                    owed,
                    older_days,
                    warnings,
                    failure,
                };
                let message = report.failure.as_ref().map(ToString::to_string);
                jobs::finish(
                    tx,
                    job,
                    &Ending {
                        status,
                        requests,
                        refreshed,
                        message,
                    },
                    now,
                )?;
                if status == JobStatus::Succeeded {
                    for lane in lanes {
                        cool_downs::clear(tx, account.id, CoolDownScope::of_lane(lane))?;
                    }
                }
                let (level, text) = closing_line(&report);
                let older = report.older_days.as_ref();
                let older = older.map(|price| (LogLevel::Done, price.of_older_days()));
                for (level, text) in [(level, text)].into_iter().chain(older) {
                    let entry = log::NewEntry {
                        at: now,
                        account: account.id,
                        job: Some(job),
                        level,
                        dataset: None,
                        text,
                    };
                    log::append(tx, &entry)?;
                }
                Ok(report)
            })
            .await?;
        Ok(report)
    }
}

/// What a job's end is called. `early` says why it ended before its tasks did.
fn verdict(
    early: Option<(JobStatus, Failure)>,
    failed: usize,
    owed: &[Owed],
) -> (JobStatus, Option<Failure>) {
    match early {
        None if failed == 0 && owed.is_empty() => (JobStatus::Succeeded, None),
        None if failed == 0 => (JobStatus::Partial, Some(Failure::days_missing(owed))),
        None => (JobStatus::Partial, Some(Failure::partial(failed))),
        Some((status, failure)) => (status, Some(failure)),
    }
}

fn closing_line(report: &JobReport) -> (LogLevel, String) {
    let requests = counted(report.requests, "request");
    let took = duration(report.duration_ms);
    let rows = match report.rows() {
        0 => "nothing new".to_owned(),
        many => counted(many, "row"),
    };
    match (&report.failure, report.status) {
        (None, _) => (LogLevel::Done, format!("{rows}, {requests}, {took}")),
        (Some(failure), JobStatus::Partial | JobStatus::Cancelled) => (
            LogLevel::Warn,
            format!("{rows}, {requests}: {}", failure.summary),
        ),
        (Some(failure), _) => (LogLevel::Error, failure.to_string()),
    }
}
