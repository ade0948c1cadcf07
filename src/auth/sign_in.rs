//! Carries a sign-in out: password or code, ticket, tokens, proof, CentralDB.

use jiff::SignedDuration;
use zeroize::Zeroizing;

use super::{
    Auth,
    flow::{self, Next, Rest},
    trail::note,
};
use crate::{
    central_db::{
        accounts,
        auth_events::{self, AuthAction},
        challenges::{self, StoredChallenge},
        cool_downs,
        sessions::{self, NewPair},
    },
    domain::{
        account::{Account, AccountName},
        challenge::{Challenge, MfaMethod},
        cool_down::{CoolDown, CoolDownScope},
        failure::Failure,
        log::LogLevel,
        secret::Secret,
        session::{Lane, Tokens},
        sign_in::SignInOutcome,
    },
    garmin::{
        api::Identity,
        client::{Api, Client},
        error::GarminError,
        sso::{ServiceTicket, mobile},
        tokens::{self, TokenError},
    },
    vault::Binding,
};

/// How long a challenge is worth answering. Garmin does not say; peers keep it
/// this long (`protocol.md` 3.2).
const CHALLENGE_LIFE: SignedDuration = SignedDuration::from_mins(10);

impl Auth {
    /// Signs in with a password: one post, never repeated by itself.
    pub async fn sign_in(
        &self,
        name: &AccountName,
        email: &str,
        password: &Secret,
    ) -> SignInOutcome {
        self.try_sign_in(name, email, password)
            .await
            .unwrap_or_else(SignInOutcome::from)
    }

    /// Answers the pending challenge, whichever process met it.
    pub async fn answer_challenge(&self, name: &AccountName, code: &Secret) -> SignInOutcome {
        self.try_answer(name, code)
            .await
            .unwrap_or_else(SignInOutcome::from)
    }

    /// Forgets the session of an account; its data stays. `false`: there was none.
    pub async fn sign_out(&self, name: &AccountName) -> Result<bool, Failure> {
        let (name, now) = (name.clone(), self.now());
        let forgotten = self.central_db.write(move |tx| {
            let Some(account) = accounts::by_name(tx, &name)? else {
                return Ok(false);
            };
            let had = sessions::load(tx, account.id, Lane::Connect)?
                .is_some_and(|row| row.session_data.is_some() || row.ended_reason.is_some());
            let had = had || challenges::load(tx, account.id)?.is_some();
            sessions::forget(tx, account.id)?;
            challenges::drop(tx, account.id)?;
            if had {
                auth_events::record(tx, account.id, now, AuthAction::SignOut, "OK", None)?;
                note(
                    tx,
                    &account,
                    now,
                    LogLevel::Session,
                    "signed out; the data stays",
                )?;
            }
            Ok(had)
        });
        Ok(forgotten.await?)
    }

    async fn try_sign_in(
        &self,
        name: &AccountName,
        email: &str,
        password: &Secret,
    ) -> Result<SignInOutcome, Failure> {
        let account = self.account_allowed_to_sign_in(name).await?;
        let client = self
            .client(account.region)
            .map_err(|e| e.failure("the sign-in"))?;
        let (reply, attempt) = match mobile::sign_in(&client, email, password).await {
            Ok(answered) => answered,
            Err(e) => {
                return self
                    .stop(&account, AuthAction::SignIn, e.failure("the sign-in"), None)
                    .await;
            }
        };
        match flow::after_password(reply) {
            Next::Exchange(ticket) => {
                self.exchange(account, client, ticket, AuthAction::SignIn)
                    .await
            }
            Next::Ask { method, sent_to } => self
                .remember_challenge(&account, method, sent_to, &attempt)
                .await
                .map(SignInOutcome::MfaRequired),
            Next::AskAgain(failure) => self.stop(&account, AuthAction::SignIn, failure, None).await,
            Next::Stop { failure, rest } => {
                self.stop(&account, AuthAction::SignIn, failure, rest).await
            }
        }
    }

