//! A Garmin on loopback: every host of Garmin's under one base URL, with a seeded athlete behind it.
//!
//! Demo mode, the integration tests and foreign clients all talk to this one. It is as strict as the
//! real service: where `protocol.md` says that Garmin refuses, the simulator refuses.
//!
//! ```text
//! server        socket, connections, lanes, the gate: count, latency, faults, bearer
//!   sso             both sign-in doors: mobile JSON (envelope) and the widget (sso/widget)
//!                   password, turnstile, desk, cookies: what the doors have in common
//!   diauth oauth1   tickets and tokens (ledger), garth's old tokens
//!   profile devices gear records zones               snapshots of the account
//!   activities daily sleep stats user_stats …        a file per kind of data, all of connectapi
//!   graphql         the same kinds behind the gateway
//!   personal        the official API: its key, its quirks, the same athlete
//! range         what the kinds share: spans and their caps, days with data, the form of an answer
//! world         the state behind them: counters, faults, ledger, desk, edits, keys
//! history       the life as Garmin knows it by now
//! scripts       what tests and the demo make happen behind a client's back
//! athlete       a life as a pure function of seed and date
//! ```
//!
//! Adding a dataset is one new file with an `endpoints` function, and its line in `endpoints`.

mod activities;
mod activity_json;
mod athlete;
mod battery_events;
mod blood_pressure;
mod body_battery;
mod clock;
mod cookies;
mod counters;
mod daily;
mod desk;
mod devices;
mod diauth;
mod edits;
mod endurance;
mod envelope;
mod faults;
mod fit;
mod fitness_age;
mod foreign;
mod gear;
mod graphql;
mod health_status;
mod hill;
mod history;
mod hrv;
mod hydration;
mod ledger;
mod oauth1;
mod password;
mod personal;
mod profile;
mod race_predictions;
mod range;
mod readiness;
mod records;
mod region;
mod reply;
mod scenario;
mod scripts;
mod server;
mod sleep;
mod sleep_json;
mod sso;
mod stats;
mod thresholds;
mod training_status;
mod turnstile;
mod user_stats;
mod vo2max;
mod weight;
mod wire;
mod world;
mod zones;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use jiff::civil::Date;
use tokio::task::AbortHandle;

pub use self::counters::Counters;
pub use self::faults::{Fault, FaultKind, Lane};
pub use self::oauth1::Oauth1Token;
pub use self::region::Region;
pub use self::scenario::{CodeDelivery, Mfa, Scenario, SignInPolicy};

use self::server::Endpoint;
use self::world::World;

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    #[error("the simulator cannot listen on 127.0.0.1:{port}: {source}")]
    Bind { port: u16, source: std::io::Error },
}

/// A running simulator. Dropping it stops the server and ends its connections.
#[derive(Debug)]
pub struct Simulator {
    base_url: String,
    world: Arc<World>,
    server: AbortHandle,
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Everything that is served.
fn endpoints() -> Vec<Endpoint> {
    [
        sso::endpoints(),
        diauth::endpoints(),
        profile::endpoints(),
        devices::endpoints(),
        activities::endpoints(),
        daily::endpoints(),
        sleep::endpoints(),
        stats::endpoints(),
        hrv::endpoints(),
        body_battery::endpoints(),
        weight::endpoints(),
        blood_pressure::endpoints(),
        hydration::endpoints(),
        readiness::endpoints(),
        training_status::endpoints(),
        vo2max::endpoints(),
        endurance::endpoints(),
        hill::endpoints(),
        race_predictions::endpoints(),
        fitness_age::endpoints(),
        thresholds::endpoints(),
        health_status::endpoints(),
        user_stats::endpoints(),
        gear::endpoints(),
        records::endpoints(),
        zones::endpoints(),
        graphql::endpoints(),
        personal::endpoints(),
        oauth1::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Simulator {
    /// Binds 127.0.0.1 and serves on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// [`SimulatorError::Bind`] if the scenario's port is taken.
    pub async fn start(scenario: Scenario) -> Result<Self, SimulatorError> {
        let port = scenario.port;
        let world = Arc::new(World::new(scenario));
        let (address, server) = server::listen(port, Arc::clone(&world), endpoints())
            .await
            .map_err(|source| SimulatorError::Bind { port, source })?;
        Ok(Self {
            base_url: format!("http://{address}"),
            world,
            server,
        })
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    pub fn scenario(&self) -> &Scenario {
        &self.world.scenario
    }

    /// The athlete's today: the last day with data.
    pub fn today(&self) -> Date {
        self.world.now().today
    }

    /// Everything counted so far.
    pub fn counters(&self) -> Counters {
        self.world.counters().clone()
    }

    pub fn reset_counters(&self) {
        *self.world.counters() = Counters::default();
    }

    /// Puts a fault in force, behind those already there.
    pub fn inject(&self, fault: Fault) {
        self.world.faults().add(None, fault);
    }

    /// A fault on one lane only: the lanes share paths, but not their troubles.
    pub fn inject_on(&self, lane: Lane, fault: Fault) {
        self.world.faults().add(Some(lane), fault);
    }

    pub fn clear_faults(&self) {
        self.world.faults().clear();
    }

    /// Milliseconds that this server's clock is ahead because a wait was skipped. Whoever adds to it does
    /// not wait in real time; forms go by this clock.
    pub fn skipped(&self) -> Arc<AtomicI64> {
        self.world.clock.skipped()
    }

    /// Every token, ticket, cookie value and code handed out so far: what no file may contain.
    pub fn issued_secrets(&self) -> Vec<String> {
        self.world.ledger().secrets()
    }
}
