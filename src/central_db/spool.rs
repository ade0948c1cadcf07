//! A new session on its way into CentralDB, sealed, in a file whose room was taken
//! before Garmin was asked: a full disk or a database that refuses cannot lose it.
//!
//! One file per account and lane, written in place. It holds a pair only from Garmin's
//! answer to the commit: a line of JSON, then zero bytes; all zeros, when there is none.
//! A write that was cut short leaves a line that does not parse or a seal that does not
//! open. To be written under the account's refresh lease (`scale.md` 2.5).

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::sessions::NewPair;
use crate::{
    config::paths::create_private,
    domain::{
        account::AccountId,
        session::{Door, Lane},
    },
};

/// Taken beforehand. A sealed pair is 4 to 8 kB.
const ROOM: usize = 32 << 10;

/// The folder of the spool files.
#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Waiting {
    generation: u64,
    /// Base64, as for the row.
    sealed: String,
    access_expires_at: Timestamp,
    refresh_expires_at: Option<Timestamp>,
    signed_in_at: Option<Timestamp>,
    door: Option<String>,
}

impl Spool {
    pub(super) const fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Makes sure that [`Self::keep`] needs no more room. A pair that waits is left alone.
    pub fn reserve(&self, account: AccountId, lane: Lane) -> io::Result<()> {
        create_private(&self.folder)?;
        let path = self.path(account, lane);
        let file = open(&path)?;
        let has = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        if has < ROOM {
            fill(&file, &[])?;
            sync_folder(&self.folder)?;
        }
        Ok(())
    }

    /// Keeps the pair, synced to disk.
    pub fn keep(&self, account: AccountId, lane: Lane, pair: &NewPair) -> io::Result<()> {
        create_private(&self.folder)?;
        let waiting = Waiting {
            generation: pair.generation,
            sealed: BASE64_STANDARD.encode(&pair.sealed),
            access_expires_at: pair.access_expires_at,
            refresh_expires_at: pair.refresh_expires_at,
            signed_in_at: pair.signed_in.map(|(at, _)| at),
            door: pair.signed_in.map(|(_, door)| door.name().to_owned()),
        };
        let mut text = serde_json::to_vec(&waiting)?;
        text.push(b'\n');
        fill(&open(&self.path(account, lane))?, &text)?;
        sync_folder(&self.folder)
    }

    /// The pair that waits.
    pub fn find(&self, account: AccountId, lane: Lane) -> Option<NewPair> {
        let mut bytes = Vec::new();
        let file = File::open(self.path(account, lane)).ok()?;
        file.take(1 << 20).read_to_end(&mut bytes).ok()?;
        let text = bytes.split(|byte| matches!(byte, b'\n' | 0)).next()?;
        let waiting: Waiting = serde_json::from_slice(text).ok()?;
        let door = waiting.door.as_deref().and_then(Door::from_name);
        Some(NewPair {
            generation: waiting.generation,
            sealed: BASE64_STANDARD.decode(waiting.sealed).ok()?,
            access_expires_at: waiting.access_expires_at,
            refresh_expires_at: waiting.refresh_expires_at,
            signed_in: waiting.signed_in_at.zip(door),
        })
    }

    /// Whether a pair may wait. One byte is read.
    pub fn has_any(&self, account: AccountId, lane: Lane) -> bool {
        let first = File::open(self.path(account, lane)).and_then(|mut file| {
            let mut first = [0];
            file.read_exact(&mut first).map(|()| first)
        });
        matches!(first, Ok([byte]) if byte != 0)
    }

    /// Stored, or nobody's any more. The room stays taken.
    pub fn wipe(&self, account: AccountId, lane: Lane) -> io::Result<()> {
        match fs::OpenOptions::new()
            .write(true)
            .open(self.path(account, lane))
        {
            Ok(file) => fill(&file, &[]),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e),
        }
    }

    fn path(&self, account: AccountId, lane: Lane) -> PathBuf {
        let name = format!("{}-{}", account.get(), lane.name());
        self.folder.join(name)
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// `text`, then zeros to the end of the room; never shorter than the file was.
fn fill(mut file: &File, text: &[u8]) -> io::Result<()> {
    let has = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    let mut bytes = text.to_vec();
    bytes.resize(ROOM.max(has).max(text.len()), 0);
    file.write_all(&bytes)?;
    file.sync_all()
}

/// The new name must survive a power cut, not only the bytes.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountId = AccountId::new(1);

    fn pair(generation: u64) -> NewPair {
        NewPair {
            generation,
            sealed: vec![7; 5000],
            access_expires_at: Timestamp::from_second(100).unwrap(),
            refresh_expires_at: None,
            signed_in: Some((Timestamp::UNIX_EPOCH, Door::Browser)),
        }
    }

    #[test]
    fn a_pair_waits_in_the_room_that_was_taken() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::at(dir.path().join("spool"));
        let length = || {
            let path = dir.path().join("spool/1-connect");
            fs::metadata(path).unwrap().len()
        };
        assert!(spool.find(ACCOUNT, Lane::Connect).is_none());
        spool.reserve(ACCOUNT, Lane::Connect).unwrap();
        let before = length();
        assert!(!spool.has_any(ACCOUNT, Lane::Connect));
        spool.keep(ACCOUNT, Lane::Connect, &pair(3)).unwrap();
        spool.reserve(ACCOUNT, Lane::Connect).unwrap();
        let found = spool.find(ACCOUNT, Lane::Connect).unwrap();
        assert_eq!((found.generation, found.sealed), (3, vec![7; 5000]));
        assert_eq!(found.signed_in, pair(3).signed_in);
        assert!(spool.has_any(ACCOUNT, Lane::Connect));
        assert!(spool.find(ACCOUNT, Lane::Personal).is_none());
        spool.wipe(ACCOUNT, Lane::Connect).unwrap();
        assert!(spool.find(ACCOUNT, Lane::Connect).is_none());
        assert_eq!(length(), before);
        let bytes = fs::read(dir.path().join("spool/1-connect")).unwrap();
        assert!(bytes.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_line_that_was_cut_short_is_no_pair() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::at(dir.path().to_owned());
        spool.keep(ACCOUNT, Lane::Connect, &pair(3)).unwrap();
        let path = dir.path().join("1-connect");
        let whole = fs::read(&path).unwrap();
        for cut in [0, 1, 10, 1000, 6000] {
            let mut bytes = whole.clone();
            bytes[cut..].fill(0);
            fs::write(&path, bytes).unwrap();
            assert!(spool.find(ACCOUNT, Lane::Connect).is_none(), "{cut}");
        }
    }
}
