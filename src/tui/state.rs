//! Everything the screen is made of. `update` changes it, `view` reads it.
//!
//! Which screen and which overlay is open is an enum and an `Option`, so an
//! impossible screen does not compile. Questions that both update and view ask
//! (what is known of the account, whether a key makes sense) are answered here.

mod sense;

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use ratatui::layout::Size;

use super::{
    keymap::{Keymap, Scope},
    pane::{
        about::AboutPane,
        accounts::AccountsPane,
        audit::AuditPane,
        browser::BrowserPane,
        coverage::CoveragePane,
        doctor::DoctorPane,
        doors::{DoorChoice, DoorsPane},
        help::HelpPane,
        job::JobPane,
        jobs::JobsPane,
        key::KeyPane,
        login::LoginPane,
        mfa::MfaPane,
        new_account::NewAccountPane,
        palette::PalettePane,
        price::PricePane,
        rename::RenamePane,
        report::ReportPane,
        sync_log::SyncLog,
    },
    times::{Times, stands_for},
    widget::{
        gauge::SPINNER_STEP_MS,
        toast::{Level, Toasts},
    },
};
use crate::domain::{
    account::{AccountName, Region},
    challenge::Challenge,
    cool_down::{CoolDown, CoolDownScope},
    coverage::CoverageMap,
    failure::Failure,
    session::{AccountState, SessionStatus},
    sign_in::SignInStep,
};

/// What lists of times need, and how old a screen may be after a laptop slept.
const LONGEST: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub enum Screen {
    Home,
    Doors(DoorsPane),
    Login(LoginPane),
    Browser(BrowserPane),
    Key(KeyPane),
    Mfa(MfaPane),
    Accounts(AccountsPane),
    NewAccount(NewAccountPane),
    Audit(AuditPane),
    Jobs(JobsPane),
    Report(ReportPane),
    Coverage(CoveragePane),
    Rename(RenamePane),
    Doctor(DoctorPane),
    About(AboutPane),
}

impl Screen {
    /// Whether it is of no use any more once somebody is signed in.
    pub const fn is_sign_in(&self) -> bool {
        matches!(
            self,
            Self::Doors(_) | Self::Login(_) | Self::Browser(_) | Self::Key(_) | Self::Mfa(_)
        )
    }
}

/// What lies over the screen.
#[derive(Debug)]
pub enum Overlay {
    Help(HelpPane),
    /// The line in which the log's filter is typed.
    Filter,
    /// What a repair would cost, before it begins.
    Price(Box<PricePane>),
    /// The question before an account is signed out.
    SignOut(AccountName),
    Palette(Box<PalettePane>),
    /// The warning before a password goes out despite a cool-down.
    CoolDown,
}

/// A question to the engine that has not been answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    SignIn(DoorChoice),
    Code,
    SignOut,
}

/// What the app itself keeps of one account while it is open.
#[derive(Debug, Default)]
pub struct Desk {
    pub job: JobPane,
    pub log: SyncLog,
    /// The coverage of the last days; `None` until it was read.
    pub strip: Option<CoverageMap>,
    pub waiting: Option<Waiting>,
    /// What the sign-in that is waited for does now.
    pub sign_in_step: Option<SignInStep>,
    /// Where a new account lives, until it is known.
    pub region: Option<Region>,
}

#[derive(Debug)]
pub struct State {
    /// The account that is shown.
    pub account: AccountName,
    /// Its desk; those of the others keep up out of sight.
    pub desk: Desk,
    others: BTreeMap<AccountName, Desk>,
    /// Label and value pairs that stay in sight, e.g. the demo's credentials.
    pub corner: Vec<(String, String)>,
    /// Label and value pairs of the about screen: versions and files.
    pub about: Vec<(String, String)>,
    pub zone: TimeZone,
    pub keymap: Keymap,
    /// Whether more than ASCII may be drawn.
    pub unicode: bool,
    pub now: Timestamp,
    pub size: Size,
    pub exact_times: bool,
    /// `None` until the engine has told.
    pub accounts: Option<Vec<AccountState>>,
    pub next_sync_at: Option<Timestamp>,
    /// Where a person signs in with the browser.
    browser_urls: [(Region, String); 2],
    /// What was asked for last could not be read.
    pub has_not_read: bool,
    /// When the open screen's data were last asked for.
    pub read_at: Option<Timestamp>,
    pub screen: Screen,
    pub overlay: Option<Overlay>,
    pub toasts: Toasts,
}

