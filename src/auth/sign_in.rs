//! The way in: which door, whether it may be tried now, and the way out.

use super::{Auth, trail::note};
use crate::{
    central_db::{accounts, auth_events, challenges, cool_downs, sessions},
    domain::{
        account::{Account, AccountName, Region},
        audit::AuthAction,
        cool_down::{CoolDown, CoolDownScope},
        failure::Failure,
        log::LogLevel,
        session::Lane,
        sign_in::{KeyInput, SignInDoor, SignInOutcome, SignInStep},
    },
};

impl Auth {
    /// Signs in through one door. `region` is for a new account; one that has a
    /// session or a history keeps its own. `on_step` is told what the password door does.
    pub async fn sign_in(
        &self,
        name: &AccountName,
        region: Option<Region>,
        door: SignInDoor,
        on_step: &(dyn Fn(SignInStep) + Send + Sync),
    ) -> SignInOutcome {
        let signed_in = match door {
            SignInDoor::Password {
                email,
                password,
                despite_cool_down,
            } => {
                match self
                    .account_allowed_to_sign_in(name, region, despite_cool_down)
                    .await
                {
                    Ok(account) => {
                        self.with_password(account, &email, &password, on_step)
                            .await
                    }
                    Err(failure) => Err(failure),
                }
            }
            SignInDoor::Browser { pasted } => match self.account(name, region).await {
                Ok(account) => self.with_ticket(account, &pasted).await,
                Err(failure) => Err(failure),
            },
            SignInDoor::Key { key, expires_on } => match self.account(name, region).await {
                Ok(account) => self.with_key(account, key, expires_on).await,
                Err(failure) => Err(failure),
            },
        };
        signed_in.unwrap_or_else(SignInOutcome::from)
    }

    /// Forgets every session of an account; its data stays. `false`: there was none.
    pub async fn sign_out(&self, name: &AccountName) -> Result<bool, Failure> {
        let (name, now) = (name.clone(), self.now());
        let forgotten = self.central_db.write(move |tx| {
            let Some(account) = accounts::by_name(tx, &name)? else {
                return Ok((false, None));
            };
            let mut had = challenges::load(tx, account.id)?.is_some();
            for lane in Lane::ALL {
                had |= sessions::load(tx, account.id, lane)?
                    .is_some_and(|row| row.session_data.is_some() || row.ended_reason.is_some());
            }
            sessions::forget(tx, account.id)?;
            challenges::drop(tx, account.id)?;
            if had {
                auth_events::record(tx, account.id, now, AuthAction::SignOut, "OK", None)?;
                let text = "signed out; the data stays";
                note(tx, &account, now, LogLevel::Session, text)?;
            }
            Ok((had, Some(account.id)))
        });
        let (had, account) = forgotten.await?;
        if let Some(account) = account {
            self.wipe_spool(account);
        }
        self.central_db.scrub().await;
        Ok(had)
    }

    /// The account of this name, made if need be, in the region asked for.
    pub(super) async fn account(
        &self,
        name: &AccountName,
        region: Option<Region>,
    ) -> Result<Account, Failure> {
        let (wanted, now) = (name.clone(), self.now());
        let account = self
            .central_db
            .write(move |tx| {
                let account = accounts::ensure(tx, &wanted, now)?;
                match region {
                    Some(region) if region != account.region && account.user_id.is_none() => {
                        accounts::set_region(tx, account.id, region)?;
                        Ok(Account { region, ..account })
                    }
                    _ => Ok(account),
                }
            })
            .await?;
        match region {
            Some(region) if region != account.region => {
                Err(Failure::other_region(name, account.region))
            }
            _ => Ok(account),
        }
    }

    /// [`Self::account`], unless its cool-down forbids a password now. A person
    /// may override a cool-down once.
    async fn account_allowed_to_sign_in(
        &self,
        name: &AccountName,
        region: Option<Region>,
        despite: bool,
    ) -> Result<Account, Failure> {
        let account = self.account(name, region).await?;
        let (id, now) = (account.id, self.now());
        let in_force = self
            .central_db
            .write(move |tx| {
                let Some(rest) = cool_downs::load(tx, id, CoolDownScope::SignIn, now)?
                    .filter(|rest| rest.until > now)
                else {
                    return Ok(None);
                };
                if despite && !rest.is_overridden {
                    let is_overridden = true;
                    cool_downs::store(
                        tx,
                        id,
                        &CoolDown {
                            is_overridden,
                            ..rest
                        },
                    )?;
                    return Ok(None);
                }
                Ok(Some(rest))
            })
            .await?;
        match in_force {
            Some(CoolDown { until, reason, .. }) => {
                Err(Failure::cool_down("Signing in", &reason, until))
            }
            None => Ok(account),
        }
    }

    /// Signs in with the key that Garmin's own client keeps, or a typed one.
    async fn with_key(
        &self,
        account: Account,
        key: KeyInput,
        expires_on: Option<jiff::civil::Date>,
    ) -> Result<SignInOutcome, Failure> {
        let key = match key {
            KeyInput::Typed(key) => key,
            KeyInput::Found => self.find_key().ok_or_else(Failure::no_key_found)?.key,
        };
        self.exchange_key(account, key, expires_on).await
    }
}
