//! What programs read: the JSON and YAML shapes. Fields are only ever added.
//!
//! Times are RFC 3339 in UTC, absent values null.

use std::collections::BTreeMap;

use clap::ValueEnum;
use jiff::Timestamp;
use serde::Serialize;

use crate::config::args::ScreenName;
use crate::domain::{
    account::AccountName,
    audit::AuthEvent,
    challenge::{Challenge, MfaMethod},
    cool_down::CoolDown,
    coverage::Owed,
    dataset::Dataset,
    dates::{DateSpan, spans_of},
    failure::Failure,
    finding::Finding,
    job::{DatasetCount, JobId, JobReport, JobStatus, Price, Reparsed, TaskFailure},
    session::{AccountState, Door, Lane, LaneState, SessionStatus},
    sign_in::SignInOutcome,
};

/// Goes up only when a field would have to change its meaning.
const SCHEMA: u32 = 1;

#[derive(Debug, Serialize)]
pub(super) struct StatusReport {
    schema: u32,
    accounts: Vec<AccountReport>,
}

#[derive(Debug, Serialize)]
struct AccountReport {
    account: AccountName,
    status: SessionStatus,
    lanes: Vec<LaneReport>,
    mfa: Option<MfaReport>,
    cool_down: Option<CoolDownReport>,
    needs_person_in_days: Option<i64>,
    reuse_percent: Option<u32>,
    time_zone: Option<String>,
    owed: Vec<OwedOut>,
}

#[derive(Debug, Serialize)]
struct LaneReport {
    lane: Lane,
    status: SessionStatus,
    door: Option<Door>,
    user_id: Option<String>,
    display_name: Option<String>,
    signed_in_at: Option<Timestamp>,
    access_expires_at: Option<Timestamp>,
    refresh_expires_at: Option<Timestamp>,
    last_validated_at: Option<Timestamp>,
    generation: u64,
    needs_person_in_days: Option<i64>,
    reason: Option<String>,
}

#[derive(Debug, Serialize)]
struct MfaReport {
    method: MfaMethod,
    sent_to: Option<String>,
    expires_at: Timestamp,
    attempts: u32,
}

#[derive(Debug, Serialize)]
struct CoolDownReport {
    scope: &'static str,
    until: Timestamp,
    reason: String,
}

impl StatusReport {
    pub(super) fn new(states: &[AccountState], now: Timestamp) -> Self {
        Self {
            schema: SCHEMA,
            accounts: states
                .iter()
                .map(|state| AccountReport::new(state, now))
                .collect(),
        }
    }
}

impl AccountReport {
    fn new(state: &AccountState, now: Timestamp) -> Self {
        Self {
            account: state.account.name.clone(),
            status: state.status,
            lanes: state
                .lanes
                .iter()
                .map(|lane| LaneReport::new(state, lane, now))
                .collect(),
            mfa: state.mfa.as_ref().map(MfaReport::from),
            cool_down: state.cool_down().map(CoolDownReport::from),
            needs_person_in_days: state.needs_person_in_days(now),
            reuse_percent: state.reuse.percent(),
            time_zone: state.account.time_zone.clone(),
            owed: state.owed.iter().map(OwedOut::from).collect(),
        }
    }
}

impl LaneReport {
    fn new(state: &AccountState, lane: &LaneState, now: Timestamp) -> Self {
        Self {
            lane: lane.lane,
            status: lane.status,
            door: lane.door,
            user_id: state.account.user_id.clone(),
            display_name: state.account.display_name.clone(),
            signed_in_at: lane.signed_in_at,
            access_expires_at: lane.access_expires_at,
            refresh_expires_at: lane.refresh_expires_at,
            last_validated_at: lane.last_validated_at,
            generation: lane.generation,
            needs_person_in_days: lane.needs_person_in_days(now),
            reason: lane.ended_reason.clone(),
        }
    }
}

impl From<&Challenge> for MfaReport {
    fn from(challenge: &Challenge) -> Self {
        Self {
            method: challenge.method.clone(),
            sent_to: challenge.sent_to.clone(),
            expires_at: challenge.expires_at,
            attempts: challenge.attempts,
        }
    }
}

impl From<&CoolDown> for CoolDownReport {
    fn from(cool_down: &CoolDown) -> Self {
        Self {
            scope: cool_down.scope.name(),
            until: cool_down.until,
            reason: cool_down.reason.clone(),
        }
    }
}

