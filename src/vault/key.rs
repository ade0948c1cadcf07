//! The vault's key itself, and the one-line form in which files carry it.
//!
//! The label tells a person what the file is, and us that it is one of ours.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use super::error::VaultError;

pub(super) const KEY_LENGTH: usize = 32;
const LABEL: &str = "garminsync-vault-key-1";

/// The vault's key; wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key(Zeroizing<[u8; KEY_LENGTH]>);

impl Key {
    pub(super) const fn new(bytes: Zeroizing<[u8; KEY_LENGTH]>) -> Self {
        Self(bytes)
    }

    pub(super) fn random() -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0_u8; KEY_LENGTH]);
        getrandom::fill(bytes.as_mut()).map_err(|_| VaultError::NoRandom)?;
        Ok(Self(bytes))
    }

    /// `None` unless there are exactly 32 bytes.
    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        <[u8; KEY_LENGTH]>::try_from(bytes)
            .ok()
            .map(|bytes| Self(Zeroizing::new(bytes)))
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }

    /// The label and 32 bytes in base64.
    pub(super) fn line(&self) -> Zeroizing<String> {
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(self.bytes()));
        Zeroizing::new(format!("{LABEL} {}\n", encoded.as_str()))
    }

    pub(super) fn from_line(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        Self::from_base64(text.trim().strip_prefix(LABEL)?)
    }

    /// What an administrator's own tools make (`openssl rand -base64 32`, or 32
    /// raw bytes) is a key as well as our line.
    pub(super) fn from_foreign(bytes: &[u8]) -> Option<Self> {
        Self::from_slice(bytes)
            .or_else(|| Self::from_line(bytes))
            .or_else(|| Self::from_base64(std::str::from_utf8(bytes).ok()?))
    }

    fn from_base64(text: &str) -> Option<Self> {
        let decoded = Zeroizing::new(BASE64_STANDARD.decode(text.trim()).ok()?);
        Self::from_slice(&decoded)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_each_of_its_forms() {
        let key = Key::random().unwrap();
        assert_eq!(Key::from_line(key.line().as_bytes()).as_ref(), Some(&key));
        let bare = BASE64_STANDARD.encode(key.bytes());
        for foreign in [
            key.bytes().as_slice(),
            bare.as_bytes(),
            key.line().as_bytes(),
        ] {
            assert_eq!(Key::from_foreign(foreign).as_ref(), Some(&key));
        }
        assert_eq!(
            Key::from_line(bare.as_bytes()),
            None,
            "a file of ours is labelled"
        );
        assert_eq!(Key::from_foreign(b"hello"), None);
        assert_eq!(format!("{key:?}"), "Key(…)");
    }
}
