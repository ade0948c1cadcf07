//! Tables `sync_job`, `sync_task` and `sync_mark`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::convert::{count, ms, opt_ms, opt_timestamp, timestamp, word};
use crate::domain::{
    account::{Account, AccountId},
    dataset::Dataset,
    job::{
        DatasetCount, Goal, JobId, JobRecord, JobReport, JobStatus, JobSummary, TaskFailure,
        Trigger, remembered_failure,
    },
    session::Reuse,
};

pub fn start(
    connection: &Connection,
    account: AccountId,
    trigger: Trigger,
    goal: Goal,
    now: Timestamp,
) -> rusqlite::Result<JobId> {
    connection
        .prepare_cached(
            "INSERT INTO sync_job (account, requested_by, goal, status, started_at)
             VALUES (:account, :requested_by, :goal, 'RUNNING', :now)",
        )?
        .execute(named_params! {
            ":account": account.get(), ":requested_by": trigger.name(), ":goal": goal.name(), ":now": ms(now),
        })?;
    Ok(JobId::new(connection.last_insert_rowid()))
}

/// What is said of a job whose process died.
const INTERRUPTED: &str =
    "Interrupted: the process ended during the sync. What it had fetched is stored.";

/// How a job ended.
#[derive(Clone, Debug)]
pub struct Ending {
    pub status: JobStatus,
    pub requests: u32,
    pub refreshed: bool,
    pub message: Option<String>,
}

pub fn finish(
    connection: &Connection,
    job: JobId,
    ending: &Ending,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE sync_job SET status = :status, finished_at = :now, requests = :requests,
                 refreshed = :refreshed, message = :message
             WHERE id = :job",
        )?
        .execute(named_params! {
            ":job": job.get(),
            ":status": ending.status.word(),
            ":now": ms(now),
            ":requests": ending.requests,
            ":refreshed": ending.refreshed,
            ":message": ending.message,
        })?;
    Ok(())
}

/// How the newest job ended, of those before `job`.
pub fn last_status(
    connection: &Connection,
    account: AccountId,
    before: Option<JobId>,
) -> rusqlite::Result<Option<JobStatus>> {
    connection
        .prepare_cached(
            "SELECT status FROM sync_job NOT INDEXED
             WHERE account = :account AND id < :before ORDER BY id DESC LIMIT 1",
        )?
        .query_row(
            named_params! { ":account": account.get(), ":before": before.map_or(i64::MAX, JobId::get) },
            |row| word(row, "status", JobStatus::from_word),
        )
        .optional()
}

/// Whether a job before `job` got to its end.
pub fn has_completed(
    connection: &Connection,
    account: AccountId,
    job: JobId,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM sync_job
                 WHERE account = :account AND id < :job AND status IN ('SUCCEEDED', 'PARTIAL'))",
        )?
        .query_row(
            named_params! { ":account": account.get(), ":job": job.get() },
            |row| row.get(0),
        )
}

/// The accounts that have a job which has not ended.
pub fn running(connection: &Connection) -> rusqlite::Result<Vec<AccountId>> {
    connection
        .prepare_cached("SELECT DISTINCT account FROM sync_job WHERE status = 'RUNNING'")?
        .query_map([], |row| row.get(0).map(AccountId::new))?
        .collect()
}

/// Closes jobs whose process died, with what they had done by then. Called under
/// the account's sync lease, so nothing that still runs can be hit. Returns how
/// many there were.
pub fn close_orphans(connection: &Connection, account: AccountId) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "UPDATE sync_job SET status = 'CANCELLED', message = :message,
                 finished_at = coalesce(
                     (SELECT max(finished_at) FROM sync_task WHERE job = sync_job.id), started_at)
             WHERE account = :account AND status = 'RUNNING'",
        )?
        .execute(named_params! { ":account": account.get(), ":message": INTERRUPTED })
}

/// One task as it ended.
#[derive(Clone, Debug)]
pub struct TaskRow {
    pub ordinal: u32,
    /// Requests that the job had made by then.
    pub requests: u32,
    pub dataset: Dataset,
    pub endpoint: &'static str,
    pub span: String,
    /// `None`: done. Otherwise what failed.
    pub failed: Option<String>,
    /// Of a task that is done: what a person should know all the same.
    pub warning: Option<String>,
    pub count: DatasetCount,
}

