//! Table `sync_log`: what the log pane and `--sync -v` show.

use jiff::Timestamp;
use rusqlite::{Connection, Row, named_params};

use super::convert::{ms, timestamp, word};
use crate::domain::{
    account::AccountId,
    dataset::Dataset,
    job::JobId,
    log::{LogEntry, LogLevel},
    printable::printable,
};

/// A line on its way into the log.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub at: Timestamp,
    pub account: AccountId,
    pub job: Option<JobId>,
    pub level: LogLevel,
    pub dataset: Option<Dataset>,
    pub text: String,
}

/// Cleans the text: what is stored may be printed.
pub fn append(connection: &Connection, entry: &NewEntry) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO sync_log (at, account, job, level, dataset, text)
             VALUES (:at, :account, :job, :level, :dataset, :text)",
        )?
        .execute(named_params! {
            ":at": ms(entry.at),
            ":account": entry.account.get(),
            ":job": entry.job.map(JobId::get),
            ":level": entry.level.name(),
            ":dataset": entry.dataset.map(Dataset::name),
            ":text": printable(&entry.text),
        })?;
    Ok(())
}

/// Entries after `id`, oldest first; of more than `limit`, the newest.
pub fn since(connection: &Connection, id: i64, limit: u32) -> rusqlite::Result<Vec<LogEntry>> {
    connection
        .prepare_cached(
            "SELECT * FROM (
                 SELECT sync_log.*, account.name AS account_name FROM sync_log JOIN account ON account.id = account
                 WHERE sync_log.id > :id ORDER BY sync_log.id DESC LIMIT :limit
             ) ORDER BY id",
        )?
        .query_map(named_params! { ":id": id, ":limit": limit }, entry)?
        .collect()
}

/// The lines of one job, oldest first; of more than `limit`, the newest.
pub fn of_job(connection: &Connection, job: JobId, limit: u32) -> rusqlite::Result<Vec<LogEntry>> {
    connection
        .prepare_cached(
            "SELECT * FROM (
                 SELECT sync_log.*, account.name AS account_name FROM sync_log JOIN account ON account.id = account
                 WHERE job = :job ORDER BY sync_log.id DESC LIMIT :limit
             ) ORDER BY id",
        )?
        .query_map(named_params! { ":job": job.get(), ":limit": limit }, entry)?
        .collect()
}

fn entry(row: &Row<'_>) -> rusqlite::Result<LogEntry> {
    let dataset: Option<String> = row.get("dataset")?;
    let job: Option<i64> = row.get("job")?;
    Ok(LogEntry {
        id: row.get("id")?,
        at: timestamp(row, "at")?,
        account: word(row, "account_name", |name| name.parse().ok())?,
        job: job.map(JobId::new),
        level: word(row, "level", LogLevel::from_name)?,
        dataset: dataset.and_then(|name| name.parse().ok()),
        text: row.get("text")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central_db::fixture;

    #[test]
    fn the_newest_lines_come_oldest_first_and_clean() {
        let f = fixture::connection();
        for n in 0..5 {
            let entry = NewEntry {
                at: Timestamp::UNIX_EPOCH,
                account: f.account,
                job: None,
                level: LogLevel::Detail,
                dataset: Some(Dataset::Sleep),
                text: format!("line\x1b[2J {n}"),
            };
            append(&f.connection, &entry).unwrap();
        }
        let texts: Vec<_> = since(&f.connection, 1, 2)
            .unwrap()
            .into_iter()
            .map(|entry| entry.text)
            .collect();
        assert_eq!(texts, ["line [2J 3", "line [2J 4"]);
    }

    #[test]
    fn the_lines_of_a_job_are_found_without_reading_the_whole_log() {
        let f = fixture::connection();
        let plan: Vec<String> = f
            .connection
            .prepare("EXPLAIN QUERY PLAN SELECT * FROM sync_log WHERE job = 1 ORDER BY id DESC")
            .unwrap()
            .query_map([], |row| row.get("detail"))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(plan.concat().contains("sync_log_by_job"), "{plan:?}");
        assert!(!plan.concat().contains("TEMP B-TREE"), "{plan:?}");
    }
}