impl State {
    pub fn new(
        account: AccountName,
        corner: Vec<(String, String)>,
        zone: TimeZone,
        browser_urls: [(Region, String); 2],
        now: Timestamp,
    ) -> Self {
        Self {
            account,
            desk: Desk::default(),
            others: BTreeMap::new(),
            corner,
            about: Vec::new(),
            zone,
            keymap: Keymap::default(),
            unicode: true,
            now,
            size: Size {
                width: 80,
                height: 24,
            },
            exact_times: false,
            accounts: None,
            next_sync_at: None,
            browser_urls,
            has_not_read: false,
            read_at: None,
            screen: Screen::Home,
            overlay: None,
            toasts: Toasts::default(),
        }
    }

    /// Shows another account; nothing of the one before is lost.
    pub fn show(&mut self, account: AccountName) {
        if account == self.account {
            return;
        }
        let desk = self.others.remove(&account).unwrap_or_default();
        let before = std::mem::replace(&mut self.account, account);
        let desk = std::mem::replace(&mut self.desk, desk);
        self.others.insert(before, desk);
    }

    pub fn desk_of(&mut self, account: &AccountName) -> &mut Desk {
        if *account == self.account {
            &mut self.desk
        } else {
            self.others.entry(account.clone()).or_default()
        }
    }

    pub fn desks(&mut self) -> impl Iterator<Item = &mut Desk> {
        std::iter::once(&mut self.desk).chain(self.others.values_mut())
    }

    fn desk_at(&self, account: &AccountName) -> Option<&Desk> {
        if *account == self.account {
            Some(&self.desk)
        } else {
            self.others.get(account)
        }
    }

    pub fn is_syncing(&self, account: &AccountName) -> bool {
        let desk = self.desk_at(account);
        desk.is_some_and(|desk| desk.job.is_running())
    }

    /// The account has another name from now on; what is kept of it stays.
    pub fn rename(&mut self, from: &AccountName, to: AccountName) {
        for state in self.accounts.iter_mut().flatten() {
            if state.account.name == *from {
                state.account.name = to.clone();
            }
        }
        if self.account == *from {
            self.account = to;
        } else if let Some(desk) = self.others.remove(from) {
            self.others.insert(to, desk);
        }
    }

    /// The account that an action is about: the one under the cursor in the list
    /// of accounts, else the one shown.
    pub fn meant(&self) -> &AccountName {
        match &self.screen {
            Screen::Accounts(pane) => pane.selected(),
            _ => &self.account,
        }
    }

    /// Where the shown account signs in with the browser.
    pub fn browser_url(&self) -> &str {
        let region = self
            .account_state()
            .map_or(self.desk.region.unwrap_or_default(), |state| {
                state.account.region
            });
        let known = self.browser_urls.iter().find(|(of, _)| *of == region);
        known.map_or("", |(_, url)| url)
    }

    /// What is known of the shown account; `None` before the first news and
    /// when it was never signed in here.
    pub fn account_state(&self) -> Option<&AccountState> {
        self.state_of(&self.account)
    }

    pub fn state_of(&self, account: &AccountName) -> Option<&AccountState> {
        let mut known = self.accounts.as_ref()?.iter();
        known.find(|state| state.account.name == *account)
    }

    /// The known accounts, and the shown one where it is not among them yet.
    pub fn account_names(&self) -> Vec<AccountName> {
        let known = self.accounts.iter().flatten();
        let mut names: Vec<AccountName> = known.map(|state| state.account.name.clone()).collect();
        if !names.contains(&self.account) {
            names.push(self.account.clone());
        }
        names
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
        let rest = self.account_state()?.cool_down();
        rest.filter(|rest| self.now < rest.until)
    }

    /// The cool-down that shuts the password door.
    pub fn sign_in_rest(&self) -> Option<&CoolDown> {
        let rest = self.account_state()?.cool_down_of(CoolDownScope::SignIn);
        rest.filter(|rest| self.now < rest.until)
    }

    pub fn is_signing_in(&self) -> bool {
        matches!(self.desk.waiting, Some(Waiting::SignIn(_)))
    }

    /// Whether what is typed now goes into the screen's fields.
    pub fn takes_text(&self) -> bool {
        match self.overlay {
            Some(Overlay::Filter | Overlay::Palette(_)) => true,
            Some(_) => false,
            None => self.desk.waiting.is_none(),
        }
    }

    pub fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    /// What day it is where the account lives.
    pub fn account_today(&self) -> Date {
        let zone = self
            .account_state()
            .and_then(|state| state.account.time_zone.as_deref());
        let zone = zone.and_then(|name| TimeZone::get(name).ok());
        zone.map_or_else(|| self.today(), |zone| self.now.to_zoned(zone).date())
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
        match &self.overlay {
            Some(Overlay::Help(_)) => &[Scope::Help, Scope::Anywhere],
            Some(Overlay::Filter) => &[Scope::Filter, Scope::Field, Scope::Anywhere],
            Some(Overlay::Price(_)) => &[Scope::Price, Scope::Anywhere],
            Some(Overlay::Palette(_)) => &[Scope::Palette, Scope::Field, Scope::Anywhere],
            Some(Overlay::SignOut(_)) => &[Scope::SignOut, Scope::Anywhere],
            Some(Overlay::CoolDown) => &[Scope::CoolDown, Scope::Anywhere],
            None => self.screen_scopes(),
        }
    }

