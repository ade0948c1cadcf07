//! A thread that owns one connection and runs jobs on it, one after another.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::CentralDbError;
use crate::domain::printable::io_reason;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Sends jobs to the thread; the thread ends with its last handle.
#[derive(Clone, Debug)]
pub(super) struct Worker(mpsc::Sender<Job>);

impl Worker {
    /// Jobs that may wait before callers do.
    const INBOX: usize = 64;

    pub(super) fn spawn(name: &str, mut connection: Connection) -> Result<Self, CentralDbError> {
        let (jobs, mut inbox) = mpsc::channel::<Job>(Self::INBOX);
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                while let Some(job) = inbox.blocking_recv() {
                    job(&mut connection);
                }
            })
            .map_err(|e| CentralDbError::Open {
                path: name.to_owned(),
                why: io_reason(&e),
            })?;
        Ok(Self(jobs))
    }

    /// Runs `job` to its end even if the caller stops waiting. A panic in it
    /// rolls its transaction back and is reported, and the thread lives on.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, CentralDbError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = catch_unwind(AssertUnwindSafe(|| {
                job(connection).map_err(CentralDbError::from)
            }));
            // Nobody may be waiting any more; the work is done all the same.
            let _ = reply.send(result.unwrap_or(Err(CentralDbError::Panicked)));
        });
        self.0
            .send(job)
            .await
            .map_err(|_| CentralDbError::Stopped)?;
        answer.await.map_err(|_| CentralDbError::Stopped)?
    }
}
