//! CentralDB: the one SQLite file.
//!
//! Owns opening, migrating, locking and every SQL statement. Callers hand a
//! closure to [`CentralDb::read`] or [`CentralDb::write`]; it runs on a database
//! thread, `write` inside one IMMEDIATE transaction. The table files below
//! export plain functions over `&Connection` and `&Transaction`, so that several
//! compose in one transaction. Nothing in here knows HTTP or what a token is:
//! secrets arrive sealed.

pub mod accounts;
pub mod activity_details;
pub mod activity_files;
pub mod auth_events;
pub mod backfill;
pub mod challenges;
mod convert;
pub mod cool_downs;
pub mod coverage;
pub mod endpoint_reads;
mod error;
pub mod jobs;
pub mod lease;
pub mod log;
mod migrations;
mod open;
pub mod pace;
pub mod payloads;
pub mod reread;
pub mod route_memory;
pub mod rows;
mod scrub;
pub mod sessions;
pub mod spool;
pub mod state;
pub mod table;
mod upsert;
mod worker;

use std::{path::PathBuf, sync::Arc, time::Duration};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::{
    config::paths::Paths,
    domain::{account::AccountId, printable::io_reason, session::Lane},
};
pub use error::{CentralDbError, NotWritable};
use lease::Lease;
use open::Opened;
use spool::Spool;
pub use upsert::{RowChange, WriteMode};
use worker::Worker;

/// The version of SQLite that is built in.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// Handle to the open database; cheap to clone. The last one closes it.
#[derive(Clone, Debug)]
pub struct CentralDb {
    writer: Worker,
    /// A connection of its own, so that a screen never waits for a sync's commit.
    reader: Worker,
    locks: PathBuf,
    spool: Spool,
    path: PathBuf,
    not_writable: Option<NotWritable>,
    /// Removed with the last handle.
    _aside: Option<Arc<tempfile::TempDir>>,
}

impl CentralDb {
    /// Opens, creating or migrating as needed. Blocks; call it before the runtime starts
    /// serving, or from a blocking thread.
    ///
    /// A home that can only be read is opened for reading ([`Self::not_writable`]).
    ///
    /// # Errors
    /// A foreign or newer file is left untouched; see [`CentralDbError`].
    pub fn open(paths: &Paths) -> Result<Self, CentralDbError> {
        Self::open_telling(paths, &|| {})
    }

    /// [`Self::open`]; calls `waits` once when another process keeps it waiting.
    pub fn open_telling(paths: &Paths, waits: &dyn Fn()) -> Result<Self, CentralDbError> {
        let Opened {
            writer,
            reader,
            not_writable,
            aside,
        } = open::open(paths, waits)?;
        Ok(Self {
            writer: Worker::spawn("central-db-write", writer)?,
            reader: Worker::spawn("central-db-read", reader)?,
            locks: paths.locks.clone(),
            spool: Spool::at(paths.spool.clone()),
            path: paths.central_db.clone(),
            not_writable,
            _aside: aside.map(Arc::new),
        })
    }

    /// Why nothing can be stored, if so: every write and every lease is refused then.
    pub const fn not_writable(&self) -> Option<NotWritable> {
        self.not_writable
    }

    fn check_writable(&self) -> Result<(), CentralDbError> {
        self.not_writable
            .map_or(Ok(()), |why| Err(CentralDbError::NotWritable(why)))
    }

    /// Runs a query on the reading connection.
    pub async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, CentralDbError> {
        self.reader.call(move |connection| job(connection)).await
    }

