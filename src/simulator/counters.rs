//! What was asked of the simulator, for tests that count requests.

use std::collections::BTreeMap;

/// A snapshot of everything counted since the start or the last reset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Requests by endpoint name, faulted ones included; absent means none. GraphQL posts are counted
    /// under `graphql`, and the root fields that were evaluated under `graphql.<scalar>` besides.
    pub requests: BTreeMap<String, u64>,
    /// Requests of all kinds.
    pub total: u64,
    /// The most requests that were being answered at the same time.
    pub most_at_once: u64,
    /// Passwords tried, right or wrong.
    pub sign_in_attempts: u64,
    /// Passwords sent to a door that had already answered 429: each is a bug in a client.
    pub attempts_while_blocked: u64,
    /// Passwords and codes refused unread: without their page's cookies or referrer, or too early.
    pub posts_without_page: u64,
    /// Codes tried, right or wrong.
    pub mfa_attempts: u64,
    /// Codes sent by e-mail or SMS.
    pub mfa_codes_sent: u64,
    /// Codes the widget was asked to send, first ones and repeats; also among `mfa_codes_sent`.
    pub mfa_codes_requested: u64,
    /// Tickets turned into tokens.
    pub tickets_exchanged: u64,
    /// Successful rotations.
    pub refreshes: u64,
    /// Refresh tokens presented again after they were spent: each is a bug in a client.
    pub reused_refresh_tokens: u64,
    /// OAuth1 tickets and exchanges whose signature was right and whose token was alive.
    pub oauth1_exchanges: u64,
    /// OAuth1 requests refused: wrong signature or dead token.
    pub refused_oauth1: u64,
    /// Personal API keys turned into bearers.
    pub keys_exchanged: u64,
    /// Personal API keys refused: wrong, expired or deleted.
    pub refused_keys: u64,
    /// Requests refused for a missing, unknown or expired bearer.
    pub refused_bearers: u64,
}

impl Counters {
    /// Requests to one endpoint, such as `daily.day`.
    pub fn of(&self, endpoint: &str) -> u64 {
        self.requests.get(endpoint).copied().unwrap_or(0)
    }

    /// One more request arrived at `endpoint`.
    pub(super) fn arrived(&mut self, endpoint: &str) {
        self.total += 1;
        self.part(endpoint);
    }

    /// Counts a part of a request that was already counted as a whole.
    pub(super) fn part(&mut self, name: &str) {
        *self.requests.entry(name.to_owned()).or_default() += 1;
    }
}
