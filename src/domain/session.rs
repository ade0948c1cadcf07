//! The session: what keeps an account signed in, and how that looks from outside.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    account::Account,
    challenge::Challenge,
    cool_down::{CoolDown, CoolDownScope},
    coverage::Owed,
    secret::{Secret, sealed},
};

/// Exactly the four words of `design.md` section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SessionStatus {
    /// Never signed in here, or signed out.
    Missing,
    /// The password was right; Garmin waits for the code.
    MfaPending,
    /// Works without a person: the access token is good or can be refreshed.
    Valid,
    /// Garmin refused it for good, or its refresh token ran out.
    Expired,
}

impl SessionStatus {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "MISSING",
            Self::MfaPending => "MFA_PENDING",
            Self::Valid => "VALID",
            Self::Expired => "EXPIRED",
        }
    }
}

/// How a session was obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// E-mail and password, perhaps with a code.
    Password,
    /// A service ticket from the browser.
    Browser,
    /// An official personal API key.
    Key,
    /// Brought over from another program or machine.
    Import,
}

impl Door {
    pub const ALL: [Self; 4] = [Self::Password, Self::Browser, Self::Key, Self::Import];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Browser => "browser",
            Self::Key => "key",
            Self::Import => "import",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|door| door.name() == name)
    }
}

/// One of the two kinds of session an account can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Access token with a rotating refresh token (`protocol.md` 5, 6).
    Connect,
    /// Official key with a day token (`personal-api.md`).
    Personal,
}

impl Lane {
    pub const ALL: [Self; 2] = [Self::Connect, Self::Personal];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Personal => "personal",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.name() == name)
    }
}

/// The tokens of the `connect` lane, as sealed into `session_data`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tokens {
    #[serde(with = "sealed")]
    pub access: Secret,
    #[serde(with = "sealed")]
    pub refresh: Secret,
    /// The client id a refresh must name: the access token's own claim, or the
    /// id whose exchange succeeded.
    pub client_id: String,
    pub issued_at: Timestamp,
    pub access_expires_at: Timestamp,
    /// `None` when Garmin did not say.
    pub refresh_expires_at: Option<Timestamp>,
    /// Came with a session from garth: the way out when the refresh token is dead.
    #[serde(default)]
    pub oauth1: Option<OAuth1Token>,
}

/// garth's older, long-lived token: buys new tokens while it lasts (`protocol.md` 8).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OAuth1Token {
    #[serde(with = "sealed")]
    pub token: Secret,
    #[serde(with = "sealed")]
    pub secret: Secret,
    /// Empty if the account has no second factor.
    #[serde(with = "sealed")]
    pub mfa_token: Secret,
    /// As written; its form differs from version to version.
    pub mfa_expires: Option<String>,
}

/// The key and day token of the `personal` lane, as sealed into `session_data`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PersonalSession {
    #[serde(with = "sealed")]
    pub key: Secret,
    #[serde(with = "sealed")]
    pub bearer: Secret,
    pub bearer_issued_at: Timestamp,
    pub bearer_expires_at: Timestamp,
    /// As far as it is known: Garmin has no call that tells.
    pub key_ends_at: Option<Timestamp>,
}

/// What may be shown of one lane. Nothing in here is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneState {
    pub lane: Lane,
    pub status: SessionStatus,
    pub door: Option<Door>,
    pub signed_in_at: Option<Timestamp>,
    pub access_expires_at: Option<Timestamp>,
    pub refresh_expires_at: Option<Timestamp>,
    pub last_validated_at: Option<Timestamp>,
    /// Goes up by one with every stored pair of tokens.
    pub generation: u64,
    /// Why the session ended, as a sentence; only when `Expired`.
    pub ended_reason: Option<String>,
}

impl LaneState {
    /// Whole days until a person has to sign in again: until the refresh token
    /// runs out if nothing refreshed it before. 0 when that is now.
    pub fn needs_person_in_days(&self, now: Timestamp) -> Option<i64> {
        match self.status {
            SessionStatus::Valid => self
                .refresh_expires_at
                .map(|at| at.duration_since(now).as_secs().div_euclid(86_400).max(0)),
            SessionStatus::Expired | SessionStatus::MfaPending => Some(0),
            SessionStatus::Missing => None,
        }
    }
}

/// Everything the fronts show of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountState {
    pub account: Account,
    /// The best status of its lanes, or `MfaPending` when only a challenge stands.
    pub status: SessionStatus,
    pub lanes: Vec<LaneState>,
    pub mfa: Option<Challenge>,
    /// Those in force; at most one of each scope.
    pub cool_downs: Vec<CoolDown>,
    /// Jobs of the last 30 days that needed no person, and all of them.
    pub reuse: Reuse,
    /// Days that are still to be fetched although they were asked for.
    pub owed: Vec<Owed>,
}

impl AccountState {
    /// The one that ends last.
    pub fn cool_down(&self) -> Option<&CoolDown> {
        self.cool_downs.iter().max_by_key(|rest| rest.until)
    }

    /// The status of one lane; `Missing` where there never was a session.
    pub fn status_of(&self, lane: Lane) -> SessionStatus {
        let known = self.lanes.iter().find(|state| state.lane == lane);
        known.map_or(SessionStatus::Missing, |state| state.status)
    }

    pub fn cool_down_of(&self, scope: CoolDownScope) -> Option<&CoolDown> {
        self.cool_downs.iter().find(|rest| rest.scope == scope)
    }

    /// When a person is needed next. Syncs live on the `connect` lane, so that one
    /// decides where there is one.
    pub fn needs_person_in_days(&self, now: Timestamp) -> Option<i64> {
        let connect = self.lanes.iter().find(|lane| lane.lane == Lane::Connect);
        let connect = connect.filter(|lane| lane.status != SessionStatus::Missing);
        if let Some(lane) = connect {
            return lane.needs_person_in_days(now);
        }
        let days = self.lanes.iter().map(|lane| lane.needs_person_in_days(now));
        days.flatten().max()
    }
}

/// How many jobs lived off the stored session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reuse {
    pub reused: u32,
    pub jobs: u32,
}

impl Reuse {
    /// Rounded down, so that 100 means all. `None` before the first job.
    pub fn percent(self) -> Option<u32> {
        (self.jobs > 0).then(|| self.reused * 100 / self.jobs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(status: SessionStatus, refresh_s: i64) -> LaneState {
        LaneState {
            lane: Lane::Connect,
            status,
            door: None,
            signed_in_at: None,
            access_expires_at: None,
            refresh_expires_at: Timestamp::from_second(refresh_s).ok(),
            last_validated_at: None,
            generation: 1,
            ended_reason: None,
        }
    }

    #[test]
    fn the_forecast_counts_whole_days_and_stops_at_zero() {
        let now = Timestamp::from_second(0).unwrap();
        let days = |s| lane(SessionStatus::Valid, s).needs_person_in_days(now);
        assert_eq!(days(86_400 * 7 + 5), Some(7));
        assert_eq!(days(86_399), Some(0));
        assert_eq!(days(-5), Some(0));
        assert_eq!(
            lane(SessionStatus::Missing, 5).needs_person_in_days(now),
            None
        );
    }
}
