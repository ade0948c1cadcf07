//! The composition root: configuration, dependencies, engine, then a front.
//!
//! Live, demo and test differ in [`Deps`] and nowhere below. This is the only
//! place that knows what a demo is.

mod demo;
mod show;
mod signals;
mod simulator;

use std::{
    io::{self, IsTerminal},
    sync::Arc,
};

use crossterm::event::EventStream;
use jiff::tz::TimeZone;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    central_db::{self, CentralDb, CentralDbError},
    cli::{self, Front, Task},
    clock::Clock,
    config::{
        Config, Environment,
        args::{Args, Command, Format, SessionCommand, ShowArgs, SyncArgs},
    },
    domain::{
        account::{AccountName, Region},
        failure::{Failure, FailureKind},
        printable::io_reason,
    },
    engine::{self, Deps, Mode},
    telemetry,
    tui::{
        self,
        keymap::Keymap,
        terminal::Session,
        theme::{Depth, Theme},
    },
    vault::{Vault, places::KeyPlaces},
};

/// Runs what the arguments ask for and returns the exit code. Blocks; call it
/// on the main thread.
pub fn run(args: Args) -> u8 {
    let env = Environment::of_process();
    let done = runtime().and_then(|runtime| {
        let code = runtime.block_on(dispatch(args, &env));
        // A prompt may still hold a blocking thread; nothing is waited for any more.
        runtime.shutdown_background();
        code
    });
    done.unwrap_or_else(|failure| {
        cli::complain(&failure);
        failure.kind.exit_code()
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| {
            Failure::unexpected(format!("The program could not start: {}.", io_reason(&e)))
        })
}

/// What is to be done, as far as it needs a home.
enum Work {
    FullScreen,
    Show(ShowArgs),
    Headless(Task),
}

async fn dispatch(args: Args, env: &Environment) -> Result<u8, Failure> {
    let work = match args.command {
        Some(Command::Simulator(options)) => {
            return simulator::run(&options, args.common.format).await;
        }
        Some(Command::Show(args)) => Work::Show(args),
        Some(Command::Login(args)) => Work::Headless(Task::Login(args)),
        Some(Command::Mfa { code, resend }) => Work::Headless(Task::Mfa { code, resend }),
        Some(Command::Token { lane, yes }) => Work::Headless(Task::Token { lane, yes }),
        Some(Command::Audit) => Work::Headless(Task::Audit),
        Some(Command::Reparse) => Work::Headless(Task::Reparse),
        Some(Command::Session(command)) => Work::Headless(Task::Session(command)),
        Some(Command::Doctor { offline }) => Work::Headless(Task::Doctor { offline }),
        Some(Command::Status { check }) => Work::Headless(Task::Status { check }),
        Some(Command::Logout) => Work::Headless(Task::Logout),
        Some(Command::Sync(what)) => Work::Headless(Task::Sync(what)),
        None => Work::FullScreen,
    };
    if args.demo {
        return demo::run(work, &args.common, env).await;
    }
    let config = Config::resolve(&args.common, env)?;
    let deps = deps(config)?;
    if let Some(why) = deps.central_db.not_writable()
        && !only_reads(&work)
    {
        return Err(CentralDbError::NotWritable(why).into());
    }
    if needs_key(&work) {
        deps.vault.check()?;
        if has_sealed(&deps.central_db).await? {
            deps.vault.check_name()?;
        }
    }
    match work {
        Work::Headless(task) => headless(deps, task).await,
        Work::Show(args) => show::run(deps, &args).await,
        Work::FullScreen => full_screen(deps, Vec::new()).await,
    }
}

/// Whether a damaged key should be said before anything else. What only looks,
/// or forgets, works without one.
const fn needs_key(work: &Work) -> bool {
    match work {
        Work::Show(_) => false,
        Work::FullScreen => true,
        Work::Headless(task) => !matches!(
            task,
            Task::Doctor { .. }
                | Task::Audit
                | Task::Reparse
                | Task::Logout
                | Task::Status { check: false }
        ),
    }
}

/// Whether a home that can only be read is enough. A token is printed as long
/// as it needs no refresh.
const fn only_reads(work: &Work) -> bool {
    match work {
        Work::Show(_) => true,
        Work::FullScreen => false,
        Work::Headless(task) => matches!(
            task,
            Task::Doctor { .. }
                | Task::Audit
                | Task::Token { .. }
                | Task::Session(SessionCommand::Export(_))
                | Task::Sync(SyncArgs { plan: true, .. })
                | Task::Status { check: false }
        ),
    }
}

/// Whether a session or a challenge is sealed in this home.
async fn has_sealed(central_db: &CentralDb) -> Result<bool, Failure> {
    let sealed = central_db.read(|db| {
        let sessions = central_db::sessions::all_sealed(db)?;
        Ok(!sessions.is_empty() || !central_db::challenges::all_sealed(db)?.is_empty())
    });
    Ok(sealed.await?)
}

/// Opens everything the configuration names.
fn deps(config: Config) -> Result<Deps, Failure> {
    let made = config.paths.create();
    let opened = CentralDb::open_telling(&config.paths, &cli::say_waiting);
    let central_db = match (opened, made) {
        (Ok(db), Ok(())) => db,
        (Ok(db), Err(_)) if db.not_writable().is_some() => db,
        // Without a database to read, the folder that cannot be made says more.
        (Ok(_) | Err(CentralDbError::NotWritable(_)), Err(failure)) => return Err(failure),
        (Err(e), _) => return Err(e.into()),
    };
    let vault = Vault::at(key_places(&config));
    Ok(Deps {
        clock: Clock::shifted(config.clock_ahead),
        central_db,
        vault: Arc::new(vault),
        critical: TaskTracker::new(),
        config,
    })
}

/// Where the vault's key may come from.
fn key_places(config: &Config) -> KeyPlaces {
    KeyPlaces {
        home_key: config.paths.vault_key.clone(),
        key_file: config.key_file.clone(),
        credentials: config.credentials.clone(),
        passphrase_file: config.passphrase_file.clone(),
        // A simulator's session has no business in a person's key store.
        key_store: config.base_url.is_none(),
    }
}

/// One command, then out.
async fn headless(deps: Deps, task: Task) -> Result<u8, Failure> {
    let config = deps.config.clone();
    let logs = Some(&*config.paths.logs).filter(|_| deps.central_db.not_writable().is_none());
    let _guard = telemetry::start(logs, &config.log, Some(config.verbose))?;
    let stop = signals::stop_token()?;
    signals::stop_at_prompts()?;
    headless_until(deps, task, stop).await
}

async fn headless_until(deps: Deps, task: Task, stop: CancellationToken) -> Result<u8, Failure> {
    let (central_db, clock, config) = (
        deps.central_db.clone(),
        deps.clock.clone(),
        deps.config.clone(),
    );
    let is_sync = matches!(task, Task::Sync(_));
    let database = deps.central_db.clone();
    let (engine, events, running) = engine::spawn(deps, Mode::OneShot);
    let front = Front {
        engine,
        events,
        central_db,
        clock,
        config,
        stop: stop.clone(),
    };
    let code = if is_sync {
        // A sync ends by itself when it is told to stop, and still reports.
        front.run(task).await
    } else {
        stop.run_until_cancelled(front.run(task)).await.unwrap_or(1)
    };
    running.shut_down().await;
    database.tidy_up().await;
    Ok(code)
}

/// The app. `corner` stays in sight: label and value pairs.
async fn full_screen(deps: Deps, corner: Vec<(String, String)>) -> Result<u8, Failure> {
    if deps.config.format != Format::Text {
        return Err(Failure::usage(
            "The full-screen app has no --format.",
            "Name a command with it, such as: garminsync status --format json",
        ));
    }
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(Failure::new(
            FailureKind::NoTerminal,
            "The full-screen app needs a terminal, and there is none.",
            "Without one, use: garminsync --sync, or garminsync status",
        ));
    }
    let config = deps.config.clone();
    let _guard = telemetry::start(Some(&config.paths.logs), &config.log, None)?;
    let stop = signals::stop_token()?;
    let mut options = options(&deps, corner).await?;
    options.job_control = Some(signals::job_control()?);
    let database = deps.central_db.clone();
    let (engine, events, running) = engine::spawn(deps, Mode::Watching);
    let ended = {
        let mut session = Session::enter(config.ui.mouse).map_err(|e| no_screen(&e))?;
        tui::run(
            session.terminal(),
            EventStream::new(),
            engine,
            events,
            stop,
            options,
        )
        .await
    };
    running.shut_down().await;
    database.tidy_up().await;
    match ended {
        Ok(tui::Ended::EngineGone) => Err(Failure::unexpected(
            "The engine stopped while the app was open.",
        )),
        Ok(_) => Ok(0),
        // A terminal that is gone is a closed window, not a failure.
        Err(e) => {
            tracing::info!(error = %e, "the terminal went away");
            Ok(0)
        }
    }
}