pub fn record_task(
    connection: &Connection,
    job: JobId,
    task: &TaskRow,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO sync_task (job, ordinal, dataset, endpoint, span, status, finished_at, days, rows_new,
                 rows_changed, summary)
             VALUES (:job, :ordinal, :dataset, :endpoint, :span, :status, :now, :days, :rows_new, :rows_changed,
                 :summary)",
        )?
        .execute(named_params! {
            ":job": job.get(),
            ":ordinal": task.ordinal,
            ":dataset": task.dataset.name(),
            ":endpoint": task.endpoint,
            ":span": task.span,
            ":status": if task.failed.is_some() { "FAILED" } else { "DONE" },
            ":now": ms(now),
            ":days": task.count.days,
            ":rows_new": task.count.rows_new,
            ":rows_changed": task.count.rows_changed,
            ":summary": task.failed.as_ref().or(task.warning.as_ref()),
        })?;
    connection
        .prepare_cached(
            "UPDATE sync_job SET requests = :requests WHERE id = :job AND requests < :requests",
        )?
        .execute(named_params! { ":job": job.get(), ":requests": task.requests })?;
    Ok(())
}

/// Totals folded from the tasks: nothing is counted twice.
pub fn totals(
    connection: &Connection,
    job: JobId,
) -> rusqlite::Result<BTreeMap<Dataset, DatasetCount>> {
    connection
        .prepare_cached(
            "SELECT dataset, sum(days) AS days, sum(rows_new) AS rows_new, sum(rows_changed) AS rows_changed,
                 count(*) FILTER (WHERE status = 'FAILED') AS failed
             FROM sync_task WHERE job = :job GROUP BY dataset",
        )?
        .query_map(named_params! { ":job": job.get() }, |row| {
            let total = DatasetCount {
                days: count(row, "days")?,
                rows_new: count(row, "rows_new")?,
                rows_changed: count(row, "rows_changed")?,
                failed: count(row, "failed")?,
            };
            Ok((dataset(row)?, total))
        })?
        .collect()
}

pub fn failures(connection: &Connection, job: JobId) -> rusqlite::Result<Vec<TaskFailure>> {
    with_summary(connection, job, "FAILED")
}

/// Tasks that are done, with something that a person should know.
pub fn warnings(connection: &Connection, job: JobId) -> rusqlite::Result<Vec<TaskFailure>> {
    with_summary(connection, job, "DONE")
}

fn with_summary(
    connection: &Connection,
    job: JobId,
    status: &str,
) -> rusqlite::Result<Vec<TaskFailure>> {
    connection
        .prepare_cached(
            "SELECT dataset, span, summary FROM sync_task
             WHERE job = :job AND status = :status AND (status = 'FAILED' OR summary IS NOT NULL)
             ORDER BY ordinal",
        )?
        .query_map(
            named_params! { ":job": job.get(), ":status": status },
            |row| {
                let summary: Option<String> = row.get("summary")?;
                Ok(TaskFailure {
                    dataset: dataset(row)?,
                    span: row.get("span")?,
                    summary: summary.unwrap_or_default(),
                })
            },
        )?
        .collect()
}

/// The newest `limit` jobs, newest first.
pub fn newest(
    connection: &Connection,
    account: AccountId,
    limit: u32,
) -> rusqlite::Result<Vec<JobSummary>> {
    page(connection, account, None, limit)
}

/// The newest `limit` jobs of those `before` one, newest first. Walks back from
/// the end: by the index it would sort all the account's jobs for one page.
pub fn page(
    connection: &Connection,
    account: AccountId,
    before: Option<JobId>,
    limit: u32,
) -> rusqlite::Result<Vec<JobSummary>> {
    connection
        .prepare_cached(
            "SELECT id, status, requested_by, started_at, finished_at, requests,
                 (SELECT coalesce(sum(rows_new + rows_changed), 0) FROM sync_task WHERE job = sync_job.id) AS row_count
             FROM sync_job NOT INDEXED WHERE account = :account AND id < :before ORDER BY id DESC LIMIT :limit",
        )?
        .query_map(
            named_params! {
                ":account": account.get(),
                ":before": before.map_or(i64::MAX, JobId::get),
                ":limit": limit,
            },
            |row| {
                Ok(JobSummary {
                    id: JobId::new(row.get("id")?),
                    status: word(row, "status", JobStatus::from_word)?,
                    trigger: word(row, "requested_by", Trigger::from_name)?,
                    started_at: timestamp(row, "started_at")?,
                    finished_at: opt_timestamp(row, "finished_at")?,
                    requests: count(row, "requests")?,
                    rows: count(row, "row_count")?,
                })
            },
        )?
        .collect()
}

/// The newest job that ended.
pub fn last_ended(connection: &Connection, account: AccountId) -> rusqlite::Result<Option<JobId>> {
    connection
        .prepare_cached(
            "SELECT id FROM sync_job NOT INDEXED WHERE account = :account AND finished_at IS NOT NULL ORDER BY id DESC LIMIT 1",
        )?
        .query_row(named_params! { ":account": account.get() }, |row| row.get(0).map(JobId::new))
        .optional()
}

