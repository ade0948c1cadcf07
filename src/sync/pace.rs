//! Keeps a gap between requests, whichever process sends them.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    central_db::{CentralDb, cool_downs, pace},
    clock::Clock,
    domain::{
        account::AccountId,
        cool_down::{CoolDown, CoolDownScope},
        failure::Failure,
        session::Lane,
    },
};

/// One request at a time, `gap` apart with a little jitter (`protocol.md` 11.2).
/// The moments are handed out by CentralDB, so that all processes together keep the gap.
#[derive(Clone, Debug)]
pub struct Pacer {
    central_db: CentralDb,
    clock: Clock,
    account: AccountId,
    gap: Duration,
}

impl Pacer {
    pub const fn new(
        central_db: CentralDb,
        clock: Clock,
        account: AccountId,
        gap: Duration,
    ) -> Self {
        Self {
            central_db,
            clock,
            account,
            gap,
        }
    }

    /// Returns when the next request may be sent; at once with the rest that a
    /// lane was told to take, by this process or another.
    pub async fn wait(&self, lane: Lane) -> Result<Option<CoolDown>, Failure> {
        let (id, now) = (self.account, self.clock.now());
        let scope = CoolDownScope::of_lane(lane);
        let rests = move |rest: Option<CoolDown>| rest.filter(|rest| rest.until > now);
        if self.gap.is_zero() {
            let rest = self
                .central_db
                .read(move |db| cool_downs::load(db, id, scope, now));
            return Ok(rests(rest.await?));
        }
        let gap = self.gap.mul_f64(1.0 + fastrand::f64() / 5.0);
        let taken =
            self.central_db.write(
                move |tx| match rests(cool_downs::load(tx, id, scope, now)?) {
                    Some(rest) => Ok(Err(rest)),
                    None => Ok(Ok(pace::reserve(tx, lane, gap, now)?)),
                },
            );
        match taken.await? {
            Err(rest) => Ok(Some(rest)),
            Ok(at) => {
                tokio::time::sleep(until(at, now)).await;
                Ok(None)
            }
        }
    }
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    at.duration_since(now).try_into().unwrap_or_default()
}
