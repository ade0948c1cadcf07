//! Seals everything anew under another key: all of it, or nothing.
//!
//! The leases of all accounts are held meanwhile, so that no refresh stores a
//! pair sealed with the old key after its row has been moved. One transaction
//! moves every row; whatever crashes before or after it, one of the keys that
//! are still there opens everything (`vault/places.rs`, `vault/key_file.rs`).

use super::Auth;
use crate::{
    central_db::{
        accounts, challenges,
        lease::Lease,
        sessions::{self, SealedSession},
    },
    domain::{account::AccountId, failure::Failure},
    vault::{Binding, Sealer, Vault, VaultError},
};

/// What was sealed anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rekeyed {
    pub sessions: u32,
    pub previous: u32,
    /// Previous pairs that no key opened. They were only a reserve.
    pub previous_dropped: u32,
    pub challenges: u32,
    /// Rows that no key opens. They stay as they are, and their accounts sign in again.
    pub unreadable: u32,
}

impl Rekeyed {
    /// Everything that is sealed with the new key now.
    pub const fn moved(&self) -> u32 {
        self.sessions + self.previous + self.challenges
    }
}

impl Auth {
    /// Moves everything that is sealed over to `new`, which seals from now on.
    ///
    /// # Errors
    /// With nothing changed, if anything but a previous pair does not open.
    pub async fn rekey(&self, new: &Vault) -> Result<Rekeyed, Failure> {
        let _leases = self.all_leases().await?;
        let done = self.reseal_all(new).await?;
        new.settle()?;
        self.central_db.scrub().await;
        Ok(done)
    }

    /// Puts a new key in the place of the key file.
    ///
    /// # Errors
    /// As [`Self::rekey`]; and when the key comes from elsewhere, because only
    /// its owner can replace a credential or a passphrase.
    pub async fn replace_key_file(&self) -> Result<Rekeyed, Failure> {
        let _leases = self.all_leases().await?;
        let successor = self.vault.successor()?;
        let done = self.reseal_all(&successor).await?;
        self.vault.succeed()?;
        self.vault.settle()?;
        self.central_db.scrub().await;
        Ok(done)
    }

    async fn all_leases(&self) -> Result<Vec<Lease>, Failure> {
        let mut leases = Vec::new();
        for account in self.central_db.read(accounts::all).await? {
            leases.push(self.central_db.refresh_lease(account.id).await?);
            // What waits in the spool would stay sealed with the old key.
            self.store_spooled(&account).await?;
        }
        Ok(leases)
    }

    async fn reseal_all(&self, new: &Vault) -> Result<Rekeyed, Failure> {
        let (old, new) = (Vault::clone(&self.vault), new.sealer()?);
        let moved = self.central_db.write(move |tx| {
            let (rows, pending) = (sessions::all_sealed(tx)?, challenges::all_sealed(tx)?);
            // Everything is sealed anew before the first row is written.
            let moved = match Moved::of(&old, &new, rows, pending) {
                Ok(moved) => moved,
                Err(e) => return Ok(Err(e)),
            };
            for row in &moved.sessions {
                sessions::reseal(tx, row)?;
            }
            for (account, continuation) in &moved.challenges {
                challenges::reseal(tx, *account, continuation)?;
            }
            Ok(Ok(moved.count))
        });
        Ok(moved.await??)
    }
}

#[derive(Default)]
struct Moved {
    sessions: Vec<SealedSession>,
    challenges: Vec<(AccountId, Vec<u8>)>,
    count: Rekeyed,
    /// Why the first row that does not open did not.
    refusal: Option<VaultError>,
}

