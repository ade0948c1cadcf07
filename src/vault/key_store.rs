//! The system's key store: Secret Service, key chain, Credential Manager.
//!
//! Only the 32-byte key goes in, under a random name (Windows takes no more than
//! 2560 bytes per entry, `crates.md` 4.13). Every call has a thread of its own:
//! the stores block on their own runtime, which must not happen on a tokio
//! thread (4.4), and one that waits for a person must not hold up a cron job.

#[cfg(feature = "keyring")]
mod system;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use super::{error::VaultError, key::Key};

/// A working store answers in well under a tenth of this (`crates.md` 6.5).
const PATIENCE: Duration = Duration::from_secs(1);

/// What the vault asks of a key store.
pub(super) trait SecretStore: fmt::Debug + Send + Sync {
    /// For people.
    fn name(&self) -> &'static str;
    /// `None`: there certainly is no such entry.
    fn get(&self, entry: &str) -> Result<Option<Key>, &'static str>;
    fn set(&self, entry: &str, key: &Key) -> Result<(), &'static str>;
    fn remove(&self, entry: &str) -> Result<(), &'static str>;
}

#[derive(Debug)]
pub(super) struct KeyStore {
    /// `None`: not built in, or not wanted.
    store: Option<Arc<dyn SecretStore>>,
    patience: Duration,
    /// The entry last read. An entry never changes, so it is asked for once.
    last: Mutex<Option<(String, Key)>>,
}

impl KeyStore {
    /// The system's, if this build knows it.
    pub(super) fn of_system() -> Self {
        #[cfg(feature = "keyring")]
        let store: Option<Arc<dyn SecretStore>> = Some(Arc::new(system::SystemStore));
        #[cfg(not(feature = "keyring"))]
        let store = None;
        Self::new(store, PATIENCE)
    }

    pub(super) fn none() -> Self {
        Self::new(None, PATIENCE)
    }

    pub(super) const fn new(store: Option<Arc<dyn SecretStore>>, patience: Duration) -> Self {
        Self {
            store,
            patience,
            last: Mutex::new(None),
        }
    }

    pub(super) fn name(&self) -> String {
        self.store.as_ref().map_or_else(
            || "key store".to_owned(),
            |store| format!("key store ({})", store.name()),
        )
    }

    /// `None` when the store answered that it has no such entry.
    pub(super) fn load(&self, entry: &str) -> Result<Option<Key>, VaultError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((name, key)) = last.as_ref()
            && name == entry
        {
            return Ok(Some(key.clone()));
        }
        let wanted = entry.to_owned();
        let key = self
            .ask(move |store| store.get(&wanted))
            .map_err(|why| VaultError::source(self.name(), why))?;
        *last = key.clone().map(|key| (entry.to_owned(), key));
        Ok(key)
    }

    /// Makes a key under a new name; proves that the store gives it back.
    pub(super) fn create(&self) -> Result<(String, Key), VaultError> {
        let failed = |why| VaultError::source(self.name(), why);
        let key = Key::random()?;
        let mut name = [0_u8; 8];
        getrandom::fill(&mut name).map_err(|_| VaultError::NoRandom)?;
        let entry = format!("vault-key-{:016x}", u64::from_be_bytes(name));
        let (named, given) = (entry.clone(), key.clone());
        self.ask(move |store| {
            store.set(&named, &given)?;
            match store.get(&named)? {
                Some(kept) if kept == given => Ok(()),
                _ => Err("it did not keep the key"),
            }
        })
        .map_err(failed)?;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((entry.clone(), key.clone()));
        Ok((entry, key))
    }

    pub(super) fn remove(&self, entry: &str) -> Result<(), VaultError> {
        let entry = entry.to_owned();
        self.ask(move |store| store.remove(&entry))
            .map_err(|why| VaultError::source(self.name(), why))
    }

    /// Whether there is any store to ask.
    pub(super) const fn is_there(&self) -> bool {
        self.store.is_some()
    }

    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn SecretStore) -> Result<T, &'static str> + Send + 'static,
    ) -> Result<T, &'static str> {
        let Some(store) = self.store.clone() else {
            return Err("this garminsync does not use one");
        };
        let (reply, answer) = mpsc::channel();
        thread::Builder::new()
            .name("key-store".to_owned())
            .spawn(move || {
                // Nobody listens any more if this took too long.
                let _ = reply.send(question(store.as_ref()));
            })
            .map_err(|_| "it could not be asked")?;
        answer
            .recv_timeout(self.patience)
            .unwrap_or(Err("it did not answer in time; it may be locked"))
    }
}

