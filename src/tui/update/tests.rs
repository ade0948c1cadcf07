//! Scenes: what is pressed or told, and what becomes of it.

mod accounts;
mod doors;
mod mfa;
mod random;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Frame, Terminal, backend::TestBackend, layout::Size, style::Color};

use std::time::Duration;

use super::*;
use crate::engine::command::SignInDoor;
use crate::{
    domain::{
        account::{Account, AccountId, AccountName, Region},
        challenge::{Challenge, MfaMethod},
        coverage::CoverageMap,
        dates::DateSpan,
        failure::Failure,
        job::JobId,
        session::{AccountState, Reuse, SessionStatus},
    },
    engine::event::{Event, SignInOutcome, SyncEvent},
    tui::{pane::strip, theme::Theme, view::view},
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_183_632 + second).unwrap()
}

const BROWSER_URL: &str = "https://sso.garmin.com/sso/signin?id=gauth%2Dwidget";

fn account() -> AccountName {
    "ada".parse().unwrap()
}

fn challenge() -> Challenge {
    Challenge {
        method: MfaMethod::from_wire(Some("email")),
        sent_to: Some("a•••@example.com".to_owned()),
        created_at: at(0),
        expires_at: at(300),
        attempts: 0,
    }
}

fn account_state(status: SessionStatus, mfa: Option<Challenge>) -> Event {
    Event::State(vec![state_of("ada", status, mfa)])
}

fn state_of(name: &str, status: SessionStatus, mfa: Option<Challenge>) -> AccountState {
    let account = Account {
        id: AccountId::new(1),
        name: name.parse().unwrap(),
        region: Region::International,
        user_id: None,
        display_name: None,
        time_zone: None,
    };
    AccountState {
        account,
        status,
        lanes: Vec::new(),
        mfa,
        cool_downs: Vec::new(),
        reuse: Reuse::default(),
        owed: Vec::new(),
    }
}

/// A state with the keys to drive it, and the effects it had.
struct App {
    state: State,
    effects: Vec<Effect>,
}

impl App {
    fn new() -> Self {
        Self {
            state: State::new(
                account(),
                Vec::new(),
                TimeZone::UTC,
                [Region::International, Region::China]
                    .map(|region| (region, BROWSER_URL.to_owned())),
                at(0),
            ),
            effects: Vec::new(),
        }
    }

    fn with(event: Event) -> Self {
        let mut app = Self::new();
        app.send(Msg::Engine(event));
        app
    }

    fn send(&mut self, msg: Msg) {
        let effect = update(&mut self.state, msg);
        // What the home screen reads for itself is no answer to anything.
        let is_reading = matches!(effect, Some(Effect::Send(Command::Coverage { .. })));
        self.effects.extend(effect.filter(|_| !is_reading));
    }

    fn tell(&mut self, outcome: SignInOutcome) {
        self.send(Msg::Engine(Event::SignIn {
            account: account(),
            outcome,
        }));
    }

    fn ctrl(&mut self, c: char) {
        self.send(Msg::Key(KeyEvent::new(
            KeyCode::Char(c),
            KeyModifiers::CONTROL,
        )));
    }

