//! A key made from a passphrase by argon2id.
//!
//! The passphrase is the content of a file the person keeps; never the value of
//! an environment variable, which other processes of theirs can read. The salt
//! lies beside the data (`vault.salt`): it is no secret, but without it the key
//! cannot be made again.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use super::{
    error::VaultError,
    key::{KEY_LENGTH, Key},
    small_file,
};

pub(super) const SALT_LENGTH: usize = 16;
const LABEL: &str = "garminsync-vault-salt-1";

/// 64 MiB and three passes, one lane: RFC 9106's second recommended option with
/// less parallelism. About 0.2 s. A salt file of another cost would get another label.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// The passphrase and salt last used, and what they gave: making it is slow on purpose.
type Derived = (Zeroizing<Vec<u8>>, Vec<u8>, Key);

/// The salt of one home, and the key last made with it.
#[derive(Debug)]
pub(super) struct Passphrases {
    salt: PathBuf,
    last: Mutex<Option<Derived>>,
}

impl Passphrases {
    pub(super) const fn with_salt(salt: PathBuf) -> Self {
        Self {
            salt,
            last: Mutex::new(None),
        }
    }

    /// `None` when there is no salt yet.
    pub(super) fn load(&self, file: &Path) -> Result<Option<Key>, VaultError> {
        let passphrase = read_passphrase(file)?;
        let Some(salt) = self.load_salt()? else {
            return Ok(None);
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((used, salted, key)) = last.as_ref()
            && (used, salted) == (&passphrase, &salt)
        {
            return Ok(Some(key.clone()));
        }
        let key = derive(&passphrase, &salt)?;
        *last = Some((passphrase, salt, key.clone()));
        Ok(Some(key))
    }

    pub(super) fn load_or_create(&self, file: &Path) -> Result<Key, VaultError> {
        // First, so that a wrong setting does not leave a salt behind.
        read_passphrase(file)?;
        if self.load_salt()?.is_none() {
            let line = format!("{LABEL} {}\n", BASE64_STANDARD.encode(random_salt()?));
            small_file::create(&self.salt, line.as_bytes()).map_err(|e| self.salt_error(&e))?;
        }
        self.load(file)?.ok_or_else(|| VaultError::KeyMissing {
            what: self.salt_name(),
        })
    }

    /// Whether passphrase and salt can be read, without the slow part.
    pub(super) fn check(&self, file: &Path) -> Result<(), VaultError> {
        read_passphrase(file)?;
        self.load_salt().map(drop)
    }

    /// No key is made from a passphrase here any more.
    pub(super) fn remove_salt(&self) -> Result<(), VaultError> {
        small_file::remove(&self.salt).map_err(|e| self.salt_error(&e))
    }

    fn load_salt(&self) -> Result<Option<Vec<u8>>, VaultError> {
        let Some(bytes) = small_file::read(&self.salt).map_err(|e| self.salt_error(&e))? else {
            return Ok(None);
        };
        std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| text.trim().strip_prefix(LABEL))
            .and_then(|encoded| BASE64_STANDARD.decode(encoded.trim()).ok())
            .filter(|salt| salt.len() == SALT_LENGTH)
            .map(Some)
            .ok_or_else(|| self.salt_error(&"it is damaged"))
    }

    fn salt_name(&self) -> String {
        format!("salt file {}", self.salt.display())
    }

    fn salt_error(&self, why: &impl ToString) -> VaultError {
        VaultError::source(self.salt_name(), why)
    }
}

fn read_passphrase(file: &Path) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let name = || format!("passphrase file {}", file.display());
    let mut bytes = small_file::read(file)
        .map_err(|e| VaultError::source(name(), &e))?
        .ok_or_else(|| VaultError::KeyMissing { what: name() })?;
    while let Some(b'\n' | b'\r') = bytes.last() {
        bytes.pop();
    }
    if bytes.is_empty() {
        return Err(VaultError::source(name(), "it is empty"));
    }
    Ok(bytes)
}

pub(super) fn random_salt() -> Result<[u8; SALT_LENGTH], VaultError> {
    let mut salt = [0_u8; SALT_LENGTH];
    getrandom::fill(&mut salt).map_err(|_| VaultError::NoRandom)?;
    Ok(salt)
}

/// argon2id. Takes 64 MiB for its time.
pub(super) fn derive(passphrase: &[u8], salt: &[u8]) -> Result<Key, VaultError> {
    let failed = |e: argon2::Error| VaultError::source("passphrase", &e);
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(KEY_LENGTH)).map_err(failed)?;
    let mut bytes = Zeroizing::new([0_u8; KEY_LENGTH]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, salt, bytes.as_mut())
        .map_err(failed)?;
    Ok(Key::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_same_words_give_the_same_key_whatever_ends_the_line() {
        let dir = tempfile::tempdir().unwrap();
        let (file, salt) = (dir.path().join("words"), dir.path().join("vault.salt"));
        let kept = Passphrases::with_salt(salt.clone());
        fs::write(&file, "correct horse\n").unwrap();
        assert!(kept.load(&file).unwrap().is_none() && !salt.exists());
        let key = kept.load_or_create(&file).unwrap();
        fs::write(&file, "correct horse\r\n").unwrap();
        let other_process = Passphrases::with_salt(salt.clone());
        assert_eq!(other_process.load(&file).unwrap().as_ref(), Some(&key));
        fs::write(&file, "wrong horse").unwrap();
        assert_ne!(
            kept.load(&file).unwrap().as_ref(),
            Some(&key),
            "a change is noticed"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&salt).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn what_cannot_be_used_is_said_and_makes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (file, salt) = (dir.path().join("words"), dir.path().join("vault.salt"));
        let source = Passphrases::with_salt(salt.clone());
        assert!(matches!(
            source.load_or_create(&file),
            Err(VaultError::KeyMissing { .. })
        ));
        fs::write(&file, "\n").unwrap();
        let empty = source.load_or_create(&file).unwrap_err();
        assert!(empty.to_string().contains("it is empty"), "{empty}");
        assert!(!salt.exists());
        fs::write(&file, "hunter2").unwrap();
        fs::write(&salt, "garminsync-vault-salt-1 AAAA").unwrap();
        let damaged = source.check(&file).unwrap_err();
        assert!(damaged.to_string().contains("damaged"), "{damaged}");
    }
}
