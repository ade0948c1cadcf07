//! What the tests share: a simulator, a throw-away home, the real binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "test code"
)]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
    time::Duration,
};

use garminsync::{
    central_db::CentralDb,
    clock::Clock,
    config::{Config, Environment, args::CommonArgs},
    domain::{
        account::AccountName,
        job::{JobReport, SyncRequest, Trigger},
        secret::Secret,
        sign_in::{SignInDoor, SignInOutcome},
    },
    engine::{
        self, Deps, Mode,
        command::Command as Ask,
        event::{Event, SyncEvent},
    },
    simulator::{Mfa, Scenario, Simulator},
    vault::{Vault, places::KeyPlaces},
};
use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};
use rusqlite::{Connection, types::ValueRef};

/// A small athlete whose today stands still.
pub(crate) fn scenario() -> Scenario {
    Scenario {
        days: 60,
        today: Some(date(2026, 11, 20)),
        email: "grace@example.com".to_owned(),
        password: "correct-horse-battery".to_owned(),
        mfa: None,
        mfa_code: "271828".to_owned(),
        ..Scenario::default()
    }
}

/// The same, with `days` of history, at a Garmin that allows no more than what was recorded.
pub(crate) fn only_recorded(days: u32) -> Scenario {
    let strict = Scenario::only_recorded();
    Scenario {
        days,
        graphql_aliases: strict.graphql_aliases,
        graphql_summary_days: strict.graphql_summary_days,
        graphql_sleep_days: strict.graphql_sleep_days,
        graphql_range_days: strict.graphql_range_days,
        summary_days: strict.summary_days,
        ..scenario()
    }
}

pub(crate) fn with_mfa() -> Scenario {
    Scenario {
        mfa: Some(Mfa::Email),
        ..scenario()
    }
}

/// A simulator and a home that points at it. Its time goes on from 15:00 UTC
/// of the simulator's today, whatever day the tests are run on.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    home: tempfile::TempDir,
    clock_ahead: SignedDuration,
}

impl World {
    pub(crate) async fn new(scenario: Scenario) -> Self {
        let clock_ahead = scenario.today.map_or(SignedDuration::ZERO, |today| {
            let there = today.at(15, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
            let ahead = there.timestamp().duration_since(Timestamp::now());
            SignedDuration::from_secs(ahead.as_secs())
        });
        Self {
            simulator: Simulator::start(scenario).await.unwrap(),
            home: tempfile::tempdir().unwrap(),
            clock_ahead,
        }
    }

    /// Skips what a person waits for, and takes the simulator's clock along.
    pub(crate) fn clock(&self) -> Clock {
        self.clock_later(Duration::ZERO)
    }

    /// The same, so much later.
    pub(crate) fn clock_later(&self, later: Duration) -> Clock {
        let later = SignedDuration::try_from(later).unwrap();
        Clock::skipping(self.clock_ahead + later, self.simulator.skipped())
    }

    /// The same, with an account that is signed in.
    pub(crate) async fn signed_in(scenario: Scenario) -> Self {
        let world = Self::new(Scenario {
            mfa: None,
            ..scenario
        })
        .await;
        let outcome = world.sign_in().await;
        assert!(
            matches!(outcome, SignInOutcome::SignedIn { .. }),
            "{outcome:?}"
        );
        world.simulator.reset_counters();
        world
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.home().join(name)
    }

    /// CentralDB as an outsider reads it.
    pub(crate) fn db(&self) -> Connection {
        Connection::open(self.file("central.db")).unwrap()
    }

    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.db().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub(crate) fn text(&self, sql: &str) -> String {
        self.db().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// [`rows_of`] CentralDB, for "row for row equal".
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        rows_of(&self.db(), sql)
    }

    pub(crate) fn config(&self) -> Config {
        config(self.home(), self.simulator.base_url())
    }

    /// The parts of a process, in this one.
    pub(crate) fn deps(&self) -> Deps {
        self.deps_at(self.clock())
    }

    pub(crate) fn deps_at(&self, clock: Clock) -> Deps {
        deps(self.config(), clock)
    }

    pub(crate) async fn sign_in(&self) -> SignInOutcome {
        self.sign_in_with(self.deps(), false).await
    }

    /// Through the password door, with the simulator's own credentials.
    pub(crate) async fn sign_in_with(&self, deps: Deps, despite_cool_down: bool) -> SignInOutcome {
        let Scenario {
            email, password, ..
        } = self.simulator.scenario().clone();
        let door = SignInDoor::Password {
            email,
            password: Secret::new(password),
            despite_cool_down,
        };
        deps.auth().sign_in(&account(), None, door, &|_| {}).await
    }

    pub(crate) async fn sync(&self) -> JobReport {
        self.sync_with(self.deps(), SyncRequest::default()).await
    }

    /// One sync through a real engine.
    pub(crate) async fn sync_with(&self, deps: Deps, request: SyncRequest) -> JobReport {
        let (engine, mut events, running) = engine::spawn(deps, Mode::OneShot);
        let (account, trigger) = (account(), Trigger::Headless);
        engine
            .send(Ask::Sync {
                account,
                trigger,
                request,
            })
            .unwrap();
        let report = loop {
            match events.recv().await.unwrap() {
                Event::Sync {
                    event: SyncEvent::Finished(report),
                    ..
                } => break *report,
                Event::Sync {
                    event: SyncEvent::Refused(failure),
                    ..
                } => panic!("refused: {failure}"),
                _ => {}
            }
        };
        running.shut_down().await;
        report
    }

    /// The real binary in this world.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = binary(args);
        command
            .env("GARMINSYNC_HOME", self.home())
            .env("GARMINSYNC_BASE_URL", self.simulator.base_url())
            .env(
                "GARMINSYNC_CLOCK_AHEAD_S",
                self.clock_ahead.as_secs().to_string(),
            );
        command
    }