impl Moved {
    fn of(
        old: &Vault,
        new: &Sealer,
        mut sessions: Vec<SealedSession>,
        mut challenges: Vec<(AccountId, Vec<u8>)>,
    ) -> Result<Self, VaultError> {
        let reseal = |binding, sealed: &[u8]| new.seal(binding, &old.open(binding, sealed)?);
        let mut moved = Self::default();
        for row in &mut sessions {
            let binding = |generation| Binding::Session {
                account: row.account,
                lane: row.lane,
                generation,
            };
            if let Some(sealed) = &mut row.session_data {
                match reseal(binding(row.generation), sealed) {
                    Ok(anew) => {
                        *sealed = anew;
                        moved.count.sessions += 1;
                    }
                    Err(e) => moved.pass_over(e)?,
                }
            }
            let Some(sealed) = row.previous_session_data.take() else {
                continue;
            };
            let binding = binding(row.generation.saturating_sub(1));
            match old.open(binding, &sealed) {
                Ok(plain) => {
                    row.previous_session_data = Some(new.seal(binding, &plain)?);
                    moved.count.previous += 1;
                }
                Err(_) => moved.count.previous_dropped += 1,
            }
        }
        for (account, sealed) in &mut challenges {
            match reseal(Binding::Challenge { account: *account }, sealed) {
                Ok(anew) => {
                    *sealed = anew;
                    moved.count.challenges += 1;
                }
                Err(e) => moved.pass_over(e)?,
            }
        }
        match moved.refusal.take() {
            // Not one opened: the key is the wrong one, not the rows.
            Some(e) if moved.count.sessions + moved.count.challenges == 0 => Err(e),
            _ => {
                (moved.sessions, moved.challenges) = (sessions, challenges);
                Ok(moved)
            }
        }
    }

