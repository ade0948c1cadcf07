//! How fast answers are stored: `cargo bench --bench store`.
//!
//! Each answer is one transaction, on disk when it returns, as in a sync. The
//! yardstick is the raw answer alone: compressed and stored, without its rows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

#[path = "support.rs"]
mod support;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use garminsync::{
    central_db::{
        CentralDb, accounts, jobs,
        payloads::{self, NewPayload},
    },
    config::paths::Paths,
    domain::{
        dataset::Dataset,
        dates::DateSpan,
        job::{Goal, Trigger},
        session::Lane,
    },
    sync::{
        dataset::Call,
        plan::Task,
        store::{self, Context, Fetched},
    },
};
use jiff::Timestamp;
use support::{Answer, TODAY, is_asked_for, megabytes, per_second, ratio, year_of_answers};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    if !is_asked_for() {
        return;
    }
    let answers = year_of_answers().await;
    let bytes: usize = answers.iter().map(|answer| answer.body.len()).sum();
    println!(
        "A year of all datasets: {} answers, {:.1} MB, each its own transaction\n",
        answers.len(),
        megabytes(bytes.try_into().unwrap())
    );
    println!(
        "{:<32} {:>7} {:>9} {:>9} {:>10} {:>7}",
        "", "rows", "wall", "rows/s", "per row", "ratio"
    );
    let (raw, _home) = shelf().await;
    let mut alone = Duration::ZERO;
    for (n, answer) in answers.iter().enumerate() {
        let (dataset, endpoint, body) = (answer.dataset, answer.part.endpoint, answer.body.clone());
        let began = Instant::now();
        raw.db
            .write(move |tx| {
                let payload = NewPayload {
                    account: raw.at.account,
                    dataset,
                    lane: Lane::Connect,
                    endpoint,
                    request: &n.to_string(),
                    fetched_at: raw.at.now,
                    status: 200,
                    is_read: true,
                    body: &body,
                };
                payloads::store(tx, &payload)
            })
            .await
            .unwrap();
        alone += began.elapsed();
    }
    let (shelf, _home) = shelf().await;
    let mut passes = Vec::new();
    for round in 0..3 {
        passes.push(pass(&shelf, round, &answers).await);
    }
    let sum = |pass: &Pass| {
        pass.values().fold((0, Duration::ZERO), |all, one| {
            (all.0 + one.0, all.1 + one.1)
        })
    };
    let rows = passes.first().map_or(0, |pass| sum(pass).0);
    line("raw answers alone", rows, alone, alone);
    for (what, pass) in [
        "answers and rows, first time",
        "again, all the same",
        "and again",
    ]
    .iter()
    .zip(&passes)
    {
        line(what, rows, sum(pass).1, alone);
    }
    println!("\nanswers and rows, first time, by dataset; ratio: to all of them");
    let first = passes.first().unwrap();
    for (dataset, (rows, time)) in first {
        line(dataset.name(), *rows, *time, sum(first).1);
    }
}

fn line(what: &str, rows: u64, time: Duration, base: Duration) {
    println!(
        "{what:<32} {rows:>7} {:>6.0} ms {:>9.0} {:>7.1} µs {:>6.2}x",
        time.as_secs_f64() * 1e3,
        per_second(rows, time),
        1e6 / per_second(rows, time).max(1e-9),
        ratio(time, base),
    );
}

/// A CentralDB with an account and a running job.
#[derive(Clone)]
struct Shelf {
    db: CentralDb,
    at: Context,
}

async fn shelf() -> (Shelf, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::inside(home.path());
    paths.create().unwrap();
    let db = CentralDb::open(&paths).unwrap();
    let now: Timestamp = "2026-11-20T15:00:00Z".parse().unwrap();
    let at = db.write(move |tx| {
        let account = accounts::ensure(tx, &"ada".parse().unwrap(), now)?.id;
        Ok(Context {
            account,
            job: jobs::start(tx, account, Trigger::Headless, Goal::Routine, now)?,
            ordinal: 0,
            now,
            today: TODAY,
            requests: 0,
            uploaded_at: None,
            backfill: None,
        })
    });
    let at = at.await.unwrap();
    (Shelf { db, at }, home)
}

type Pass = BTreeMap<Dataset, (u64, Duration)>;

/// Stores every answer; reading them is not counted.
async fn pass(shelf: &Shelf, round: usize, answers: &[Answer]) -> Pass {
    let mut pass = Pass::new();
    for (n, answer) in answers.iter().enumerate() {
        let Some((route, part)) = answer.place else {
            continue;
        };
        let reading = (answer.part.read)(&answer.body).unwrap();
        let rows = u64::try_from(reading.rows.len()).unwrap();
        let days = reading.rows.iter().filter_map(|row| row.days());
        let span = days.reduce(DateSpan::hull).unwrap_or(DateSpan::day(TODAY));
        let task = Task {
            dataset: answer.dataset,
            route,
            part,
            span,
            start: 0,
        };
        let fetched = Fetched {
            call: Call::Get {
                path: n.to_string(),
                query: Vec::new(),
            },
            status: 200,
            body: answer.body.clone(),
            reading: Ok(reading),
            answered: Some(span),
            covers: Some(span).filter(|_| task.covers()),
            torn: Vec::new(),
            thin: Vec::new(),
            begun: None,
        };
        let mut at = shelf.at;
        at.ordinal = u32::try_from(round * answers.len() + n).unwrap();
        let began = Instant::now();
        let stored = shelf
            .db
            .write(move |tx| store::fetched(tx, at, &task, &fetched));
        stored.await.unwrap();
        let all = pass.entry(answer.dataset).or_default();
        all.0 += rows;
        all.1 += began.elapsed();
    }
    pass
}
