//! Writes one task's outcome: payload, rows, coverage, task and log line, in
//! one transaction. What is not in it did not happen.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use rusqlite::Connection;

use super::{
    dataset::{Call, Reading},
    plan::Task,
};
use crate::{
    central_db::{
        RowChange,
        activity_files::{self, FileRow},
        coverage,
        jobs::{self, TaskRow},
        log::{self, NewEntry},
        payloads::{self, NewPayload},
        table::Stamp,
    },
    domain::{
        account::AccountId,
        activity::FileState,
        coverage::Coverage,
        dataset::Dataset,
        dates::{DateSpan, back},
        job::{DatasetCount, JobId},
        log::LogLevel,
    },
};

/// The place of a task in its job.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    pub account: AccountId,
    pub job: JobId,
    pub ordinal: u32,
    pub now: Timestamp,
    /// The account's today.
    pub today: Date,
}

/// An answer and what was read of it.
#[derive(Debug)]
pub struct Fetched {
    pub call: Call,
    pub status: u16,
    pub body: Vec<u8>,
    /// `Err`: the body is kept, but its shape was not understood.
    pub reading: Result<Reading, String>,
    /// The days this answer speaks for; the task's own, unless a page ends early.
    pub covers: Option<DateSpan>,
}

/// After this many days an empty day is final (`protocol.md` 11.4).
const EMPTY_SETTLES_AFTER: u32 = 14;

/// Stores an answer. Returns what the dataset gained, and what could not be read.
pub fn fetched(
    db: &Connection,
    at: Context,
    task: &Task,
    fetched: &Fetched,
) -> rusqlite::Result<(DatasetCount, Option<String>)> {
    let Some((lane, part)) = task.part() else {
        return Ok((DatasetCount::default(), None));
    };
    let request = fetched.call.to_string();
    let payload_id = payloads::store(
        db,
        &NewPayload {
            account: at.account,
            dataset: task.dataset,
            lane,
            request: &request,
            fetched_at: at.now,
            status: fetched.status,
            is_read: fetched.reading.is_ok(),
            body: &fetched.body,
        },
    )?;
    let reading = match &fetched.reading {
        Ok(reading) => reading,
        Err(why) => {
            let summary = format!("the answer was kept but could not be read: {why}");
            failed(db, at, task, &summary)?;
            return Ok((
                DatasetCount {
                    failed: 1,
                    ..DatasetCount::default()
                },
                Some(summary),
            ));
        }
    };
    let stamp = Stamp {
        account: at.account,
        payload_id,
        now: at.now,
    };
    let mut count = DatasetCount::default();
    for row in &reading.rows {
        match row.store(db, stamp)? {
            RowChange::New => count.rows_new += 1,
            RowChange::Changed => count.rows_changed += 1,
            RowChange::Same => {}
        }
    }
    if let Some(covers) = fetched.covers {
        count.days = covers.len();
        cover(db, at, task.dataset, part.settles_after, covers, reading)?;
    }
    let problem = unread_summary(reading);
    if problem.is_some() {
        count.failed = 1;
    }
    let row = task_row(at, task, part.endpoint, count, problem.clone());
    jobs::record_task(db, at.job, &row, at.now)?;
    let text = match &problem {
        Some(problem) => format!("{}: {problem}", task.span),
        None => format!("{}{}", task.span, gains(count)),
    };
    let level = if problem.is_some() {
        LogLevel::Warn
    } else {
        LogLevel::Detail
    };
    note(db, at, level, Some(task.dataset), text)?;
    if !reading.odd.is_empty() {
        let text = format!(
            "{}: kept raw, in a form not known: {}",
            task.span,
            reading.odd.join(", ")
        );
        note(db, at, LogLevel::Warn, Some(task.dataset), text)?;
    }
    Ok((count, problem))
}

/// Stores that a task failed. Days that already hold data keep their state.
pub fn failed(db: &Connection, at: Context, task: &Task, summary: &str) -> rusqlite::Result<()> {
    for day in task.span.days() {
        coverage::set(
            db,
            at.account,
            task.dataset,
            day,
            Coverage::Failed,
            Some(summary),
            at.now,
        )?;
    }
    let endpoint = task.part().map_or("none", |(_, part)| part.endpoint);
    let row = task_row(
        at,
        task,
        endpoint,
        DatasetCount::default(),
        Some(summary.to_owned()),
    );
    jobs::record_task(db, at.job, &row, at.now)?;
    note(
        db,
        at,
        LogLevel::Warn,
        Some(task.dataset),
        format!("{}: {summary}", task.span),
    )
}

