//! The session keeper: lends a valid [`Api`], refreshing first where needed.
//!
//! The rules, each of which has cost some other tool its users' sessions:
//!
//! * One refresh at a time, across threads and processes: the account's lease,
//!   then the row again. If its generation moved, somebody else did the work.
//! * Room for the answer is taken and the intent is written before Garmin is called, and
//!   the new pair is on disk before anybody uses it: in the spool, then in its row. A
//!   crash at any line leaves a pair that works, unless Garmin had already spent it; that
//!   is tried once more and then said.
//! * A passing error never touches the stored session. Only a definite refusal
//!   ends it: `invalid_grant` after the re-read, or a day of 401s on tokens just issued.

mod proof;
mod refresh;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};

use super::{Auth, trail::note};
use crate::{
    central_db::{
        auth_events, challenges,
        sessions::{self, StoredSession},
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
    },
};

/// How long before its end an access token counts as over (as others do,
/// `protocol.md` 6.2), but never more than a tenth of its life.
const MARGIN: SignedDuration = SignedDuration::from_mins(15);

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
        self.auth.settle_spool(&self.account).await?;
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
        match self.auth.open(id, row.generation, &sealed) {
            Ok(tokens) => Ok(Held { row, tokens }),
            // A re-keying may have moved the row between the two: its own seal is read again.
            Err(failure) => {
                let again = self
                    .auth
                    .central_db
                    .read(move |db| sessions::load(db, id, Lane::Connect));
                let moved = again.await?.and_then(|row| {
                    let anew = row.session_data.clone()?;
                    (anew != sealed).then_some((row, anew))
                });
                let Some((row, anew)) = moved else {
                    return Err(failure);
                };
                let tokens = self.auth.open(id, row.generation, &anew)?;
                Ok(Held { row, tokens })
            }
        }
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
