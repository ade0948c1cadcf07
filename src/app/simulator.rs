//! `garminsync simulator`: the built-in Garmin, alone in the foreground.

use std::{
    io::{self, Write},
    time::Duration,
};

use super::signals;
use crate::{
    cli::{Output, SimulatorReport},
    config::args::{Format, SimulatorArgs},
    domain::{failure::Failure, printable::io_reason},
    simulator::{Scenario, Simulator, SimulatorError},
};

pub(super) async fn run(args: &SimulatorArgs, format: Format) -> Result<u8, Failure> {
    let scenario = Scenario {
        seed: args.seed,
        days: args.days,
        port: args.port,
        access_ttl: Duration::from_secs(args.access_ttl),
        ..Scenario::demo()
    };
    let simulator = start(scenario).await?;
    let stop = signals::stop_token()?;
    let Scenario {
        email,
        password,
        mfa_code,
        personal_key,
        ..
    } = simulator.scenario();
    let out = Output::new(format);
    if !out.is_text() {
        out.value(&SimulatorReport {
            base_url: simulator.base_url(),
            email,
            password,
            mfa_code,
            personal_key,
        });
        stop.cancelled().await;
        return Ok(0);
    }
    // The first line alone is the base URL, so that a script can read it.
    let text = format!(
        "{}\nemail     {email}\npassword  {password}\nMFA code  {mfa_code}\nkey       {personal_key}\n\
         use       GARMINSYNC_BASE_URL={} garminsync login --email {email}",
        simulator.base_url(),
        simulator.base_url()
    );
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    drop(out);
    stop.cancelled().await;
    Ok(0)
}

pub(super) async fn start(scenario: Scenario) -> Result<Simulator, Failure> {
    let started = Simulator::start(scenario).await;
    started.map_err(|SimulatorError::Bind { port, source }| {
        Failure::usage(
            format!(
                "The simulator cannot listen on port {port}: {}.",
                io_reason(&source)
            ),
            "Choose another port with --port, or 0 for any.",
        )
    })
}
