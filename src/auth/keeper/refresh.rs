//! Spends the stored pair and stores the next one, once, whoever else tries the same.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use rusqlite::Transaction;

use super::{Held, Keeper, is_over};
use crate::{
    auth::trail::note,
    central_db::{
        auth_events,
        lease::Lease,
        sessions::{self, NewPair},
    },
    domain::{
        audit::AuthAction,
        failure::Failure,
        log::LogLevel,
        session::{Lane, Tokens},
    },
    garmin::{
        client::Api,
        error::GarminError,
        legacy,
        tokens::{self, TokenError},
    },
};

/// Longer than a refresh, its one retry and its proof: how long an intent of somebody who
/// may be alive is waited out (`scale.md` 2.5).
const INTENT_LASTS: Duration = Duration::from_secs(150);
const POLL: Duration = Duration::from_millis(250);

/// How long a refusal of the refresh token is not definite while such an intent stands.
const INTENT_COUNTS: Duration = Duration::from_mins(15);

/// A process that slept this long between its intent and its request looks again.
const SLEPT: Duration = Duration::from_secs(5);

impl Keeper {
    /// Refreshes unless another process already left `generation` behind.
    pub(super) async fn refresh(&self, generation: u64) -> Result<Api, Failure> {
        let lease = self.auth.central_db.refresh_lease(self.account.id).await?;
        self.auth.store_spooled(&self.account).await?;
        let held = self.load().await?;
        if held.row.generation != generation && !is_over(&held.tokens, self.auth.now()) {
            return self.prove_held(&lease, held).await;
        }
        self.refresh_held(&lease, held).await
    }

    /// Spends the pair and stores the next one. Under the lease, and after whoever wrote
    /// an intent under a lock file that was deleted since.
    pub(super) async fn refresh_held(&self, lease: &Lease, mut held: Held) -> Result<Api, Failure> {
        let before = held.row.generation;
        let is_contested = self.wait_out_intent(lease, &mut held).await?;
        if held.row.generation != before && !is_over(&held.tokens, self.auth.now()) {
            return self.prove_held(lease, held).await;
        }
        let id = self.account.id;
        self.auth.obey_rest(id, Lane::Connect).await?;
        // Garmin is not asked before the answer can be sealed and written.
        self.auth.ready_to_keep(id).await?;
        let _critical = self.auth.critical.token();
        if !self.begin(lease, held.row.generation).await? {
            return self.lend_theirs().await;
        }
        match self.ask(&held).await {
            Ok(fresh) => {
                let oauth1 = held.tokens.oauth1.clone();
                let fresh = Tokens { oauth1, ..fresh };
                let Some(generation) = self.store(&held, &fresh).await? else {
                    return self.lend_theirs().await;
                };
                match self.prove(&fresh, generation).await? {
                    Some(api) => Ok(api),
                    // It ran out on the way: whoever uses it next refreshes it.
                    None if is_over(&fresh, self.auth.now()) => Ok(self.lend(&fresh, generation)),
                    None => Err(self.refused_fresh(generation).await?),
                }
            }
            Err(TokenError::InvalidGrant) => {
                let generation = held.row.generation;
                let now_held = self.load().await?;
                if now_held.row.generation != generation {
                    return Ok(self.lend(&now_held.tokens, now_held.row.generation));
                }
                if is_contested {
                    // Whoever wrote the intent may hold the newer pair, and store it yet.
                    self.audit(AuthAction::Refresh, "CONTESTED").await?;
                    return Err(Failure::refresh_contested(&self.account.name));
                }
                Err(self
                    .end(generation, "Garmin refused the refresh token")
                    .await?)
            }
            Err(TokenError::ClientRefused(status)) => {
                // Not `invalid_grant`: the pair may still be good, so it stays (protocol.md 6.3).
                tracing::warn!(status, "the token service refused the client");
                self.audit(AuthAction::Refresh, "CLIENT_REFUSED").await?;
                Err(Failure::auth_expired(&self.account.name))
            }
            Err(TokenError::Garmin(e)) => {
                // After a timeout, a 5xx or a garbled answer Garmin may have rotated: the intent stays.
                let is_untouched = matches!(
                    e,
                    GarminError::NotSent(_)
                        | GarminError::RateLimited { .. }
                        | GarminError::Blocked
                );
                if is_untouched {
                    self.auth
                        .central_db
                        .write(move |tx| sessions::abandon_refresh(tx, id, Lane::Connect))
                        .await?;
                }
                Err(self.passing(&e).await?)
            }
        }
    }

