//! What a sync costs beside the fetching: `cargo bench --bench sync`.
//!
//! The release binary runs as a child against the simulator in this process. The
//! yardstick is a bare fetch: the requests that such a sync made, recorded on
//! another home, sent again by a child that neither reads nor stores.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

#[path = "recorder.rs"]
mod recorder;
#[path = "support.rs"]
mod support;

use std::{fs, process::Command, time::Duration};

use garminsync::simulator::Simulator;
use recorder::{Recorder, Request};
use support::{Home, Ran, is_asked_for, megabytes, per_second, ratio, watched, year_args};

/// The argument by which this binary is its own child.
const BARE: &str = "--bare-fetch";

/// Rounds of each latency, of which the median is shown.
const ROUNDS: [(u64, usize); 2] = [(0, 3), (50, 1)];

/// Runs on one home, in this order: what it is called, and its arguments.
fn stages() -> [(&'static str, Vec<&'static str>); 4] {
    let all = || "--sync --only all".split(' ').collect();
    [
        ("first sync of a year", year_args()),
        ("the first routine sync after it", all()),
        ("nothing new", all()),
        ("the year read again", year_args()),
    ]
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut args = std::env::args()
        .skip_while(|argument| argument != BARE)
        .skip(1);
    if let (Some(base_url), Some(file)) = (args.next(), args.next()) {
        let requests: Vec<Request> = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        return recorder::fetch(&base_url, &requests).await;
    }
    if !is_asked_for() {
        return;
    }
    println!(
        "Syncs of all datasets by the release binary, original files on, no gap between requests"
    );
    for (latency_ms, rounds) in ROUNDS {
        at(Duration::from_millis(latency_ms), rounds).await;
    }
}

async fn at(latency: Duration, rounds: usize) {
    let simulator = support::simulator(latency).await;
    let recorder = Recorder::start(simulator.base_url()).await;
    // The simulator has computed every day before anything is measured.
    let asked = record(&simulator, &recorder).await;
    let mut lines: Vec<Vec<Line>> = stages().iter().map(|_| Vec::new()).collect();
    let mut held = String::new();
    for _ in 0..rounds {
        let home = Home::signed_in(&simulator).await;
        for (((_, args), asked), lines) in stages().iter().zip(&asked).zip(&mut lines) {
            lines.push(measured(&simulator, &home, args, asked).await);
        }
        held = format!(
            "{} activities, {} files, {} typed rows, central.db {:.1} MB",
            home.number("SELECT count(*) FROM activity"),
            home.number("SELECT count(*) FROM activity_file WHERE state = 'got'"),
            home.typed_rows(),
            megabytes(fs::metadata(home.path().join("central.db")).unwrap().len()),
        );
    }
    println!(
        "\nlatency {} ms, {held}; median of {rounds}\n{:<36} {:>8} {:>7} {:>7} {:>9} {:>9} {:>8} {:>10} {:>8} {:>7}",
        latency.as_millis(),
        "",
        "requests",
        "at once",
        "rows",
        "wall",
        "rows/s",
        "peak",
        "bare fetch",
        "its peak",
        "ratio"
    );
    for ((what, _), lines) in stages().iter().zip(&mut lines) {
        lines.sort_by_key(|line| line.ours.wall);
        let Line {
            ours,
            bare,
            requests,
            at_once,
            rows,
        } = lines.get(rounds / 2).unwrap();
        println!(
            "{what:<36} {requests:>8} {at_once:>7} {rows:>7} {:>7.2} s {:>9.0} {:>5.1} MB {:>8.2} s {:>5.1} MB {:>6.2}x",
            ours.wall.as_secs_f64(),
            per_second(*rows, ours.wall),
            megabytes(ours.peak),
            bare.wall.as_secs_f64(),
            megabytes(bare.peak),
            ratio(ours.wall, bare.wall),
        );
    }
}

struct Line {
    ours: Ran,
    bare: Ran,
    requests: u64,
    /// Most requests that the simulator had before it at the same time.
    at_once: u64,
    /// New and changed.
    rows: u64,
}

/// The requests of each stage.
async fn record(simulator: &Simulator, recorder: &Recorder) -> Vec<Vec<Request>> {
    let home = Home::signed_in(simulator).await;
    let mut asked = Vec::new();
    for (_, args) in stages() {
        forget(&home, &args);
        let command = home.command(&recorder.base_url, &args);
        watched(command, home.path().join("said")).await;
        asked.push(recorder.take());
    }
    asked
}

/// Makes the days of `args` unknown, so that they are asked for. Rows stay.
fn forget(home: &Home, args: &[&str]) {
    if args.contains(&"--from") {
        home.db().execute("DELETE FROM coverage", []).unwrap();
    }
}

async fn measured(simulator: &Simulator, home: &Home, args: &[&str], asked: &[Request]) -> Line {
    forget(home, args);
    simulator.reset_counters();
    let command = home.command(simulator.base_url(), args);
    let ours = watched(command, home.path().join("said")).await;
    let counters = simulator.counters();
    let rows = home.number(
        "SELECT coalesce(sum(rows_new + rows_changed), 0) FROM sync_task
         WHERE job = (SELECT max(id) FROM sync_job)",
    );
    let file = home.path().join("requests.json");
    fs::write(&file, serde_json::to_vec(asked).unwrap()).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([BARE, simulator.base_url()]).arg(&file);
    let bare = watched(command, home.path().join("said")).await;
    Line {
        ours,
        bare,
        requests: counters.total,
        at_once: counters.most_at_once,
        rows: rows.try_into().unwrap(),
    }
}
