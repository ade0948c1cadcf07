//! Writes one task's outcome: payload, rows, coverage, task and log line, in
//! one transaction. What is not in it did not happen.

mod cover;
mod items;

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use rusqlite::Connection;

use super::{
    dataset::{Call, Lists, Reading, Unread},
    plan::Task,
};
use crate::{
    central_db::{
        RowChange, WriteMode, accounts, backfill, coverage, endpoint_reads,
        jobs::{self, TaskRow},
        log::{self, NewEntry},
        payloads::{self, NewPayload},
        route_memory,
        rows::{
            activities::{self, Activity},
            settings,
        },
        table::{self, Gone, Listed, Stamp, TableRow},
    },
    domain::{
        account::AccountId,
        coverage::{Coverage, EndpointRead},
        dataset::Dataset,
        dates::{DateSpan, back},
        job::{DatasetCount, JobId},
        log::LogLevel,
        printable::excerpt,
        session::Lane,
    },
};

pub use items::{FILE_ENDPOINT, detail_failed, file, leg, legs, search_failed, zone_unknown};

/// The place of a task in its job.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    pub account: AccountId,
    pub job: JobId,
    pub ordinal: u32,
    pub now: Timestamp,
    /// The account's today.
    pub today: Date,
    /// Requests that the job has made so far.
    pub requests: u32,
    /// When a watch last uploaded; `None`: not asked.
    pub uploaded_at: Option<Timestamp>,
    /// Set while the backfill runs.
    pub backfill: Option<BackfillStep>,
}

/// What a task of the backfill leaves beside its rows.
#[derive(Clone, Copy, Debug)]
pub struct BackfillStep {
    /// Requests since the last step.
    pub requests: u32,
    /// It looks for the first day: far back, with a gap behind it.
    pub is_search: bool,
}

/// An answer and what was read of it.
#[derive(Debug)]
pub struct Fetched {
    pub call: Call,
    pub status: u16,
    pub body: Vec<u8>,
    /// `Err`: the body is kept, but its shape was not understood.
    pub reading: Result<Reading, String>,
    /// The days that the answer speaks of; less than asked for when a page ends early.
    pub answered: Option<DateSpan>,
    /// The days whose coverage this answer decides; the task's own, unless a
    /// page ends early or another part decides.
    pub covers: Option<DateSpan>,
    /// The day whose first rows came with an earlier page.
    pub begun: Option<Date>,
    /// Days whose rows lack columns that another part failed to bring, and why.
    pub torn: Vec<(DateSpan, String)>,
    /// Days whose rows lack columns that a route which is refused would bring.
    pub thin: Vec<DateSpan>,
}

/// What storing an answer led to.
#[derive(Debug, Default)]
pub struct Stored {
    /// Settled days of old whose summary changed.
    pub reopened: Vec<Date>,
    /// The account's zone, when the answer held its settings.
    pub time_zone: Option<String>,
}

/// Stores an answer: payload, rows, what was deleted, coverage, task, log line.
pub fn fetched(
    db: &Connection,
    at: Context,
    task: &Task,
    fetched: &Fetched,
) -> rusqlite::Result<Stored> {
    let mut stored = Stored::default();
    let Some((lane, part)) = task.part() else {
        return Ok(stored);
    };
    if let Some(step) = at.backfill {
        backfill::spend(db, at.account, at.today, step.requests)?;
    }
    let payload_id = keep(db, at, (task, lane, part.endpoint), fetched)?;
    let reading = match &fetched.reading {
        Ok(reading) => reading,
        Err(why) => {
            let summary = format!("the answer was kept but could not be read: {why}");
            failed(db, at, task, &summary)?;
            return Ok(stored);
        }
    };
    let stamp = Stamp {
        account: at.account,
        payload_id,
        mode: WriteMode::Merge,
        now: at.now,
    };
    let mut count = DatasetCount::default();
    for row in &reading.rows {
        let change = row.store(db, stamp)?;
        match change {
            RowChange::New => count.rows_new += 1,
            RowChange::Changed => count.rows_changed += 1,
            RowChange::Same => continue,
        }
        if let Some(day) = row.day().filter(|_| task.dataset == Dataset::Daily)
            && reopens(db, at, day)?
        {
            stored.reopened.push(day);
        }
    }
    let mut missed = BTreeSet::new();
    if let Some(lists) = part.lists.filter(|lists| tells_gone(lists, reading)) {
        let gone = gone(db, at, lists, fetched, reading)?;
        count.rows_changed += gone.rows;
        missed = gone.days;
    }
    if let Some(covers) = fetched.covers {
        count.days = covers.len();
        cover::cover(
            db,
            at,
            (task.dataset, part),
            covers,
            (fetched, &missed),
            reading,
        )?;
        if at.backfill.is_some_and(|step| !step.is_search) {
            reach(db, at, task.dataset, covers.first())?;
        }
    }
    route_memory::answered(db, at.account, part.endpoint, task.span)?;
    if let Some(span) = fetched.answered {
        let read = EndpointRead {
            span,
            at: at.now,
            uploaded_at: at.uploaded_at,
        };
        endpoint_reads::record(db, at.account, part.endpoint, &read)?;
    }
    let problem = unread_summary(reading);
    if problem.is_some() {
        count.failed = 1;
    }
    let mut row = task_row(at, task, part.endpoint, count, problem.clone());
    if task.dataset == Dataset::Settings {
        (stored.time_zone, row.warning) = follow_zone(db, at)?;
    }
    jobs::record_task(db, at.job, &row, at.now)?;
    note_task(db, at, task, count, problem, reading)?;
    Ok(stored)
}

