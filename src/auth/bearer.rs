//! What both lanes answer: is it good, and may I have a bearer.

use super::Auth;
use crate::{
    central_db::sessions,
    domain::{account::Account, failure::Failure, secret::Secret, session::Lane},
};

impl Auth {
    /// A bearer that is good now, refreshed under the lease where needed: so
    /// that other programs can live off our session instead of signing in.
    pub async fn bearer(&self, account: &Account, lane: Lane) -> Result<Secret, Failure> {
        let client = self
            .client(account.region)
            .map_err(|e| e.failure("the session"))?;
        let keeper = self.keeper(account.clone(), client);
        let api = match lane {
            Lane::Connect => keeper.api().await?,
            Lane::Personal => keeper.personal_api().await?,
        };
        Ok(api.bearer().clone())
    }

    /// The lanes that can be checked: every one that has a session; the `connect` lane
    /// where there is none, to say why.
    pub async fn lanes_to_check(&self, account: &Account) -> Result<Vec<Lane>, Failure> {
        let mut lanes = Vec::new();
        for lane in Lane::ALL {
            if self.has_session(account, lane).await? {
                lanes.push(lane);
            }
        }
        if lanes.is_empty() {
            lanes.push(Lane::Connect);
        }
        Ok(lanes)
    }

    /// Makes the light validation call of one lane.
    pub async fn check(&self, account: &Account, lane: Lane) -> Result<(), Failure> {
        match lane {
            Lane::Connect => {
                let client = self
                    .client(account.region)
                    .map_err(|e| e.failure("the session check"))?;
                self.keeper(account.clone(), client).check().await
            }
            Lane::Personal => self.check_day_token(account).await,
        }
    }

    pub(super) async fn has_session(&self, account: &Account, lane: Lane) -> Result<bool, Failure> {
        let id = account.id;
        let row = self
            .central_db
            .read(move |db| sessions::load(db, id, lane))
            .await?;
        Ok(row.is_some_and(|row| row.session_data.is_some()))
    }
}
