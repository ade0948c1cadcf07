//! Keeps the `personal` lane: the key stays, its day token is exchanged anew.
//!
//! Much simpler than the other lane: nothing rotates, an exchange can be
//! repeated, a crash loses nothing. Only Garmin's rejection of the key ends it.

use jiff::{SignedDuration, Timestamp};

use super::{Auth, key::key_failure, trail::note};
use crate::{
    central_db::{auth_events, sessions},
    domain::{
        account::Account,
        audit::AuthAction,
        failure::Failure,
        log::LogLevel,
        secret::Secret,
        session::{Lane, PersonalSession},
    },
    garmin::{
        client::Client,
        error::GarminError,
        personal::{self, KEY_ENDS_WITHIN, KeyError},
    },
    vault::Binding,
};

/// A day token with less left than this is exchanged, as Garmin's own client
/// does (`personal-api.md` 4), but never with more than a tenth of its life left.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

impl Auth {
    /// A day token that is good now, and the generation it came from.
    pub(super) async fn day_token(
        &self,
        account: &Account,
        client: &Client,
    ) -> Result<(u64, Secret), Failure> {
        let (generation, session) = self.personal_session(account).await?;
        if !is_over(&session, self.now()) {
            return Ok((generation, session.bearer));
        }
        let _lease = self.central_db.refresh_lease(account.id).await?;
        let (generation, session) = self.personal_session(account).await?;
        if !is_over(&session, self.now()) {
            return Ok((generation, session.bearer));
        }
        self.exchange_again((account, client), generation, session)
            .await
    }

    /// Garmin answered 401 to the day token of generation `refused`: a newer one.
    pub(super) async fn renew_day_token(
        &self,
        account: &Account,
        client: &Client,
        refused: u64,
    ) -> Result<(u64, Secret), Failure> {
        let _lease = self.central_db.refresh_lease(account.id).await?;
        let (generation, session) = self.personal_session(account).await?;
        if generation != refused && !is_over(&session, self.now()) {
            return Ok((generation, session.bearer));
        }
        self.exchange_again((account, client), generation, session)
            .await
    }

    /// The light validation call of this lane; a token refused is exchanged once.
    pub(super) async fn check_day_token(&self, account: &Account) -> Result<(), Failure> {
        let client = self
            .client(account.region)
            .map_err(|e| e.failure("the key"))?;
        let (mut generation, mut bearer) = self.day_token(account, &client).await?;
        for is_last in [false, true] {
            match personal::settings(&client, &bearer).await {
                Ok(_) => break,
                Err(GarminError::Unauthorized { .. }) if !is_last => {
                    (generation, bearer) =
                        self.renew_day_token(account, &client, generation).await?;
                }
                // A second 401 is the key's problem (personal-api.md 4).
                Err(GarminError::Unauthorized { .. }) => {
                    return Err(self.end_key(account, generation).await?);
                }
                Err(error) => {
                    let passing = self.passing(account.id, Lane::Personal, &error, "the key");
                    return Err(passing.await?);
                }
            }
        }
        let (id, now) = (account.id, self.now());
        Ok(self
            .central_db
            .write(move |tx| sessions::set_validated(tx, id, Lane::Personal, generation, now))
            .await?)
    }

    async fn exchange_again(
        &self,
        (account, client): (&Account, &Client),
        generation: u64,
        session: PersonalSession,
    ) -> Result<(u64, Secret), Failure> {
        self.obey_rest(account.id, Lane::Personal).await?;
        let now = self.now();
        let bearer = match personal::exchange(client, &session.key, now).await {
            Ok(bearer) => bearer,
            Err(KeyError::Rejected) => return Err(self.end_key(account, generation).await?),
            Err(error) => return Err(key_failure(&error)),
        };
        let is_short = bearer.life < KEY_ENDS_WITHIN;
        let fresh = PersonalSession {
            bearer: bearer.token.clone(),
            bearer_issued_at: now,
            bearer_expires_at: bearer.expires_at,
            key_ends_at: if is_short {
                Some(bearer.expires_at)
            } else {
                session.key_ends_at
            },
            key: session.key,
        };
        let next = generation + 1;
        let pair = self.personal_pair(account.id, next, &fresh, false)?;
        let id = account.id;
        self.central_db
            .write(move |tx| {
                if !sessions::store_pair(tx, id, Lane::Personal, &pair)? {
                    // Another key was stored meanwhile: it counts, and this token is still good.
                    return Ok(());
                }
                sessions::set_validated(tx, id, Lane::Personal, next, now)?;
                auth_events::record(
                    tx,
                    id,
                    now,
                    AuthAction::Refresh,
                    "OK",
                    Some(Lane::Personal.name()),
                )
            })
            .await?;
        Ok((next, bearer.token))
    }

    async fn personal_session(&self, account: &Account) -> Result<(u64, PersonalSession), Failure> {
        let id = account.id;
        let row = self
            .central_db
            .read(move |db| sessions::load(db, id, Lane::Personal))
            .await?;
        let Some(row) = row else {
            return Err(Failure::no_key(&account.name));
        };
        let Some(sealed) = &row.session_data else {
            return Err(if row.ended_reason.is_some() {
                Failure::key_rejected()
            } else {
                Failure::no_key(&account.name)
            });
        };
        let binding = Binding::Session {
            account: id,
            lane: Lane::Personal,
            generation: row.generation,
        };
        let plain = self.vault.open(binding, sealed)?;
        let session = serde_json::from_slice(&plain)
            .map_err(|_| Failure::unexpected("The stored key cannot be read."))?;
        Ok((row.generation, session))
    }

    async fn end_key(&self, account: &Account, generation: u64) -> Result<Failure, Failure> {
        let (account, now) = (account.clone(), self.now());
        self.central_db
            .write(move |tx| {
                let reason = "Garmin rejected the personal API key.";
                sessions::end(tx, account.id, Lane::Personal, generation, reason, now)?;
                auth_events::record(
                    tx,
                    account.id,
                    now,
                    AuthAction::Refresh,
                    "KEY_REJECTED",
                    None,
                )?;
                note(
                    tx,
                    &account,
                    now,
                    LogLevel::Error,
                    &format!("{reason} Sign in again."),
                )
            })
            .await?;
        Ok(Failure::key_rejected())
    }
}

fn is_over(session: &PersonalSession, now: Timestamp) -> bool {
    let life = session
        .bearer_expires_at
        .duration_since(session.bearer_issued_at);
    now + MARGIN.min(life / 10) >= session.bearer_expires_at
}
