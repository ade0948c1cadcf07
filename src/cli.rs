//! The headless front: one command in, lines or JSON and an exit code out.
//!
//! The result goes to standard output, everything else to standard error. A
//! command that must ask a person and has no terminal says what to type and
//! leaves; it never hangs.

mod audit;
mod doctor;
mod login;
mod mfa;
mod output;
mod prompt;
mod reparse;
mod report;
mod session;
mod status;
mod sync;
mod times;
mod token;
mod worst;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    central_db::{CentralDb, state},
    clock::Clock,
    config::{
        Config,
        args::{LoginArgs, SessionCommand, SyncArgs},
    },
    domain::{
        account::AccountName,
        failure::Failure,
        session::{AccountState, Lane},
    },
    engine::{command::Command, event::Event, handle::EngineHandle},
};
use output::Output;
pub(crate) use output::complain;

/// What a headless command can be.
#[derive(Debug)]
pub enum Task {
    Sync(SyncArgs),
    Login(LoginArgs),
    Mfa { code: Option<String>, resend: bool },
    Token { lane: Lane, yes: bool },
    Audit,
    Reparse,
    Session(SessionCommand),
    Doctor { offline: bool },
    Status { check: bool },
    Logout,
}

/// A front without a screen.
#[derive(Debug)]
pub struct Front {
    pub engine: EngineHandle,
    pub events: mpsc::Receiver<Event>,
    pub central_db: CentralDb,
    pub clock: Clock,
    pub config: Config,
    /// Ctrl-C or SIGTERM.
    pub stop: CancellationToken,
}

impl Front {
    /// Runs one command and returns its exit code.
    pub async fn run(mut self, task: Task) -> u8 {
        let out = Output::new(self.config.format);
        let done = match task {
            Task::Sync(args) => sync::run(&mut self, &out, args).await,
            Task::Login(args) => login::login(&mut self, &out, args).await,
            Task::Mfa { resend: true, .. } => mfa::resend(&mut self, &out).await,
            Task::Mfa { code, .. } => mfa::answer(&mut self, &out, code).await,
            Task::Token { lane, yes } => token::run(&mut self, lane, yes).await,
            Task::Audit => audit::run(&mut self, &out).await,
            Task::Reparse => reparse::run(&mut self, &out).await,
            Task::Session(command) => session::run(&mut self, &out, command).await,
            Task::Doctor { offline } => doctor::run(&mut self, &out, offline).await,
            Task::Status { check } => status::run(&mut self, &out, check).await,
            Task::Logout => login::logout(&mut self, &out).await,
        };
        done.unwrap_or_else(|failure| {
            complain(&failure);
            failure.kind.exit_code()
        })
    }

    /// The read model of every account.
    async fn states(&self) -> Result<Vec<AccountState>, Failure> {
        let (now, datasets) = (self.clock.now(), self.config.sync.datasets.clone());
        let read = self
            .central_db
            .read(move |db| state::all(db, &datasets, now));
        Ok(read.await?)
    }

    /// Sends a command and waits for the event that `answers` it.
    async fn ask<T>(
        &mut self,
        command: Command,
        mut answers: impl FnMut(Event) -> Option<T>,
    ) -> Result<T, Failure> {
        self.engine
            .send(command)
            .map_err(|e| Failure::unexpected(format!("The engine did not answer: {e}.")))?;
        loop {
            match self.events.recv().await {
                Some(Event::Trouble(failure)) => return Err(failure),
                Some(event) => {
                    if let Some(answer) = answers(event) {
                        return Ok(answer);
                    }
                }
                None => return Err(Failure::unexpected("The engine ended early.")),
            }
        }
    }

    /// The account this command is about.
    fn account(&self) -> AccountName {
        self.config.account_or_default()
    }
}
