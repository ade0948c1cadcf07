//! A Garmin on loopback: every host of Garmin's under one base URL, with a seeded athlete behind it.
//!
//! Demo mode, the integration tests and foreign clients all talk to this one. It is as strict as the
//! real service: where `protocol.md` says that Garmin refuses, the simulator refuses.
//!
//! ```text
//! server        socket, connections, the gate: count, latency, faults, bearer
//!   sso             both sign-in doors: mobile JSON (envelope) and the widget (sso/widget)
//!                   password, turnstile, desk, cookies: what the doors have in common
//!   diauth oauth1   tickets and tokens (ledger), garth's old tokens
//!   profile activities daily sleep stats graphql     the handlers of connectapi
//!   personal        the official API: its key, its quirks, the same athlete
//! world         the state behind them: counters, faults, ledger, desk, edits, keys
//! athlete       a life as a pure function of seed and date
//! ```
//!
//! Adding a dataset is one new file with an `endpoints` function, and its line in [`endpoints`].

mod activities;
mod activity_json;
mod athlete;
mod clock;
mod cookies;
mod counters;
mod daily;
mod desk;
mod diauth;
mod edits;
mod envelope;
mod faults;
mod fit;
mod graphql;
mod ledger;
mod oauth1;
mod password;
mod personal;
mod profile;
mod range;
mod region;
mod reply;
mod scenario;
mod server;
mod sleep;
mod sleep_json;
mod sso;
mod stats;
mod turnstile;
mod wire;
mod world;

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use tokio::task::AbortHandle;

pub use self::counters::Counters;
pub use self::faults::{Fault, FaultKind, Lane};
pub use self::oauth1::Oauth1Token;
pub use self::region::Region;
pub use self::scenario::{CodeDelivery, Mfa, Scenario, SignInPolicy};

use self::ledger::TicketKind;
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
        activities::endpoints(),
        daily::endpoints(),
        sleep::endpoints(),
        stats::endpoints(),
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

    /// Every token, ticket, cookie value and code handed out so far: what no file may contain.
    pub fn issued_secrets(&self) -> Vec<String> {
        self.world.ledger().secrets()
    }
}

/// Scripts: what happens to the account's data while a client looks away.
impl Simulator {
    /// A run that has just ended; moves `mylastused`. Returns the activity id.
    pub fn upload_activity(&self) -> i64 {
        let now = self.world.now();
        self.world.upload_run(now.at, now.today)
    }

    /// A run in the evening of a past day that only arrives now. Returns the activity id.
    pub fn upload_activity_on(&self, date: Date) -> i64 {
        let evening = self.world.athlete.instant(date, 20 * 3600);
        self.world.upload_run(evening, date)
    }

    /// Renamed on the web: nothing but the name changes.
    pub fn rename_activity(&self, id: i64, name: &str) {
        self.world.edits().rename(id, name);
    }

    /// Deleted on the web: gone from the list, 404 everywhere else.
    pub fn delete_activity(&self, id: i64) {
        self.world.edits().delete(id);
    }

    /// A late upload changes a day's steps; moves `mylastused`.
    pub fn edit_day_steps(&self, date: Date, steps: i64) {
        self.world.edits().set_steps(date, steps);
    }

    /// The day looks empty until [`Simulator::deliver_days`].
    pub fn hold_back_day(&self, date: Date) {
        self.world.edits().hold_back(date);
    }

    /// The watch meets the phone: all days held back arrive; moves `mylastused`.
    pub fn deliver_days(&self) {
        self.world.edits().deliver();
    }
}

/// Scripts: what happens to the session.
impl Simulator {
    /// Applies to access tokens issued from now on.
    pub fn set_access_ttl(&self, ttl: Duration) {
        self.world.ledger().set_access_ttl(ttl);
    }

    /// All access tokens are out of date at once; refresh tokens stay good.
    pub fn expire_access_tokens(&self) {
        self.world.ledger().expire_access();
    }

    /// "Sign out everywhere": no refresh token issued so far will be taken again.
    pub fn revoke_refresh_tokens(&self) {
        self.world.ledger().revoke_refresh();
    }

    /// The next refresh rotates on the server, but the connection dies before the reply.
    pub fn lose_next_refresh_reply(&self) {
        self.world.ledger().lose_next_refresh();
    }
}

/// Scripts: what happens at the sign-in doors.
impl Simulator {
    /// A fresh ticket, as somebody copies it who signed in with a browser (protocol.md 4). One for the
    /// web app or for the other region is worth nothing, as in life.
    pub fn browser_ticket(&self, service_url: &str) -> String {
        let mut ledger = self.world.ledger();
        ledger.issue_ticket(service_url, TicketKind::Widget)
    }

    /// The minute is over for every ticket issued so far.
    pub fn expire_tickets(&self) {
        self.world.ledger().expire_tickets();
    }

    /// Passwords with this SSO client id are answered with 429, as if others had used up the budget of
    /// the address. The widget, which sends no client id, has the empty one.
    pub fn block_sign_ins(&self, client_id: &str) {
        self.world.turnstile().block(client_id);
    }

    pub fn unblock_sign_ins(&self, client_id: &str) {
        self.world.turnstile().unblock(client_id);
    }
}

/// Scripts: what the account's owner does on the key page, and what garth left behind.
impl Simulator {
    /// Deletes the key: it and its bearers are refused at once (personal-api.md 2).
    pub fn revoke_personal_key(&self) {
        self.world.keys().revoke();
    }

    /// Makes a new key, which ends the one before. Returns the new one.
    pub fn replace_personal_key(&self) -> String {
        let key = self.world.keys().replace();
        self.world.ledger().remember(&key);
        key
    }

    /// All bearers of the Personal API are out of date at once; the key stays good.
    pub fn expire_personal_bearers(&self) {
        self.world.keys().expire_bearers();
    }

    /// An OAuth1 pair as an earlier sign-in with garth left it in its files (protocol.md 8.2).
    pub fn oauth1_token(&self) -> Oauth1Token {
        self.world.issue_oauth1()
    }

    /// No OAuth1 pair issued so far will be taken again.
    pub fn revoke_oauth1_tokens(&self) {
        self.world.oauth1().clear();
    }
}