    /// One row that cannot be read does not keep the others from the new key. A source
    /// that cannot be asked does: it may yet open what it sealed.
    fn pass_over(&mut self, error: VaultError) -> Result<(), VaultError> {
        if !matches!(error, VaultError::CannotOpen { .. }) {
            return Err(error);
        }
        self.count.unreadable += 1;
        self.refusal.get_or_insert(error);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::config::PersonalKeyPlaces;
    use std::{path::Path, sync::Arc, time::Duration};

    use jiff::Timestamp;

    use super::*;
    use crate::{
        central_db::{CentralDb, challenges::StoredChallenge, fixture, sessions::NewPair},
        clock::Clock,
        config::HttpSettings,
        domain::{
            challenge::{Challenge, MfaMethod},
            failure::FailureKind,
            session::Lane,
        },
        vault::places::KeyPlaces,
    };

    struct Home {
        fixture: fixture::Fixture,
    }

    impl Home {
        /// Two generations of a session and a challenge, sealed with the home's key file.
        fn new() -> Self {
            let home = Self {
                fixture: fixture::connection(),
            };
            let (db, account) = (&home.fixture.connection, home.fixture.account);
            let vault = Vault::at(home.places());
            for generation in 1..=2 {
                let sealed = vault.seal(session(account, generation), b"tokens").unwrap();
                let pair = NewPair {
                    generation,
                    sealed,
                    access_expires_at: Timestamp::UNIX_EPOCH,
                    refresh_expires_at: None,
                    signed_in: None,
                };
                assert!(sessions::store_pair(db, account, Lane::Connect, &pair).unwrap());
            }
            let challenge = Challenge {
                method: MfaMethod::from_wire(None),
                sent_to: None,
                created_at: Timestamp::UNIX_EPOCH,
                expires_at: Timestamp::UNIX_EPOCH,
                attempts: 0,
            };
            let continuation = vault
                .seal(Binding::Challenge { account }, b"cookies")
                .unwrap();
            let stored = StoredChallenge {
                challenge,
                continuation,
            };
            challenges::store(db, account, &stored).unwrap();
            home
        }

        fn places(&self) -> KeyPlaces {
            KeyPlaces {
                home_key: self.fixture.paths.vault_key.clone(),
                ..KeyPlaces::default()
            }
        }

        fn key(&self) -> &Path {
            &self.fixture.paths.vault_key
        }

        fn auth(&self, vault: Vault) -> Auth {
            let second = Duration::from_secs(1);
            Auth {
                key_places: PersonalKeyPlaces::default(),
                critical: tokio_util::task::TaskTracker::new(),
                stop: tokio_util::sync::CancellationToken::new(),
                clock: Clock::manual(Timestamp::UNIX_EPOCH),
                central_db: CentralDb::open(&self.fixture.paths).unwrap(),
                vault: Arc::new(vault),
                base_url: None,
                http: HttpSettings {
                    connect_timeout: second,
                    timeout: second,
                    download_timeout: second,
                },
            }
        }

        /// A process that starts now can open everything that is sealed.
        fn all_opens(&self, places: KeyPlaces) -> Result<(), VaultError> {
            let (vault, db) = (Vault::at(places), &self.fixture.connection);
            for row in sessions::all_sealed(db).unwrap() {
                assert_eq!(row.generation, 2);
                let (now, before) = (
                    row.session_data.unwrap(),
                    row.previous_session_data.unwrap(),
                );
                assert_eq!(*vault.open(session(row.account, 2), &now)?, b"tokens");
                assert_eq!(*vault.open(session(row.account, 1), &before)?, b"tokens");
            }
            for (account, sealed) in challenges::all_sealed(db).unwrap() {
                assert_eq!(
                    *vault.open(Binding::Challenge { account }, &sealed)?,
                    b"cookies"
                );
            }
            Ok(())
        }

        fn blobs(&self) -> (Vec<SealedSession>, Vec<(AccountId, Vec<u8>)>) {
            let db = &self.fixture.connection;
            (
                sessions::all_sealed(db).unwrap(),
                challenges::all_sealed(db).unwrap(),
            )
        }
    }

    const fn session(account: AccountId, generation: u64) -> Binding {
        Binding::Session {
            account,
            lane: Lane::Connect,
            generation,
        }
    }

    const ALL: Rekeyed = Rekeyed {
        sessions: 1,
        previous: 1,
        previous_dropped: 0,
        challenges: 1,
        unreadable: 0,
    };

    #[tokio::test]
    async fn a_new_key_file_takes_over_and_the_old_key_opens_nothing() {
        let home = Home::new();
        let old = std::fs::read(home.key()).unwrap();
        let auth = home.auth(Vault::at(home.places()));
        assert_eq!(auth.replace_key_file().await.unwrap(), ALL);
        home.all_opens(home.places()).unwrap();
        assert_ne!(std::fs::read(home.key()).unwrap(), old);
        assert!(!home.key().with_file_name("vault.key.new").exists());
        std::fs::write(home.key(), old).unwrap();
        assert!(home.all_opens(home.places()).is_err());
    }

    #[tokio::test]
    async fn a_crash_after_any_step_of_replacing_leaves_a_vault_that_opens() {
        for steps in 1..=3 {
            let home = Home::new();
            let auth = home.auth(Vault::at(home.places()));
            let successor = auth.vault.successor().unwrap();
            successor.sealer().unwrap();
            if steps >= 2 {
                auth.reseal_all(&successor).await.unwrap();
            }
            if steps >= 3 {
                auth.vault.succeed().unwrap();
            }
            home.all_opens(home.places()).unwrap();
            // The refresh after the crash seals with what is there; the next attempt ends it.
            let again = home.auth(Vault::at(home.places()));
            assert_eq!(again.replace_key_file().await.unwrap(), ALL, "{steps}");
            home.all_opens(home.places()).unwrap();
            assert!(!home.key().with_file_name("vault.key.new").exists());
        }
    }

    #[tokio::test]
    async fn a_running_process_follows_a_key_replaced_by_another() {
        let home = Home::new();
        let (running, other) = (
            Vault::at(home.places()),
            home.auth(Vault::at(home.places())),
        );
        let account = home.fixture.account;
        running.seal(session(account, 9), b"x").unwrap();
        other.replace_key_file().await.unwrap();
        let row = home.blobs().0.remove(0);
        running
            .open(session(account, 2), &row.session_data.unwrap())
            .unwrap();
        let sealed = running.seal(session(account, 9), b"x").unwrap();
        Vault::at(home.places())
            .open(session(account, 9), &sealed)
            .unwrap();
    }

    #[tokio::test]
    async fn where_nothing_opens_nothing_is_changed() {
        let home = Home::new();
        let db = &home.fixture.connection;
        let mut row = home.blobs().0.remove(0);
        row.session_data.as_mut().unwrap()[30] ^= 1;
        sessions::reseal(db, &row).unwrap();
        challenges::reseal(db, home.fixture.account, &[1, 2, 3]).unwrap();
        let before = home.blobs();
        let auth = home.auth(Vault::at(home.places()));
        let failure = auth.replace_key_file().await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::VaultKey);
        assert_eq!(home.blobs(), before);
        // Nor has the source changed, though a key for the other one was made.
        let words = home.key().with_file_name("words");
        std::fs::write(&words, "correct horse").unwrap();
        let wanted = Vault::at(KeyPlaces {
            passphrase_file: Some(words),
            ..home.places()
        });
        auth.rekey(&wanted).await.unwrap_err();
        assert_eq!(home.blobs(), before);
        assert!(Vault::at(home.places()).source().starts_with("key file"));
    }

