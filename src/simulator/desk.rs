//! Half-finished sign-ins: browser sessions, MFA challenges and the count of wrong passwords.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use jiff::Timestamp;

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
    /// The mobile sign-in page that each session saw last.
    pages: HashMap<String, SeenPage>,
    /// The form token of each session's last page, and since when; posting it uses it up.
    form_tokens: HashMap<String, (String, Timestamp)>,
    challenges: HashMap<String, Challenge>,
    /// Widget sign-ins that are complete but for one redirect, with their service.
    login_tokens: HashMap<String, String>,
    signed_in_browsers: HashSet<String>,
    remembered_browsers: HashSet<String>,
    wrong_passwords: u32,
}

/// A sign-in page as it was handed out.
#[derive(Clone, Debug)]
pub(super) struct SeenPage {
    /// Path and query.
    pub(super) address: String,
    pub(super) client_id: String,
    /// The cookies set with it, the session's aside.
    pub(super) cookies: Vec<(&'static str, String)>,
    pub(super) at: Timestamp,
}

#[derive(Debug)]
struct Challenge {
    query: Query,
    expires: Instant,
    tries_left: u32,
    is_code_sent: bool,
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

    pub(super) fn show_page(&mut self, session: &str, page: SeenPage) {
        self.pages.insert(session.to_owned(), page);
    }

    pub(super) fn page(&self, session: &str) -> Option<SeenPage> {
        self.pages.get(session).cloned()
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

    /// Opens a challenge for a session; an older one of the same session is dropped. No code is right
    /// before it was sent, unless the person has an app for it: then it counts as sent.
    pub(super) fn challenge(
        &mut self,
        session: &str,
        query: Query,
        is_code_sent: bool,
        ttl: Duration,
    ) {
        let challenge = Challenge {
            query,
            expires: Instant::now() + ttl,
            tries_left: CODE_TRIES,
            is_code_sent,
        };
        self.challenges.insert(session.to_owned(), challenge);
    }

    /// Whether a session's challenge has its code under way; `None` without a challenge.
    pub(super) fn is_code_sent(&self, session: &str, query: &Query) -> Option<bool> {
        let challenge = self.challenges.get(session)?;
        (challenge.query == *query).then_some(challenge.is_code_sent)
    }

    /// Sends a code, for the first time or again; `false` without a challenge.
    pub(super) fn send_code(&mut self, session: &str) -> bool {
        let challenge = self.challenges.get_mut(session);
        challenge.is_some_and(|challenge| {
            challenge.is_code_sent = true;
            true
        })
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
        } else if is_right && challenge.is_code_sent {
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

    pub(super) fn knows_browser(&self, cookie: &str) -> bool {
        self.remembered_browsers.contains(cookie)
    }

    /// A browser is signed in and gets tickets without a password (protocol.md 4.2).
    pub(super) fn grant(&mut self, cookie: &str) {
        self.signed_in_browsers.insert(cookie.to_owned());
    }

    pub(super) fn is_granting(&self, cookie: &str) -> bool {
        self.signed_in_browsers.contains(cookie)
    }
}

/// The widget's forms.
impl SignInDesk {
    /// The token of the form on a new page; those of the pages before are void.
    pub(super) fn form_token(&mut self, session: &str, now: Timestamp) -> String {
        let token: String = (0..100)
            .map(|_| fastrand::digit(16).to_ascii_uppercase())
            .collect();
        self.form_tokens
            .insert(session.to_owned(), (token.clone(), now));
        token
    }

    /// Takes a form: good once, and only in the session that got the page. The answer is when that was.
    pub(super) fn take_form(&mut self, session: &str, token: &str) -> Option<Timestamp> {
        let (known, _) = self.form_tokens.get(session)?;
        if known != token {
            return None;
        }
        self.form_tokens.remove(session).map(|(_, since)| since)
    }

    /// A way from the right code to the success page (protocol.md 3.3).
    pub(super) fn login_token(&mut self, service: &str) -> String {
        let token = word(10);
        self.login_tokens.insert(token.clone(), service.to_owned());
        token
    }

    /// The service of a login token, once.
    pub(super) fn take_login_token(&mut self, token: &str) -> Option<String> {
        self.login_tokens.remove(token)
    }
}

/// A browser session as the `SESSION` cookie names it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: String,
    /// The cookie must be set.
    pub(super) is_new: bool,
}
