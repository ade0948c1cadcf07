//! A new pair is kept in the spool until its row is committed (`central_db/spool.rs`).

use std::time::Duration;

use rusqlite::Transaction;

use super::{Auth, trail::note};
use crate::{
    central_db::{
        auth_events, challenges, cool_downs,
        sessions::{self, NewPair},
    },
    domain::{
        account::{Account, AccountId},
        audit::AuthAction,
        cool_down::CoolDownScope,
        failure::Failure,
        log::LogLevel,
        session::Lane,
    },
    vault::{Binding, VaultError},
};

/// How often, and how far apart, a commit of a new pair is tried again.
const STORE_RETRIES: u32 = 5;
const STORE_WAIT: Duration = Duration::from_secs(1);

impl Auth {
    /// Proves that what Garmin is about to hand out can be sealed and kept: a key or a
    /// disk that turns out to be missing afterwards costs a session.
    pub(super) async fn ready_to_keep(&self, account: AccountId) -> Result<(), Failure> {
        self.vault.seal(Binding::Challenge { account }, &[])?;
        Ok(self.central_db.reserve(account, Lane::Connect).await?)
    }

    /// Keeps the pair in the spool, then commits it, synced to disk. Under the lease.
    /// `false`: `commit` found that another process stored a pair meanwhile.
    pub(super) async fn keep_and_commit(
        &self,
        account: AccountId,
        lane: Lane,
        pair: NewPair,
        commit: impl Fn(&Transaction<'_>, &NewPair) -> rusqlite::Result<bool> + Clone + Send + 'static,
    ) -> Result<bool, Failure> {
        // A key's day token can be had again.
        let is_kept = lane == Lane::Connect && self.spool(account, &pair);
        let mut tries = 0;
        let stored = loop {
            let (pair, commit) = (pair.clone(), commit.clone());
            match self.central_db.write(move |tx| commit(tx, &pair)).await {
                Ok(stored) => break stored,
                // A busy or full disk gets some time before it is given up.
                Err(e) if tries < STORE_RETRIES => {
                    tries += 1;
                    tracing::error!(error = %e, tries, "the new session could not be stored yet");
                    tokio::time::sleep(STORE_WAIT).await;
                }
                Err(e) if is_kept => return Err(Failure::session_spooled(&e.to_string())),
                Err(e) => return Err(e.into()),
            }
        };
        if is_kept {
            self.wipe_spool(account);
        }
        Ok(stored)
    }

    fn spool(&self, account: AccountId, pair: &NewPair) -> bool {
        let kept = self.central_db.spool().keep(account, Lane::Connect, pair);
        if let Err(e) = &kept {
            tracing::error!(error = %e, "the new session could not be spooled");
        }
        kept.is_ok()
    }

    /// [`Self::store_spooled`] before anything else is done with the account, if a pair
    /// waits. While it cannot be stored, the row's own may still be good.
    pub(super) async fn settle_spool(&self, account: &Account) -> Result<(), Failure> {
        if !self.central_db.spool().has_any(account.id, Lane::Connect) {
            return Ok(());
        }
        let _lease = self.central_db.refresh_lease(account.id).await?;
        if let Err(failure) = self.store_spooled(account).await {
            tracing::error!(error = %failure, "the session in the spool could not be stored");
        }
        Ok(())
    }

    /// Stores a pair that was kept and never committed, also over a session that was
    /// ended meanwhile. Under the lease, and before the row's own pair is spent.
    pub(super) async fn store_spooled(&self, account: &Account) -> Result<(), Failure> {
        let (id, now) = (account.id, self.now());
        let Some(pair) = self.central_db.spool().find(id, Lane::Connect) else {
            return Ok(());
        };
        let binding = Binding::Session {
            account: id,
            lane: Lane::Connect,
            generation: pair.generation,
        };
        match self.vault.open(binding, &pair.sealed) {
            Ok(_) => {}
            // Cut short, or of a home that is gone. Only the right key can tell.
            Err(VaultError::CannotOpen { .. }) => return Ok(()),
            Err(e) => return Err(e.into()),
        }
        let (account, generation) = (account.clone(), pair.generation);
        let is_sign_in = pair.signed_in.is_some();
        let is_done = self.central_db.write(move |tx| {
            if sessions::store_pair(tx, id, Lane::Connect, &pair)? {
                if is_sign_in {
                    challenges::drop(tx, id)?;
                    cool_downs::clear(tx, id, CoolDownScope::SignIn)?;
                }
                let detail = Some("from the spool");
                auth_events::record(tx, id, now, AuthAction::Refresh, "OK", detail)?;
                let text = format!("session stored from the spool, generation {generation}");
                note(tx, &account, now, LogLevel::Session, &text)?;
                return Ok(true);
            }
            let row = sessions::load(tx, id, Lane::Connect)?;
            Ok(row.is_some_and(|row| row.generation >= generation))
        });
        if is_done.await? {
            self.wipe_spool(id);
        }
        Ok(())
    }

    /// What is stored, or forgotten, has no business there.
    pub(super) fn wipe_spool(&self, account: AccountId) {
        if let Err(e) = self.central_db.spool().wipe(account, Lane::Connect) {
            tracing::error!(error = %e, "the spool could not be wiped");
        }
    }
}
