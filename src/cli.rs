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
mod progress;
pub(crate) mod prompt;
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
    central_db::{CentralDb, accounts, state},
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
pub(crate) use output::{Output, complain};
pub(crate) use report::{ScreenReport, SimulatorReport};

/// Another garminsync holds the database while it opens it.
pub(crate) fn say_waiting() {
    output::say("garminsync: waiting for another garminsync to open the database ...");
}

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
        let done = match self.check_account(&task).await {
            Ok(()) => self.perform(task, &out).await,
            Err(failure) => Err(failure),
        };
        done.unwrap_or_else(|failure| {
            complain(&failure);
            failure.kind.exit_code()
        })
    }

    async fn perform(&mut self, task: Task, out: &Output) -> Result<u8, Failure> {
        match task {
            Task::Sync(args) => sync::run(self, out, args).await,
            Task::Login(args) => login::login(self, out, args).await,
            Task::Mfa { resend: true, .. } => mfa::resend(self, out).await,
            Task::Mfa { code, .. } => mfa::answer(self, out, code).await,
            Task::Token { lane, yes } => token::run(self, out, lane, yes).await,
            Task::Audit => audit::run(self, out).await,
            Task::Reparse => reparse::run(self, out).await,
            Task::Session(command) => session::run(self, out, command).await,
            Task::Doctor { offline } => doctor::run(self, out, offline).await,
            Task::Status { check } => status::run(self, out, check).await,
            Task::Logout => login::logout(self, out).await,
        }
    }

    /// Refuses a name that no account has, before anything is done. On an empty
    /// home each command says for itself that nobody is signed in.
    async fn check_account(&self, task: &Task) -> Result<(), Failure> {
        let name = match task {
            // These make an account.
            Task::Login(_) | Task::Session(SessionCommand::Import(_)) => None,
            // These are about one, the default one if none is named.
            Task::Token { .. }
            | Task::Audit
            | Task::Logout
            | Task::Session(SessionCommand::Export(_)) => Some(self.account()),
            // These are about all, or about none.
            Task::Sync(_)
            | Task::Mfa { .. }
            | Task::Reparse
            | Task::Session(SessionCommand::Rekey)
            | Task::Doctor { .. }
            | Task::Status { .. } => self.config.account.clone(),
        };
        match name {
            Some(name) => check_account(&self.central_db, &name).await,
            None => Ok(()),
        }
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

/// Whether the account exists, unless there is none at all yet.
///
/// # Errors
/// A sentence that names the accounts there are.
pub(crate) async fn check_account(db: &CentralDb, name: &AccountName) -> Result<(), Failure> {
    let known = db.read(accounts::all).await?;
    let known: Vec<_> = known.into_iter().map(|account| account.name).collect();
    if known.is_empty() || known.contains(name) {
        return Ok(());
    }
    Err(Failure::unknown_account(name, &known))
}