    async fn try_answer(
        &self,
        name: &AccountName,
        code: &Secret,
    ) -> Result<SignInOutcome, Failure> {
        let (account, stored) = self.pending_challenge(name).await?;
        let binding = Binding::Challenge {
            account: account.id,
        };
        let plain = self.vault.open(binding, &stored.continuation)?;
        let mut attempt: mobile::Attempt = serde_json::from_slice(&plain)
            .map_err(|_| Failure::unexpected("The stored challenge cannot be read."))?;
        let client = self
            .client(account.region)
            .map_err(|e| e.failure("the code"))?;
        let id = account.id;
        self.central_db
            .write(move |tx| challenges::count_attempt(tx, id))
            .await?;
        let challenge = Challenge {
            attempts: stored.challenge.attempts + 1,
            ..stored.challenge
        };
        let reply =
            match mobile::answer_challenge(&client, &mut attempt, &challenge.method, code).await {
                Ok(reply) => reply,
                // The challenge is as alive as it was: the network's trouble is not the code's.
                Err(e) => {
                    let failure = self
                        .refuse(
                            &account,
                            AuthAction::MfaAnswer,
                            e.failure("the code"),
                            None,
                            false,
                        )
                        .await?;
                    return Ok(SignInOutcome::Refused {
                        failure,
                        challenge: Some(challenge),
                    });
                }
            };
        match flow::after_code(reply, challenge.attempts) {
            Next::Exchange(ticket) => {
                self.exchange(account, client, ticket, AuthAction::MfaAnswer)
                    .await
            }
            Next::AskAgain(failure) => {
                // The reply may have moved the cookies on; the next code needs them.
                self.keep_challenge(&account, challenge.clone(), &attempt)
                    .await?;
                let failure = self
                    .refuse(&account, AuthAction::MfaAnswer, failure, None, false)
                    .await?;
                Ok(SignInOutcome::Refused {
                    failure,
                    challenge: Some(challenge),
                })
            }
            Next::Ask { .. } => {
                self.stop(
                    &account,
                    AuthAction::MfaAnswer,
                    Failure::unexpected_answer("the code"),
                    None,
                )
                .await
            }
            Next::Stop { failure, rest } => {
                self.stop(&account, AuthAction::MfaAnswer, failure, rest)
                    .await
            }
        }
    }

    /// Makes the account if need be, and obeys its cool-down.
    async fn account_allowed_to_sign_in(&self, name: &AccountName) -> Result<Account, Failure> {
        let (name, now) = (name.clone(), self.now());
        let (account, cool_down) = self
            .central_db
            .write(move |tx| {
                let account = accounts::ensure(tx, &name, now)?;
                let cool_down = cool_downs::load(tx, account.id, CoolDownScope::SignIn)?;
                Ok((account, cool_down))
            })
            .await?;
        match cool_down.filter(|cool_down| cool_down.until > now) {
            Some(CoolDown { until, reason, .. }) => {
                Err(Failure::cool_down("Signing in", &reason, until))
            }
            None => Ok(account),
        }
    }

    async fn pending_challenge(
        &self,
        name: &AccountName,
    ) -> Result<(Account, StoredChallenge), Failure> {
        let (wanted, now) = (name.clone(), self.now());
        let found = self
            .central_db
            .write(move |tx| {
                let Some(account) = accounts::by_name(tx, &wanted)? else {
                    return Ok(None);
                };
                let expired = challenges::drop_expired(tx, account.id, now)?;
                let stored = challenges::load(tx, account.id)?;
                Ok(Some((account, stored, expired)))
            })
            .await?;
        match found {
            Some((account, Some(stored), _)) => Ok((account, stored)),
            Some((_, None, true)) => Err(Failure::mfa_expired()),
            Some((_, None, false)) | None => Err(Failure::no_challenge(name)),
        }
    }

    async fn remember_challenge(
        &self,
        account: &Account,
        method: MfaMethod,
        sent_to: Option<String>,
        attempt: &mobile::Attempt,
    ) -> Result<Challenge, Failure> {
        let now = self.now();
        let challenge = Challenge {
            method,
            sent_to,
            created_at: now,
            expires_at: now + CHALLENGE_LIFE,
            attempts: 0,
        };
        self.keep_challenge(account, challenge.clone(), attempt)
            .await?;
        let account = account.clone();
        self.central_db
            .write(move |tx| {
                auth_events::record(
                    tx,
                    account.id,
                    now,
                    AuthAction::SignIn,
                    "MFA_REQUIRED",
                    None,
                )?;
                note(
                    tx,
                    &account,
                    now,
                    LogLevel::Session,
                    "Garmin asks for a code",
                )
            })
            .await?;
        Ok(challenge)
    }

