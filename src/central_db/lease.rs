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
use crate::{config::paths::create_private, domain::printable::io_reason};

/// Held until dropped.
#[derive(Debug)]
pub struct Lease(File);

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
            // Somebody may have deleted the folder since: a lock on a file that nobody
            // else can find keeps nobody out.
            Ok(()) if !is_at(&file, path) => Ok(None),
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(failed(path, &e)),
        }
    }

    /// Which file is locked: differs from every other one that is still open, also
    /// when the folder was deleted and made anew. `None` where the system does not say.
    pub fn file_id(&self) -> Option<String> {
        id(&self.0.metadata().ok()?)
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

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
fn id(file: &fs::Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    Some(format!("{}:{}", file.dev(), file.ino()))
}

#[cfg(not(unix))]
const fn id(_: &fs::Metadata) -> Option<String> {
    None
}

/// Whether `path` still names the open `file`.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(named)) => id(&open) == id(&named),
        _ => false,
    }
}

fn open(path: &Path) -> Result<File, CentralDbError> {
    // The folder may have been deleted under a running program.
    if let Some(folder) = path.parent() {
        create_private(folder).map_err(|e| refused(path, &e))?;
    }
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|e| refused(path, &e))
}

fn refused(path: &Path, error: &io::Error) -> CentralDbError {
    NotWritable::of(error).map_or_else(|| failed(path, error), CentralDbError::NotWritable)
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

    #[cfg(unix)]
    #[test]
    fn a_lease_on_a_deleted_file_is_told_from_one_on_the_new_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("locks/x.lock");
        let old = Lease::try_take(&path).unwrap().unwrap();
        fs::remove_dir_all(dir.path().join("locks")).unwrap();
        let new = Lease::try_take(&path).unwrap().unwrap();
        assert_ne!(old.file_id(), new.file_id());
        assert!(Lease::try_take(&path).unwrap().is_none());
    }
}
