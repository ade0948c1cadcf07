//! From a service ticket to a signed-in account: tokens, proof, one transaction.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Transaction;

use super::{Auth, flow::Rest, trail::note};
use crate::{
    central_db::{
        accounts, auth_events, challenges, cool_downs,
        sessions::{self, NewPair},
    },
    domain::{
        account::{Account, AccountId},
        audit::AuthAction,
        cool_down::CoolDownScope,
        failure::Failure,
        log::LogLevel,
        session::{Door, Lane, Tokens},
        sign_in::SignInOutcome,
    },
    garmin::{
        api::Identity,
        client::{Api, Client},
        error::GarminError,
        sso::ServiceTicket,
        tokens::{self, TokenError},
    },
};

/// How often a sign-in is stored anew when the row changed under it.
const TRIES: u32 = 5;

/// What is stored when an account becomes signed in.
pub(super) struct Adoption {
    pub(super) lane: Lane,
    pub(super) door: Door,
    pub(super) action: AuthAction,
    /// Whether a data call has accepted the new token.
    pub(super) is_proven: bool,
    pub(super) user_id: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) time_zone: Option<String>,
}

impl Auth {
    pub(super) async fn exchange(
        &self,
        account: Account,
        client: Client,
        ticket: ServiceTicket,
        action: AuthAction,
        door: Door,
    ) -> Result<SignInOutcome, Failure> {
        self.ready_to_keep(account.id).await?;
        let _critical = self.critical.token();
        let tokens = match tokens::exchange(&client, &ticket, self.now()).await {
            Ok(tokens) => tokens,
            Err(TokenError::InvalidGrant | TokenError::ClientRefused(_)) => {
                return self
                    .stop(&account, action, Failure::ticket_refused(), None)
                    .await;
            }
            Err(TokenError::Garmin(e)) => {
                let rest = match &e {
                    GarminError::RateLimited { retry_after } => Some(Rest::spent(*retry_after)),
                    GarminError::Blocked => Some(Rest::spent(None)),
                    _ => None,
                };
                return self
                    .stop(&account, action, e.failure("the service ticket"), rest)
                    .await;
            }
        };
        self.prove_and_adopt(account, client, &tokens, action, door)
            .await
    }

    /// Proves new tokens with the light profile call and stores them.
    pub(super) async fn prove_and_adopt(
        &self,
        account: Account,
        client: Client,
        tokens: &Tokens,
        action: AuthAction,
        door: Door,
    ) -> Result<SignInOutcome, Failure> {
        let api = Api::new(client, Lane::Connect, tokens.access.clone(), 0);
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
        if is_other_user(&account, identity.as_ref()) {
            return self
                .stop(&account, action, Failure::other_user(&account.name), None)
                .await;
        }
        let adoption = Adoption {
            lane: Lane::Connect,
            door,
            action,
            is_proven: identity.is_some(),
            user_id: identity.as_ref().map(|identity| identity.user_id.clone()),
            display_name: identity.and_then(|identity| identity.display_name),
            time_zone: None,
        };
        let pair = |generation| self.connect_pair(account.id, generation, tokens, door);
        let outcome = self.adopt(&account, adoption, pair).await?;
        // Decides what "today" is; a sync asks again while it is unknown.
        if let Ok(Some(zone)) = api.time_zone().await {
            let id = account.id;
            self.central_db
                .write(move |tx| accounts::set_time_zone(tx, id, &zone))
                .await?;
        }
        Ok(outcome)
    }

    /// The sealed row of a `connect` session that a person brought.
    pub(super) fn connect_pair(
        &self,
        account: AccountId,
        generation: u64,
        tokens: &Tokens,
        door: Door,
    ) -> Result<NewPair, Failure> {
        Ok(NewPair {
            generation,
            sealed: self.seal(account, generation, tokens)?,
            access_expires_at: tokens.access_expires_at,
            refresh_expires_at: tokens.refresh_expires_at,
            signed_in: Some((self.now(), door)),
        })
    }

    /// Stores a new session of one lane: everything of it, or nothing.
    pub(super) async fn adopt(
        &self,
        account: &Account,
        adoption: Adoption,
        pair: impl Fn(u64) -> Result<NewPair, Failure>,
    ) -> Result<SignInOutcome, Failure> {
        // A refresh of the old session that is under way must not overwrite the new one.
        let _lease = self.central_db.refresh_lease(account.id).await?;
        let (id, lane) = (account.id, adoption.lane);
        let display_name = adoption
            .display_name
            .clone()
            .or_else(|| account.display_name.clone());
        let record = Arc::new((adoption, account.clone(), self.now()));
        // A sign-out beside it takes no lease. The sign-in came later, so it counts.
        for _ in 0..TRIES {
            let row = self
                .central_db
                .read(move |db| sessions::load(db, id, lane))
                .await?;
            let pair = pair(row.map_or(0, |row| row.generation) + 1)?;
            let record = Arc::clone(&record);
            let commit = move |tx: &Transaction<'_>, pair: &NewPair| {
                let (adoption, account, now) = &*record;
                store_adoption(tx, account, adoption, pair, *now)
            };
            if self.keep_and_commit(id, lane, pair, commit).await? {
                return Ok(SignInOutcome::SignedIn { display_name });
            }
        }
        Err(Failure::unexpected(
            "The session was changed by another process again and again.",
        ))
    }
}

/// `false`, and nothing stored: another process changed the session meanwhile.
fn store_adoption(
    tx: &Transaction<'_>,
    account: &Account,
    adoption: &Adoption,
    pair: &NewPair,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let (id, lane) = (account.id, adoption.lane);
    if !sessions::store_pair(tx, id, lane, pair)? {
        return Ok(false);
    }
    if let Some(user_id) = &adoption.user_id {
        accounts::set_user_id(tx, id, user_id)?;
    }
    if let Some(name) = &adoption.display_name {
        accounts::set_display_name(tx, id, name)?;
    }
    if let Some(zone) = &adoption.time_zone {
        accounts::set_time_zone(tx, id, zone)?;
    }
    if adoption.is_proven {
        sessions::set_validated(tx, id, lane, pair.generation, now)?;
    }
    if lane == Lane::Connect {
        challenges::drop(tx, id)?;
        cool_downs::clear(tx, id, CoolDownScope::SignIn)?;
    }
    let door = adoption.door.name();
    auth_events::record(tx, id, now, adoption.action, "OK", Some(door))?;
    let text = format!("signed in ({door})");
    note(tx, account, now, LogLevel::Session, &text)?;
    Ok(true)
}

/// Two Garmin users in one account would mix their data.
fn is_other_user(account: &Account, identity: Option<&Identity>) -> bool {
    match (&account.user_id, identity) {
        (Some(known), Some(identity)) => *known != identity.user_id,
        _ => false,
    }
}