/// The result of `login` and `mfa`.
#[derive(Debug, Serialize)]
pub(super) struct SignInReport {
    schema: u32,
    account: AccountName,
    status: &'static str,
    reason: Option<&'static str>,
    message: String,
    retry_at: Option<Timestamp>,
    mfa: Option<MfaReport>,
}

impl SignInReport {
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn new(account: &AccountName, outcome: &SignInOutcome) -> Self {
        let report = |status, message| Self {
            schema: SCHEMA,
            account: account.clone(),
            status,
            reason: None,
            message,
            retry_at: None,
            mfa: None,
        };
        match outcome {
            SignInOutcome::SignedIn { display_name } => {
                let who = display_name
                    .as_deref()
                    .map(|name| format!(" as {name}"))
                    .unwrap_or_default();
                report("SUCCESS", format!("Signed in{who}."))
            }
            SignInOutcome::MfaRequired(challenge) => {
                let failure =
                    Failure::mfa_required(&challenge.method, challenge.sent_to.as_deref());
                Self {
                    mfa: Some(challenge.into()),
                    ..report("MFA_REQUIRED", failure.to_string())
                }
            }
            SignInOutcome::Refused { failure, challenge } => Self {
                reason: Some(failure.kind.reason()),
                retry_at: failure.retry_at,
                mfa: challenge.as_ref().map(MfaReport::from),
                ..report("FAILED", failure.to_string())
            },
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct SignOutReport {
    schema: u32,
    account: AccountName,
    had_session: bool,
}

impl SignOutReport {
    pub(super) const fn new(account: AccountName, had_session: bool) -> Self {
        Self {
            schema: SCHEMA,
            account,
            had_session,
        }
    }
}

/// The result of `mfa --resend`.
#[derive(Debug, Serialize)]
pub(super) struct CodeSentReport {
    schema: u32,
    account: AccountName,
    again_at: Timestamp,
}

impl CodeSentReport {
    pub(super) const fn new(account: AccountName, again_at: Timestamp) -> Self {
        Self {
            schema: SCHEMA,
            account,
            again_at,
        }
    }
}

/// The result of `audit`.
#[derive(Debug, Serialize)]
pub(super) struct AuditReport {
    schema: u32,
    account: AccountName,
    events: Vec<AuthEvent>,
}

impl AuditReport {
    pub(super) const fn new(account: AccountName, events: Vec<AuthEvent>) -> Self {
        Self {
            schema: SCHEMA,
            account,
            events,
        }
    }
}

/// The result of `token`. No `Debug`: it holds the bearer.
#[derive(Serialize)]
pub(super) struct TokenReport<'a> {
    schema: u32,
    account: AccountName,
    lane: Lane,
    token: &'a str,
}

impl<'a> TokenReport<'a> {
    pub(super) const fn new(account: AccountName, lane: Lane, token: &'a str) -> Self {
        Self {
            schema: SCHEMA,
            account,
            lane,
            token,
        }
    }
}

/// The result of `show`: a screen as lines of text.
#[derive(Debug, Serialize)]
pub(crate) struct ScreenReport<'a> {
    schema: u32,
    screen: String,
    lines: Vec<&'a str>,
}

impl<'a> ScreenReport<'a> {
    pub(crate) fn new(screen: ScreenName, text: &'a str) -> Self {
        let name = screen.to_possible_value();
        Self {
            schema: SCHEMA,
            screen: name.map_or_else(String::new, |name| name.get_name().to_owned()),
            lines: text.lines().collect(),
        }
    }
}

/// What `simulator` prints once it listens. Nothing of it is secret.
#[derive(Debug, Serialize)]
pub(crate) struct SimulatorReport<'a> {
    pub(crate) base_url: &'a str,
    pub(crate) email: &'a str,
    pub(crate) password: &'a str,
    pub(crate) mfa_code: &'a str,
    pub(crate) personal_key: &'a str,
}

/// The result of `reparse`.
#[derive(Debug, Serialize)]
pub(super) struct ReparseReport {
    schema: u32,
    payloads: u32,
    rows_new: u32,
    rows_changed: u32,
    unread: u32,
}

impl ReparseReport {
    pub(super) const fn new(done: &Reparsed) -> Self {
        Self {
            schema: SCHEMA,
            payloads: done.payloads,
            rows_new: done.rows_new,
            rows_changed: done.rows_changed,
            unread: done.unread,
        }
    }
}