    /// Runs a job in one transaction: all of it is stored, synced to disk, or nothing.
    ///
    /// IMMEDIATE, because a transaction that starts reading and then writes
    /// fails at once where another process writes, whatever the busy timeout.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, CentralDbError> {
        self.check_writable()?;
        self.writer
            .call(move |connection| {
                let transaction =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let value = job(&transaction)?;
                transaction.commit()?;
                Ok(value)
            })
            .await
    }

    /// Moves what is committed out of the WAL, so that the one file holds it
    /// all. Waits for nobody: what another process still reads stays for its
    /// own end.
    pub async fn tidy_up(&self) {
        if self.not_writable.is_some() {
            return;
        }
        let done = self.writer.call(|connection| {
            connection.busy_timeout(Duration::ZERO)?;
            let done = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            connection.busy_timeout(open::BUSY_TIMEOUT)?;
            done
        });
        if let Err(e) = done.await {
            tracing::debug!(error = %e, "the WAL stays for now");
        }
    }

    /// Takes the room that the next pair of this lane will need, in the spool, the file and
    /// the WAL, so that keeping it allocates nothing.
    ///
    /// # Errors
    /// When there is not enough of it: Garmin must not be asked then.
    pub async fn reserve(&self, account: AccountId, lane: Lane) -> Result<(), CentralDbError> {
        self.spool
            .reserve(account, lane)
            .map_err(|e| CentralDbError::NoRoom(io_reason(&e)))?;
        for step in [sessions::reserve, sessions::release] {
            let done = self.write(move |tx| step(tx, account, lane));
            done.await.map_err(no_room)?;
        }
        // The next commit begins the WAL anew: it need not grow. Waits for nobody: while
        // others read, it does grow, and the spool keeps what it cannot take.
        let done = self.writer.call(|connection| {
            connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
        });
        done.await.map_err(no_room)
    }

    /// Leaves nothing of what was sealed and is deleted or sealed anew: not in free pages,
    /// not in the WAL, not in backups. What others still read is left to the next one.
    pub async fn scrub(&self) {
        let path = self.path.clone();
        let done = self.writer.call(move |connection| {
            scrub::strip_backups(&path);
            scrub::scrub(connection, open::BUSY_TIMEOUT)
        });
        if let Err(e) = done.await {
            tracing::error!(error = %e, "the database could not be scrubbed");
        }
    }

    pub const fn spool(&self) -> &Spool {
        &self.spool
    }

    /// A number that moves when any process commits something.
    pub async fn version(&self) -> Result<i64, CentralDbError> {
        self.read(|connection| connection.query_row("PRAGMA data_version", [], |row| row.get(0)))
            .await
    }

    /// The right to refresh this account's session; waits for its present owner.
    pub async fn refresh_lease(&self, account: AccountId) -> Result<Lease, CentralDbError> {
        self.check_writable()?;
        Lease::wait(&self.locks.join(format!("refresh-{}.lock", account.get()))).await
    }

    /// The right to sync this account; `None` while another process has it.
    pub fn sync_lease(&self, account: AccountId) -> Result<Option<Lease>, CentralDbError> {
        self.check_writable()?;
        Lease::try_take(&self.locks.join(format!("sync-{}.lock", account.get())))
    }
}

fn no_room(error: CentralDbError) -> CentralDbError {
    match error {
        CentralDbError::NotWritable(why @ NotWritable::Full) => {
            CentralDbError::NoRoom(why.to_string())
        }
        e => e,
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    //! A CentralDB in a throw-away home, for the tests beside the table files.

    use super::{CentralDb, accounts, open};
    use crate::{config::paths::Paths, domain::account::AccountId};

    pub(crate) struct Fixture {
        pub(crate) paths: Paths,
        pub(crate) connection: rusqlite::Connection,
        pub(crate) account: AccountId,
        _home: tempfile::TempDir,
    }

    pub(crate) fn connection() -> Fixture {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::inside(home.path());
        paths.create().unwrap();
        let mut connection = open::open(&paths, &|| {}).unwrap().writer;
        let tx = connection.transaction().unwrap();
        let account = accounts::ensure(&tx, &"ada".parse().unwrap(), jiff::Timestamp::UNIX_EPOCH)
            .unwrap()
            .id;
        tx.commit().unwrap();
        Fixture {
            paths,
            connection,
            account,
            _home: home,
        }
    }

    #[tokio::test]
    async fn a_job_that_panics_stores_nothing_and_the_next_one_runs() {
        let fixture = connection();
        let db = CentralDb::open(&fixture.paths).unwrap();
        let panicked = db
            .write(|tx| -> rusqlite::Result<()> {
                tx.execute("DELETE FROM account", [])?;
                panic!("planned");
            })
            .await;
        assert!(matches!(panicked, Err(super::CentralDbError::Panicked)));
        assert_eq!(db.read(accounts::all).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn the_version_moves_when_another_process_writes() {
        let fixture = connection();
        let db = CentralDb::open(&fixture.paths).unwrap();
        let before = db.version().await.unwrap();
        fixture
            .connection
            .execute("UPDATE account SET display_name = 'x'", [])
            .unwrap();
        assert_ne!(db.version().await.unwrap(), before);
    }
}
