//! The legs of multisport activities. The list names only the whole; its detail
//! names the legs, each of which has a detail of its own (`protocol.md` 9.6).

use jiff::civil::Date;

use super::{Halt, Run, learn::Trouble};
use crate::{
    central_db::rows::activities::{self, WithoutLegs},
    domain::{activity::ActivityId, dataset::Dataset, dates::DateSpan, session::Lane},
    garmin::error::GarminError,
    sync::{
        dataset::{self, activity_detail, legs_of},
        fetch::Lender,
        store::{self, Detail},
    },
};

impl<L: Lender> Run<'_, L> {
    pub(super) async fn fetch_legs(&mut self, span: DateSpan) -> Result<(), Halt> {
        let id = self.account.id;
        let wanted = self
            .shop
            .central_db
            .read(move |db| activities::without_legs(db, id, span))
            .await?;
        for whole in wanted {
            if self.is_spent() {
                return Ok(());
            }
            let Some(&lane) = self.known.lanes.first() else {
                return Ok(());
            };
            self.fetch_legs_of(lane, whole).await?;
        }
        Ok(())
    }

    /// All legs or none: only then the whole counts as done.
    async fn fetch_legs_of(&mut self, lane: Lane, whole: WithoutLegs) -> Result<(), Halt> {
        let Some(body) = self.detail(lane, whole.id, whole.day).await? else {
            return Ok(());
        };
        let legs = match legs_of(&body) {
            Ok(legs) => legs,
            Err(error) => return self.detail_failed(whole.id, &error).await,
        };
        let mut details = Vec::new();
        for leg in legs {
            let Some(body) = self.detail(lane, leg, whole.day).await? else {
                return Ok(());
            };
            if !body.is_empty() && dataset::leg(&body, whole.id).is_none() {
                let error = GarminError::Unreadable("no detail".to_owned());
                return self.detail_failed(leg, &error).await;
            }
            details.push(Detail {
                activity: leg,
                body,
            });
        }
        let at = self.context();
        let stored = self
            .shop
            .central_db
            .write(move |tx| store::legs(tx, at, lane, whole, &details));
        Ok(stored.await?)
    }

    /// `None` when it could not be had; the failure is a task's.
    async fn detail(
        &mut self,
        lane: Lane,
        activity: ActivityId,
        day: Date,
    ) -> Result<Option<Vec<u8>>, Halt> {
        self.progress(Dataset::Activities, format!("legs, {day}"));
        let call = activity_detail(activity);
        let error = match self.fetcher.call(lane, &call).await {
            Ok(answer) => {
                self.silent = 0;
                self.has_answer = true;
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
        self.detail_failed(activity, &error).await?;
        self.unless_silent(&error)?;
        Ok(None)
    }

    /// The whole stays without its legs, and the next run asks again.
    async fn detail_failed(
        &mut self,
        activity: ActivityId,
        error: &GarminError,
    ) -> Result<(), Halt> {
        let at = self.context();
        let summary = error.to_string();
        self.shop
            .central_db
            .write(move |tx| store::detail_failed(tx, at, activity, &summary))
            .await?;
        Ok(())
    }
}