    async fn keep_challenge(
        &self,
        account: &Account,
        challenge: Challenge,
        attempt: &mobile::Attempt,
    ) -> Result<(), Failure> {
        let id = account.id;
        let plain = Zeroizing::new(serde_json::to_vec(attempt).unwrap_or_default());
        let continuation = self
            .vault
            .seal(Binding::Challenge { account: id }, &plain)?;
        let stored = StoredChallenge {
            challenge,
            continuation,
        };
        Ok(self
            .central_db
            .write(move |tx| challenges::store(tx, id, &stored))
            .await?)
    }

    /// Ticket to tokens, proof, and one transaction that makes the account signed in.
    async fn exchange(
        &self,
        account: Account,
        client: Client,
        ticket: ServiceTicket,
        action: AuthAction,
    ) -> Result<SignInOutcome, Failure> {
        let tokens = match tokens::exchange(&client, &ticket, self.now()).await {
            Ok(tokens) => tokens,
            Err(TokenError::InvalidGrant | TokenError::ClientRefused(_)) => {
                return self
                    .stop(&account, action, Failure::ticket_refused(), None)
                    .await;
            }
            Err(TokenError::Garmin(e)) => {
                let rest = match &e {
                    GarminError::RateLimited { retry_after } => Some(Rest {
                        retry_after: *retry_after,
                    }),
                    GarminError::Blocked => Some(Rest { retry_after: None }),
                    _ => None,
                };
                return self
                    .stop(&account, action, e.failure("the service ticket"), rest)
                    .await;
            }
        };
        let api = Api::new(client, tokens.access.clone(), 0);
        let identity = match api.social_profile().await {
            Ok(identity) => Some(identity),
            Err(GarminError::Unauthorized { .. } | GarminError::Refused { status: 403, .. }) => {
                return self
                    .stop(&account, action, Failure::token_not_active(), None)
                    .await;
            }
            // A passing error must not waste the sign-in: stored unproven, proven at first use.
            Err(_) => None,
        };
        if let (Some(known), Some(identity)) = (&account.user_id, &identity)
            && *known != identity.user_id
        {
            return self
                .stop(&account, action, Failure::other_user(&account.name), None)
                .await;
        }
        // Decides what "today" is; a sync asks again while it is unknown.
        let time_zone = api.time_zone().await.ok().flatten();
        self.adopt(&account, &tokens, identity.clone(), time_zone, action)
            .await?;
        let display_name = identity
            .and_then(|identity| identity.display_name)
            .or(account.display_name);
        Ok(SignInOutcome::SignedIn { display_name })
    }

    async fn adopt(
        &self,
        account: &Account,
        tokens: &Tokens,
        identity: Option<Identity>,
        time_zone: Option<String>,
        action: AuthAction,
    ) -> Result<(), Failure> {
        // A refresh of the old session that is under way must not overwrite the new one.
        let _lease = self.central_db.refresh_lease(account.id).await?;
        let (account, now) = (account.clone(), self.now());
        let id = account.id;
        let row = self
            .central_db
            .read(move |db| sessions::load(db, id, Lane::Connect))
            .await?;
        let generation = row.map_or(0, |row| row.generation) + 1;
        let pair = NewPair {
            generation,
            sealed: self.seal(id, generation, tokens)?,
            access_expires_at: tokens.access_expires_at,
            refresh_expires_at: tokens.refresh_expires_at,
            signed_in_at: Some(now),
        };
        let stored = self.central_db.write(move |tx| {
            if let Some(identity) = &identity {
                accounts::set_identity(
                    tx,
                    id,
                    &identity.user_id,
                    identity.display_name.as_deref(),
                )?;
            }
            if let Some(zone) = &time_zone {
                accounts::set_time_zone(tx, id, zone)?;
            }
            let stored = sessions::store_pair(tx, id, Lane::Connect, &pair)?;
            if identity.is_some() {
                sessions::set_validated(tx, id, Lane::Connect, now)?;
            }
            challenges::drop(tx, id)?;
            cool_downs::clear(tx, id, CoolDownScope::SignIn)?;
            auth_events::record(tx, id, now, action, "OK", None)?;
            note(tx, &account, now, LogLevel::Session, "signed in")?;
            Ok(stored)
        });
        if stored.await? {
            Ok(())
        } else {
            Err(Failure::unexpected(
                "The session was changed by another process at the same moment.",
            ))
        }
    }
}
