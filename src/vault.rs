//! Seals what must not be read from a stolen CentralDB: sessions and challenges.
//!
//! XChaCha20-Poly1305 with a random nonce; what a blob belongs to (account,
//! lane, generation) is bound in as associated data, so a blob copied to
//! another row does not open. The vault holds only the key; the sealed session
//! lives in CentralDB. Where the key comes from is decided in [`places`].

pub mod error;
mod key;
pub mod key_file;
mod key_store;
mod passphrase;
pub mod places;
pub mod portable;
mod small_file;
mod source;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use zeroize::Zeroizing;

use crate::domain::{account::AccountId, session::Lane};
pub use error::VaultError;
use key::Key;
use key_file::KeyFile;
use key_store::KeyStore;
use places::{KeyPlaces, Places};
use source::Source;

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

/// Seals with one key, opens with every key that may have sealed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Vault {
    places: Arc<Places>,
}

impl Vault {
    /// The vault of a home: finds its own source, see [`places`].
    pub fn at(places: KeyPlaces) -> Self {
        let key_store = if places.key_store {
            KeyStore::of_system()
        } else {
            KeyStore::none()
        };
        Self::of(Places::new(places, key_store))
    }

    /// One key file and no other source.
    pub fn with_key_file(file: KeyFile) -> Self {
        Self::of(Places::key_file_only(file))
    }

    /// The same home with its own key file, whatever seals it today: to re-key to.
    pub fn in_home_key_file(places: KeyPlaces) -> Self {
        let key_store = KeyStore::of_system();
        Self::of(Places::new(places, key_store).with_named(Source::HomeKey))
    }

    /// The same home with a new key in the system's key store: to re-key to.
    pub fn in_key_store(places: KeyPlaces) -> Result<Self, VaultError> {
        Self::in_new_entry(Places::new(places, KeyStore::of_system()))
    }

    fn in_new_entry(places: Places) -> Result<Self, VaultError> {
        let (entry, _) = places.key_store().create()?;
        Ok(Self::of(places.with_named(Source::KeyStore(entry))))
    }

    fn of(places: Places) -> Self {
        Self {
            places: Arc::new(places),
        }
    }

    /// Whether the source of the key can be used. Quick, and makes nothing.
    pub fn check(&self) -> Result<(), VaultError> {
        self.places.check()
    }

    /// Refuses a named key file that is not there and never sealed here. For a home in
    /// which something is sealed: a mistyped name must not make a second key.
    pub fn check_name(&self) -> Result<(), VaultError> {
        match self.places.new_key_file()? {
            Some(source) => Err(VaultError::UnknownFile {
                what: self.places.name(&source),
            }),
            None => Ok(()),
        }
    }

    /// Where the key comes from, for people.
    pub fn source(&self) -> String {
        match self.places.chosen() {
            Ok(Some(source)) => self.places.name(&source),
            Ok(None) => "none yet, made at the first sign-in".to_owned(),
            Err(_) => "unknown".to_owned(),
        }
    }

    /// Makes the key on the very first use.
    pub fn seal(&self, binding: Binding, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        seal_with(
            &self.places.key_to_seal()?,
            &binding.associated_data(),
            plain,
        )
    }

    /// To move everything that is sealed over to this vault's key.
    pub fn sealer(&self) -> Result<Sealer, VaultError> {
        self.places.key_to_move_to().map(Sealer)
    }

    /// Never makes a key: without one, what is sealed stays sealed.
    pub fn open(&self, binding: Binding, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let aad = binding.associated_data();
        let mut problem = None;
        // Twice, because another process may just be putting a new key in the old one's place.
        for look in 1..=2 {
            for source in self.places.candidates()? {
                if look == 2 && self.places.file_of(&source).is_none() {
                    continue;
                }
                let found = self.places.load(&source);
                let successor = self.places.load_successor(&source);
                let keys = found.iter().flatten().chain(&successor);
                for key in keys {
                    if let Some(plain) = open_with(key, &aad, blob) {
                        return Ok(plain);
                    }
                }
                problem.get_or_insert_with(|| match found {
                    Ok(Some(_)) => VaultError::CannotOpen {
                        source_name: self.places.name(&source),
                    },
                    Ok(None) => self.places.missing(&source),
                    Err(e) => e,
                });
            }
        }
        Err(problem.unwrap_or(VaultError::CannotOpen {
            source_name: self.source(),
        }))
    }

    /// A vault on the key that is to take this key file's place, made beside it
    /// or left there by a re-keying that was cut off.
    pub fn successor(&self) -> Result<Self, VaultError> {
        let chosen = self.places.chosen()?.unwrap_or(Source::HomeKey);
        // A file that a person named may serve other homes and lie in backups: theirs.
        let file = self
            .places
            .file_of(&chosen)
            .filter(|_| chosen == Source::HomeKey);
        file.map(|file| Self::with_key_file(file.successor()))
            .ok_or_else(|| VaultError::NotReplaceable {
                source_name: self.places.name(&chosen),
            })
    }

    /// The successor takes the key file's place. Only after everything moved over.
    pub fn succeed(&self) -> Result<(), VaultError> {
        let chosen = self.places.chosen()?.unwrap_or(Source::HomeKey);
        self.places
            .file_of(&chosen)
            .map_or(Ok(()), |file| file.succeed())
    }

    /// Forgets every other source of this home. Only after everything moved over.
    pub fn settle(&self) -> Result<(), VaultError> {
        self.places.settle()
    }
}

/// Seals with a key that is on its way in, while the vault still seals with
/// another: see [`Vault::sealer`].
#[derive(Clone, Debug)]
pub struct Sealer(Key);

impl Sealer {
    pub fn seal(&self, binding: Binding, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        seal_with(&self.0, &binding.associated_data(), plain)
    }
}

fn seal_with(key: &Key, aad: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0_u8; NONCE_LENGTH];
    getrandom::fill(&mut nonce).map_err(|_| VaultError::NoRandom)?;
    let payload = Payload {
        msg: plain,
        aad: aad.as_bytes(),
    };
    let sealed = cipher(key)
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| VaultError::source("cipher", "there is too much to seal"))?;
    let mut blob = Vec::with_capacity(1 + NONCE_LENGTH + sealed.len());
    blob.push(VERSION);
    blob.extend_from_slice(&nonce);
    blob.extend_from_slice(&sealed);
    Ok(blob)
}

/// `None`: another key or another binding sealed it, or it was changed.
fn open_with(key: &Key, aad: &str, blob: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (&VERSION, rest) = blob.split_first()? else {
        return None;
    };
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LENGTH>()?;
    let payload = Payload {
        msg: sealed,
        aad: aad.as_bytes(),
    };
    cipher(key)
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
        .map(Zeroizing::new)
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}
