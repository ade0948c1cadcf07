//! The store of the system this was built for, through `keyring-core`.
//!
//! Errors become plain sentences of ours: a store's own may quote what it holds.

use keyring_core::{Entry, Error, api::CredentialStoreApi};

use super::{Key, SecretStore};

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(windows)]
use windows_native_keyring_store::Store;
#[cfg(all(unix, not(target_os = "macos")))]
use zbus_secret_service_keyring_store::Store;

const SERVICE: &str = "garminsync";

/// Connects anew for each question; there are one or two in a run.
#[derive(Debug)]
pub(super) struct SystemStore;

impl SecretStore for SystemStore {
    fn name(&self) -> &'static str {
        if cfg!(target_os = "macos") {
            "Keychain"
        } else if cfg!(windows) {
            "Credential Manager"
        } else {
            "Secret Service"
        }
    }

    fn get(&self, name: &str) -> Result<Option<Key>, &'static str> {
        match entry(name)?.get_secret().map(zeroize::Zeroizing::new) {
            Ok(bytes) => Key::from_slice(&bytes)
                .map(Some)
                .ok_or("its entry is damaged"),
            Err(Error::NoEntry) => Ok(None),
            Err(e) => Err(sentence(&e)),
        }
    }

    fn set(&self, name: &str, key: &Key) -> Result<(), &'static str> {
        entry(name)?
            .set_secret(key.bytes())
            .map_err(|e| sentence(&e))
    }

    fn remove(&self, name: &str) -> Result<(), &'static str> {
        match entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(e) => Err(sentence(&e)),
        }
    }
}

fn entry(name: &str) -> Result<Entry, &'static str> {
    Store::new()
        .and_then(|store| store.build(SERVICE, name, None))
        .map_err(|e| sentence(&e))
}

const fn sentence(error: &Error) -> &'static str {
    match error {
        Error::NoStorageAccess(_) => "it is locked or refuses access",
        Error::PlatformFailure(_) => "it cannot be reached",
        _ => "it answered in an unknown way",
    }
}
