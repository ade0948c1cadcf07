//! Demo mode: the same program on the simulator, in a throw-away home.

use std::time::Duration;

use super::{Work, deps, full_screen, headless_until, show, signals, simulator};
use crate::{
    clock::Clock,
    config::{Config, Environment, args::CommonArgs},
    domain::{
        failure::Failure,
        job::{Goal, SyncRequest, Trigger},
        printable::io_reason,
        secret::Secret,
        sign_in::{SignInDoor, SignInOutcome},
    },
    engine::{
        self, Deps, Mode,
        command::Command,
        event::{Event, SyncEvent},
    },
    simulator::Scenario,
    telemetry,
};

/// Slow enough to be watched, fast enough not to bore.
const GAP: Duration = Duration::from_millis(40);

pub(super) async fn run(work: Work, common: &CommonArgs, env: &Environment) -> Result<u8, Failure> {
    let home = tempfile::Builder::new()
        .prefix("garminsync-demo-")
        .tempdir()
        .map_err(|e| {
            Failure::unexpected(format!(
                "No throw-away folder can be made: {}.",
                io_reason(&e)
            ))
        })?;
    let simulator = simulator::start(Scenario::demo()).await?;
    let Scenario {
        email,
        password,
        mfa_code,
        ..
    } = simulator.scenario().clone();
    let mut names = vec![("GARMINSYNC_BASE_URL", simulator.base_url())];
    names.extend(
        ["GARMINSYNC_LOG", "NO_COLOR"]
            .into_iter()
            .filter_map(|name| Some((name, env.get(name)?))),
    );
    let common = CommonArgs {
        home: Some(home.path().to_owned()),
        key_file: None,
        ..common.clone()
    };
    let mut config = Config::resolve(&common, &Environment::from_iter(names))?;
    config.sync.gap = GAP;
    let deps = deps(config)?;
    // Nobody watches the sign-in that the program makes: its pauses are skipped.
    let clock = Clock::skipping(deps.config.clock_ahead, simulator.skipped());
    let task = match work {
        Work::FullScreen => {
            let corner = [
                ("demo e-mail", email),
                ("password", password),
                ("MFA code", mfa_code),
            ];
            let corner = corner.map(|(label, value)| (label.to_owned(), value));
            return full_screen(deps, corner.to_vec()).await;
        }
        Work::Show(args) => {
            sign_in(
                &deps,
                &clock,
                &email,
                Secret::new(password),
                Secret::new(mfa_code),
            )
            .await?;
            // Nobody watches: a picture is waited for.
            let mut quick = deps.clone();
            quick.config.sync.gap = Duration::ZERO;
            sync(&quick, Goal::Routine).await?;
            sync(&quick, Goal::Backfill).await?;
            return show::run(deps, &args).await;
        }
        Work::Headless(task) => task,
    };
    let (logs, filter) = (deps.config.paths.logs.clone(), deps.config.log.clone());
    let _guard = telemetry::start(Some(&logs), &filter, Some(deps.config.verbose))?;
    let stop = signals::stop_token()?;
    signals::stop_at_prompts()?;
    sign_in(
        &deps,
        &clock,
        &email,
        Secret::new(password),
        Secret::new(mfa_code),
    )
    .await?;
    headless_until(deps, task, stop).await
}

/// The only place where anything signs in by itself: with an account that is
/// made up, at a server in this process.
async fn sign_in(
    deps: &Deps,
    clock: &Clock,
    email: &str,
    password: Secret,
    code: Secret,
) -> Result<(), Failure> {
    let (mut auth, account) = (deps.auth(), deps.config.account_or_default());
    auth.clock = clock.clone();
    let door = SignInDoor::Password {
        email: email.to_owned(),
        password,
        despite_cool_down: false,
    };
    let mut outcome = auth.sign_in(&account, None, door, &|_| {}).await;
    if matches!(outcome, SignInOutcome::MfaRequired(_)) {
        outcome = auth.answer_challenge(&account, &code).await;
    }
    match outcome {
        SignInOutcome::SignedIn { .. } => Ok(()),
        SignInOutcome::MfaRequired(_) => {
            Err(Failure::unexpected("The simulator asked for two codes."))
        }
        SignInOutcome::Refused { failure, .. } => Err(failure),
    }
}

/// So that a picture has something to show.
async fn sync(deps: &Deps, goal: Goal) -> Result<(), Failure> {
    let (engine, mut events, running) = engine::spawn(deps.clone(), Mode::OneShot);
    let command = Command::Sync {
        account: deps.config.account_or_default(),
        trigger: Trigger::Headless,
        request: SyncRequest {
            goal,
            ..SyncRequest::default()
        },
    };
    engine
        .send(command)
        .map_err(|e| Failure::unexpected(format!("The engine did not answer: {e}.")))?;
    while let Some(event) = events.recv().await {
        if let Event::Sync { event, .. } = event
            && matches!(event, SyncEvent::Finished(_) | SyncEvent::Refused(_))
        {
            break;
        }
    }
    running.shut_down().await;
    Ok(())
}
