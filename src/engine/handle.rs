//! A front's end of the engine.

use std::time::Duration;

use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::command::Command;

/// Sends commands; cheap to clone.
#[derive(Clone, Debug)]
pub struct EngineHandle {
    commands: mpsc::Sender<Command>,
}

/// The engine's inbox is full: it is stuck or the front floods it.
#[derive(Debug, thiserror::Error)]
#[error("the engine is busy; try again in a moment")]
pub struct InboxFull;

impl EngineHandle {
    pub const fn new(commands: mpsc::Sender<Command>) -> Self {
        Self { commands }
    }

    /// Never blocks, so that a front can call it between two frames.
    pub fn send(&self, command: Command) -> Result<(), InboxFull> {
        self.commands.try_send(command).map_err(|_| InboxFull)
    }
}

/// The running engine, owned by the composition root.
#[derive(Debug)]
pub struct RunningEngine {
    pub(super) stop: CancellationToken,
    pub(super) task: JoinHandle<()>,
    pub(super) critical: TaskTracker,
}

impl RunningEngine {
    /// How long quitting waits for an open transaction.
    const GRACE: Duration = Duration::from_secs(4);
    /// Longer than a refresh, its one retry and its proof together.
    const TOKEN_CALLS: Duration = Duration::from_mins(2);

    /// Cancels what runs, waits for the open transaction, never longer than a
    /// few seconds unless tokens are on their way. Whatever is half done after that is a transaction that did
    /// not commit.
    pub async fn shut_down(self) {
        self.stop.cancel();
        if tokio::time::timeout(Self::GRACE, self.task).await.is_err() {
            tracing::warn!("the engine did not stop in time");
        }
        // A token call whose answer is dropped may be a lost session: that one is
        // waited for as long as it can take.
        self.critical.close();
        let token_calls = tokio::time::timeout(Self::TOKEN_CALLS, self.critical.wait());
        if token_calls.await.is_err() {
            tracing::error!("a token call was abandoned");
        }
    }
}