    /// The scopes of the screen below any overlay.
    pub fn screen_scopes(&self) -> &'static [Scope] {
        match self.screen {
            Screen::Home => &[Scope::Home, Scope::Browse, Scope::Anywhere],
            Screen::Jobs(_) => &[Scope::Jobs, Scope::Browse, Scope::Anywhere],
            Screen::Coverage(_) => &[Scope::Coverage, Scope::Browse, Scope::Anywhere],
            Screen::Report(_) => &[Scope::Report, Scope::Browse, Scope::Anywhere],
            Screen::Doors(_) => &[Scope::Doors, Scope::Browse, Scope::Anywhere],
            Screen::Login(_) => &[Scope::Login, Scope::Field, Scope::Anywhere],
            Screen::Browser(_) => &[Scope::Browser, Scope::Field, Scope::Anywhere],
            Screen::Key(_) => &[Scope::Key, Scope::Field, Scope::Anywhere],
            Screen::Mfa(_) => &[Scope::Mfa, Scope::Anywhere],
            Screen::Accounts(_) => &[Scope::Accounts, Scope::Browse, Scope::Anywhere],
            Screen::Rename(_) => &[Scope::Rename, Scope::Field, Scope::Anywhere],
            Screen::Doctor(_) => &[Scope::Doctor, Scope::Browse, Scope::Anywhere],
            Screen::About(_) => &[Scope::About, Scope::Browse, Scope::Anywhere],
            Screen::NewAccount(_) => &[Scope::NewAccount, Scope::Field, Scope::Anywhere],
            Screen::Audit(_) => &[Scope::Audit, Scope::Browse, Scope::Anywhere],
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
    /// spinner's pace, at a countdown's, or when "2 min ago" turns into "3 min ago".
    pub fn cadence(&self) -> Duration {
        let is_asking = self.desk.job.is_running() || self.desk.waiting.is_some();
        if is_asking || self.is_reading() {
            return Duration::from_millis(SPINNER_STEP_MS.unsigned_abs());
        }
        if self.counts_seconds() {
            return Duration::from_secs(1);
        }
        let lanes = self
            .account_state()
            .into_iter()
            .flat_map(|state| &state.lanes);
        let shown = lanes.flat_map(|lane| {
            [
                lane.signed_in_at,
                lane.last_validated_at,
                lane.access_expires_at,
                lane.refresh_expires_at,
            ]
        });
        let last = self.desk.job.last().map(|(_, at)| *at);
        let stands = shown
            .chain([last, self.next_sync_at, self.midnight()])
            .flatten()
            .map(|at| stands_for(self.now, at));
        stands.min().unwrap_or(LONGEST).min(LONGEST)
    }

    /// When today's lines become yesterday's.
    fn midnight(&self) -> Option<Timestamp> {
        let today = self.now.to_zoned(self.zone.clone());
        let tomorrow = today
            .tomorrow()
            .and_then(|tomorrow| tomorrow.start_of_day());
        tomorrow.ok().map(|midnight| midnight.timestamp())
    }

    /// Whether something that is on screen has yet to be read.
    pub fn is_reading(&self) -> bool {
        let overlay = match &self.overlay {
            Some(Overlay::Price(pane)) => pane.is_reading(),
            _ => false,
        };
        let screen = match &self.screen {
            Screen::Home => self.desk.strip.is_none(),
            Screen::Audit(pane) => pane.is_reading(),
            Screen::Jobs(pane) => pane.is_reading(),
            Screen::Report(pane) => pane.is_reading(),
            Screen::Coverage(pane) => pane.is_reading(),
            Screen::Doctor(pane) => pane.is_reading(),
            _ => false,
        };
        !self.has_not_read && (self.accounts.is_none() || overlay || screen)
    }

    fn counts_seconds(&self) -> bool {
        let soon = |at: Timestamp| at.duration_since(self.now) < SignedDuration::from_secs(60);
        let runs = |challenge: &Challenge| !challenge.is_expired(self.now);
        let on_screen = match &self.screen {
            Screen::Mfa(pane) => Some(&pane.challenge),
            _ => self.challenge(),
        };
        !self.toasts.is_empty()
            || on_screen.is_some_and(runs)
            || matches!(&self.screen, Screen::Browser(pane) if pane.is_counting(self.now))
            || self.cool_down().is_some()
            || self
                .next_sync_at
                .is_some_and(|at| at > self.now && soon(at))
    }
}