    /// Waits until nobody else can still be at work on the stored intent. Under the lock
    /// file that is held, whoever wrote it is gone; under another one, such as before
    /// `locks/` was deleted, it may only be slow or stopped. `true`: it did not end.
    async fn wait_out_intent(&self, lease: &Lease, held: &mut Held) -> Result<bool, Failure> {
        let own = lease.file_id();
        let polls = INTENT_LASTS.as_millis() / POLL.as_millis();
        for _ in 0..polls {
            match self.age_of_foreign_intent(own.as_deref(), held) {
                Some(age) if age < INTENT_LASTS => {}
                Some(age) => return Ok(age < INTENT_COUNTS),
                None => return Ok(false),
            }
            self.auth.clock.sleep(POLL).await;
            self.auth.store_spooled(&self.account).await?;
            *held = self.load().await?;
        }
        Ok(true)
    }

    /// `None`: there is none. An intent from the future was written by a wrong clock, and
    /// is as young as can be.
    fn age_of_foreign_intent(&self, own: Option<&str>, held: &Held) -> Option<Duration> {
        let by = held.row.refresh_by.as_deref();
        let since = held
            .row
            .refresh_started_at
            .filter(|_| by.is_some() && by != own)?;
        let age = self.auth.now().duration_since(since);
        Some(Duration::try_from(age).unwrap_or_default())
    }

    /// Writes the intent. `false`: another process stored a pair meanwhile.
    async fn begin(&self, lease: &Lease, generation: u64) -> Result<bool, Failure> {
        loop {
            let (id, now, by) = (self.account.id, self.auth.now(), lease.file_id());
            let start = Instant::now();
            let begun = self.auth.central_db.write(move |tx| {
                let by = by.as_deref();
                sessions::begin_refresh(tx, id, Lane::Connect, generation, by, now)
            });
            if !begun.await? {
                return Ok(false);
            }
            // A process that was stopped here must not spend what others spent meanwhile.
            if start.elapsed() < SLEPT {
                return Ok(true);
            }
        }
    }

    async fn ask(&self, held: &Held) -> Result<Tokens, TokenError> {
        let now = || self.auth.now();
        let mut answer = tokens::refresh(&self.client, &held.tokens, now()).await;
        if matches!(answer, Err(TokenError::Garmin(GarminError::NoAnswer(_)))) {
            // It may have been rotated with the answer lost: one retry with the same
            // pair tells (protocol.md 6.2).
            answer = tokens::refresh(&self.client, &held.tokens, now()).await;
        }
        if matches!(answer, Err(TokenError::InvalidGrant))
            && let Some(previous) = self.unspent_previous(held)
        {
            answer = tokens::refresh(&self.client, &previous, now()).await;
        }
        if matches!(
            answer,
            Err(TokenError::InvalidGrant | TokenError::ClientRefused(_))
        ) && let Some(oauth1) = &held.tokens.oauth1
        {
            answer = legacy::exchange(&self.client, oauth1, now()).await;
        }
        answer
    }

    /// The pair before this one, as long as this one was never proven: a proven
    /// pair's predecessor is certainly spent.
    fn unspent_previous(&self, held: &Held) -> Option<Tokens> {
        let row = &held.row;
        let sealed = row
            .previous_session_data
            .as_ref()
            .filter(|_| row.last_validated_at.is_none())?;
        self.auth
            .open(self.account.id, row.generation - 1, sealed)
            .ok()
    }

    /// What another process left while this one wanted to refresh.
    async fn lend_theirs(&self) -> Result<Api, Failure> {
        let held = self.load().await?;
        Ok(self.lend(&held.tokens, held.row.generation))
    }

    /// Commits the new pair, synced to disk, before anybody uses it. `None`: signed out or
    /// in anew meanwhile, and theirs counts.
    async fn store(&self, held: &Held, fresh: &Tokens) -> Result<Option<u64>, Failure> {
        let (account, now) = (self.account.clone(), self.auth.now());
        let generation = held.row.generation + 1;
        let pair = NewPair {
            generation,
            sealed: self.auth.seal(account.id, generation, fresh)?,
            access_expires_at: fresh.access_expires_at,
            // A reply that is silent about the new refresh token says nothing about its end.
            refresh_expires_at: fresh.refresh_expires_at.or(held.row.refresh_expires_at),
            signed_in: None,
        };
        let commit = move |tx: &Transaction<'_>, pair: &NewPair| {
            let stored = sessions::store_pair(tx, account.id, Lane::Connect, pair)?;
            if stored {
                auth_events::record(tx, account.id, now, AuthAction::Refresh, "OK", None)?;
                let text = format!("session refreshed, generation {}", pair.generation);
                note(tx, &account, now, LogLevel::Session, &text)?;
            }
            Ok(stored)
        };
        let (id, lane) = (self.account.id, Lane::Connect);
        let stored = self.auth.keep_and_commit(id, lane, pair, commit).await?;
        if stored {
            self.refreshed.store(true, Ordering::Relaxed);
        }
        Ok(stored.then_some(generation))
    }
}