/// The account follows the zone of its settings. The second value: what to tell
/// of a zone that is unknown here.
fn follow_zone(db: &Connection, at: Context) -> rusqlite::Result<(Option<String>, Option<String>)> {
    let Some(named) = settings::time_zone(db, at.account)? else {
        return Ok((None, None));
    };
    let followed = accounts::set_time_zone(db, at.account, &named)?;
    let warning = (followed != named).then(|| unknown_zone(&named, Some(&followed)));
    if let Some(warning) = &warning {
        let dataset = Some(Dataset::Settings);
        note(db, at, LogLevel::Warn, dataset, warning.clone())?;
    }
    Ok((Some(followed), warning))
}

/// What a person is told of a time zone that is unknown here.
fn unknown_zone(named: &str, instead: Option<&str>) -> String {
    format!(
        "Garmin's time zone {} is not known on this machine; days are counted in {}",
        excerpt(named, 40),
        instead.unwrap_or("UTC")
    )
}

fn keep(
    db: &Connection,
    at: Context,
    (task, lane, endpoint): (&Task, Lane, &'static str),
    fetched: &Fetched,
) -> rusqlite::Result<i64> {
    // Both lanes have paths in common, and each keeps its own answer.
    let request = match lane {
        Lane::Connect => fetched.call.to_string(),
        Lane::Personal => format!("personal:{}", fetched.call),
    };
    payloads::store(
        db,
        &NewPayload {
            account: at.account,
            dataset: task.dataset,
            lane,
            endpoint,
            request: &request,
            fetched_at: at.now,
            status: fetched.status,
            is_read: fetched.reading.is_ok(),
            body: &fetched.body,
        },
    )
}

/// The frontier moves only over days without a gap up to the newest that was ever
/// asked for: a probe far back is no frontier.
pub fn reach(db: &Connection, at: Context, dataset: Dataset, first: Date) -> rusqlite::Result<()> {
    let known = coverage::known_span(db, at.account, dataset)?;
    match known.and_then(|known| DateSpan::new(first, known.last())) {
        Some(all) if coverage::is_whole(db, at.account, dataset, all)? => {
            backfill::reach(db, at.account, dataset, first)
        }
        _ => Ok(()),
    }
}

/// A day of old whose summary is new or changed was uploaded late, or corrected:
/// what else is settled of it is opened again.
fn reopens(db: &Connection, at: Context, day: Date) -> rusqlite::Result<bool> {
    let span = DateSpan::day(day);
    let before = coverage::of(db, at.account, Dataset::Daily, span)?;
    if !matches!(before.get(&day), Some(Coverage::Got | Coverage::Nothing)) {
        return Ok(false);
    }
    let others: Vec<_> = Dataset::ALL
        .into_iter()
        .filter(|it| it.follows_the_day())
        .collect();
    coverage::reopen(db, at.account, day, &others, at.now)
}

/// Whether what an answer did not list was deleted. An item that could not be
/// read is told by its key or its day; of one with neither it is only certain
/// that it is no row when the others are what they always were.
fn tells_gone(lists: &Lists, reading: &Reading) -> bool {
    let is_placed = |unread: &Unread| unread.day.is_some() || unread.row.is_some();
    let is_usual = lists.day.is_some() && !reading.rows.is_empty();
    is_usual || reading.unread.iter().all(is_placed)
}

/// Marks what the answer should have listed and did not: deleted at Garmin.
fn gone(
    db: &Connection,
    at: Context,
    lists: Lists,
    fetched: &Fetched,
    reading: &Reading,
) -> rusqlite::Result<Gone> {
    // Rows of a day that an earlier page has begun are not missing here.
    let listed = fetched.covers.and_then(|covers| match fetched.begun {
        Some(begun) if begun == covers.last() => DateSpan::new(covers.first(), back(begun, 1)),
        _ => Some(covers),
    });
    let days = match (lists.day, listed) {
        (Some(column), Some(listed)) => Some((column, listed)),
        (Some(_), None) => return Ok(Gone::default()),
        (None, _) => None,
    };
    let mine = reading.rows.iter().filter(|row| row.table() == lists.table);
    let unread = reading
        .unread
        .iter()
        .filter_map(|unread| unread.row.as_ref());
    let unread = unread.filter(|(table, _)| *table == lists.table);
    let unread = unread.map(|(_, key)| key.clone());
    let seen: Vec<_> = mine.map(|row| row.key()).chain(unread).collect();
    let spared = reading.unread.iter().filter_map(|unread| unread.day);
    let listed = Listed {
        table: lists.table,
        days,
        spared: &spared.collect(),
        among: lists.among,
        seen: &seen,
    };
    let gone = table::mark_gone(db, at.account, &listed, at.now)?;
    if lists.table == Activity::TABLE {
        activities::legs_follow(db, at.account)?;
    }
    if gone.rows > 0 {
        let text = match gone.rows {
            1 => "one row is no longer listed at Garmin; it is kept, marked as gone".to_owned(),
            many => {
                format!("{many} rows are no longer listed at Garmin; they are kept, marked as gone")
            }
        };
        note(db, at, LogLevel::Warn, None, text)?;
    }
    Ok(gone)
}

fn note_task(
    db: &Connection,
    at: Context,
    task: &Task,
    count: DatasetCount,
    problem: Option<String>,
    reading: &Reading,
) -> rusqlite::Result<()> {
    let (level, text) = match problem {
        Some(problem) => (LogLevel::Warn, format!("{}: {problem}", task.span)),
        None => (LogLevel::Detail, format!("{}{}", task.span, gains(count))),
    };
    note(db, at, level, Some(task.dataset), text)?;
    if reading.odd.is_empty() {
        return Ok(());
    }
    let odd = reading.odd.join(", ");
    let text = format!("{}: kept raw, in a form not known: {odd}", task.span);
    note(db, at, LogLevel::Warn, Some(task.dataset), text)
}

/// Stores that a task failed. Days that already hold data keep their state.
pub fn failed(db: &Connection, at: Context, task: &Task, summary: &str) -> rusqlite::Result<()> {
    // A part that only fills in columns says nothing of its days.
    for day in task.span.days().filter(|_| task.covers()) {
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
    failure(db, at, &row, summary)
}

/// Stores that days could not be asked for: no route was left.
pub fn days_failed(
    db: &Connection,
    at: Context,
    dataset: Dataset,
    span: DateSpan,
    summary: &str,
) -> rusqlite::Result<()> {
    for day in span.days() {
        coverage::set(
            db,
            at.account,
            dataset,
            day,
            Coverage::Failed,
            Some(summary),
            at.now,
        )?;
    }
    let row = TaskRow {
        ordinal: at.ordinal,
        requests: at.requests,
        dataset,
        endpoint: "none",
        span: span.to_string(),
        failed: Some(summary.to_owned()),
        warning: None,
        count: DatasetCount::default(),
    };
    failure(db, at, &row, summary)
}

fn failure(db: &Connection, at: Context, row: &TaskRow, summary: &str) -> rusqlite::Result<()> {
    jobs::record_task(db, at.job, row, at.now)?;
    let text = format!("{}: {summary}", row.span);
    note(db, at, LogLevel::Warn, Some(row.dataset), text)
}

/// Stores that `days` wait until every route that was refused may be asked again.
pub fn waiting(
    db: &Connection,
    at: Context,
    dataset: Dataset,
    days: &BTreeSet<Date>,
    (reason, until): (&str, Timestamp),
) -> rusqlite::Result<()> {
    for &day in days {
        coverage::wait(db, at.account, dataset, day, (reason, until), at.now)?;
    }
    Ok(())
}

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
        requests: at.requests,
        dataset: task.dataset,
        endpoint,
        span: task.span.to_string(),
        failed,
        warning: None,
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
