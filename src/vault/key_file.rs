//! A file with one line: the label and the key in base64. Born 0600.
//!
//! Replacing the key is three steps, and a crash after any of them leaves a
//! vault that opens: the successor is written beside the file (`vault.key.new`),
//! what is sealed moves over in one transaction, the successor takes the name.
//! While both are there, both open; the file itself goes on sealing.

use std::path::{Path, PathBuf};

use super::{error::VaultError, key::Key, small_file};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    pub const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn name(&self) -> String {
        format!("key file {}", self.path.display())
    }

    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// `None` when there is no such file.
    pub(super) fn load(&self) -> Result<Option<Key>, VaultError> {
        let Some(bytes) = small_file::read(&self.path).map_err(|e| self.error(&e))? else {
            return Ok(None);
        };
        Key::from_line(&bytes)
            .map(Some)
            .ok_or_else(|| self.error(&"it is damaged"))
    }

    pub(super) fn load_or_create(&self) -> Result<Key, VaultError> {
        if let Some(key) = self.load()? {
            return Ok(key);
        }
        let line = Key::random()?.line();
        small_file::create(&self.path, line.as_bytes()).map_err(|e| self.error(&e))?;
        self.load()?
            .ok_or_else(|| VaultError::KeyMissing { what: self.name() })
    }

    /// Where the next key waits while what is sealed moves over to it.
    pub(super) fn successor(&self) -> Self {
        let mut name = small_file::target(&self.path).into_os_string();
        name.push(".new");
        Self::at(name.into())
    }

    /// The successor takes the name; the old key is gone.
    pub(super) fn succeed(&self) -> Result<(), VaultError> {
        small_file::replace(&self.successor().path, &small_file::target(&self.path))
            .map_err(|e| self.error(&e))
    }

    pub(super) fn remove(&self) -> Result<(), VaultError> {
        for file in [&self.successor(), self] {
            small_file::remove(&file.path).map_err(|e| file.error(&e))?;
        }
        Ok(())
    }

    fn error(&self, why: &impl ToString) -> VaultError {
        VaultError::source(self.name(), why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_key_is_made_once_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let file = KeyFile::at(dir.path().join("vault.key"));
        assert!(file.load().unwrap().is_none());
        let made = file.load_or_create().unwrap();
        assert_eq!(made, file.load_or_create().unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let born = fs::metadata(file.path()).unwrap().permissions();
            assert_eq!(born.mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("vault.key");
        let long = "x".repeat(10_000);
        for bad in [
            "",
            "hello",
            "garminsync-vault-key-1 AAAA",
            "garminsync-vault-key-1 !!!!",
            &long,
        ] {
            fs::write(&path, bad).unwrap();
            assert!(
                matches!(
                    KeyFile::at(path.clone()).load_or_create(),
                    Err(VaultError::Source { .. })
                ),
                "{bad:?}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), bad);
        }
    }

    #[test]
    fn many_makers_end_with_one_key() {
        let dir = tempfile::tempdir().unwrap();
        let file = KeyFile::at(dir.path().join("vault.key"));
        let makers: Vec<_> = (0..8)
            .map(|_| {
                let file = file.clone();
                std::thread::spawn(move || file.load_or_create().unwrap())
            })
            .collect();
        let keys: Vec<_> = makers.into_iter().map(|m| m.join().unwrap()).collect();
        assert!(keys.iter().all(|key| *key == keys[0]));
    }
}
