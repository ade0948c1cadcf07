//! Seals what must not be read from a stolen CentralDB: sessions and challenges.
//!
//! XChaCha20-Poly1305 with a random nonce; what a blob belongs to (account,
//! lane, generation) is bound in as associated data, so a blob copied to
//! another row does not open. The vault holds only the key; the sealed session
//! lives in CentralDB. The key comes from a key file; other sources plug in at
//! [`key`].

pub mod key;

use std::sync::OnceLock;

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use zeroize::Zeroizing;

use crate::domain::{account::AccountId, failure::Failure, failure::FailureKind, session::Lane};
use key::{Key, KeyFile};

/// Layout: version byte, 24-byte nonce, ciphertext with its 16-byte tag.
const VERSION: u8 = 1;
const NONCE_LENGTH: usize = 24;

/// What a sealed blob belongs to. Opening under another binding fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    Session {
        account: AccountId,
        lane: Lane,
        generation: u64,
    },
    Challenge {
        account: AccountId,
    },
}

impl Binding {
    fn associated_data(self) -> String {
        match self {
            Self::Session {
                account,
                lane,
                generation,
            } => {
                format!(
                    "garminsync/session/{}/{}/{generation}",
                    account.get(),
                    lane.name()
                )
            }
            Self::Challenge { account } => format!("garminsync/challenge/{}", account.get()),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("the key file {path} cannot be used: {why}")]
    KeyFile { path: String, why: String },
    /// Something is sealed here, but the key is gone.
    #[error("the key file {path} is missing")]
    KeyMissing { path: String },
    /// Another key sealed it, or the blob was changed.
    #[error("what is stored was sealed with another key than the one in {path}")]
    CannotOpen { path: String },
    #[error("the system gave no random numbers")]
    NoRandom,
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let remedy = match &error {
            VaultError::KeyFile { .. } => {
                "Put the right key file back, or move it away and sign in again."
            }
            VaultError::KeyMissing { .. } | VaultError::CannotOpen { .. } => {
                "Put the right key file back, or sign in again; your synced data is not affected."
            }
            VaultError::NoRandom => "Try again.",
        };
        let text = error.to_string();
        let mut chars = text.chars();
        let first = chars.next().map(|c| c.to_ascii_uppercase());
        let summary: String = first.into_iter().chain(chars).chain(['.']).collect();
        Self::new(FailureKind::VaultKey, summary, remedy)
    }
}

/// Seals and opens with one key, loaded when first needed.
#[derive(Debug)]
pub struct Vault {
    source: KeyFile,
    key: OnceLock<Key>,
}

impl Vault {
    pub const fn with_key_file(source: KeyFile) -> Self {
        Self {
            source,
            key: OnceLock::new(),
        }
    }

    /// Whether the key file, if there is one, can be used. Does not make one.
    pub fn check(&self) -> Result<(), VaultError> {
        self.source.load().map(drop)
    }

    /// Makes the key on the very first use.
    pub fn seal(&self, binding: Binding, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let key = self.key_or(KeyFile::load_or_create)?;
        let mut nonce = [0_u8; NONCE_LENGTH];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::NoRandom)?;
        let aad = binding.associated_data();
        let sealed = cipher(key)
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: aad.as_bytes(),
                },
            )
            .map_err(|_| self.cannot_open())?;
        let mut blob = Vec::with_capacity(1 + NONCE_LENGTH + sealed.len());
        blob.push(VERSION);
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(&sealed);
        Ok(blob)
    }

    /// Never makes a key: without one, what is sealed stays sealed.
    pub fn open(&self, binding: Binding, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let key = self.key_or(|source| {
            source.load()?.ok_or_else(|| VaultError::KeyMissing {
                path: source.shown(),
            })
        })?;
        let (nonce, sealed) = match blob.split_first() {
            Some((&VERSION, rest)) => rest
                .split_first_chunk::<NONCE_LENGTH>()
                .ok_or_else(|| self.cannot_open())?,
            _ => return Err(self.cannot_open()),
        };
        let aad = binding.associated_data();
        cipher(key)
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: sealed,
                    aad: aad.as_bytes(),
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| self.cannot_open())
    }

    fn key_or(
        &self,
        load: impl FnOnce(&KeyFile) -> Result<Key, VaultError>,
    ) -> Result<&Key, VaultError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let key = load(&self.source)?;
        Ok(self.key.get_or_init(|| key))
    }

    fn cannot_open(&self) -> VaultError {
        VaultError::CannotOpen {
            path: self.source.shown(),
        }
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(dir: &tempfile::TempDir) -> Vault {
        Vault::with_key_file(KeyFile::at(dir.path().join("vault.key")))
    }

    const fn session(account: i64, generation: u64) -> Binding {
        Binding::Session {
            account: AccountId::new(account),
            lane: Lane::Connect,
            generation,
        }
    }

    #[test]
    fn what_is_sealed_opens_only_for_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let vault = vault(&dir);
        let blob = vault.seal(session(1, 4), b"tokens").unwrap();
        assert_eq!(
            vault.open(session(1, 4), &blob).unwrap().as_slice(),
            b"tokens"
        );
        for other in [
            session(2, 4),
            session(1, 5),
            Binding::Challenge {
                account: AccountId::new(1),
            },
        ] {
            assert!(matches!(
                vault.open(other, &blob),
                Err(VaultError::CannotOpen { .. })
            ));
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let vault = vault(&dir);
        let blob = vault.seal(session(1, 1), b"x").unwrap();
        for at in 0..blob.len() {
            let mut bad = blob.clone();
            bad[at] ^= 1;
            assert!(vault.open(session(1, 1), &bad).is_err(), "byte {at}");
        }
        assert!(vault.open(session(1, 1), &[]).is_err());
        assert!(vault.open(session(1, 1), &blob[..10]).is_err());
    }

    #[test]
    fn a_missing_key_is_told_from_a_wrong_one_and_not_replaced_by_opening() {
        let dir = tempfile::tempdir().unwrap();
        let blob = vault(&dir).seal(session(1, 1), b"x").unwrap();
        std::fs::remove_file(dir.path().join("vault.key")).unwrap();
        assert!(matches!(
            vault(&dir).open(session(1, 1), &blob),
            Err(VaultError::KeyMissing { .. })
        ));
        assert!(!dir.path().join("vault.key").exists());
        vault(&dir).seal(session(1, 1), b"y").unwrap();
        let failure = Failure::from(vault(&dir).open(session(1, 1), &blob).unwrap_err());
        assert_eq!(failure.kind.exit_code(), 2);
        assert!(failure.summary.contains("another key"), "{failure}");
    }
}