    /// Runs the binary to its end, with nothing or `input` on standard input.
    pub(crate) async fn run(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.command(args);
        let input = input.to_owned();
        tokio::task::spawn_blocking(move || run(&mut command, &input))
            .await
            .unwrap()
    }
}

/// The settings of a home that points at a server on this machine.
pub(crate) fn config(home: &Path, base_url: &str) -> Config {
    let args = CommonArgs {
        home: Some(home.to_owned()),
        ..CommonArgs::default()
    };
    let env = Environment::from([("GARMINSYNC_BASE_URL", base_url)]);
    Config::resolve(&args, &env).unwrap()
}

/// The parts of a process.
pub(crate) fn deps(mut config: Config, clock: Clock) -> Deps {
    config.http.timeout = Duration::from_secs(2);
    config.http.download_timeout = Duration::from_secs(2);
    config.paths.create().unwrap();
    Deps {
        clock,
        central_db: CentralDb::open(&config.paths).unwrap(),
        critical: tokio_util::task::TaskTracker::new(),
        vault: Arc::new(Vault::at(KeyPlaces {
            home_key: config.paths.vault_key.clone(),
            ..KeyPlaces::default()
        })),
        config,
    }
}

pub(crate) fn account() -> AccountName {
    AccountName::default()
}

/// The binary with a clean environment.
pub(crate) fn binary(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_garminsync"));
    command.args(args).env_clear();
    for kept in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command
}

pub(crate) fn run(command: &mut Command, input: &str) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A child that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Ran::from(child.wait_with_output().unwrap())
}

/// How a run of the binary ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The result on standard output, which must be JSON and nothing else.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Exit code and a sentence on standard error, nothing on standard output.
    pub(crate) fn complains(&self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(words), "{self:?}");
        assert!(self.err.starts_with("garminsync: "), "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
    }
}

/// A folder of `../shared`. `None`, with a printed line, where it is absent;
/// absent under CI is a failure.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(name);
    if path.is_dir() {
        return Some(path);
    }
    let shown = path.display();
    assert!(std::env::var_os("CI").is_none(), "missing: {shown}");
    println!("skipped: there is no {shown}");
    None
}

/// Every value of every row of a query, as text.
pub(crate) fn rows_of(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).unwrap();
    let columns = statement.column_count();
    statement
        .query_map([], |row| {
            let values = (0..columns).map(|n| match row.get_ref(n).unwrap() {
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                value => format!("{value:?}"),
            });
            Ok(values.collect::<Vec<_>>().join("|"))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// Every byte of every file below `folder`, by path.
pub(crate) fn bytes_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found
}
