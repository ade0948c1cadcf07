//! Which key is found, whatever is set, forgotten or silent.

use std::{fs, path::PathBuf};

use super::*;
use crate::vault::key_store::fixture::{FakeStore, Mood};

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn places(&self) -> KeyPlaces {
        KeyPlaces {
            home_key: self.at("vault.key"),
            ..KeyPlaces::default()
        }
    }

    fn with_store(&self, store: &Arc<FakeStore>) -> Vault {
        Vault::of(Places::new(self.places(), store.key_store()))
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn seal(vault: &Vault) -> Vec<u8> {
    vault.seal(session(1, 1), b"tokens").unwrap()
}

fn opens(vault: &Vault, blob: &[u8]) -> bool {
    vault.open(session(1, 1), blob).is_ok()
}

#[test]
fn checking_and_naming_make_nothing() {
    let home = Home::new();
    fs::write(home.at("words"), "x").unwrap();
    for places in [
        home.places(),
        KeyPlaces {
            key_file: Some(home.at("other.key")),
            ..home.places()
        },
        KeyPlaces {
            passphrase_file: Some(home.at("words")),
            ..home.places()
        },
    ] {
        let vault = Vault::at(places);
        vault.check().unwrap();
        assert!(!vault.source().is_empty());
        assert!(vault.open(session(1, 1), &[0; 60]).is_err());
    }
    assert_eq!(home.names(), ["words"]);
}

#[test]
fn what_is_named_comes_in_order() {
    let home = Home::new();
    fs::create_dir(home.at("credentials")).unwrap();
    fs::write(home.at("words"), "x").unwrap();
    let mut places = KeyPlaces {
        key_file: Some(home.at("other.key")),
        credentials: Some(home.at("credentials")),
        passphrase_file: Some(home.at("words")),
        ..home.places()
    };
    let other = format!("key file {}", home.at("other.key").display());
    assert_eq!(Vault::at(places.clone()).source(), other);
    places.key_file = None;
    assert_eq!(Vault::at(places.clone()).source(), "passphrase file");
    fs::write(home.at("credentials/garminsync-vault-key"), [7; 32]).unwrap();
    let vault = Vault::at(places);
    assert_eq!(vault.source(), "systemd credential");
    let blob = seal(&vault);
    assert!(opens(&vault, &blob));
    // Outside of the service there is no credential: said, and nothing new is made.
    let outside = Vault::at(home.places());
    let missing = outside.open(session(1, 1), &blob).unwrap_err();
    assert!(
        missing.to_string().contains("systemd credential"),
        "{missing}"
    );
    assert!(outside.seal(session(1, 1), b"x").is_err());
    assert!(!home.at("vault.key").exists());
}

#[test]
fn a_forgotten_setting_is_found_again_and_a_new_one_orphans_nothing() {
    let home = Home::new();
    let first = seal(&Vault::at(home.places()));
    let named = Vault::at(KeyPlaces {
        key_file: Some(home.at("other.key")),
        ..home.places()
    });
    assert!(opens(&named, &first), "the home's key still opens");
    let second = seal(&named);
    let forgotten = Vault::at(home.places());
    assert!(opens(&forgotten, &first) && opens(&forgotten, &second));
    assert!(opens(&forgotten, &seal(&forgotten)));
    assert_eq!(forgotten.source(), named.source());
}

#[test]
fn a_key_store_that_answers_gets_the_first_key_and_keeps_it() {
    let (home, store) = (Home::new(), FakeStore::new(Mood::Works));
    let vault = home.with_store(&store);
    assert!(vault.source().starts_with("none yet"));
    let blob = seal(&vault);
    assert_eq!(vault.source(), "key store (Fake)");
    assert!(!home.at("vault.key").exists());
    assert!(opens(&home.with_store(&store), &blob));
    // Silent later, as in cron: said, never replaced by a key file.
    *store.mood.lock().unwrap() = Mood::Hangs;
    let silent = home.with_store(&store);
    silent.check().unwrap();
    let error = silent.open(session(1, 1), &blob).unwrap_err();
    assert!(error.to_string().contains("did not answer"), "{error}");
    assert!(silent.seal(session(1, 1), b"x").is_err());
    assert!(!home.at("vault.key").exists());
    assert!(opens(&vault, &blob), "a running process has its key");
    *store.mood.lock().unwrap() = Mood::Works;
    assert!(opens(&home.with_store(&store), &blob));
}

#[test]
fn a_key_store_that_does_not_answer_leaves_the_key_file() {
    for mood in [Mood::Refuses, Mood::Hangs] {
        let (home, store) = (Home::new(), FakeStore::new(mood));
        let blob = seal(&home.with_store(&store));
        *store.mood.lock().unwrap() = Mood::Works;
        let later = home.with_store(&store);
        assert!(opens(&later, &blob));
        assert!(later.source().starts_with("key file "));
        seal(&later);
        assert!(
            store.entries.lock().unwrap().is_empty(),
            "the key file wins"
        );
    }
}

#[test]
fn moving_into_the_key_store_survives_a_crash_and_settles() {
    let (home, store) = (Home::new(), FakeStore::new(Mood::Works));
    let old = seal(&Vault::at(home.places()));
    let new = Vault::in_new_entry(Places::new(home.places(), store.key_store())).unwrap();
    let sealer = new.sealer().unwrap();
    assert!(
        opens(&home.with_store(&store), &old),
        "crash before the move"
    );
    assert!(home.with_store(&store).source().starts_with("key file"));
    let moved = sealer.seal(session(1, 1), b"tokens").unwrap();
    assert!(
        opens(&home.with_store(&store), &moved),
        "crash after the move"
    );
    new.settle().unwrap();
    assert!(!home.at("vault.key").exists());
    assert!(opens(&home.with_store(&store), &moved));
    let back = Vault::of(Places::new(home.places(), store.key_store()).with_named(Source::HomeKey));
    seal(&back);
    back.settle().unwrap();
    assert!(
        store.entries.lock().unwrap().is_empty(),
        "its entry is taken away"
    );
    assert_eq!(home.names(), ["vault.key", "vault.lock"]);
}

#[test]
fn a_source_that_breaks_in_mid_run_costs_no_token() {
    let home = Home::new();
    fs::write(home.at("words"), "x").unwrap();
    let vault = Vault::at(KeyPlaces {
        passphrase_file: Some(home.at("words")),
        ..home.places()
    });
    seal(&vault);
    fs::rename(home.at("words"), home.at("elsewhere")).unwrap();
    let issued = seal(&vault);
    fs::rename(home.at("elsewhere"), home.at("words")).unwrap();
    assert!(opens(&Vault::at(home.places()), &issued));
}

#[test]
fn many_processes_at_once_choose_one_source() {
    let (home, store) = (Arc::new(Home::new()), FakeStore::new(Mood::Works));
    let blobs: Vec<_> = (0..8)
        .map(|n: u32| {
            let (home, store) = (Arc::clone(&home), Arc::clone(&store));
            std::thread::spawn(move || {
                // Half of them in an environment without a key store.
                let vault = if n.is_multiple_of(2) {
                    home.with_store(&store)
                } else {
                    Vault::at(home.places())
                };
                vault.seal(session(1, 1), b"x")
            })
        })
        .collect::<Vec<_>>()
        .into_iter()
        .filter_map(|maker| maker.join().unwrap().ok())
        .collect();
    let vault = home.with_store(&store);
    assert!(!blobs.is_empty() && blobs.iter().all(|blob| opens(&vault, blob)));
    assert!(store.entries.lock().unwrap().len() <= 1);
}

#[test]
fn no_error_says_the_secret() {
    let home = Home::new();
    fs::write(home.at("vault.key"), "garminsync-vault-key-1 hunter2").unwrap();
    let vault = Vault::at(home.places());
    let error = vault.check().unwrap_err();
    let shown = format!("{error} {error:?} {vault:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
}