/// Stores what became of an original file, already on disk if it was got.
/// `title` is what the log calls its activity.
pub fn file(db: &Connection, at: Context, file: &FileRow, title: &str) -> rusqlite::Result<()> {
    activity_files::store(db, at.account, file, at.now)?;
    let count = DatasetCount::default();
    let row = TaskRow {
        ordinal: at.ordinal,
        dataset: Dataset::Activities,
        endpoint: FILE_ENDPOINT,
        span: format!("file of activity {}", file.activity.get()),
        failed: (file.state == FileState::Failed).then(|| file.reason.clone().unwrap_or_default()),
        count,
    };
    jobs::record_task(db, at.job, &row, at.now)?;
    let (level, what) = match file.state {
        FileState::Got => (LogLevel::Detail, "original file kept".to_owned()),
        FileState::NoFile => (LogLevel::Detail, "has no original file".to_owned()),
        FileState::Failed => (LogLevel::Warn, file.reason.clone().unwrap_or_default()),
    };
    let text = format!("{title}: {what}");
    note(db, at, level, Some(Dataset::Activities), text)
}

/// The endpoint of original files, in tasks and prices.
pub const FILE_ENDPOINT: &str = "activities.file";

/// A line in the sync log.
pub fn note(
    db: &Connection,
    at: Context,
    level: LogLevel,
    dataset: Option<Dataset>,
    text: String,
) -> rusqlite::Result<()> {
    log::append(
        db,
        &NewEntry {
            at: at.now,
            account: at.account,
            job: Some(at.job),
            level,
            dataset,
            text,
        },
    )
}

fn cover(
    db: &Connection,
    at: Context,
    dataset: Dataset,
    settles_after: u32,
    covers: DateSpan,
    reading: &Reading,
) -> rusqlite::Result<()> {
    let with_rows: BTreeSet<Date> = reading.rows.iter().filter_map(|row| row.day()).collect();
    for day in covers.days() {
        let has_rows = with_rows.contains(&day);
        // An item that could not even be dated may belong to any day without a
        // row: those days failed, they are not empty.
        let unread = reading
            .unread
            .iter()
            .find(|unread| unread.day == Some(day) || (unread.day.is_none() && !has_rows));
        let state = match unread {
            Some(_) => Coverage::Failed,
            None => settled(day, at.today, has_rows, settles_after),
        };
        let reason = unread.map(|unread| unread.why.as_str());
        coverage::set(db, at.account, dataset, day, state, reason, at.now)?;
    }
    Ok(())
}

/// Whether a day may still change. "Nothing" is only said of a day so old that
/// no watch will bring it any more.
fn settled(day: Date, today: Date, has_rows: bool, settles_after: u32) -> Coverage {
    let wait = if has_rows {
        settles_after
    } else {
        EMPTY_SETTLES_AFTER
    };
    if day > back(today, wait) {
        Coverage::Open
    } else if has_rows {
        Coverage::Got
    } else {
        Coverage::Nothing
    }
}

fn unread_summary(reading: &Reading) -> Option<String> {
    let first = reading.unread.first()?;
    Some(match reading.unread.len() {
        1 => format!("one item was kept but could not be read: {}", first.why),
        many => format!(
            "{many} items were kept but could not be read, the first: {}",
            first.why
        ),
    })
}

fn task_row(
    at: Context,
    task: &Task,
    endpoint: &'static str,
    count: DatasetCount,
    failed: Option<String>,
) -> TaskRow {
    TaskRow {
        ordinal: at.ordinal,
        dataset: task.dataset,
        endpoint,
        span: task.span.to_string(),
        failed,
        count,
    }
}

fn gains(count: DatasetCount) -> String {
    match (count.rows_new, count.rows_changed) {
        (0, 0) => ", nothing new".to_owned(),
        (new, 0) => format!(", {new} new"),
        (0, changed) => format!(", {changed} changed"),
        (new, changed) => format!(", {new} new, {changed} changed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_empty_day_is_final_only_after_two_weeks() {
        let today = date(2026, 11, 21);
        let state = |days, has_rows| settled(back(today, days), today, has_rows, 7);
        assert_eq!(state(0, true), Coverage::Open);
        assert_eq!(state(6, true), Coverage::Open);
        assert_eq!(state(7, true), Coverage::Got);
        assert_eq!(state(13, false), Coverage::Open);
        assert_eq!(state(14, false), Coverage::Nothing);
    }
}
