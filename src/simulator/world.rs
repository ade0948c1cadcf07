//! The state behind the handlers: one athlete, one account, everything counted and handed out.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::athlete::{Athlete, Now, plus_days};
use super::clock::Clock;
use super::counters::Counters;
use super::desk::SignInDesk;
use super::edits::Edits;
use super::faults::{FaultBook, FaultKind, Lane};
use super::ledger::Ledger;
use super::oauth1::Oauth1Book;
use super::personal::KeyRing;
use super::scenario::Scenario;
use super::turnstile::Turnstile;

/// Shared by all handlers. Each part has its own lock, none is held across an await, and a handler
/// that needs two takes them one after the other.
#[derive(Debug)]
pub(super) struct World {
    pub(super) scenario: Scenario,
    pub(super) athlete: Athlete,
    pub(super) clock: Clock,
    counters: Mutex<Counters>,
    /// Requests being answered now.
    at_once: AtomicU64,
    faults: Mutex<FaultBook>,
    desk: Mutex<SignInDesk>,
    turnstile: Mutex<Turnstile>,
    ledger: Mutex<Ledger>,
    keys: Mutex<KeyRing>,
    oauth1: Mutex<Oauth1Book>,
    edits: Mutex<Edits>,
    /// Requests the Personal API answers at the same time (personal-api.md 9).
    pub(super) personal_seats: Semaphore,
}

/// Twelve at once were refused.
const PERSONAL_SEATS: usize = 11;

impl World {
    pub(super) fn new(scenario: Scenario) -> Self {
        let clock = Clock::new(scenario.clock_skew);
        let mut ledger = Ledger::new(&scenario, clock.clone());
        ledger.remember(&scenario.personal_key);
        Self {
            athlete: athlete(&scenario),
            counters: Mutex::default(),
            at_once: AtomicU64::default(),
            faults: Mutex::default(),
            desk: Mutex::default(),
            turnstile: Mutex::new(Turnstile::new(&scenario)),
            ledger: Mutex::new(ledger),
            keys: Mutex::new(KeyRing::new(&scenario, clock.clone())),
            oauth1: Mutex::default(),
            edits: Mutex::default(),
            clock,
            personal_seats: Semaphore::new(PERSONAL_SEATS),
            scenario,
        }
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Counters)) {
        change(&mut held(&self.counters));
    }

    /// A request is being answered until the value is dropped, also when its client is gone.
    pub(super) fn enters(self: &Arc<Self>) -> Presence {
        let at_once = self.at_once.fetch_add(1, Ordering::Relaxed) + 1;
        self.count(|counters| counters.most_at_once = counters.most_at_once.max(at_once));
        Presence(Arc::clone(self))
    }

    pub(super) fn counters(&self) -> MutexGuard<'_, Counters> {
        held(&self.counters)
    }

    pub(super) fn faults(&self) -> MutexGuard<'_, FaultBook> {
        held(&self.faults)
    }

    pub(super) fn strike(&self, lane: Lane, name: &str, path: &str) -> Option<FaultKind> {
        self.faults().strike(lane, name, path)
    }

    pub(super) fn desk(&self) -> MutexGuard<'_, SignInDesk> {
        held(&self.desk)
    }

    pub(super) fn turnstile(&self) -> MutexGuard<'_, Turnstile> {
        held(&self.turnstile)
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        held(&self.ledger)
    }

    pub(super) fn keys(&self) -> MutexGuard<'_, KeyRing> {
        held(&self.keys)
    }

    pub(super) fn oauth1(&self) -> MutexGuard<'_, Oauth1Book> {
        held(&self.oauth1)
    }

    pub(super) fn edits(&self) -> MutexGuard<'_, Edits> {
        held(&self.edits)
    }

    /// The athlete's present moment and the first day of the history.
    pub(super) fn now(&self) -> Now {
        self.athlete.now(self.scenario.today, self.scenario.days)
    }

    /// Checks a bearer; the error is the reason for `WWW-Authenticate`.
    pub(super) fn admit(&self, bearer: Option<&str>) -> Result<(), &'static str> {
        let verdict = match bearer {
            None => Err("Full authentication is required to access this resource"),
            Some(token) => self.ledger().check_access(token),
        };
        let verdict = match verdict {
            Ok(()) if self.scenario.refuse_fresh_tokens => Err("Token is not active"),
            other => other,
        };
        self.noted(verdict)
    }

    /// Checks a bearer of the Personal API.
    pub(super) fn admit_personal(&self, bearer: Option<&str>) -> Result<(), &'static str> {
        let verdict = self.keys().check(bearer.unwrap_or_default());
        self.noted(verdict)
    }

    fn noted(&self, verdict: Result<(), &'static str>) -> Result<(), &'static str> {
        if verdict.is_err() {
            self.count(|counters| counters.refused_bearers += 1);
        }
        verdict
    }
}

/// One request before the simulator.
#[derive(Debug)]
pub(super) struct Presence(Arc<World>);

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.at_once.fetch_sub(1, Ordering::Relaxed);
    }
}

fn athlete(scenario: &Scenario) -> Athlete {
    let athlete = Athlete::new(scenario.seed, None);
    let Some(age) = scenario.newest_watch_days else {
        return athlete;
    };
    let today = athlete.now(scenario.today, scenario.days).today;
    Athlete::new(scenario.seed, Some(plus_days(today, 1 - i64::from(age))))
}

/// A panic in one handler must not take the others down with it.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
