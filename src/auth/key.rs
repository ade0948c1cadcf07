//! The key door: Garmin's official read-only key, and the day token it buys.

use std::fs;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use zeroize::Zeroizing;

use super::{Auth, adopt::Adoption};
use crate::{
    central_db::sessions::NewPair,
    domain::{
        account::{Account, AccountId},
        audit::AuthAction,
        failure::Failure,
        secret::{Secret, without_bom},
        session::{Door, Lane, PersonalSession},
        sign_in::SignInOutcome,
    },
    garmin::{
        error::GarminError,
        personal::{self, Bearer, KEY_ENDS_WITHIN, KeyError},
    },
    vault::Binding,
};

/// A key that lies where Garmin's own client keeps it (`personal-api.md` 3.1).
#[derive(Clone, Debug)]
pub struct FoundKey {
    /// For people: the variable's or the file's name.
    pub place: String,
    pub key: Secret,
}

impl Auth {
    /// Looks, and uses nothing: a person decides.
    pub fn find_key(&self) -> Option<FoundKey> {
        if let Some(key) = &self.key_places.variable {
            return Some(FoundKey {
                place: "GARMIN_PERSONAL_API_KEY".to_owned(),
                key: key.clone(),
            });
        }
        let file = self.key_places.file.as_ref()?;
        let text = Zeroizing::new(fs::read_to_string(file).ok()?);
        let key = Secret::new(without_bom(&text).trim());
        (!key.is_empty()).then(|| FoundKey {
            place: file.display().to_string(),
            key,
        })
    }

    /// One exchange and one settings call, before anything is stored.
    pub(super) async fn exchange_key(
        &self,
        account: Account,
        key: Secret,
        expires_on: Option<Date>,
    ) -> Result<SignInOutcome, Failure> {
        let key = Secret::new(key.expose().trim());
        let client = self
            .client(account.region)
            .map_err(|e| e.failure("the key"))?;
        let bearer = match personal::exchange(&client, &key, self.now()).await {
            Ok(bearer) => bearer,
            Err(error) => return self.stop_key(&account, &error).await,
        };
        let profile = match personal::settings(&client, &bearer.token).await {
            Ok(profile) => profile,
            Err(GarminError::Unauthorized { .. } | GarminError::Refused { .. }) => {
                return self.stop_key(&account, &KeyError::Rejected).await;
            }
            Err(error) => return self.stop_key(&account, &KeyError::Garmin(error)).await,
        };
        if let (Some(known), Some(name)) = (&account.display_name, &profile.display_name)
            && known != name
        {
            return self
                .stop(
                    &account,
                    AuthAction::SignIn,
                    Failure::other_user(&account.name),
                    None,
                )
                .await;
        }
        let adoption = Adoption {
            lane: Lane::Personal,
            door: Door::Key,
            action: AuthAction::SignIn,
            is_proven: true,
            user_id: None,
            display_name: profile.display_name,
            time_zone: profile.time_zone,
        };
        let zone = adoption
            .time_zone
            .clone()
            .or_else(|| account.time_zone.clone());
        let key_ends_at = key_end(expires_on, &bearer, zone.as_deref());
        let session = PersonalSession {
            key,
            bearer: bearer.token.clone(),
            bearer_issued_at: self.now(),
            bearer_expires_at: bearer.expires_at,
            key_ends_at,
        };
        let pair = |generation| self.personal_pair(account.id, generation, &session, true);
        self.adopt(&account, adoption, pair).await
    }

    /// The sealed row of a personal session.
    pub(super) fn personal_pair(
        &self,
        account: AccountId,
        generation: u64,
        session: &PersonalSession,
        is_sign_in: bool,
    ) -> Result<NewPair, Failure> {
        let plain = Zeroizing::new(serde_json::to_vec(session).unwrap_or_default());
        let sealed = self.vault.seal(
            Binding::Session {
                account,
                lane: Lane::Personal,
                generation,
            },
            &plain,
        )?;
        Ok(NewPair {
            generation,
            sealed,
            access_expires_at: session.bearer_expires_at,
            refresh_expires_at: session.key_ends_at,
            signed_in: is_sign_in.then(|| (self.now(), Door::Key)),
        })
    }

    async fn stop_key(
        &self,
        account: &Account,
        error: &KeyError,
    ) -> Result<SignInOutcome, Failure> {
        self.stop(account, AuthAction::SignIn, key_failure(error), None)
            .await
    }
}

pub(super) fn key_failure(error: &KeyError) -> Failure {
    match error {
        KeyError::Rejected => Failure::key_rejected(),
        KeyError::HostNotReady => Failure::key_host_not_ready(),
        KeyError::Garmin(error) => error.failure("the key"),
    }
}

/// When the key ends: at the end of the day that was chosen when it was made,
/// or, if its day token is cut short, when that one ends.
pub(super) fn key_end(
    expires_on: Option<Date>,
    bearer: &Bearer,
    zone: Option<&str>,
) -> Option<Timestamp> {
    if bearer.life < KEY_ENDS_WITHIN {
        return Some(bearer.expires_at);
    }
    let zone = zone
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC);
    let end = expires_on?.at(23, 59, 59, 0).to_zoned(zone).ok()?;
    Some(end.timestamp())
}
