//! Cross-process leases: a locked side file.
//!
//! The operating system lets go of the lock when its holder dies, however it
//! dies, so there is no expiry to guess and no stale owner to outwait. The side
//! file is never deleted: a second process could lock the unlinked one.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::{CentralDbError, NotWritable};
use crate::domain::printable::io_reason;

/// Held until dropped.
#[derive(Debug)]
pub struct Lease(#[expect(dead_code, reason = "holds the lock; closing the file lets go")] File);

impl Lease {
    /// Longer than the slowest refresh with its retry and its proof, so that
    /// giving up means something is badly wrong.
    const PATIENCE: Duration = Duration::from_mins(5);
    /// A migration copies the whole database first.
    const OPENING: Duration = Duration::from_mins(2);
    /// Nobody wonders before.
    const MOMENT: Duration = Duration::from_secs(1);
    const POLL: Duration = Duration::from_millis(20);

    /// `None` while somebody else holds it.
    pub(super) fn try_take(path: &Path) -> Result<Option<Self>, CentralDbError> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(failed(path, &e)),
        }
    }

    pub(super) async fn wait(path: &Path) -> Result<Self, CentralDbError> {
        let end = Instant::now() + Self::PATIENCE;
        loop {
            match Self::try_take(path)? {
                Some(lease) => return Ok(lease),
                None if Instant::now() > end => {
                    return Err(CentralDbError::LeaseTaken);
                }
                None => tokio::time::sleep(Self::POLL).await,
            }
        }
    }

    /// For opening the database, before there is a runtime.
    /// Calls `waits` once where it takes more than a moment.
    pub(super) fn wait_blocking(path: &Path, waits: &dyn Fn()) -> Result<Self, CentralDbError> {
        let start = Instant::now();
        let mut told = false;
        loop {
            if let Some(lease) = Self::try_take(path)? {
                return Ok(lease);
            }
            if start.elapsed() > Self::OPENING {
                return Err(CentralDbError::OpeningTaken);
            }
            if !told && start.elapsed() > Self::MOMENT {
                told = true;
                waits();
            }
            thread::sleep(Self::POLL);
        }
    }
}

fn open(path: &Path) -> Result<File, CentralDbError> {
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|e| {
        NotWritable::of(&e).map_or_else(|| failed(path, &e), CentralDbError::NotWritable)
    })
}

fn failed(path: &Path, error: &io::Error) -> CentralDbError {
    CentralDbError::Lock {
        path: path.display().to_string(),
        why: io_reason(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_excludes_until_it_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.lock");
        let lease = Lease::try_take(&path).unwrap().unwrap();
        assert!(Lease::try_take(&path).unwrap().is_none());
        drop(lease);
        assert!(Lease::try_take(&path).unwrap().is_some());
    }
}
