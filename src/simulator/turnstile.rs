//! How many passwords sso takes per client id and day, and how long it sulks (protocol.md 11.1).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::scenario::{Scenario, SignInPolicy};

const DAY: Duration = Duration::from_hours(24);

/// One bucket per client id. The widget, which sends none, has the bucket of the empty id.
#[derive(Debug)]
pub(super) struct Turnstile {
    budget: Option<u32>,
    block: Duration,
    buckets: HashMap<String, Bucket>,
}

#[derive(Debug, Default)]
struct Bucket {
    attempts: Vec<Instant>,
    block: Option<Block>,
}

#[derive(Debug)]
struct Block {
    ends: Instant,
    /// A refusal went out: whoever comes again should have known.
    is_told: bool,
}

/// What a password meets before anybody looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    Free,
    /// The first refusal of a block.
    Refused,
    /// Refused again; the block starts over.
    RefusedAgain,
}

impl Turnstile {
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self {
            budget: match scenario.sign_in {
                SignInPolicy::RateLimited | SignInPolicy::RateLimitedInBody => Some(0),
                _ => scenario.sign_in_budget,
            },
            block: scenario.sign_in_block,
            buckets: HashMap::new(),
        }
    }

    /// One attempt. Refused ones count too: each starts the block anew.
    pub(super) fn pass(&mut self, client_id: &str) -> Passage {
        let now = Instant::now();
        let bucket = self.buckets.entry(client_id.to_owned()).or_default();
        bucket.settle(now);
        if let Some(block) = &mut bucket.block {
            block.ends = now + self.block;
            return if std::mem::replace(&mut block.is_told, true) {
                Passage::RefusedAgain
            } else {
                Passage::Refused
            };
        }
        if self.budget.is_some_and(|budget| bucket.used() >= budget) {
            bucket.block = Some(Block {
                ends: now + self.block,
                is_told: true,
            });
            return Passage::Refused;
        }
        bucket.attempts.push(now);
        Passage::Free
    }

    /// A look from outside, which costs nothing (protocol.md 2.1, reachability probe).
    pub(super) fn is_blocked(&mut self, client_id: &str) -> bool {
        self.buckets.get_mut(client_id).is_some_and(|bucket| {
            bucket.settle(Instant::now());
            bucket.block.is_some()
        })
    }

    /// Somebody else on this address has used up the budget.
    pub(super) fn block(&mut self, client_id: &str) {
        let block = Block {
            ends: Instant::now() + self.block,
            is_told: false,
        };
        let bucket = self.buckets.entry(client_id.to_owned()).or_default();
        bucket.block = Some(block);
    }

    pub(super) fn unblock(&mut self, client_id: &str) {
        self.buckets.remove(client_id);
    }
}

impl Bucket {
    fn used(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX)
    }

    /// Forgets what is over: a block that ran out takes the attempts before it along.
    fn settle(&mut self, now: Instant) {
        if self.block.as_ref().is_some_and(|block| block.ends <= now) {
            *self = Self::default();
        }
        self.attempts.retain(|at| now.duration_since(*at) < DAY);
    }
}
