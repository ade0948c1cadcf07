//! Half-finished sign-ins: browser sessions, MFA challenges and the count of wrong passwords.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use super::ledger::{uuid, word};

/// Wrong codes a challenge takes; the last one burns it (protocol.md 3.2).
const CODE_TRIES: u32 = 3;

/// The three parameters that login and verification must share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) client_id: String,
    pub(super) locale: String,
    pub(super) service: String,
}

/// Everything sso remembers between two requests.
#[derive(Debug, Default)]
pub(super) struct SignInDesk {
    sessions: HashSet<String>,
    challenges: HashMap<String, Challenge>,
    remembered_browsers: HashSet<String>,
    wrong_passwords: u32,
}

#[derive(Debug)]
struct Challenge {
    query: Query,
    expires: Instant,
    tries_left: u32,
}

/// What came of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Right,
    /// The challenge stays alive.
    Wrong,
    /// Wrong once too often: the challenge is gone.
    Burnt,
    /// The challenge was there, but too long.
    Expired,
    /// No challenge belongs to this cookie and query.
    Unknown,
}

impl SignInDesk {
    /// The session behind a cookie, or a new one.
    pub(super) fn session(&mut self, cookie: Option<&str>) -> Session {
        match cookie {
            Some(id) if self.sessions.contains(id) => Session {
                id: id.to_owned(),
                is_new: false,
            },
            _ => {
                let id = uuid();
                self.sessions.insert(id.clone());
                Session { id, is_new: true }
            }
        }
    }

    /// Counts a wrong password; the answer is how many there were in a row.
    pub(super) fn wrong_password(&mut self) -> u32 {
        self.wrong_passwords += 1;
        self.wrong_passwords
    }

    pub(super) fn wrong_passwords(&self) -> u32 {
        self.wrong_passwords
    }

    pub(super) fn right_password(&mut self) {
        self.wrong_passwords = 0;
    }

    /// Opens a challenge for a session; an older one of the same session is dropped.
    pub(super) fn challenge(&mut self, session: &str, query: Query, ttl: Duration) {
        let challenge = Challenge {
            query,
            expires: Instant::now() + ttl,
            tries_left: CODE_TRIES,
        };
        self.challenges.insert(session.to_owned(), challenge);
    }

    /// Tries a code. `is_right` is the caller's comparison, so that codes stay out of this module.
    pub(super) fn verify(&mut self, session: &str, query: &Query, is_right: bool) -> Verdict {
        let Some(challenge) = self
            .challenges
            .get_mut(session)
            .filter(|challenge| challenge.query == *query)
        else {
            return Verdict::Unknown;
        };
        let verdict = if challenge.expires <= Instant::now() {
            Verdict::Expired
        } else if is_right {
            Verdict::Right
        } else {
            challenge.tries_left -= 1;
            if challenge.tries_left == 0 {
                Verdict::Burnt
            } else {
                Verdict::Wrong
            }
        };
        if verdict != Verdict::Wrong {
            self.challenges.remove(session);
        }
        verdict
    }

    /// A cookie value that spares this browser the second factor next time (protocol.md 3.2).
    pub(super) fn remember_browser(&mut self) -> String {
        let value = word(40);
        self.remembered_browsers.insert(value.clone());
        value
    }

    pub(super) fn knows_browser(&self, cookie: Option<&str>) -> bool {
        cookie.is_some_and(|value| self.remembered_browsers.contains(value))
    }
}

/// A browser session as the `SESSION` cookie names it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: String,
    /// The cookie must be set.
    pub(super) is_new: bool,
}
