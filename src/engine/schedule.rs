//! When the next sync is due. Pure.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    account::AccountName,
    cool_down::CoolDownScope,
    session::{AccountState, Lane, SessionStatus},
};

/// When each account was last synced, or tried, from this app.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    last: BTreeMap<AccountName, Timestamp>,
}

impl Schedule {
    /// A sync of `account` started or ended at `at`, however it went.
    pub(super) fn note(&mut self, account: &AccountName, at: Timestamp) {
        let last = self.last.entry(account.clone()).or_insert(at);
        *last = at.max(*last);
    }

    /// The account may be called `to` from now on: that one begins where it is.
    pub(super) fn inherit(&mut self, from: &AccountName, to: &AccountName) {
        if let Some(at) = self.last.get(from).copied() {
            self.note(to, at);
        }
    }

    /// When `state`'s account is due; `None` while it needs a person first.
    pub(super) fn due(
        &self,
        state: &AccountState,
        every: Duration,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let is_valid = |lane: &Lane| state.status_of(*lane) == SessionStatus::Valid;
        // With two lanes, the one that rests least counts.
        let rest = |lane: Lane| {
            let rest = state.cool_down_of(CoolDownScope::of_lane(lane));
            rest.map(|rest| rest.until)
        };
        let rested = Lane::ALL.into_iter().filter(is_valid).map(rest).min()?;
        let every = SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX);
        let regular = self
            .last
            .get(&state.account.name)
            .map_or(now, |last| last.saturating_add(every).unwrap_or(now));
        Some(rested.map_or(regular, |until| regular.max(until)))
    }

    /// The account that is due first.
    pub(super) fn next(
        &self,
        states: &[AccountState],
        every: Duration,
        now: Timestamp,
    ) -> Option<(AccountName, Timestamp)> {
        states
            .iter()
            .filter_map(|state| Some((state.account.name.clone(), self.due(state, every, now)?)))
            .min_by_key(|(_, due)| *due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        account::{Account, AccountId, Region},
        cool_down::CoolDown,
        session::{LaneState, Reuse},
    };

    const EVERY: Duration = Duration::from_mins(30);

    fn state(name: &str, status: SessionStatus) -> AccountState {
        let account = Account {
            id: AccountId::new(1),
            name: name.parse().unwrap(),
            region: Region::International,
            user_id: None,
            display_name: None,
            time_zone: None,
        };
        AccountState {
            account,
            status,
            lanes: vec![LaneState {
                lane: Lane::Connect,
                status,
                door: None,
                signed_in_at: None,
                access_expires_at: None,
                refresh_expires_at: None,
                last_validated_at: None,
                generation: 1,
                ended_reason: None,
            }],
            mfa: None,
            cool_downs: Vec::new(),
            reuse: Reuse::default(),
            owed: Vec::new(),
        }
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    #[test]
    fn an_account_that_needs_a_person_is_never_due() {
        let schedule = Schedule::default();
        for status in [
            SessionStatus::Missing,
            SessionStatus::Expired,
            SessionStatus::MfaPending,
        ] {
            assert_eq!(schedule.due(&state("a", status), EVERY, at(0)), None);
        }
        assert_eq!(
            schedule.due(&state("a", SessionStatus::Valid), EVERY, at(5)),
            Some(at(5)),
            "never synced: now"
        );
    }

    #[test]
    fn the_next_sync_waits_its_turn_and_for_the_cool_down() {
        let mut schedule = Schedule::default();
        schedule.note(&"a".parse().unwrap(), at(10));
        schedule.note(&"b".parse().unwrap(), at(0));
        let mut states = [
            state("a", SessionStatus::Valid),
            state("b", SessionStatus::Valid),
        ];
        let next = |states: &[AccountState]| schedule.next(states, EVERY, at(11)).unwrap();
        assert_eq!(next(&states), ("b".parse().unwrap(), at(30)));
        let until = at(90);
        states[1].cool_downs.push(CoolDown {
            entered_at: None,
            scope: CoolDownScope::Requests,
            until,
            reason: String::new(),
            strikes: 1,
            is_overridden: false,
        });
        assert_eq!(next(&states), ("a".parse().unwrap(), at(40)));
    }
}