/// A job with its report, as it was told when it ended.
pub fn record(
    connection: &Connection,
    account: &Account,
    job: JobId,
) -> rusqlite::Result<Option<JobRecord>> {
    let datasets = totals(connection, job)?;
    let failures = failures(connection, job)?;
    let warnings = warnings(connection, job)?;
    connection
        .prepare_cached("SELECT * FROM sync_job WHERE id = :job AND account = :account")?
        .query_row(
            named_params! { ":job": job.get(), ":account": account.id.get() },
            |row| {
                let status = word(row, "status", JobStatus::from_word)?;
                let started_at = timestamp(row, "started_at")?;
                let finished_at = opt_timestamp(row, "finished_at")?;
                let took = finished_at.map_or(0, |end| ms(end) - ms(started_at));
                let message: Option<String> = row.get("message")?;
                let report = JobReport {
                    job_id: Some(job),
                    account: account.name.clone(),
                    status,
                    requests: count(row, "requests")?,
                    refreshed: row.get("refreshed")?,
                    duration_ms: u64::try_from(took).unwrap_or(0),
                    datasets,
                    failures,
                    owed: Vec::new(),
                    older_days: None,
                    warnings,
                    failure: message.map(|message| remembered_failure(status, message)),
                };
                Ok(JobRecord {
                    report,
                    trigger: word(row, "requested_by", Trigger::from_name)?,
                    started_at,
                    finished_at,
                })
            },
        )
        .optional()
}

/// How many jobs started since `since` needed no person. A job that Garmin or
/// the network turned away still reused the session; `AUTH_EXPIRED` did not.
pub fn reuse(
    connection: &Connection,
    account: AccountId,
    since: Timestamp,
) -> rusqlite::Result<Reuse> {
    connection
        .prepare_cached(
            "SELECT count(*) AS jobs, count(*) FILTER (WHERE status <> 'AUTH_EXPIRED') AS reused
             FROM sync_job WHERE account = :account AND started_at >= :since AND finished_at IS NOT NULL",
        )?
        .query_row(named_params! { ":account": account.get(), ":since": ms(since) }, |row| {
            Ok(Reuse { reused: count(row, "reused")?, jobs: count(row, "jobs")? })
        })
}

/// The last complete sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What Garmin's `lastUsedDeviceUploadTime` was then.
    pub uploaded_at: Option<Timestamp>,
    pub synced_at: Timestamp,
    /// When the known history was last looked over for late changes.
    pub swept_at: Option<Timestamp>,
    /// What was synced.
    pub datasets: Vec<Dataset>,
}

pub fn mark(connection: &Connection, account: AccountId) -> rusqlite::Result<Option<Mark>> {
    connection
        .prepare_cached("SELECT * FROM sync_mark WHERE account = :account")?
        .query_row(named_params! { ":account": account.get() }, |row| {
            // Before there was such a list, these were all.
            let datasets: Option<String> = row.get("datasets")?;
            let datasets = datasets.unwrap_or_else(|| "activities,daily,sleep".to_owned());
            Ok(Mark {
                uploaded_at: opt_timestamp(row, "uploaded_at")?,
                synced_at: timestamp(row, "synced_at")?,
                swept_at: opt_timestamp(row, "swept_at")?,
                datasets: datasets
                    .split(',')
                    .filter_map(|name| name.parse().ok())
                    .collect(),
            })
        })
        .optional()
}

pub fn set_mark(connection: &Connection, account: AccountId, mark: &Mark) -> rusqlite::Result<()> {
    let names: Vec<_> = mark.datasets.iter().map(|dataset| dataset.name()).collect();
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO sync_mark (account, uploaded_at, synced_at, swept_at, datasets)
             VALUES (:account, :uploaded_at, :synced_at, :swept_at, :datasets)",
        )?
        .execute(named_params! {
            ":account": account.get(), ":uploaded_at": opt_ms(mark.uploaded_at), ":synced_at": ms(mark.synced_at),
            ":swept_at": opt_ms(mark.swept_at), ":datasets": names.join(","),
        })?;
    Ok(())
}

/// Milliseconds that a request took on average, its gap included, in the last
/// jobs with more than a handful of them.
pub fn pace_ms(connection: &Connection, account: AccountId) -> rusqlite::Result<Option<f64>> {
    connection
        .prepare_cached(
            "SELECT CAST(sum(finished_at - started_at) AS REAL) / sum(requests) FROM (
                 SELECT * FROM sync_job WHERE account = :account AND finished_at IS NOT NULL AND requests >= 5
                 ORDER BY id DESC LIMIT 10)",
        )?
        .query_row(named_params! { ":account": account.get() }, |row| row.get(0))
}

fn dataset(row: &Row<'_>) -> rusqlite::Result<Dataset> {
    word(row, "dataset", |name| name.parse().ok())
}

#[cfg(test)]
mod tests;
