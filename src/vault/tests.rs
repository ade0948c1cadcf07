//! Sealing and opening.

mod sources;

use super::*;
use crate::domain::failure::Failure;

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
