//! What is asked before anything is planned: is there anything new, and which day is it there.

use jiff::{SignedDuration, Timestamp};

use super::{Halt, Run, Workshop};
use crate::{
    central_db::{
        accounts,
        jobs::{self, Mark},
    },
    domain::{
        account::{Account, is_known_zone},
        coverage::Coverage,
        dataset::Dataset,
        failure::Failure,
        job::{Goal, SyncRequest},
        session::Lane,
    },
    sync::{
        fetch::Lender,
        plan::{self, Known},
        store,
    },
};

/// What they are called in a price.
pub(super) const TIME_ZONE: &str = "settings.time_zone";
pub(super) const IDENTITY: &str = "profile.identity";
pub(super) const LAST_UPLOAD: &str = "devices.last_upload";

/// How old the last complete sync may be for "nothing uploaded" to mean
/// "nothing new": edits on the web do not move the upload stamp (`protocol.md` 9.3).
pub(super) const MARK_LIFE: SignedDuration = SignedDuration::from_hours(6);

/// A sync of everything, as cron and the schedule ask for it.
pub(super) fn is_routine(request: &SyncRequest) -> bool {
    request.goal == Goal::Routine && request.span.is_none()
}

pub(super) const fn lacks_identity(account: &Account) -> bool {
    account.user_id.is_none()
}

/// The last complete sync of what `known` is about, if nothing but a new upload
/// makes another one necessary: no day that failed is due, none can be healed,
/// and it is not long ago.
async fn complete_since(
    shop: &Workshop,
    account: &Account,
    known: &Known,
) -> Result<Option<Mark>, Failure> {
    let (id, now) = (account.id, shop.clock.now());
    let mark = shop.central_db.read(move |db| jobs::mark(db, id)).await?;
    let has_failed = known
        .holdings
        .values()
        .flat_map(|holding| &holding.coverage)
        .any(|(_, day)| day.state == Coverage::Failed && !day.is_parked);
    if has_failed || plan::can_heal(known) || known.sweeps() {
        return Ok(None);
    }
    Ok(mark.filter(|mark| {
        (mark.synced_at..mark.synced_at + MARK_LIFE).contains(&now)
            && known.holdings.keys().all(|it| mark.datasets.contains(it))
    }))
}

/// Whether only a new upload would make a sync ask for more than that.
pub(super) async fn is_up_to_date(
    shop: &Workshop,
    account: &Account,
    known: &Known,
) -> Result<bool, Failure> {
    let mark = complete_since(shop, account, known).await?;
    Ok(mark.is_some_and(|mark| mark.uploaded_at.is_some()))
}

impl<L: Lender> Run<'_, L> {
    /// Without a zone, "today" is a guess; one request settles it for good.
    pub(super) async fn learn_time_zone(&mut self, lane: Lane) -> Result<(), Halt> {
        if self.account.time_zone.is_some() {
            return self.tell_unknown_zone().await;
        }
        let asked = self
            .fetcher
            .send(lane, |api| async move { api.time_zone().await })
            .await;
        if let Some(zone) = self.unless_halting(lane, asked).await?.flatten() {
            let (id, stored) = (self.account.id, zone.clone());
            self.shop
                .central_db
                .write(move |tx| accounts::set_time_zone(tx, id, &stored))
                .await?;
            self.today = self.shop.clock.today(Some(&zone));
            self.known.today = self.today;
            self.account.time_zone = Some(zone);
        }
        self.tell_unknown_zone().await
    }

    /// A zone that is unknown here is told, and not replaced by the machine's.
    async fn tell_unknown_zone(&mut self) -> Result<(), Halt> {
        let Some(zone) = self.account.time_zone.clone() else {
            return Ok(());
        };
        if is_known_zone(&zone) {
            return Ok(());
        }
        let at = self.context();
        self.shop
            .central_db
            .write(move |tx| store::zone_unknown(tx, at, TIME_ZONE, &zone))
            .await?;
        Ok(())
    }

    /// Some paths carry the display name or the profile's number. Usually the
    /// sign-in learnt them; its last call may have failed.
    pub(super) async fn learn_identity(&mut self) -> Result<(), Halt> {
        let is_known = !lacks_identity(&self.account);
        if is_known || !self.known.lanes.contains(&Lane::Connect) {
            return Ok(());
        }
        let asked = self
            .fetcher
            .send(
                Lane::Connect,
                |api| async move { api.social_profile().await },
            )
            .await;
        let Some(identity) = self.unless_halting(Lane::Connect, asked).await? else {
            return Ok(());
        };
        let (id, found) = (self.account.id, identity.clone());
        self.shop
            .central_db
            .write(move |tx| {
                accounts::set_user_id(tx, id, &found.user_id)?;
                match &found.display_name {
                    Some(name) => accounts::set_display_name(tx, id, name),
                    None => Ok(()),
                }
            })
            .await?;
        self.account.user_id = Some(identity.user_id);
        self.account.display_name = identity.display_name;
        Ok(())
    }

    /// `None` when Garmin does not say: then everything is asked.
    pub(super) async fn last_upload(&mut self, lane: Lane) -> Result<Option<Timestamp>, Halt> {
        let today = self.today;
        let asked = self
            .fetcher
            .send(lane, |api| async move { api.last_upload(today).await })
            .await;
        Ok(self.unless_halting(lane, asked).await?.flatten())
    }

    /// One request proves "nothing new": no upload since the last complete sync
    /// of these datasets, no day that failed and is due, and none never asked.
    pub(super) async fn is_nothing_new(
        &self,
        uploaded_at: Option<Timestamp>,
    ) -> Result<bool, Halt> {
        let mark = complete_since(self.shop, &self.account, &self.known)
            .await
            .map_err(Halt::Broken)?;
        Ok(uploaded_at.is_some() && mark.is_some_and(|mark| mark.uploaded_at == uploaded_at))
    }

    /// Only when every task of the job was done, and over every lane.
    pub(super) async fn set_mark(
        &self,
        uploaded_at: Option<Timestamp>,
        has_swept: bool,
    ) -> Result<(), Halt> {
        if !self.lost.is_empty() {
            return Ok(());
        }
        let datasets: Vec<_> = self.known.holdings.keys().copied().collect();
        // Half a look is none: a sync of one dataset leaves the other's to the next.
        let usual = &self.shop.settings.datasets;
        let has_swept = has_swept
            && [Dataset::Daily, Dataset::Activities]
                .iter()
                .all(|it| datasets.contains(it) || !usual.contains(it));
        let (id, job, now) = (self.account.id, self.job, self.shop.clock.now());
        self.shop
            .central_db
            .write(move |tx| {
                if !jobs::failures(tx, job)?.is_empty() {
                    return Ok(());
                }
                let before = jobs::mark(tx, id)?.and_then(|mark| mark.swept_at);
                let mark = Mark {
                    uploaded_at,
                    synced_at: now,
                    swept_at: before.filter(|_| !has_swept).or(Some(now)),
                    datasets,
                };
                jobs::set_mark(tx, id, &mark)
            })
            .await?;
        Ok(())
    }
}
