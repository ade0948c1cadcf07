//! Back to the first day, newest days first, within what a day may cost.
//!
//! Every task leaves its days covered in the same transaction as its rows, so
//! the backfill can stop at any request and goes on from there: what is left is
//! what coverage does not know.

use jiff::civil::Date;
use rusqlite::Connection;

use super::{Halt, Run, first_day};
use crate::{
    central_db::backfill::{self, Frontier},
    domain::{
        account::AccountId,
        dataset::Dataset,
        job::{Goal, SyncRequest},
        log::LogLevel,
    },
    sync::{fetch::Lender, store},
};

/// What the backfill may spend today, counted by the job's own requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purse {
    /// The job's requests that it may reach; `None`: any number.
    until: Option<u32>,
    /// The job's requests when something was last taken out.
    counted: u32,
    /// The job's requests when it was opened.
    opened: u32,
    /// While it looks for the first day.
    pub(super) is_search: bool,
}

impl Purse {
    /// Whether nothing is left once the job has made `requests`.
    pub(super) fn is_empty(&self, requests: u32) -> bool {
        self.until.is_some_and(|until| requests >= until)
    }

    /// The requests made since the last time.
    pub(super) fn take(&mut self, requests: u32) -> u32 {
        let new = requests.saturating_sub(self.counted);
        self.counted = requests;
        new
    }
}

/// The datasets whose first day is still to be found.
pub(super) fn without_first_day(
    db: &Connection,
    account: AccountId,
    datasets: &[Dataset],
) -> rusqlite::Result<Vec<Dataset>> {
    let mut out = Vec::new();
    for &dataset in datasets {
        if backfill::frontier(db, account, dataset)?.first_on.is_none() {
            out.push(dataset);
        }
    }
    Ok(out)
}

/// Whether every dataset has been asked for back to its first day.
pub(super) fn is_complete(
    db: &Connection,
    account: AccountId,
    datasets: &[Dataset],
) -> rusqlite::Result<bool> {
    for &dataset in datasets {
        let Frontier {
            first_on: Some(first),
            reached_on: Some(reached),
        } = backfill::frontier(db, account, dataset)?
        else {
            return Ok(false);
        };
        if reached > first {
            return Ok(false);
        }
    }
    Ok(true)
}

impl<L: Lender> Run<'_, L> {
    /// The job that was asked to go back.
    pub(super) async fn run_backfill(&mut self, request: &SyncRequest) -> Result<(), Halt> {
        if !self.open_purse().await? {
            let at = self.here();
            let text = "today's allowance for the backfill is used; it goes on tomorrow".to_owned();
            self.shop
                .central_db
                .write(move |tx| store::note(tx, at, LogLevel::Done, None, text))
                .await?;
            return Ok(());
        }
        self.go_back(request, true).await
    }

    /// After a sync: as far as the day's allowance goes, if a person set one.
    pub(super) async fn go_on_backfilling(&mut self, request: &SyncRequest) -> Result<(), Halt> {
        let is_asked = self.shop.settings.backfill_per_day.is_some();
        if !is_asked || !super::probe::is_routine(request) || !self.lost.is_empty() {
            return Ok(());
        }
        if self.is_complete().await? || !self.open_purse().await? {
            return Ok(());
        }
        let request = SyncRequest {
            goal: Goal::Backfill,
            ..request.clone()
        };
        self.known.goal = Goal::Backfill;
        self.go_back(&request, false).await
    }

    /// The backfill itself, with an open purse.
    async fn go_back(&mut self, request: &SyncRequest, is_asked: bool) -> Result<(), Halt> {
        self.load(request).await?;
        if self.find_first_days().await? {
            self.load(request).await?;
        }
        self.walk_plan().await?;
        self.fetch_what_belongs().await?;
        self.close_purse(is_asked).await
    }

    async fn is_complete(&self) -> Result<bool, Halt> {
        let id = self.account.id;
        let datasets = self.known.with_days();
        let complete = self
            .shop
            .central_db
            .read(move |db| is_complete(db, id, &datasets));
        Ok(complete.await?)
    }

    /// Whether the backfill runs, and has used up today's allowance.
    pub(super) fn is_spent(&self) -> bool {
        let requests = self.client.requests();
        let purse = self.backfill.as_ref();
        purse.is_some_and(|purse| purse.is_empty(requests))
    }

    /// `false` when nothing is left of today's allowance.
    async fn open_purse(&mut self) -> Result<bool, Halt> {
        let (id, today) = (self.account.id, self.today);
        let spent = self
            .shop
            .central_db
            .read(move |db| backfill::spent(db, id, today))
            .await?;
        let so_far = self.client.requests();
        let left = self
            .shop
            .settings
            .backfill_per_day
            .map(|most| most.saturating_sub(spent));
        self.backfill = Some(Purse {
            until: left.map(|left| so_far.saturating_add(left)),
            counted: so_far,
            opened: so_far,
            is_search: false,
        });
        Ok(left != Some(0))
    }

    fn set_search(&mut self, is_search: bool) {
        if let Some(purse) = &mut self.backfill {
            purse.is_search = is_search;
        }
    }

    /// Counts what was spent since the last stored step, and says how far it came.
    async fn close_purse(&mut self, is_asked: bool) -> Result<(), Halt> {
        let requests = self.client.requests();
        let Some(mut purse) = self.backfill.take() else {
            return Ok(());
        };
        let (id, today, last) = (self.account.id, self.today, purse.take(requests));
        let datasets = self.known.with_days();
        let is_over = purse.is_empty(requests);
        // Nothing was left to ask, and nobody asked for it to be said.
        let is_idle = requests == purse.opened && !is_asked;
        let at = self.here();
        self.shop
            .central_db
            .write(move |tx| {
                backfill::spend(tx, id, today, last)?;
                // The history is here back to where the dataset that is behind has come.
                let mut here: Option<Date> = None;
                for dataset in datasets {
                    // Days that were here before count as reached, too. What a lost lane
                    // or a refusal has left out is still to come.
                    if let Some(first) = backfill::frontier(tx, id, dataset)?.first_on {
                        store::reach(tx, at, dataset, first)?;
                    }
                    here = here.max(backfill::frontier(tx, id, dataset)?.reached_on);
                }
                let Some(here) = here.filter(|_| !is_idle) else {
                    return Ok(());
                };
                let rest = if is_over {
                    "; today's allowance is used, it goes on tomorrow"
                } else {
                    ""
                };
                let text = format!("the history is here back to {here}{rest}");
                store::note(tx, at, LogLevel::Done, None, text)
            })
            .await?;
        Ok(())
    }

    /// Learns where the history begins; `false` when that was known.
    async fn find_first_days(&mut self) -> Result<bool, Halt> {
        let (id, datasets) = (self.account.id, self.known.with_days());
        let unknown = self
            .shop
            .central_db
            .read(move |db| without_first_day(db, id, &datasets))
            .await?;
        if unknown.is_empty() {
            return Ok(false);
        }
        self.set_search(true);
        first_day::search(self, unknown).await?;
        self.set_search(false);
        Ok(true)
    }
}
