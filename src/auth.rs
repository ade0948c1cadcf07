//! Getting a session and never losing it.
//!
//! ```text
//!                    password                     code
//! MISSING/EXPIRED ───────────► MFA_PENDING ─────────────► VALID ◄─┐ refresh
//!        ▲   │  no second factor     │ wrong code: stays    │  │  │ (generation + 1)
//!        │   └───────────────────────┼──────────────────────┘  └──┘
//!        │                           │ expired, too many codes
//!        └───────────────────────────┴◄──────── invalid_grant, or 401 on a fresh token
//! ```
//!
//! [`flow`] decides, purely; `sign_in` leads through one of three doors (`password`,
//! `browser`, [`key`]) and `adopt` stores what came of it; [`keeper`] lends a valid
//! [`Api`](crate::garmin::client::Api) to whoever needs one; [`rekey`] seals everything
//! anew; [`import`], [`export`] and [`transfer`] read and write the formats in which
//! sessions travel. Nothing in here signs in by itself: a password is used once, when a
//! person gave it, and kept nowhere.

mod adopt;
mod bearer;
mod browser;
mod day_token;
pub mod export;
pub mod flow;
pub mod import;
pub mod keeper;
pub mod key;
pub mod moving;
mod password;
pub mod rekey;
mod sign_in;
mod spooled;
mod trail;
pub mod transfer;

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use zeroize::Zeroizing;

use crate::{
    central_db::{CentralDb, cool_downs},
    clock::Clock,
    config::{HttpSettings, LoopbackUrl, PersonalKeyPlaces},
    domain::{
        account::{Account, AccountId, Region},
        cool_down::CoolDownScope,
        failure::Failure,
        session::{Lane, Tokens},
    },
    garmin::{client::Client, endpoints::Endpoints, error::GarminError},
    vault::{Binding, Vault, VaultError},
};

/// What signing in and session keeping need. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Auth {
    pub clock: Clock,
    pub central_db: CentralDb,
    pub vault: Arc<Vault>,
    pub base_url: Option<LoopbackUrl>,
    pub http: HttpSettings,
    /// Where to look for a personal API key, when asked to.
    pub key_places: PersonalKeyPlaces,
    /// Work whose interruption would cost a session: quitting waits for it.
    pub critical: TaskTracker,
    /// Cancelled when the program is told to stop: ends a sign-in whose password was not sent yet.
    pub stop: CancellationToken,
}

impl Auth {
    /// A client for one region, with a request counter of its own.
    pub fn client(&self, region: Region) -> Result<Client, GarminError> {
        Client::new(Endpoints::new(region, self.base_url.clone()), &self.http)
    }

    /// The keeper of one account's session, for one job.
    pub fn keeper(&self, account: Account, client: Client) -> keeper::Keeper {
        keeper::Keeper::new(self.clone(), account, client)
    }

    fn seal(
        &self,
        account: AccountId,
        generation: u64,
        tokens: &Tokens,
    ) -> Result<Vec<u8>, VaultError> {
        // Tokens are plain strings and instants: they always serialise.
        let plain = Zeroizing::new(serde_json::to_vec(tokens).unwrap_or_default());
        self.vault.seal(
            Binding::Session {
                account,
                lane: Lane::Connect,
                generation,
            },
            &plain,
        )
    }

    fn open(&self, account: AccountId, generation: u64, sealed: &[u8]) -> Result<Tokens, Failure> {
        let plain = self.vault.open(
            Binding::Session {
                account,
                lane: Lane::Connect,
                generation,
            },
            sealed,
        )?;
        serde_json::from_slice(&plain)
            .map_err(|_| Failure::unexpected("The stored session cannot be read."))
    }

    /// Refuses while Garmin wants no request of this lane for this account.
    async fn obey_rest(&self, account: AccountId, lane: Lane) -> Result<(), Failure> {
        let now = self.now();
        let rest = self
            .central_db
            .read(move |db| cool_downs::load(db, account, CoolDownScope::of_lane(lane), now))
            .await?;
        match rest.filter(|rest| rest.until > now) {
            Some(rest) => Err(Failure::cool_down(
                "Asking Garmin",
                &rest.reason,
                rest.until,
            )),
            None => Ok(()),
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