    fn key(&mut self, code: KeyCode) {
        self.send(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    fn keys(&mut self, text: &str) {
        text.chars().for_each(|c| self.key(KeyCode::Char(c)));
    }

    fn paste(&mut self, text: &str) {
        self.send(Msg::Paste(Secret::new(text)));
    }

    /// The code in the only command sent since the last call.
    fn sent_code(&mut self) -> Option<String> {
        match self.effects.drain(..).collect::<Vec<_>>().as_slice() {
            [] => None,
            [Effect::Send(Command::AnswerMfa { code, .. })] => Some(code.expose().to_owned()),
            other => panic!("{other:?}"),
        }
    }

    fn screen(&self) -> &'static str {
        match self.state.screen {
            Screen::Home => "home",
            Screen::Doors(_) => "doors",
            Screen::Login(_) => "login",
            Screen::Browser(_) => "browser",
            Screen::Key(_) => "key",
            Screen::Mfa(_) => "mfa",
            Screen::Accounts(_) => "accounts",
            Screen::NewAccount(_) => "new account",
            Screen::Audit(_) => "audit",
            Screen::Jobs(_) => "jobs",
            Screen::Report(_) => "report",
            Screen::Coverage(_) => "coverage",
            Screen::Rename(_) => "rename",
            Screen::Doctor(_) => "doctor",
            Screen::About(_) => "about",
        }
    }

    /// What is on screen, without its styles.
    fn drawn(&mut self, size: Size) -> String {
        self.send(Msg::Resized(size));
        let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
        terminal
            .draw(|frame| view(&self.state, Theme::colour(), frame))
            .unwrap();
        terminal.backend().to_string()
    }

    /// Whether the plain theme leaves colour to the terminal in every cell.
    fn is_plain_without_colour(&self) -> bool {
        let size = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
        let draw = |frame: &mut Frame<'_>| view(&self.state, Theme::plain(), frame);
        let drawn = terminal.draw(draw).unwrap();
        let colours = drawn.buffer.content.iter().map(|cell| (cell.fg, cell.bg));
        colours
            .into_iter()
            .all(|pair| pair == (Color::Reset, Color::Reset))
    }

    fn shows(&mut self, text: &str) -> bool {
        self.drawn(Size::new(100, 30)).contains(text)
    }
}

fn at_mfa() -> App {
    let mut app = App::new();
    app.tell(SignInOutcome::MfaRequired(challenge()));
    assert_eq!(app.screen(), "mfa");
    app
}

#[test]
fn text_fields_swallow_letters() {
    let mut app = App::with(account_state(SessionStatus::Missing, None));
    app.keys("l1");
    app.keys("q?slx@jkf.of");
    assert_eq!((app.screen(), app.effects.len()), ("login", 0));
    assert!(app.shows("q?slx@jkf.of"));
    app.key(KeyCode::Esc);
    assert_eq!(app.screen(), "doors");
    app.key(KeyCode::Esc);
    app.keys("q");
    assert!(matches!(app.effects.as_slice(), [Effect::Quit]));
}

#[test]
fn signing_in_sends_what_was_typed_and_locks_the_fields() {
    let mut app = App::with(account_state(SessionStatus::Missing, None));
    app.keys("l1ada@example.com");
    app.key(KeyCode::Enter);
    app.paste("correct\nhorse");
    assert!(!app.shows("correct"));
    app.key(KeyCode::F(2));
    assert!(app.shows("correcthorse"));
    app.key(KeyCode::Enter);
    let [
        Effect::Send(Command::SignIn {
            door: SignInDoor::Password {
                email, password, ..
            },
            ..
        }),
    ] = app.effects.as_slice()
    else {
        panic!("{:?}", app.effects)
    };
    assert_eq!(
        (email.as_str(), password.expose()),
        ("ada@example.com", "correcthorse")
    );
    assert!(!format!("{:?} {:?}", app.effects, app.state).contains("correct"));
    app.keys("abc");
    app.key(KeyCode::Enter);
    assert_eq!(app.effects.len(), 1);
    assert!(app.shows("Asking Garmin") && !app.shows("abc"));

    app.tell(SignInOutcome::Refused {
        failure: Failure::invalid_credentials(),
        challenge: None,
    });
    assert!(app.shows("does not know this e-mail") && app.shows("ada@example.com"));
}

#[test]
fn the_answer_finds_a_person_who_left_the_screen() {
    let mut app = App::with(account_state(SessionStatus::Missing, None));
    app.keys("l1ada@example.com");
    app.key(KeyCode::Enter);
    app.keys("hunter2");
    app.key(KeyCode::Enter);
    app.key(KeyCode::Esc);
    app.key(KeyCode::Esc);
    assert!(app.shows("asking Garmin"));
    app.tell(SignInOutcome::Refused {
        failure: Failure::invalid_credentials(),
        challenge: None,
    });
    assert_eq!(app.screen(), "home");
    assert!(app.shows("does not know this e-mail") && !app.shows("asking Garmin"));
}

#[test]
fn a_key_without_sense_is_answered() {
    let valid = || App::with(account_state(SessionStatus::Valid, None));
    let mut running = valid();
    let started = SyncEvent::Started { job: JobId::new(7) };
    running.send(Msg::Engine(Event::Sync {
        account: account(),
        event: started,
    }));
    for (mut app, key, answer) in [
        (running, "s", "A sync is already running."),
        (valid(), "x", "No sync is running."),
        (valid(), "m", "No code is awaited."),
        (App::new(), "s", "Still reading CentralDB."),
        (
            App::with(account_state(SessionStatus::Missing, None)),
            "o",
            "Nobody is signed in.",
        ),
        (
            App::with(account_state(SessionStatus::Missing, None)),
            "s",
            "Not signed in yet",
        ),
        (
            App::with(Event::State(Vec::new())),
            "s",
            "Not signed in yet",
        ),
    ] {
        app.keys(key);
        assert!(
            app.effects.is_empty() && app.shows(answer),
            "{key}: {answer}"
        );
    }
}

#[test]
fn signing_out_is_asked_twice() {
    let mut app = App::with(account_state(SessionStatus::Valid, None));
    app.keys("on");
    assert!(app.effects.is_empty() && app.state.overlay.is_none());
    app.keys("oy");
    assert!(matches!(
        app.effects.as_slice(),
        [Effect::Send(Command::SignOut { .. })]
    ));
    app.send(Msg::Engine(Event::SignedOut {
        account: account(),
        had_session: true,
    }));
    assert!(app.state.desk.waiting.is_none());
}

#[test]
fn a_full_inbox_is_told_and_locks_nothing() {
    let mut app = at_mfa();
    app.keys("409123");
    app.sent_code();
    app.send(Msg::NotSent);
    assert!(app.shows("The engine is busy"));
    app.key(KeyCode::Enter);
    assert_eq!(app.sent_code().as_deref(), Some("409123"));
}

#[test]
fn an_idle_screen_is_drawn_once_a_minute_and_a_countdown_each_second() {
    let mut app = App::with(account_state(SessionStatus::Valid, None));
    assert!(
        app.state.cadence() < Duration::from_secs(1),
        "it still reads"
    );
    let span = DateSpan::ending(app.state.account_today(), strip::DAYS);
    app.send(Msg::Engine(Event::Coverage {
        account: account(),
        coverage: CoverageMap::new(span),
    }));
    assert_eq!(app.state.cadence(), Duration::from_mins(1));
    app.send(Msg::Engine(Event::Schedule {
        next_sync_at: Some(at(300)),
    }));
    assert_eq!(app.state.cadence().as_secs(), 1, "5 min, and then 4");
    app.send(Msg::Tick(at(1)));
    assert_eq!(app.state.cadence(), Duration::from_mins(1));
    app.send(Msg::Tick(at(270)));
    assert_eq!(app.state.cadence().as_secs(), 1);
}

#[test]
fn what_cannot_be_read_is_said_and_asked_again() {
    let mut app = App::with(account_state(SessionStatus::Valid, None));
    app.keys("h");
    assert!(app.shows("reading CentralDB") && app.state.is_reading());
    app.send(Msg::Engine(Event::Trouble(Failure::unexpected("No."))));
    assert!(app.shows("could not be read") && !app.state.is_reading());
    app.key(KeyCode::Esc);
    app.keys("h");
    assert!(app.shows("reading CentralDB") && app.state.is_reading());
}
