//! One actor that owns the work; fronts send [`command::Command`]s and read
//! [`event::Event`]s.
//!
//! The engine introduces auth to sync: a job is lent its bearer by the session
//! keeper. It prints nothing and draws nothing.

mod actor;
mod answers;
pub mod command;
mod doctor;
pub mod event;
pub mod handle;
pub mod job_control;
mod schedule;

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    auth::{Auth, keeper::Keeper},
    central_db::CentralDb,
    clock::Clock,
    config::Config,
    domain::{account::Region, failure::Failure, session::Lane},
    garmin::{client::Api, endpoints::Endpoints, sso::ticket},
    sync::{fetch::Lender, run::Workshop},
    vault::Vault,
};
use actor::Actor;
use event::Event;
use handle::{EngineHandle, RunningEngine};

/// The whole difference between live, demo and test.
#[derive(Clone, Debug)]
pub struct Deps {
    pub clock: Clock,
    pub central_db: CentralDb,
    pub vault: Arc<Vault>,
    pub config: Config,
    /// Work that quitting waits for: token calls in flight.
    pub critical: TaskTracker,
}

/// What an engine does unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For the app: syncs by schedule, tells what other processes change.
    Watching,
    /// For one picture: reads when told to reload, and does nothing unasked.
    Reading,
    /// For one command: does what it is told.
    OneShot,
}

/// Commands that may wait before a front is told to.
const INBOX: usize = 32;
/// Events that may wait for a front that is drawing.
const OUTBOX: usize = 256;

/// Starts the engine on the current runtime.
pub fn spawn(deps: Deps, mode: Mode) -> (EngineHandle, mpsc::Receiver<Event>, RunningEngine) {
    let (commands, inbox) = mpsc::channel(INBOX);
    let (outbox, events) = mpsc::channel(OUTBOX);
    let stop = CancellationToken::new();
    let critical = deps.critical.clone();
    let actor = Actor::new(deps, mode, outbox, stop.clone());
    let task = tokio::spawn(actor.run(inbox));
    (
        EngineHandle::new(commands),
        events,
        RunningEngine {
            stop,
            task,
            critical,
        },
    )
}

/// Where a person signs in with the browser.
pub fn browser_url(config: &Config, region: Region) -> String {
    ticket::sign_in_url(&Endpoints::new(region, config.base_url.clone()))
}

impl Deps {
    /// Sign-in and session keeping on these dependencies.
    pub fn auth(&self) -> Auth {
        Auth {
            clock: self.clock.clone(),
            central_db: self.central_db.clone(),
            vault: Arc::clone(&self.vault),
            base_url: self.config.base_url.clone(),
            http: self.config.http.clone(),
            key_places: self.config.personal_key.clone(),
            critical: self.critical.clone(),
            stop: CancellationToken::new(),
        }
    }

    /// [`Self::auth`], which ends what may end when the engine is told to stop.
    fn auth_until(&self, stop: &CancellationToken) -> Auth {
        Auth {
            stop: stop.clone(),
            ..self.auth()
        }
    }

    pub fn workshop(&self) -> Workshop {
        Workshop {
            central_db: self.central_db.clone(),
            clock: self.clock.clone(),
            settings: self.config.sync.clone(),
            files: self.config.paths.files.clone(),
        }
    }
}

/// The introduction: sync knows only [`Lender`], auth only its keeper.
impl Lender for Keeper {
    async fn api(&self, lane: Lane) -> Result<Api, Failure> {
        match lane {
            Lane::Connect => Self::api(self).await,
            Lane::Personal => self.personal_api().await,
        }
    }

    async fn renew(&self, lane: Lane, refused: u64) -> Result<Api, Failure> {
        match lane {
            Lane::Connect => Self::renew(self, refused).await,
            Lane::Personal => self.renew_personal(refused).await,
        }
    }

    fn has_refreshed(&self) -> bool {
        Self::has_refreshed(self)
    }
}
