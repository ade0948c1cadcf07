//! Sealed under a passphrase alone, to travel between machines.
//!
//! Layout: 16-byte salt, then what the vault writes (version, nonce, ciphertext).
//! The cost of argon2id is fixed here and not read from the text, so that a text
//! from a stranger cannot ask for gigabytes.

use zeroize::Zeroizing;

use super::{
    error::VaultError,
    open_with,
    passphrase::{SALT_LENGTH, derive, random_salt},
    seal_with,
};
use crate::domain::secret::Secret;

/// `purpose` is bound in: what was sealed for one does not open for another.
pub fn seal(passphrase: &Secret, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let salt = random_salt()?;
    let key = derive(passphrase.expose().as_bytes(), &salt)?;
    let mut blob = salt.to_vec();
    blob.extend(seal_with(&key, purpose, plain)?);
    Ok(blob)
}

/// `None` for a wrong passphrase or a changed text: nobody can tell which.
pub fn open(
    passphrase: &Secret,
    purpose: &str,
    blob: &[u8],
) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
    let Some((salt, sealed)) = blob.split_first_chunk::<SALT_LENGTH>() else {
        return Ok(None);
    };
    let key = derive(passphrase.expose().as_bytes(), salt)?;
    Ok(open_with(&key, purpose, sealed))
}
