//! The one key of the account and the bearers it was exchanged for (personal-api.md 2 and 4).

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::simulator::clock::Clock;
use crate::simulator::ledger::{jwt, uuid, word};
use crate::simulator::scenario::Scenario;

/// A bearer's day, unless the key ends before.
const BEARER_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// The longest choice of the key page.
const KEY_LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);

#[derive(Debug)]
pub(in crate::simulator) struct KeyRing {
    /// `None`: the key was deleted on the web.
    key: Option<String>,
    ends: Timestamp,
    clock: Clock,
    /// All bearers ever, dead ones too: they still tell which lane a request means.
    bearers: HashMap<String, Timestamp>,
}

impl KeyRing {
    pub(in crate::simulator) fn new(scenario: &Scenario, clock: Clock) -> Self {
        Self {
            key: Some(scenario.personal_key.clone()),
            ends: scenario
                .personal_key_ends
                .unwrap_or_else(|| later(clock.now(), KEY_LIFE)),
            clock,
            bearers: HashMap::new(),
        }
    }

    /// A fresh bearer; those before stay good. It never outlives the key.
    pub(super) fn exchange(&mut self, key: &str) -> Option<String> {
        let now = self.clock.now();
        if self.key.as_deref() != Some(key) || self.ends <= now {
            return None;
        }
        let ends = self.ends.min(later(now, BEARER_LIFE));
        let bearer = jwt(&json!({
            "exp": ends.as_second(),
            "iat": now.as_second(),
            "jti": uuid(),
            "scope": ["PERSONAL_API_READ"],
        }));
        self.bearers.insert(bearer.clone(), ends);
        Some(bearer)
    }

    /// Whether a bearer belongs to this lane, dead or alive.
    pub(in crate::simulator) fn knows(&self, bearer: &str) -> bool {
        self.bearers.contains_key(bearer)
    }

    pub(in crate::simulator) fn check(&self, bearer: &str) -> Result<(), &'static str> {
        match self.bearers.get(bearer) {
            Some(ends) if *ends > self.clock.now() => Ok(()),
            Some(_) => Err("Access token expired"),
            None => Err("Invalid access token"),
        }
    }

    pub(in crate::simulator) fn expire_bearers(&mut self) {
        let now = self.clock.now();
        self.bearers.values_mut().for_each(|ends| *ends = now);
    }

    /// Deleted on the web: access ends at once.
    pub(in crate::simulator) fn revoke(&mut self) {
        self.key = None;
        self.expire_bearers();
    }

    /// There is one key at a time: making a new one ends the old one and its bearers.
    pub(in crate::simulator) fn replace(&mut self) -> String {
        self.revoke();
        let key = format!("GCDC_{}", word(32));
        self.key = Some(key.clone());
        self.ends = later(self.clock.now(), KEY_LIFE);
        key
    }
}

fn later(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).unwrap_or(at)
}
