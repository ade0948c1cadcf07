//! Sends one call: paced, retried, with a valid bearer.

use tokio_util::sync::CancellationToken;

use super::{dataset::Call, pace::Pacer, retry};
use crate::{
    domain::{cool_down::CoolDown, failure::Failure, session::Lane},
    garmin::{
        client::{Answer, Api},
        error::GarminError,
    },
};

/// Lends a valid [`Api`]; the session keeper, introduced by the engine.
pub trait Lender: Send + Sync {
    /// A bearer of `lane` that is good now.
    fn api(&self, lane: Lane) -> impl Future<Output = Result<Api, Failure>> + Send;
    /// Garmin answered 401 to generation `refused`: a newer one.
    fn renew(&self, lane: Lane, refused: u64) -> impl Future<Output = Result<Api, Failure>> + Send;
    /// Whether the session was refreshed on the way.
    fn has_refreshed(&self) -> bool;
}

/// Why a call brought nothing.
#[derive(Debug)]
pub enum FetchError {
    Garmin(GarminError),
    /// The lane rests, as this process or another was told.
    Resting(CoolDown),
    /// The lane's bearer is refused however often it is renewed.
    Unaccepted(GarminError),
    /// The lane has no session to call with.
    Session(Failure),
    Cancelled,
    /// CentralDB itself failed.
    Broken(Failure),
}

/// Sends the calls of one job.
#[derive(Debug)]
pub struct Fetcher<L> {
    lender: L,
    pacer: Pacer,
    cancel: CancellationToken,
    /// Requests refused with 401 for good since the last success.
    refused: u32,
    /// Renewals in a row that did not heal their request.
    unhealed: u32,
}

impl<L: Lender> Fetcher<L> {
    /// A server that says 401 to everything is left after so many requests, and a
    /// renewal that does not help is not tried more often.
    const MAX_REFUSED: u32 = 3;

    pub const fn new(lender: L, pacer: Pacer, cancel: CancellationToken) -> Self {
        Self {
            lender,
            pacer,
            cancel,
            refused: 0,
            unhealed: 0,
        }
    }

    pub const fn lender(&self) -> &L {
        &self.lender
    }

    pub async fn call(&mut self, lane: Lane, call: &Call) -> Result<Answer, FetchError> {
        match call {
            Call::Get { path, query } => {
                let query: Vec<_> = query
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                let query = query.as_slice();
                self.send(lane, |api| async move { api.get(path, query).await })
                    .await
            }
            query @ Call::GraphQl { .. } => self.graphql(lane, &query.to_string()).await,
        }
    }

    pub async fn graphql(&mut self, lane: Lane, query: &str) -> Result<Answer, FetchError> {
        self.send(lane, |api| async move { api.graphql(query).await })
            .await
    }

    /// Sends `request` until it succeeds or trying again cannot help. The
    /// session calls in between are never interrupted: a refresh whose answer
    /// is dropped is a lost session.
    pub async fn send<T, F>(
        &mut self,
        lane: Lane,
        request: impl Fn(Api) -> F,
    ) -> Result<T, FetchError>
    where
        F: Future<Output = Result<T, GarminError>>,
    {
        let cancel = self.cancel.clone();
        let mut tried = 0;
        let mut has_renewed = false;
        let mut api = self.lender.api(lane).await.map_err(FetchError::Session)?;
        loop {
            tried += 1;
            let once = async {
                match self.pacer.wait(lane).await {
                    Err(failure) => Err(FetchError::Broken(failure)),
                    Ok(Some(rest)) => Err(FetchError::Resting(rest)),
                    Ok(None) => Ok(request(api.clone()).await),
                }
            };
            let error = match cancel.run_until_cancelled(once).await {
                None => return Err(FetchError::Cancelled),
                Some(answer) => match answer? {
                    Ok(value) => {
                        self.refused = 0;
                        if has_renewed {
                            self.unhealed = 0;
                        }
                        return Ok(value);
                    }
                    Err(error) => error,
                },
            };
            if matches!(error, GarminError::Unauthorized { .. }) {
                if has_renewed || self.unhealed >= Self::MAX_REFUSED {
                    self.unhealed += u32::from(has_renewed);
                    self.refused += 1;
                    return Err(if self.refused >= Self::MAX_REFUSED {
                        FetchError::Unaccepted(error)
                    } else {
                        FetchError::Garmin(error)
                    });
                }
                has_renewed = true;
                api = self
                    .lender
                    .renew(lane, api.generation())
                    .await
                    .map_err(FetchError::Session)?;
                continue;
            }
            let Some(wait) = retry::delay(&error, tried, fastrand::f64()) else {
                return Err(FetchError::Garmin(error));
            };
            tracing::debug!(%error, ?wait, "asking again");
            if cancel
                .run_until_cancelled(tokio::time::sleep(wait))
                .await
                .is_none()
            {
                return Err(FetchError::Cancelled);
            }
        }
    }
}