    #[tokio::test]
    async fn one_session_that_does_not_open_does_not_hold_up_the_rest() {
        let home = Home::new();
        let db = &home.fixture.connection;
        let mut row = home.blobs().0.remove(0);
        row.session_data.as_mut().unwrap()[30] ^= 1;
        sessions::reseal(db, &row).unwrap();
        let auth = home.auth(Vault::at(home.places()));
        let done = auth.replace_key_file().await.unwrap();
        let passed_over = Rekeyed {
            sessions: 0,
            unreadable: 1,
            ..ALL
        };
        assert_eq!(done, passed_over);
        assert_eq!(home.blobs().0[0].session_data, row.session_data);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_to_the_key_stays_a_link() {
        let home = Home::new();
        let real = home.key().with_file_name("kept-elsewhere");
        std::fs::rename(home.key(), &real).unwrap();
        std::os::unix::fs::symlink(&real, home.key()).unwrap();
        let old = std::fs::read(&real).unwrap();
        let auth = home.auth(Vault::at(home.places()));
        auth.replace_key_file().await.unwrap();
        assert!(std::fs::symlink_metadata(home.key()).unwrap().is_symlink());
        assert_ne!(std::fs::read(&real).unwrap(), old);
        home.all_opens(home.places()).unwrap();
    }

    #[tokio::test]
    async fn a_key_file_that_a_person_named_is_not_replaced() {
        let home = Home::new();
        let named = home.key().with_file_name("named.key");
        std::fs::copy(home.key(), &named).unwrap();
        let auth = home.auth(Vault::at(KeyPlaces {
            key_file: Some(named.clone()),
            ..home.places()
        }));
        let before = std::fs::read(&named).unwrap();
        let failure = auth.replace_key_file().await.unwrap_err();
        assert!(failure.summary.contains("not garminsync's"), "{failure}");
        assert_eq!(std::fs::read(&named).unwrap(), before);
    }

    #[tokio::test]
    async fn a_previous_pair_that_does_not_open_is_dropped_and_counted() {
        let home = Home::new();
        let db = &home.fixture.connection;
        let mut row = home.blobs().0.remove(0);
        row.previous_session_data = Some(vec![1, 2, 3]);
        sessions::reseal(db, &row).unwrap();
        let auth = home.auth(Vault::at(home.places()));
        let done = auth.replace_key_file().await.unwrap();
        let dropped = Rekeyed {
            previous: 0,
            previous_dropped: 1,
            ..ALL
        };
        assert_eq!(done, dropped);
        assert_eq!(home.blobs().0[0].previous_session_data, None);
    }

    #[tokio::test]
    async fn a_move_to_a_passphrase_survives_a_crash_and_takes_the_key_file_away() {
        let home = Home::new();
        let words = home.key().with_file_name("words");
        std::fs::write(&words, "correct horse").unwrap();
        let wanted = KeyPlaces {
            passphrase_file: Some(words),
            ..home.places()
        };
        // Crash before the transaction: the salt is there, the key file still opens.
        Vault::at(wanted.clone()).sealer().unwrap();
        assert!(Vault::at(home.places()).source().starts_with("key file"));
        home.all_opens(wanted.clone()).unwrap();
        home.all_opens(home.places()).unwrap();
        let auth = home.auth(Vault::at(home.places()));
        assert_eq!(auth.rekey(&Vault::at(wanted.clone())).await.unwrap(), ALL);
        assert!(!home.key().exists());
        home.all_opens(wanted.clone()).unwrap();
        // Without the setting, as in a cron job that was forgotten: the source is found again.
        home.all_opens(home.places()).unwrap();
        assert_eq!(Vault::at(home.places()).source(), "passphrase file");
        assert!(Vault::at(home.places()).successor().is_err());
        // And back to a key file of the home's own.
        let auth = home.auth(Vault::at(wanted));
        let back = Vault::in_home_key_file(home.places());
        assert_eq!(auth.rekey(&back).await.unwrap(), ALL);
        home.all_opens(home.places()).unwrap();
        for gone in ["vault.salt", "vault.sources"] {
            assert!(!home.key().with_file_name(gone).exists(), "{gone}");
        }
    }
}
