//! Everything the screen is made of. `update` changes it, `view` reads it.
//!
//! Which screen and which overlay is open is an enum and an `Option`, so an
//! impossible screen does not compile. Questions that both update and view ask
//! (what is known of the account, whether a key makes sense) are answered here.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::layout::Size;

use super::{
    keymap::{Action, Scope},
    pane::{job::JobPane, login::LoginPane, mfa::MfaPane, sync_log::SyncLog},
    times::Times,
    widget::{
        gauge::SPINNER_STEP_MS,
        toast::{Level, Toasts},
    },
};
use crate::domain::{
    account::AccountName,
    challenge::Challenge,
    cool_down::CoolDown,
    failure::Failure,
    session::{AccountState, SessionStatus},
};

#[derive(Debug)]
pub enum Screen {
    Home,
    Login(LoginPane),
    Mfa(MfaPane),
}

/// What lies over the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    Help,
    SignOut,
}

/// A question to the engine that has not been answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    SignIn,
    Code,
    SignOut,
}

#[derive(Debug)]
pub struct State {
    pub account: AccountName,
    /// Label and value pairs that stay in sight, e.g. the demo's credentials.
    pub corner: Vec<(String, String)>,
    pub zone: TimeZone,
    pub now: Timestamp,
    pub size: Size,
    pub exact_times: bool,
    /// `None` until the engine has told.
    pub accounts: Option<Vec<AccountState>>,
    pub next_sync_at: Option<Timestamp>,
    pub job: JobPane,
    pub log: SyncLog,
    pub waiting: Option<Waiting>,
    pub screen: Screen,
    pub overlay: Option<Overlay>,
    pub toasts: Toasts,
}

impl State {
    pub fn new(
        account: AccountName,
        corner: Vec<(String, String)>,
        zone: TimeZone,
        now: Timestamp,
    ) -> Self {
        Self {
            account,
            corner,
            zone,
            now,
            size: Size {
                width: 80,
                height: 24,
            },
            exact_times: false,
            accounts: None,
            next_sync_at: None,
            job: JobPane::default(),
            log: SyncLog::default(),
            waiting: None,
            screen: Screen::Home,
            overlay: None,
            toasts: Toasts::default(),
        }
    }

    /// What is known of this account; `None` before the first news and when it
    /// was never signed in here.
    pub fn account_state(&self) -> Option<&AccountState> {
        self.accounts
            .as_ref()?
            .iter()
            .find(|state| state.account.name == self.account)
    }

    /// `None` before the first news. An unknown account is a missing session.
    pub fn status(&self) -> Option<SessionStatus> {
        self.accounts.as_ref()?;
        Some(
            self.account_state()
                .map_or(SessionStatus::Missing, |state| state.status),
        )
    }

    pub fn challenge(&self) -> Option<&Challenge> {
        self.account_state()?.mfa.as_ref()
    }

    /// The cool-down, as long as it lasts.
    pub fn cool_down(&self) -> Option<&CoolDown> {
        self.account_state()?
            .cool_down
            .as_ref()
            .filter(|cool_down| self.now < cool_down.until)
    }

    pub fn times(&self) -> Times<'_> {
        Times {
            now: self.now,
            zone: &self.zone,
            exact: self.exact_times,
        }
    }

    /// The scopes whose keys hold right now.
    pub fn scopes(&self) -> &'static [Scope] {
        match self.overlay {
            Some(Overlay::Help) => &[Scope::Help, Scope::Anywhere],
            Some(Overlay::SignOut) => &[Scope::SignOut, Scope::Anywhere],
            None => self.screen_scopes(),
        }
    }

    /// The scopes of the screen below any overlay.
    pub fn screen_scopes(&self) -> &'static [Scope] {
        match self.screen {
            Screen::Home => &[Scope::Home, Scope::Anywhere],
            Screen::Login(_) => &[Scope::Login, Scope::Field, Scope::Anywhere],
            Screen::Mfa(_) => &[Scope::Mfa, Scope::Anywhere],
        }
    }

    /// Why an action makes no sense now, as the answer to its key. The hints
    /// leave such keys out.
    pub fn why_not(&self, action: Action) -> Option<&'static str> {
        let status = self.status();
        let running = self.job.is_running();
        match (action, status) {
            (Action::SyncNow, _) if running => Some("A sync is already running."),
            (Action::SyncNow | Action::SignOut | Action::EnterCode, None) => {
                Some("Still reading CentralDB.")
            }
            (Action::SyncNow, Some(SessionStatus::Missing)) => {
                Some("Not signed in yet: press l first.")
            }
            (Action::SyncNow, Some(SessionStatus::MfaPending)) => {
                Some("Garmin waits for a code: press m first.")
            }
            (Action::SyncNow, Some(SessionStatus::Expired)) => {
                Some("The session has ended: press l to sign in.")
            }
            (Action::CancelSync, _) if !running => Some("No sync is running."),
            (Action::CancelSync, _) if self.job.is_cancelling() => {
                Some("Already stopping after the open step.")
            }
            (Action::EnterCode, _) if self.challenge().is_none() => Some("No code is awaited."),
            (Action::SignOut, Some(SessionStatus::Missing)) => Some("Nobody is signed in."),
            (Action::SignOut, _) if self.waiting == Some(Waiting::SignOut) => {
                Some("Already signing out.")
            }
            _ => None,
        }
    }

    pub fn tell(&mut self, level: Level, text: impl Into<String>) {
        self.toasts.show(level, text, self.now);
    }

    pub fn fail(&mut self, failure: &Failure) {
        let again = failure.retry_at.map(|at| self.times().future(at));
        self.toasts.fail(failure, again.as_deref(), self.now);
    }

    /// When the screen has to be drawn again although nothing happens: at the
    /// spinner's pace, at a countdown's, or for the sake of "2 min ago".
    pub fn cadence(&self) -> Duration {
        if self.accounts.is_none() || self.job.is_running() || self.waiting.is_some() {
            Duration::from_millis(SPINNER_STEP_MS.unsigned_abs())
        } else if self.counts_seconds() {
            Duration::from_secs(1)
        } else {
            Duration::from_secs(30)
        }
    }

    fn counts_seconds(&self) -> bool {
        let soon = |at: Timestamp| at.duration_since(self.now) < SignedDuration::from_secs(60);
        let runs = |challenge: &Challenge| !challenge.is_expired(self.now);
        let on_screen = match &self.screen {
            Screen::Mfa(pane) => Some(&pane.challenge),
            Screen::Home | Screen::Login(_) => self.challenge(),
        };
        !self.toasts.is_empty()
            || on_screen.is_some_and(runs)
            || self.cool_down().is_some()
            || self
                .next_sync_at
                .is_some_and(|at| at > self.now && soon(at))
    }
}
