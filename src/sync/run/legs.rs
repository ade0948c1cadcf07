//! The legs of multisport activities. The list names only the whole; its detail
//! names the legs, each of which has a detail of its own (`protocol.md` 9.6).

use super::{Halt, Run, learn::Trouble};
use crate::{
    central_db::activity_details::{self, WantedDetail},
    domain::{dataset::Dataset, dates::DateSpan, session::Lane},
    garmin::error::GarminError,
    sync::{
        dataset::{self, DETAIL_ENDPOINT, activity_detail, legs_of},
        fetch::Lender,
        store,
    },
};

impl<L: Lender> Run<'_, L> {
    /// Which legs there are, then each of them. One that fails costs only
    /// itself, and is left alone for longer each time, as files are.
    pub(super) async fn fetch_legs(&mut self, span: DateSpan) -> Result<(), Halt> {
        let (id, now) = (self.account.id, self.shop.clock.now());
        let wholes = self
            .shop
            .central_db
            .read(move |db| activity_details::wholes(db, id, span, now));
        for whole in wholes.await? {
            let Some(lane) = self.lane_for_details() else {
                return Ok(());
            };
            let Some(body) = self.detail(lane, whole).await? else {
                continue;
            };
            match legs_of(&body) {
                Ok(legs) => {
                    let at = self.context();
                    self.shop
                        .central_db
                        .write(move |tx| store::legs(tx, at, whole, &legs))
                        .await?;
                }
                Err(error) => self.detail_failed(whole, &error).await?,
            }
        }
        let legs = self
            .shop
            .central_db
            .read(move |db| activity_details::legs(db, id, span, now));
        for leg in legs.await? {
            let Some(lane) = self.lane_for_details() else {
                return Ok(());
            };
            if let Some(body) = self.detail(lane, leg).await? {
                self.store_leg(lane, leg, body).await?;
            }
        }
        Ok(())
    }

    /// `None`: no more may be asked for in this run.
    fn lane_for_details(&self) -> Option<Lane> {
        let lane = self.known.lanes.first().copied();
        lane.filter(|_| !self.is_spent() && !self.has_given_up(DETAIL_ENDPOINT))
    }

    async fn store_leg(
        &mut self,
        lane: Lane,
        wanted: WantedDetail,
        body: Vec<u8>,
    ) -> Result<(), Halt> {
        let now = self.shop.clock.in_zone(self.account.time_zone.as_deref());
        let leg = match dataset::leg(&body, wanted.whole, now.time_zone()) {
            Ok(leg) => leg,
            Err(error) => return self.detail_failed(wanted, &error).await,
        };
        let at = self.context();
        self.shop
            .central_db
            .write(move |tx| {
                let leg = leg.as_deref().map(|leg| (leg, body.as_slice()));
                store::leg(tx, at, lane, wanted, leg)
            })
            .await?;
        Ok(())
    }

    /// `None` when it could not be had; the failure is a task's.
    async fn detail(&mut self, lane: Lane, wanted: WantedDetail) -> Result<Option<Vec<u8>>, Halt> {
        self.progress(Dataset::Activities, format!("legs, {}", wanted.day));
        let call = activity_detail(wanted.id);
        let error = match self.fetcher.call(lane, &call).await {
            Ok(answer) => {
                self.silent = 0;
                self.has_answer = true;
                self.gives_up_on(DETAIL_ENDPOINT, None).await?;
                return Ok(Some(answer.body));
            }
            Err(error) => match self.sort_out(error) {
                Trouble::Job(halt) => return Err(halt),
                Trouble::Lane(halt) => {
                    self.lose(lane, halt, &[]).await?;
                    return Ok(None);
                }
                Trouble::Task(error) => error,
            },
        };
        // A leg that is gone at Garmin is no leg any more.
        if matches!(error, GarminError::Refused { status: 404, .. }) {
            return Ok(Some(Vec::new()));
        }
        self.detail_failed(wanted, &error).await?;
        self.unless_silent(&error)?;
        self.gives_up_on(DETAIL_ENDPOINT, Some(&error)).await?;
        Ok(None)
    }

    async fn detail_failed(
        &mut self,
        wanted: WantedDetail,
        error: &GarminError,
    ) -> Result<(), Halt> {
        let at = self.context();
        let summary = error.to_string();
        self.shop
            .central_db
            .write(move |tx| store::detail_failed(tx, at, wanted, &summary))
            .await?;
        Ok(())
    }
}