/// What the app is told once. `corner` stays in sight: label and value pairs.
async fn options(deps: &Deps, corner: Vec<(String, String)>) -> Result<tui::Options, Failure> {
    let config = &deps.config;
    Ok(tui::Options {
        account: shown_account(deps).await?,
        corner,
        about: about(config),
        theme: Theme::with(config.ui.theme, &config.ui.colours, Depth::from_env())?,
        keymap: Keymap::with(&config.ui.keys)?,
        unicode: config.ui.unicode,
        clock: deps.clock.clone(),
        zone: TimeZone::system(),
        browser_urls: [Region::International, Region::China]
            .map(|region| (region, engine::browser_url(config, region))),
        opener: tui::desktop::open,
        copier: tui::desktop::copy,
        job_control: None,
    })
}

/// Versions and files, for the about screen.
fn about(config: &Config) -> Vec<(String, String)> {
    let paths = &config.paths;
    let files = [
        ("CentralDB", &paths.central_db),
        ("settings", &paths.config_file),
        ("vault key", &paths.vault_key),
        ("files", &paths.files),
        ("logs", &paths.logs),
    ];
    let version = ("SQLite".to_owned(), central_db::sqlite_version().to_owned());
    let files = files.map(|(label, path)| (label.to_owned(), path.display().to_string()));
    std::iter::once(version).chain(files).collect()
}

/// The account named, else the first one known, else the default name.
async fn shown_account(deps: &Deps) -> Result<AccountName, Failure> {
    if let Some(name) = &deps.config.account {
        return Ok(name.clone());
    }
    let known = deps.central_db.read(central_db::accounts::all).await?;
    let name = known.iter().map(|account| &account.name);
    Ok(name
        .clone()
        .find(|name| **name == AccountName::default())
        .or_else(|| name.clone().next())
        .cloned()
        .unwrap_or_default())
}

fn no_screen(error: &io::Error) -> Failure {
    Failure::new(
        FailureKind::NoTerminal,
        format!("The terminal cannot show the app: {}.", io_reason(error)),
        "Use another terminal, or garminsync --sync without one.",
    )
}
