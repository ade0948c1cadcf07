//! One Garmin account known to this CentralDB.

use std::{fmt, str::FromStr};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The row id of an account. Bound into everything sealed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(i64);

impl AccountId {
    pub const fn new(id: i64) -> Self {
        Self(id)
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

/// The short local name of an account: 1 to 32 of `a-z 0-9 - _`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AccountName(String);

impl AccountName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for AccountName {
    /// The name used when none is given.
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if text.is_empty() || text.len() > 32 || !text.chars().all(legal) {
            return Err("an account name has 1 to 32 characters of a-z, 0-9, - and _".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// Which of Garmin's two regions an account lives in. Never crossed: a China
/// account refreshed on the other host loses its chain (`protocol.md` 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Region {
    #[default]
    #[serde(rename = "garmin.com")]
    International,
    #[serde(rename = "garmin.cn")]
    China,
}

impl Region {
    /// The registrable domain of every host of this region.
    pub const fn domain(self) -> &'static str {
        match self {
            Self::International => "garmin.com",
            Self::China => "garmin.cn",
        }
    }

    pub fn from_domain(domain: &str) -> Option<Self> {
        match domain {
            "garmin.com" => Some(Self::International),
            "garmin.cn" => Some(Self::China),
            _ => None,
        }
    }
}

/// What is known of an account, without anything secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub name: AccountName,
    pub region: Region,
    /// Garmin's `profileId`; `None` until the first validated sign-in.
    pub user_id: Option<String>,
    /// Goes into URL paths; may be a nick or a UUID, and null on new profiles.
    pub display_name: Option<String>,
    /// IANA name from Garmin's settings: decides what "today" is.
    pub time_zone: Option<String>,
}

/// Whether a zone that Garmin names is one that days can be counted in here.
pub fn is_known_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_plain_words() {
        assert!("ada".parse::<AccountName>().is_ok());
        for bad in ["", "Ada", "a b", "a/b", "é", &"x".repeat(33)] {
            assert!(bad.parse::<AccountName>().is_err(), "{bad:?}");
        }
    }
}
