//! Whether the data service accepts a bearer, and what follows when it does not
//! (`protocol.md` 6.4).

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use rusqlite::Transaction;

use super::{Held, Keeper, is_over};
use crate::{
    auth::trail::note,
    central_db::{accounts, auth_events, cool_downs, lease::Lease, sessions},
    domain::{
        account::AccountId,
        audit::AuthAction,
        cool_down::{self, CoolDownScope},
        failure::Failure,
        log::LogLevel,
        session::{Lane, Tokens},
    },
    garmin::{api::Identity, client::Api, error::GarminError},
};

impl Keeper {
    /// A pair that somebody stored and did not live to prove.
    pub(super) async fn prove_stored(&self) -> Result<Api, Failure> {
        let lease = self.auth.central_db.refresh_lease(self.account.id).await?;
        self.auth.store_spooled(&self.account).await?;
        let held = self.load().await?;
        if is_over(&held.tokens, self.auth.now()) {
            return self.refresh_held(&lease, held).await;
        }
        self.prove_held(&lease, held).await
    }

    /// Under the lease. A pair that is refused although it is not new gets one
    /// refresh before anything is concluded from it; while Garmin refuses its new
    /// tokens, one a day.
    pub(super) async fn prove_held(&self, lease: &Lease, held: Held) -> Result<Api, Failure> {
        if !self.needs_proof(&held) {
            return Ok(self.lend(&held.tokens, held.row.generation));
        }
        let id = self.account.id;
        self.auth.obey_rest(id, Lane::Connect).await?;
        if let Some(api) = self.prove(&held.tokens, held.row.generation).await? {
            return Ok(api);
        }
        let refused = self
            .auth
            .central_db
            .read(move |db| auth_events::tokens_refused_since(db, id));
        match refused.await? {
            Some((since, _)) if !is_long_refused(since, self.auth.now()) => {
                Err(self.refused_fresh(held.row.generation).await?)
            }
            _ => Box::pin(self.refresh_held(lease, held)).await,
        }
    }

    /// The data service answers 401 to a token whose refresh was accepted: known to
    /// last a moment, and for some accounts for good (`protocol.md` 6.4). The session is
    /// kept and rests, longer each time; after a day of it, it is over.
    pub(super) async fn refused_fresh(&self, generation: u64) -> Result<Failure, Failure> {
        let (account, now) = (self.account.clone(), self.auth.now());
        let failure = Failure::token_not_active_yet();
        let reason = failure.summary.clone();
        let kept = self.auth.central_db.write(move |tx| {
            let id = account.id;
            let before = auth_events::tokens_refused_since(tx, id)?;
            if before.is_some_and(|(since, _)| is_long_refused(since, now)) {
                return Ok(None);
            }
            let outcome = auth_events::TOKEN_NOT_ACTIVE;
            auth_events::record(tx, id, now, AuthAction::Refresh, outcome, None)?;
            let times = before.map_or(0, |(_, times)| times) + 1;
            let rest = cool_downs::load(tx, id, CoolDownScope::Requests, now)?;
            let rest = cool_down::after_refused_token(rest.as_ref(), times, &reason, now);
            cool_downs::store(tx, id, &rest)?;
            note(tx, &account, now, LogLevel::Warn, &reason)?;
            Ok(Some(rest.until))
        });
        if let Some(until) = kept.await? {
            return Ok(failure.with_retry_at(Some(until)));
        }
        let reason = "Garmin's data service has refused its new tokens for a day";
        self.end(generation, reason).await
    }

    /// Makes the light profile call (`protocol.md` 6.4). `None`: 401.
    pub(super) async fn prove(
        &self,
        tokens: &Tokens,
        generation: u64,
    ) -> Result<Option<Api>, Failure> {
        let api = self.lend(tokens, generation);
        match api.social_profile().await {
            Ok(identity) if self.is_other_user(&identity) => Err(self
                .end(generation, "It belongs to another Garmin user")
                .await?),
            Ok(identity) => {
                let (id, now) = (self.account.id, self.auth.now());
                self.auth
                    .central_db
                    .write(move |tx| {
                        accounts::set_user_id(tx, id, &identity.user_id)?;
                        if let Some(name) = &identity.display_name {
                            accounts::set_display_name(tx, id, name)?;
                        }
                        set_validated(tx, id, generation, now)
                    })
                    .await?;
                self.proven.store(true, Ordering::Relaxed);
                Ok(Some(api))
            }
            Err(GarminError::Unauthorized { .. }) => Ok(None),
            Err(e @ (GarminError::RateLimited { .. } | GarminError::Blocked)) => {
                Err(self.passing(&e).await?)
            }
            // Passing trouble: stored, unproven, and proven at the next use.
            Err(_) => {
                self.tried_proof.store(generation, Ordering::Relaxed);
                Ok(Some(api))
            }
        }
    }

    fn is_other_user(&self, identity: &Identity) -> bool {
        let known = self.account.user_id.as_ref();
        known.is_some_and(|known| *known != identity.user_id)
    }

    pub(super) async fn note_validated(&self, generation: u64) -> Result<(), Failure> {
        let (id, now) = (self.account.id, self.auth.now());
        Ok(self
            .auth
            .central_db
            .write(move |tx| set_validated(tx, id, generation, now))
            .await?)
    }
}

/// The data service accepted the bearer of `generation`.
fn set_validated(
    tx: &Transaction<'_>,
    account: AccountId,
    generation: u64,
    now: Timestamp,
) -> rusqlite::Result<()> {
    if auth_events::tokens_refused_since(tx, account)?.is_some() {
        let outcome = auth_events::TOKEN_ACTIVE;
        auth_events::record(tx, account, now, AuthAction::Refresh, outcome, None)?;
    }
    sessions::set_validated(tx, account, Lane::Connect, generation, now)
}

/// Whether new tokens have been refused for so long that the session is over.
fn is_long_refused(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) >= cool_down::TOKENS_REFUSED_FOR
}