/// The result of `session export --to`.
#[derive(Debug, Serialize)]
pub(super) struct ExportReport {
    schema: u32,
    account: AccountName,
    files: Vec<String>,
}

impl ExportReport {
    pub(super) const fn new(account: AccountName, files: Vec<String>) -> Self {
        Self {
            schema: SCHEMA,
            account,
            files,
        }
    }
}

/// The result of `session rekey`.
#[derive(Debug, Serialize)]
pub(super) struct RekeyReport {
    schema: u32,
    resealed: u32,
    unreadable: u32,
}

impl RekeyReport {
    pub(super) const fn new(resealed: u32, unreadable: u32) -> Self {
        Self {
            schema: SCHEMA,
            resealed,
            unreadable,
        }
    }
}

/// The result of `doctor`.
#[derive(Debug, Serialize)]
pub(super) struct DoctorReport {
    schema: u32,
    findings: Vec<Finding>,
}

impl DoctorReport {
    pub(super) const fn new(findings: Vec<Finding>) -> Self {
        Self {
            schema: SCHEMA,
            findings,
        }
    }
}

/// The result of `--sync`.
#[derive(Debug, Serialize)]
pub(super) struct SyncReport {
    schema: u32,
    jobs: Vec<JobReportOut>,
}

#[derive(Debug, Serialize)]
struct JobReportOut {
    job_id: Option<JobId>,
    account: AccountName,
    status: JobStatus,
    requests: u32,
    refreshed: bool,
    duration_ms: u64,
    datasets: BTreeMap<Dataset, DatasetCount>,
    failures: Vec<TaskFailure>,
    owed: Vec<OwedOut>,
    warnings: Vec<TaskFailure>,
    reason: Option<&'static str>,
    message: Option<String>,
    retry_at: Option<Timestamp>,
    needs_person_in_days: Option<i64>,
}

/// Days of one dataset that are still to be fetched.
#[derive(Debug, Serialize)]
struct OwedOut {
    dataset: Dataset,
    days: usize,
    /// Both ends included, oldest first.
    spans: Vec<DateSpan>,
    reason: Option<String>,
    /// When they are tried again; null, or in the past: with the next sync.
    retry_at: Option<Timestamp>,
}

impl From<&Owed> for OwedOut {
    fn from(owed: &Owed) -> Self {
        Self {
            dataset: owed.dataset,
            days: owed.days.len(),
            spans: spans_of(&owed.days),
            reason: owed.reason.clone(),
            retry_at: owed.retry_at,
        }
    }
}

impl SyncReport {
    pub(super) const fn new() -> Self {
        Self {
            schema: SCHEMA,
            jobs: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, report: &JobReport, needs_person_in_days: Option<i64>) {
        let failure = report.failure.as_ref();
        self.jobs.push(JobReportOut {
            job_id: report.job_id,
            account: report.account.clone(),
            status: report.status,
            requests: report.requests,
            refreshed: report.refreshed,
            duration_ms: report.duration_ms,
            datasets: report.datasets.clone(),
            failures: report.failures.clone(),
            owed: report.owed.iter().map(OwedOut::from).collect(),
            warnings: report.warnings.clone(),
            reason: failure.map(|failure| failure.kind.reason()),
            message: failure.map(ToString::to_string),
            retry_at: failure.and_then(|failure| failure.retry_at),
            needs_person_in_days,
        });
    }
}

/// The result of `--sync --plan`.
#[derive(Debug, Serialize)]
pub(super) struct PlanReport {
    schema: u32,
    plans: Vec<PlanOut>,
}

#[derive(Debug, Serialize)]
struct PlanOut {
    account: AccountName,
    requests: u32,
    endpoints: BTreeMap<&'static str, u32>,
    estimated_s: u64,
    /// Whether there may be more, known only once the first answers are here.
    at_least: bool,
    /// With everything that may come on top; null: nobody can know yet.
    requests_max: Option<u32>,
    /// Why there may be more.
    because: Vec<&'static str>,
}

impl PlanReport {
    pub(super) const fn new() -> Self {
        Self {
            schema: SCHEMA,
            plans: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, account: AccountName, price: &Price) {
        let (requests, endpoints) = (price.requests(), price.endpoints.clone());
        self.plans.push(PlanOut {
            account,
            requests,
            endpoints,
            estimated_s: price.seconds,
            at_least: !price.open.is_empty(),
            requests_max: price.at_most(),
            because: price.open.iter().map(|open| open.why.name()).collect(),
        });
    }
}
