//! Cool-downs: how long to rest after Garmin turned us away.
//!
//! Garmin's block grows with every further try (`protocol.md` 11.1), so ours
//! does too, is kept in CentralDB, and every process obeys it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::session::Lane;

/// Until when something may not be tried, and why. Obeyed by every process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoolDown {
    pub scope: CoolDownScope,
    /// `None`: written by a version that did not keep it.
    pub entered_at: Option<Timestamp>,
    pub until: Timestamp,
    pub reason: String,
    /// How many refusals in a row led here; each doubles the next wait.
    pub strikes: u32,
    /// A person has asked Garmin once despite it; there is no second time.
    pub is_overridden: bool,
}

impl CoolDown {
    /// Whether a right clock can have written it: begun by `now`, and no further away than
    /// a rest can be. What a wrong clock left must not hold for years.
    pub fn is_plausible(&self, now: Timestamp) -> bool {
        let latest = |by| now.saturating_add(by).unwrap_or(Timestamp::MAX);
        self.until <= latest(LONGEST) && self.entered_at.is_none_or(|at| at <= latest(SLACK))
    }
}

/// What a cool-down forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CoolDownScope {
    /// Signing in with a password.
    SignIn,
    /// Any request of the `connect` lane for this account.
    Requests,
    /// Any request of the `personal` lane.
    RequestsPersonal,
}

impl CoolDownScope {
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Requests => "requests",
            Self::RequestsPersonal => "requests_personal",
        }
    }

    pub const ALL: [Self; 3] = [Self::SignIn, Self::Requests, Self::RequestsPersonal];

    /// What a lane's requests obey: one lane's rest does not stop the other.
    pub const fn of_lane(lane: Lane) -> Self {
        match lane {
            Lane::Connect => Self::Requests,
            Lane::Personal => Self::RequestsPersonal,
        }
    }
}

/// After the 1st, 2nd, 3rd and every further refusal in a row.
const SIGN_IN_HOURS: [i64; 4] = [2, 4, 8, 24];
/// After a sign-in page that was refused before a password was spent: doubling.
const SIGN_IN_PAGE_MINUTES: [i64; 7] = [30, 60, 120, 240, 480, 960, 1440];
/// For data requests without a `Retry-After` (`protocol.md` 11.2).
const REQUEST_MINUTES: [i64; 4] = [30, 60, 120, 240];

/// After new tokens that the data service does not accept (`protocol.md` 6.4).
const TOKEN_MINUTES: [i64; 7] = [1, 5, 15, 30, 60, 120, 240];

/// How long the data service may refuse new tokens before the session counts as over.
pub const TOKENS_REFUSED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A refusal this long after the last rest is the first of a new row.
const ROW_ENDS_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Garmin's own blocks last days at most (`protocol.md` 11.1).
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Clocks of one machine differ by no more than this between two processes.
const SLACK: SignedDuration = SignedDuration::from_mins(5);

/// Wrong passwords within [`WRONG_PASSWORD_WINDOW`] before we stop asking Garmin.
pub const WRONG_PASSWORDS: u32 = 5;
pub const WRONG_PASSWORD_WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// The cool-down that follows `before` when Garmin refuses at `now`.
pub fn after_refusal(
    scope: CoolDownScope,
    before: Option<&CoolDown>,
    retry_after: Option<Duration>,
    reason: &str,
    now: Timestamp,
) -> CoolDown {
    // Requests that were answered leave no trace here: time ends the row.
    let is_row = |before: &&CoolDown| {
        scope == CoolDownScope::SignIn || now.duration_since(before.until) < ROW_ENDS_AFTER
    };
    let strikes = before
        .filter(is_row)
        .map_or(0, |cool_down| cool_down.strikes)
        .saturating_add(1);
    let step = usize::try_from(strikes - 1).unwrap_or(usize::MAX).min(3);
    let named = retry_after.and_then(|wait| SignedDuration::try_from(wait).ok());
    let wait = match (scope, named) {
        // A sign-in block is longer than Garmin says: a numeric Retry-After is a floor.
        (CoolDownScope::SignIn, named) => {
            let own = SignedDuration::from_hours(SIGN_IN_HOURS.get(step).copied().unwrap_or(24));
            named.map_or(own, |named| named.max(own))
        }
        (_, Some(named)) => named,
        (_, None) => SignedDuration::from_mins(REQUEST_MINUTES.get(step).copied().unwrap_or(240)),
    };
    // No server, and no clock that was wrong, shuts us out for longer than this.
    let wait = wait.min(LONGEST);
    let until = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    CoolDown {
        scope,
        entered_at: Some(now),
        until,
        reason: reason.to_owned(),
        strikes,
        is_overridden: false,
    }
}

