//! What the benches share: a Garmin on loopback, homes, the real binary as a
//! child whose memory is watched, and a year of answers.
#![allow(dead_code, reason = "each bench uses its part of it")]

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use garminsync::{
    central_db::{CentralDb, payloads},
    config::paths::Paths,
    domain::{dataset::Dataset, dates::back},
    simulator::{Scenario, Simulator},
    sync::dataset::{self, Part},
};
use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use rusqlite::Connection;

pub(crate) const TODAY: Date = date(2026, 11, 20);

/// `cargo bench` says so; under `cargo test --all-targets` a bench has nothing to do.
pub(crate) fn is_asked_for() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// An athlete with more than a year of history.
pub(crate) async fn simulator(latency: Duration) -> Simulator {
    let scenario = Scenario {
        days: 500,
        today: Some(TODAY),
        latency,
        ..Scenario::default()
    };
    let simulator = Simulator::start(scenario).await.unwrap();
    // To about 300 activities a year: an evening run more, every fourth day.
    for days in (3..365).step_by(4) {
        simulator.upload_activity_on(back(TODAY, days));
    }
    simulator
}

/// A throw-away home with an account that is signed in.
pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) async fn signed_in(simulator: &Simulator) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        let Scenario {
            email, password, ..
        } = simulator.scenario().clone();
        let mut login = home.command(
            simulator.base_url(),
            &["login", "--email", &email, "--password-stdin"],
        );
        let done = tokio::task::spawn_blocking(move || {
            let mut child = login
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut input = child.stdin.take().unwrap();
            input.write_all(password.as_bytes()).unwrap();
            drop(input);
            child.wait().unwrap()
        });
        assert!(done.await.unwrap().success(), "the sign-in failed");
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The real binary, at 15:00 UTC of the athlete's today.
    pub(crate) fn command(&self, base_url: &str, args: &[&str]) -> Command {
        let there = TODAY.at(15, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
        let ahead = there.timestamp().duration_since(Timestamp::now()).as_secs();
        let mut command = Command::new(env!("CARGO_BIN_EXE_garminsync"));
        command
            .args(args)
            .env("GARMINSYNC_HOME", self.path())
            .env("GARMINSYNC_BASE_URL", base_url)
            .env("GARMINSYNC_CLOCK_AHEAD_S", ahead.to_string());
        command
    }

    pub(crate) fn db(&self) -> Connection {
        Connection::open(self.path().join("central.db")).unwrap()
    }

    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.db().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Rows in all typed tables.
    pub(crate) fn typed_rows(&self) -> i64 {
        let db = self.db();
        let mut tables = db
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%payload_id%'",
            )
            .unwrap();
        let names = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
        names
            .map(|name| self.number(&format!("SELECT count(*) FROM {}", name.unwrap())))
            .sum()
    }
}

/// How a child process ran.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ran {
    pub(crate) wall: Duration,
    /// `VmHWM`, in bytes; 0 where there is no `/proc`.
    pub(crate) peak: u64,
}

/// Runs a child to its end and watches its memory, so that the simulator's,
/// which lives in this process, does not count.
pub(crate) async fn watched(mut command: Command, said: PathBuf) -> Ran {
    let watching = tokio::task::spawn_blocking(move || {
        let out = File::create(&said).unwrap();
        command
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out);
        let began = Instant::now();
        let mut child = command.spawn().unwrap();
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        let ended = loop {
            // The mark only rises: the last one seen is the highest, but for the last moments.
            peak = fs::read_to_string(&status)
                .ok()
                .and_then(|text| high_water(&text))
                .unwrap_or(peak);
            if let Some(ended) = child.try_wait().unwrap() {
                break ended;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let wall = began.elapsed();
        assert!(
            ended.success(),
            "{ended}: {}",
            fs::read_to_string(&said).unwrap()
        );
        Ran { wall, peak }
    });
    watching.await.unwrap()
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// One stored answer, and what reads it.
pub(crate) struct Answer {
    pub(crate) dataset: Dataset,
    /// Indexes of its route and part; `None`: asked beside the routes.
    pub(crate) place: Option<(usize, usize)>,
    pub(crate) part: &'static Part,
    pub(crate) body: Vec<u8>,
}

/// All answers of a year, as a sync of everything kept them, oldest first.
pub(crate) async fn year_of_answers() -> Vec<Answer> {
    let simulator = simulator(Duration::ZERO).await;
    let home = Home::signed_in(&simulator).await;
    fs::write(home.path().join("config.toml"), "[sync]\nfiles = false\n").unwrap();
    let sync = home.command(simulator.base_url(), &year_args());
    watched(sync, home.path().join("said")).await;
    let db = CentralDb::open(&Paths::inside(home.path())).unwrap();
    let kept = db.read(|db| {
        let ids = payloads::ids_newest_first(db)?;
        ids.into_iter()
            .rev()
            .map(|id| payloads::kept(db, id))
            .collect::<rusqlite::Result<Vec<_>>>()
    });
    let kept = kept.await.unwrap();
    kept.into_iter()
        .flatten()
        .map(|kept| {
            let endpoint = kept.endpoint.unwrap();
            let part = dataset::readers(kept.dataset)
                .find(|part| part.endpoint == endpoint)
                .unwrap();
            let place = dataset::source(kept.dataset)
                .iter()
                .enumerate()
                .find_map(|(route, it)| {
                    let part = it.parts.iter().position(|part| part.endpoint == endpoint)?;
                    Some((route, part))
                });
            Answer {
                dataset: kept.dataset,
                place,
                part,
                body: kept.body,
            }
        })
        .collect()
}

/// A year of everything, up to the athlete's today.
pub(crate) fn year_args() -> Vec<&'static str> {
    "--sync --only all --from 2025-11-21 --to 2026-11-20"
        .split(' ')
        .collect()
}

/// The middle one of some durations.
pub(crate) fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// How often `work` fits into a second, at least thrice: the median of its times.
pub(crate) fn timed(mut work: impl FnMut()) -> Duration {
    let began = Instant::now();
    let mut times = Vec::new();
    while times.len() < 3 || (began.elapsed() < Duration::from_secs(1) && times.len() < 100_000) {
        let began = Instant::now();
        work();
        times.push(began.elapsed());
    }
    median(&mut times)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "counts of a bench are far below 2^52"
)]
pub(crate) fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(1e-9)
}

pub(crate) fn megabytes(bytes: u64) -> f64 {
    per_second(bytes, Duration::from_secs(1)) / 1e6
}

pub(crate) fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(1e-9)
}