#[cfg(test)]
pub(super) mod fixture {
    //! A key store that behaves as told.

    use super::{Arc, Duration, Key, KeyStore, Mutex, SecretStore, thread};
    use std::collections::HashMap;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Mood {
        Works,
        Refuses,
        Hangs,
    }

    #[derive(Debug)]
    pub(crate) struct FakeStore {
        pub(crate) mood: Mutex<Mood>,
        pub(crate) entries: Mutex<HashMap<String, Key>>,
    }

    impl FakeStore {
        pub(crate) fn new(mood: Mood) -> Arc<Self> {
            Arc::new(Self {
                mood: Mutex::new(mood),
                entries: Mutex::default(),
            })
        }

        pub(crate) fn key_store(self: &Arc<Self>) -> KeyStore {
            let store = Arc::<Self>::clone(self);
            KeyStore::new(Some(store), Duration::from_millis(50))
        }

        fn moody(&self) -> Result<(), &'static str> {
            let mood = *self.mood.lock().unwrap();
            match mood {
                Mood::Works => Ok(()),
                Mood::Refuses => Err("it is locked"),
                Mood::Hangs => loop {
                    thread::park();
                },
            }
        }
    }

    impl SecretStore for FakeStore {
        fn name(&self) -> &'static str {
            "Fake"
        }

        fn get(&self, entry: &str) -> Result<Option<Key>, &'static str> {
            self.moody()?;
            Ok(self.entries.lock().unwrap().get(entry).cloned())
        }

        fn set(&self, entry: &str, key: &Key) -> Result<(), &'static str> {
            self.moody()?;
            let mut entries = self.entries.lock().unwrap();
            entries.insert(entry.to_owned(), key.clone());
            Ok(())
        }

        fn remove(&self, entry: &str) -> Result<(), &'static str> {
            self.moody()?;
            self.entries.lock().unwrap().remove(entry);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        fixture::{FakeStore, Mood},
        *,
    };

    #[test]
    fn a_store_that_hangs_or_refuses_is_given_up_on() {
        for mood in [Mood::Hangs, Mood::Refuses] {
            let started = std::time::Instant::now();
            let store = FakeStore::new(mood).key_store();
            assert!(matches!(store.create(), Err(VaultError::Source { .. })));
            assert!(matches!(store.load("x"), Err(VaultError::Source { .. })));
            assert!(started.elapsed() < Duration::from_secs(5));
        }
        assert!(KeyStore::none().load("x").is_err());
    }

    #[test]
    fn a_key_comes_back_and_a_lost_entry_is_none() {
        let fake = FakeStore::new(Mood::Works);
        let (entry, key) = fake.key_store().create().unwrap();
        let store = fake.key_store();
        assert_eq!(store.load(&entry).unwrap().as_ref(), Some(&key));
        *fake.mood.lock().unwrap() = Mood::Hangs;
        assert_eq!(
            store.load(&entry).unwrap().as_ref(),
            Some(&key),
            "asked once"
        );
        *fake.mood.lock().unwrap() = Mood::Works;
        assert!(store.load("other").unwrap().is_none());
    }

    /// Whatever this machine offers, it is over soon and never a panic, also on a tokio thread.
    #[tokio::test]
    async fn the_systems_own_store_cannot_hold_anybody_up() {
        let started = std::time::Instant::now();
        let store = KeyStore::of_system();
        let _ = store.load("garminsync-test-of-an-entry-that-is-not-there");
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}
