//! The session keeper: lends a valid [`Api`], refreshing first where needed.
//!
//! The rules, each of which has cost some other tool its users' sessions:
//!
//! * One refresh at a time, across threads and processes: the account's lease,
//!   then the row again. If its generation moved, somebody else did the work.
//! * The intent is written before Garmin is called, and the new pair is on disk
//!   before anybody uses it. A crash at any line leaves a pair that works,
//!   unless Garmin had already spent it; that is tried once more and then said.
//! * A passing error never touches the stored session. Only a definite refusal
//!   ends it: `invalid_grant` after the re-read, or a day of 401s on tokens just issued.

mod proof;

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use super::{Auth, trail::note};
use crate::{
    central_db::{
        auth_events, challenges,
        sessions::{self, NewPair, StoredSession},
    },
    domain::{
        account::Account,
        audit::AuthAction,
        challenge::Challenge,
        failure::Failure,
        log::LogLevel,
        secret::Secret,
        session::{Lane, Tokens},
    },
    garmin::{
        client::{Api, Client},
        error::GarminError,
        legacy,
        tokens::{self, TokenError},
    },
};

/// How long before its end an access token counts as over (as others do,
/// `protocol.md` 6.2), but never more than a tenth of its life.
const MARGIN: SignedDuration = SignedDuration::from_mins(15);

/// How often, and how far apart, a commit of a new pair is tried again.
const STORE_RETRIES: u32 = 5;
const STORE_WAIT: Duration = Duration::from_secs(1);

/// The keeper of one account's session, for the length of one job.
#[derive(Debug)]
pub struct Keeper {
    auth: Auth,
    account: Account,
    client: Client,
    refreshed: AtomicBool,
    /// The generation whose proof met passing trouble in this job: it is not proven
    /// again before every request.
    tried_proof: AtomicU64,
    /// Whether a bearer was proven by this keeper.
    proven: AtomicBool,
}

/// A row with a session, opened.
struct Held {
    row: StoredSession,
    tokens: Tokens,
}

impl Keeper {
    pub(super) const fn new(auth: Auth, account: Account, client: Client) -> Self {
        Self {
            auth,
            account,
            client,
            refreshed: AtomicBool::new(false),
            tried_proof: AtomicU64::new(0),
            proven: AtomicBool::new(false),
        }
    }

    /// Whether this keeper refreshed the session.
    pub fn has_refreshed(&self) -> bool {
        self.refreshed.load(Ordering::Relaxed)
    }

    /// A valid bearer, refreshed ahead of its expiry, proven since it was issued.
    pub async fn api(&self) -> Result<Api, Failure> {
        let held = self.load().await?;
        let now = self.auth.now();
        if is_over(&held.tokens, now) {
            self.refresh(held.row.generation).await
        } else if self.needs_proof(&held) {
            self.prove_stored().await
        } else {
            Ok(self.lend(&held.tokens, held.row.generation))
        }
    }

    fn needs_proof(&self, held: &Held) -> bool {
        let row = &held.row;
        row.last_validated_at.is_none()
            && self.tried_proof.load(Ordering::Relaxed) != row.generation
    }

    /// Garmin answered 401 to a bearer of generation `refused`: a newer one.
    pub async fn renew(&self, refused: u64) -> Result<Api, Failure> {
        self.refresh(refused).await
    }

    /// [`Self::api`] of the `personal` lane, whose day token is exchanged anew near its end.
    pub async fn personal_api(&self) -> Result<Api, Failure> {
        let (generation, bearer) = self.auth.day_token(&self.account, &self.client).await?;
        Ok(self.personal(generation, bearer))
    }

    /// [`Self::renew`] of the `personal` lane.
    pub async fn renew_personal(&self, refused: u64) -> Result<Api, Failure> {
        let renewed = self
            .auth
            .renew_day_token(&self.account, &self.client, refused);
        let (generation, bearer) = renewed.await?;
        Ok(self.personal(generation, bearer))
    }

    fn personal(&self, generation: u64, bearer: Secret) -> Api {
        Api::new(self.client.clone(), Lane::Personal, bearer, generation)
    }