/// The rest of the `connect` lane after the data service refused new tokens `times` in a
/// row. `before` keeps its strikes: those are about limits.
pub fn after_refused_token(
    before: Option<&CoolDown>,
    times: u32,
    reason: &str,
    now: Timestamp,
) -> CoolDown {
    let step = usize::try_from(times.saturating_sub(1)).unwrap_or(usize::MAX);
    let minutes = TOKEN_MINUTES.get(step).copied().unwrap_or(240);
    let until = now
        .checked_add(SignedDuration::from_mins(minutes))
        .unwrap_or(Timestamp::MAX);
    CoolDown {
        scope: CoolDownScope::Requests,
        entered_at: Some(now),
        until,
        reason: reason.to_owned(),
        strikes: before.map_or(0, |before| before.strikes),
        is_overridden: false,
    }
}

/// The cool-down that follows `before` when Garmin refuses its sign-in page, before any
/// password was spent. It never shortens one that is in force.
pub fn after_page_refusal(
    before: Option<&CoolDown>,
    retry_after: Option<Duration>,
    reason: &str,
    now: Timestamp,
) -> CoolDown {
    let strikes = before
        .map_or(0, |cool_down| cool_down.strikes)
        .saturating_add(1);
    let step = usize::try_from(strikes - 1).unwrap_or(usize::MAX);
    let minutes = SIGN_IN_PAGE_MINUTES.get(step).copied().unwrap_or(1440);
    let own = SignedDuration::from_mins(minutes);
    let named = retry_after.and_then(|wait| SignedDuration::try_from(wait).ok());
    let wait = named.map_or(own, |named| named.max(own)).min(LONGEST);
    let until = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    match before {
        Some(before) if before.until > until => CoolDown {
            strikes,
            ..before.clone()
        },
        _ => CoolDown {
            scope: CoolDownScope::SignIn,
            entered_at: Some(now),
            until,
            reason: reason.to_owned(),
            strikes,
            is_overridden: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_waits_double_and_stop_at_a_day() {
        let now = Timestamp::UNIX_EPOCH;
        let mut before: Option<CoolDown> = None;
        let hours: Vec<_> = (0..6)
            .map(|_| {
                let next = after_refusal(CoolDownScope::SignIn, before.as_ref(), None, "429", now);
                let hours = next.until.duration_since(now).as_hours();
                before = Some(next);
                hours
            })
            .collect();
        assert_eq!(hours, [2, 4, 8, 24, 24, 24]);
    }

    #[test]
    fn a_refused_page_rests_half_an_hour_doubling_to_a_day() {
        let now = Timestamp::UNIX_EPOCH;
        let refused = |before: Option<&CoolDown>, retry_after: Option<u64>| {
            let retry_after = retry_after.map(Duration::from_secs);
            after_page_refusal(before, retry_after, "page", now)
        };
        let mut before: Option<CoolDown> = None;
        let minutes: Vec<_> = (0..9)
            .map(|_| {
                let mut next = refused(before.as_ref(), None);
                let minutes = next.until.duration_since(now).as_mins();
                next.until = now;
                before = Some(next);
                minutes
            })
            .collect();
        assert_eq!(minutes, [30, 60, 120, 240, 480, 960, 1440, 1440, 1440]);
        let wait = |seconds| refused(None, Some(seconds)).until.as_second();
        assert_eq!((wait(60), wait(7200)), (1800, 7200));
        let spent = after_refusal(CoolDownScope::SignIn, None, None, "429", now);
        let kept = refused(Some(&spent), None);
        assert_eq!((kept.until, kept.reason.as_str()), (spent.until, "429"));
    }

    #[test]
    fn a_limit_of_requests_long_after_the_last_one_starts_anew() {
        let now = Timestamp::UNIX_EPOCH;
        let scope = CoolDownScope::Requests;
        let first = after_refusal(scope, None, None, "429", now);
        let soon = first.until + SignedDuration::from_hours(1);
        let second = after_refusal(scope, Some(&first), None, "429", soon);
        let late = second.until + SignedDuration::from_hours(25);
        let third = after_refusal(scope, Some(&second), None, "429", late);
        assert_eq!((first.strikes, second.strikes, third.strikes), (1, 2, 1));
    }

    #[test]
    fn a_rest_that_a_wrong_clock_left_does_not_count() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        let rest = |at, scope| after_refusal(scope, None, None, "429", at);
        for scope in CoolDownScope::ALL {
            assert!(rest(now, scope).is_plausible(now));
            for ahead in [1, 3, 400, 30_000] {
                let wrong = rest(now + days(ahead), scope);
                assert!(!wrong.is_plausible(now), "{ahead}");
                let old = CoolDown {
                    entered_at: None,
                    ..wrong
                };
                assert_eq!(old.is_plausible(now), ahead < 7, "{ahead}");
            }
        }
    }

    #[test]
    fn retry_after_is_a_floor_for_sign_in_and_the_word_for_requests() {
        let now = Timestamp::UNIX_EPOCH;
        let minutes = |scope, seconds| {
            let after = Some(Duration::from_secs(seconds));
            after_refusal(scope, None, after, "429", now)
                .until
                .duration_since(now)
                .as_mins()
        };
        assert_eq!(minutes(CoolDownScope::SignIn, 60), 120);
        assert_eq!(minutes(CoolDownScope::SignIn, 10_800), 180);
        assert_eq!(minutes(CoolDownScope::Requests, 60), 1);
    }
}
