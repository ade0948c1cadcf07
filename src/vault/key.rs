//! Where the vault's key comes from. For now: a key file.

use std::{
    fmt, fs,
    io::{self, Write},
    path::PathBuf,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use super::VaultError;

const KEY_LENGTH: usize = 32;
/// Tells a person what the file is, and us that it is one of ours.
const LABEL: &str = "garminsync-vault-key-1";

/// The vault's key; wiped when dropped, never printed.
pub struct Key(Zeroizing<[u8; KEY_LENGTH]>);

impl Key {
    pub(super) fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// A file with one line: the label and 32 bytes in base64. Born 0600.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    pub const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// `None` when there is no such file.
    pub(super) fn load(&self) -> Result<Option<Key>, VaultError> {
        match fs::read(&self.path) {
            Ok(bytes) => self.parse(&Zeroizing::new(bytes)).map(Some),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(self.error(&e.to_string())),
        }
    }

    /// Two processes may get here at once: the file appears whole or not at
    /// all, and the later one uses the earlier one's key.
    pub(super) fn load_or_create(&self) -> Result<Key, VaultError> {
        if let Some(key) = self.load()? {
            return Ok(key);
        }
        let mut bytes = Zeroizing::new([0_u8; KEY_LENGTH]);
        getrandom::fill(bytes.as_mut()).map_err(|_| VaultError::NoRandom)?;
        let folder = self
            .path
            .parent()
            .unwrap_or_else(|| std::path::Path::new("."));
        let written = tempfile::Builder::new()
            .prefix(".vault-key-")
            .tempfile_in(folder)
            .and_then(|mut file| {
                let line = Zeroizing::new(format!(
                    "{LABEL} {}\n",
                    BASE64_STANDARD.encode(bytes.as_ref())
                ));
                file.write_all(line.as_bytes())?;
                file.as_file().sync_all()?;
                match file.persist_noclobber(&self.path) {
                    Ok(_) => fs::File::open(folder)?.sync_all(),
                    Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                    Err(e) => Err(e.error),
                }
            });
        written.map_err(|e| self.error(&e.to_string()))?;
        self.load()?
            .ok_or_else(|| VaultError::KeyMissing { path: self.shown() })
    }

    fn parse(&self, bytes: &[u8]) -> Result<Key, VaultError> {
        let corrupt = || self.error("it is damaged");
        let text = std::str::from_utf8(bytes).map_err(|_| corrupt())?;
        let encoded = text.trim().strip_prefix(LABEL).ok_or_else(corrupt)?;
        let key = Zeroizing::new(
            BASE64_STANDARD
                .decode(encoded.trim())
                .map_err(|_| corrupt())?,
        );
        <[u8; KEY_LENGTH]>::try_from(key.as_slice())
            .map(|key| Key(Zeroizing::new(key)))
            .map_err(|_| corrupt())
    }

    fn error(&self, why: &str) -> VaultError {
        VaultError::KeyFile {
            path: self.shown(),
            why: why.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let file = KeyFile::at(dir.path().join("vault.key"));
        assert!(file.load().unwrap().is_none());
        let made = file.load_or_create().unwrap();
        assert_eq!(made.bytes(), file.load_or_create().unwrap().bytes());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let born = fs::metadata(dir.path().join("vault.key"))
                .unwrap()
                .permissions();
            assert_eq!(born.mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("vault.key");
        for bad in [
            "",
            "hello",
            "garminsync-vault-key-1 AAAA",
            "garminsync-vault-key-1 !!!!",
        ] {
            fs::write(&path, bad).unwrap();
            assert!(
                matches!(
                    KeyFile::at(path.clone()).load_or_create(),
                    Err(VaultError::KeyFile { .. })
                ),
                "{bad:?}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), bad);
        }
    }
}
