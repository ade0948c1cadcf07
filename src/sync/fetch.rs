//! Sends one call: paced, retried, with a valid bearer.

use tokio_util::sync::CancellationToken;

use super::{dataset::Call, pace::Pacer, retry};
use crate::{
    domain::failure::Failure,
    garmin::{
        client::{Answer, Api},
        error::GarminError,
    },
};

/// Lends a valid [`Api`]; the session keeper, introduced by the engine.
pub trait Lender: Send + Sync {
    /// A bearer that is good now.
    fn api(&self) -> impl Future<Output = Result<Api, Failure>> + Send;
    /// Garmin answered 401 to generation `refused`: a newer one.
    fn renew(&self, refused: u64) -> impl Future<Output = Result<Api, Failure>> + Send;
    /// Whether the session was refreshed on the way.
    fn has_refreshed(&self) -> bool;
}

/// Why a call brought nothing.
#[derive(Debug)]
pub enum FetchError {
    Garmin(GarminError),
    /// There is no session to call with: the job is over.
    Session(Failure),
    Cancelled,
}

/// Sends the calls of one job.
#[derive(Debug)]
pub struct Fetcher<L> {
    lender: L,
    pacer: Pacer,
    cancel: CancellationToken,
    /// 401s answered with a renewal, to stop a server that says 401 to everything.
    renewals: u32,
}

impl<L: Lender> Fetcher<L> {
    const MAX_RENEWALS: u32 = 3;

    pub const fn new(lender: L, pacer: Pacer, cancel: CancellationToken) -> Self {
        Self {
            lender,
            pacer,
            cancel,
            renewals: 0,
        }
    }

    pub const fn lender(&self) -> &L {
        &self.lender
    }

    pub async fn call(&mut self, call: &Call) -> Result<Answer, FetchError> {
        self.send(|api| async move {
            match call {
                Call::Get { path, query } => {
                    let query: Vec<_> = query
                        .iter()
                        .map(|(name, value)| (*name, value.as_str()))
                        .collect();
                    api.get(path, &query).await
                }
                query @ Call::GraphQl { .. } => api.graphql(&query.to_string()).await,
            }
        })
        .await
    }

    /// Sends `request` until it succeeds or trying again cannot help. The
    /// session calls in between are never interrupted: a refresh whose answer
    /// is dropped is a lost session.
    pub async fn send<T, F>(&mut self, request: impl Fn(Api) -> F) -> Result<T, FetchError>
    where
        F: Future<Output = Result<T, GarminError>>,
    {
        let cancel = self.cancel.clone();
        let mut tried = 0;
        let mut has_renewed = false;
        let mut api = self.lender.api().await.map_err(FetchError::Session)?;
        loop {
            tried += 1;
            let once = async {
                self.pacer.wait().await;
                request(api.clone()).await
            };
            let error = match cancel.run_until_cancelled(once).await {
                None => return Err(FetchError::Cancelled),
                Some(Ok(value)) => return Ok(value),
                Some(Err(error)) => error,
            };
            if matches!(error, GarminError::Unauthorized { .. })
                && !has_renewed
                && self.renewals < Self::MAX_RENEWALS
            {
                has_renewed = true;
                self.renewals += 1;
                api = self
                    .lender
                    .renew(api.generation())
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