    /// Lends a bearer and makes the light validation call with it.
    pub async fn check(&self) -> Result<(), Failure> {
        let api = self.api().await?;
        if self.proven.load(Ordering::Relaxed) {
            return Ok(());
        }
        match api.social_profile().await {
            Ok(_) => self.note_validated(api.generation()).await,
            Err(GarminError::Unauthorized { .. }) => self.renew(api.generation()).await.map(drop),
            Err(e) => Err(self.passing(&e).await?),
        }
    }

    /// Refreshes unless another process already left `generation` behind.
    async fn refresh(&self, generation: u64) -> Result<Api, Failure> {
        let _lease = self.auth.central_db.refresh_lease(self.account.id).await?;
        let held = self.load().await?;
        if held.row.generation != generation && !is_over(&held.tokens, self.auth.now()) {
            return self.prove_held(held).await;
        }
        self.refresh_held(held).await
    }

    /// Spends the pair and stores the next one. Under the lease.
    async fn refresh_held(&self, held: Held) -> Result<Api, Failure> {
        let (id, now) = (self.account.id, self.auth.now());
        self.auth.obey_rest(id, Lane::Connect).await?;
        // Garmin is not asked before the answer can be sealed and written.
        self.auth.ready_to_seal(id)?;
        let _critical = self.auth.critical.token();
        self.auth
            .central_db
            .write(move |tx| sessions::begin_refresh(tx, id, Lane::Connect, now))
            .await?;
        let mut answer = tokens::refresh(&self.client, &held.tokens, self.auth.now()).await;
        if matches!(answer, Err(TokenError::Garmin(GarminError::NoAnswer(_)))) {
            // It may have been rotated with the answer lost: one retry with the same
            // pair tells (protocol.md 6.2).
            answer = tokens::refresh(&self.client, &held.tokens, self.auth.now()).await;
        }
        if matches!(answer, Err(TokenError::InvalidGrant))
            && let Some(previous) = self.unspent_previous(&held)
        {
            answer = tokens::refresh(&self.client, &previous, self.auth.now()).await;
        }
        if matches!(
            answer,
            Err(TokenError::InvalidGrant | TokenError::ClientRefused(_))
        ) && let Some(oauth1) = &held.tokens.oauth1
        {
            answer = legacy::exchange(&self.client, oauth1, self.auth.now()).await;
        }
        match answer {
            Ok(fresh) => {
                let oauth1 = held.tokens.oauth1.clone();
                let fresh = Tokens { oauth1, ..fresh };
                let generation = self.store(&held, &fresh).await?;
                match self.prove(&fresh, generation).await? {
                    Some(api) => Ok(api),
                    // It ran out on the way: whoever uses it next refreshes it.
                    None if is_over(&fresh, self.auth.now()) => Ok(self.lend(&fresh, generation)),
                    None => Err(self.refused_fresh(generation).await?),
                }
            }
            Err(TokenError::InvalidGrant) => {
                let generation = held.row.generation;
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

    /// Commits the new pair, synced to disk, before anybody uses it.
    async fn store(&self, held: &Held, fresh: &Tokens) -> Result<u64, Failure> {
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
        let mut tries = 0;
        let stored = loop {
            let (account, pair) = (account.clone(), pair.clone());
            let written = self.auth.central_db.write(move |tx| {
                let stored = sessions::store_pair(tx, account.id, Lane::Connect, &pair)?;
                if stored {
                    auth_events::record(tx, account.id, now, AuthAction::Refresh, "OK", None)?;
                    let text = format!("session refreshed, generation {generation}");
                    note(tx, &account, now, LogLevel::Session, &text)?;
                }
                Ok(stored)
            });
            match written.await {
                Ok(stored) => break stored,
                // The only copy of the new pair is in this process: a busy or full
                // disk gets some time before it is given up.
                Err(e) if tries < STORE_RETRIES => {
                    tries += 1;
                    tracing::error!(error = %e, tries, "the new session could not be stored yet");
                    tokio::time::sleep(STORE_WAIT).await;
                }
                Err(e) => return Err(e.into()),
            }
        };
        if !stored {
            // Signed out or in anew meanwhile, under another lease: theirs counts.
            return Err(Failure::signed_out(&self.account.name));
        }
        self.refreshed.store(true, Ordering::Relaxed);
        Ok(generation)
    }

    async fn load(&self) -> Result<Held, Failure> {
        let (id, now) = (self.account.id, self.auth.now());
        let (row, pending) = self
            .auth
            .central_db
            .read(move |db| {
                let challenge = challenges::load(db, id)?.map(|stored| stored.challenge);
                let challenge = challenge.filter(|challenge| !challenge.is_expired(now));
                Ok((sessions::load(db, id, Lane::Connect)?, challenge))
            })
            .await?;
        let Some((row, sealed)) =
            row.and_then(|row| row.session_data.clone().map(|sealed| (row, sealed)))
        else {
            return Err(self.without_session(pending).await?);
        };
        let tokens = self.auth.open(id, row.generation, &sealed)?;
        Ok(Held { row, tokens })
    }

    /// Why there is nothing to lend.
    async fn without_session(&self, pending: Option<Challenge>) -> Result<Failure, Failure> {
        if let Some(challenge) = pending {
            return Ok(Failure::mfa_required(
                &challenge.method,
                challenge.sent_to.as_deref(),
            ));
        }
        let id = self.account.id;
        let row = self
            .auth
            .central_db
            .read(move |db| sessions::load(db, id, Lane::Connect))
            .await?;
        if row.and_then(|row| row.ended_reason).is_some() {
            return Ok(Failure::auth_expired(&self.account.name));
        }
        let has_key = self.auth.has_session(&self.account, Lane::Personal).await?;
        Ok(if has_key {
            Failure::only_a_key(&self.account.name)
        } else {
            Failure::signed_out(&self.account.name)
        })
    }

    fn lend(&self, tokens: &Tokens, generation: u64) -> Api {
        Api::new(
            self.client.clone(),
            Lane::Connect,
            tokens.access.clone(),
            generation,
        )
    }

    /// A definite refusal: the session is cleared, and says why.
    async fn end(&self, generation: u64, reason: &str) -> Result<Failure, Failure> {
        let (account, now) = (self.account.clone(), self.auth.now());
        let reason = format!("{reason}.");
        self.auth
            .central_db
            .write(move |tx| {
                sessions::end(tx, account.id, Lane::Connect, generation, &reason, now)?;
                auth_events::record(
                    tx,
                    account.id,
                    now,
                    AuthAction::Refresh,
                    "AUTH_EXPIRED",
                    Some(&reason),
                )?;
                note(
                    tx,
                    &account,
                    now,
                    LogLevel::Error,
                    &format!("session expired: {reason} Sign in again."),
                )
            })
            .await?;
        Ok(Failure::auth_expired(&self.account.name))
    }

    async fn passing(&self, error: &GarminError) -> Result<Failure, Failure> {
        self.auth
            .passing(self.account.id, Lane::Connect, error, "the session check")
            .await
    }

    async fn audit(&self, action: AuthAction, outcome: &'static str) -> Result<(), Failure> {
        let (id, now) = (self.account.id, self.auth.now());
        Ok(self
            .auth
            .central_db
            .write(move |tx| auth_events::record(tx, id, now, action, outcome, None))
            .await?)
    }
}

/// Whether the access token is over, or so close to it that a job should not start with it.
fn is_over(tokens: &Tokens, now: Timestamp) -> bool {
    let life = tokens.access_expires_at.duration_since(tokens.issued_at);
    let margin = MARGIN.min(life / 10);
    now + margin >= tokens.access_expires_at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::Secret;

    #[test]
    fn the_margin_shrinks_with_the_life_of_a_token() {
        let tokens = |life_s: i64| Tokens {
            access: Secret::new("a"),
            refresh: Secret::new("r"),
            client_id: "c".to_owned(),
            issued_at: Timestamp::UNIX_EPOCH,
            access_expires_at: Timestamp::from_second(life_s).unwrap(),
            refresh_expires_at: None,
            oauth1: None,
        };
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        assert!(!is_over(&tokens(5), at(4_400)));
        assert!(is_over(&tokens(5), at(4_500)));
        assert!(!is_over(&tokens(86_400), at((86_400 - 901) * 1000)));
        assert!(is_over(&tokens(86_400), at((86_400 - 900) * 1000)));
    }
}
