//! Scenes as tables: what is pressed or told, and what becomes of it.

use std::fmt::Write;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;
use ratatui::{Terminal, backend::TestBackend, layout::Size};

use super::*;
use crate::{
    domain::{
        account::{Account, AccountId, AccountName, Region},
        challenge::{Challenge, MfaMethod},
        failure::Failure,
        job::{JobId, JobReport, JobStatus},
        log::{LogEntry, LogLevel},
        session::{AccountState, Reuse, SessionStatus},
    },
    engine::event::{Event, SignInOutcome, SyncEvent, SyncProgress},
    tui::{theme::Theme, view::view},
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_183_632 + second).unwrap()
}

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
    let account = Account {
        id: AccountId::new(1),
        name: account(),
        region: Region::International,
        user_id: None,
        display_name: None,
        time_zone: None,
    };
    let reuse = Reuse::default();
    Event::State(vec![AccountState {
        account,
        status,
        lanes: Vec::new(),
        mfa,
        cool_down: None,
        reuse,
    }])
}

/// A state with the keys to drive it, and the effects it had.
struct App {
    state: State,
    effects: Vec<Effect>,
}

impl App {
    fn new() -> Self {
        Self {
            state: State::new(account(), Vec::new(), TimeZone::UTC, at(0)),
            effects: Vec::new(),
        }
    }

    fn with(event: Event) -> Self {
        let mut app = Self::new();
        app.send(Msg::Engine(event));
        app
    }

    fn send(&mut self, msg: Msg) {
        self.effects.extend(update(&mut self.state, msg));
    }

    fn tell(&mut self, outcome: SignInOutcome) {
        self.send(Msg::Engine(Event::SignIn {
            account: account(),
            outcome,
        }));
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
            Screen::Login(_) => "login",
            Screen::Mfa(_) => "mfa",
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
fn the_sixth_digit_sends_the_code_once() {
    let mut app = at_mfa();
    app.keys("40x91");
    assert_eq!(app.sent_code(), None);
    app.key(KeyCode::Backspace);
    app.keys("923");
    assert_eq!(app.sent_code().as_deref(), Some("409923"));
    app.keys("7");
    app.key(KeyCode::Enter);
    app.paste("111111");
    assert_eq!(app.sent_code(), None, "while one code is checked, no other goes out");
}

#[test]
fn a_pasted_code_may_carry_company() {
    let mut app = at_mfa();
    app.keys("77");
    app.paste("Your code: 409-123\n");
    assert_eq!(app.sent_code().as_deref(), Some("409123"));

    let mut app = at_mfa();
    app.keys("77");
    app.paste("no code here");
    assert_eq!(app.sent_code(), None);
    assert!(app.shows("no six-digit code") && app.shows("│ 7 │ 7 │"));
}

#[test]
fn a_wrong_code_clears_the_cells_and_keeps_the_challenge() {
    let mut app = at_mfa();
    app.keys("111111");
    app.sent_code();
    let stands = Challenge {
        attempts: 1,
        ..challenge()
    };
    app.tell(SignInOutcome::Refused {
        failure: Failure::mfa_code_invalid(),
        challenge: Some(stands),
    });
    assert_eq!(app.screen(), "mfa");
    assert!(app.shows("Garmin did not accept this code.") && app.shows("1 code tried"));
    app.keys("409123");
    assert_eq!(app.sent_code().as_deref(), Some("409123"));
}

#[test]
fn an_ended_challenge_offers_to_sign_in_again() {
    for expired_by_garmin in [true, false] {
        let mut app = at_mfa();
        if expired_by_garmin {
            app.keys("111111");
            app.sent_code();
            app.tell(SignInOutcome::Refused {
                failure: Failure::mfa_expired(),
                challenge: None,
            });
        } else {
            app.send(Msg::Tick(at(300)));
        }
        assert!(app.shows("The MFA challenge is over"));
        app.keys("409123");
        app.paste("409123");
        assert_eq!(app.sent_code(), None);
        app.key(KeyCode::Enter);
        assert_eq!(app.screen(), "login");
    }
}

#[test]
fn esc_leaves_the_challenge_pending_and_m_comes_back() {
    let mut app = App::with(account_state(SessionStatus::MfaPending, Some(challenge())));
    app.keys("m");
    app.keys("40");
    app.key(KeyCode::Esc);
    assert_eq!(app.screen(), "home");
    assert!(app.shows("garminsync mfa") && app.effects.is_empty());
    app.keys("m");
    assert_eq!(app.screen(), "mfa");
}

#[test]
fn another_terminal_may_finish_the_challenge() {
    let mut app = at_mfa();
    app.send(Msg::Engine(account_state(SessionStatus::MfaPending, Some(challenge()))));
    assert_eq!(app.screen(), "mfa");
    app.send(Msg::Engine(account_state(SessionStatus::Valid, None)));
    assert_eq!(app.screen(), "home");
    assert!(app.shows("entered elsewhere"));
}

#[test]
fn our_own_answer_is_not_taken_for_someone_elses() {
    let mut app = at_mfa();
    app.keys("409123");
    app.send(Msg::Engine(account_state(SessionStatus::Valid, None)));
    assert_eq!(app.screen(), "mfa");
    app.tell(SignInOutcome::SignedIn {
        display_name: Some("Ada\x1b[2J".to_owned()),
    });
    assert_eq!(app.screen(), "home");
    assert!(app.shows("Signed in as Ada [2J.") && !app.shows("elsewhere"));
}

#[test]
fn news_older_than_the_challenge_do_not_end_it() {
    let mut app = at_mfa();
    app.send(Msg::Engine(account_state(SessionStatus::Missing, None)));
    assert_eq!(app.screen(), "mfa");
}

#[test]
fn text_fields_swallow_letters() {
    let mut app = App::with(account_state(SessionStatus::Missing, None));
    app.keys("l");
    app.keys("q?slx@jkf.of");
    assert_eq!((app.screen(), app.effects.len()), ("login", 0));
    assert!(app.shows("q?slx@jkf.of"));
    app.key(KeyCode::Esc);
    app.keys("q");
    assert!(matches!(app.effects.as_slice(), [Effect::Quit]));
}

#[test]
fn signing_in_sends_what_was_typed_and_locks_the_fields() {
    let mut app = App::with(account_state(SessionStatus::Missing, None));
    app.keys("lada@example.com");
    app.key(KeyCode::Enter);
    app.paste("correct\nhorse");
    assert!(!app.shows("correct"));
    app.key(KeyCode::F(2));
    assert!(app.shows("correcthorse"));
    app.key(KeyCode::Enter);
    let [Effect::Send(Command::SignIn { email, password, .. })] = app.effects.as_slice() else {
        panic!("{:?}", app.effects)
    };
    assert_eq!((email.as_str(), password.expose()), ("ada@example.com", "correcthorse"));
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
    app.keys("lada@example.com");
    app.key(KeyCode::Enter);
    app.keys("hunter2");
    app.key(KeyCode::Enter);
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
        (App::with(Event::State(Vec::new())), "s", "Not signed in yet"),
    ] {
        app.keys(key);
        assert!(app.effects.is_empty() && app.shows(answer), "{key}: {answer}");
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
    app.send(Msg::Engine(Event::SignedOut { account: account() }));
    assert!(app.state.waiting.is_none());
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

/// Everything the outside can do, with the odd sizes and texts of the outside.
fn any_msg() -> impl Strategy<Value = Msg> {
    let code = prop_oneof![
        4 => prop::sample::select("slxomftkjq?yn@.0123456789 é日👩".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
        4 => prop::sample::select(vec![
            KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End,
            KeyCode::PageUp, KeyCode::PageDown, KeyCode::Tab, KeyCode::BackTab, KeyCode::Enter,
            KeyCode::Esc, KeyCode::Backspace, KeyCode::Delete, KeyCode::F(1), KeyCode::F(2),
        ]),
    ];
    let modifiers = prop_oneof![
        8 => Just(KeyModifiers::NONE),
        1 => Just(KeyModifiers::CONTROL),
        1 => Just(KeyModifiers::ALT),
    ];
    prop_oneof![
        40 => (code, modifiers).prop_map(|(code, modifiers)| Msg::Key(KeyEvent::new(code, modifiers))),
        2 => "\\PC{0,30}".prop_map(|text| Msg::Paste(Secret::new(text))),
        2 => (1_u16..220, 1_u16..60).prop_map(|(width, height)| Msg::Resized(Size { width, height })),
        2 => (0_i64..1000).prop_map(|second| Msg::Tick(at(second))),
        8 => any_event().prop_map(Msg::Engine),
        1 => Just(()).prop_map(|()| Msg::NotSent),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let statuses = vec![
        SessionStatus::Missing,
        SessionStatus::MfaPending,
        SessionStatus::Valid,
        SessionStatus::Expired,
    ];
    let sign_in = |outcome| Event::SignIn {
        account: account(),
        outcome,
    };
    let sync = |event| Event::Sync {
        account: account(),
        event,
    };
    prop_oneof![
        (prop::sample::select(statuses), any::<bool>())
            .prop_map(|(status, asked)| account_state(status, asked.then(challenge))),
        Just(Event::State(Vec::new())),
        Just(sign_in(SignInOutcome::MfaRequired(challenge()))),
        Just(sign_in(SignInOutcome::SignedIn { display_name: None })),
        any::<bool>().prop_map(move |stands| sign_in(SignInOutcome::Refused {
            failure: Failure::mfa_code_invalid(),
            challenge: stands.then(challenge),
        })),
        (any::<u32>(), any::<u32>()).prop_map(move |(done, planned)| sync(SyncEvent::Progress(SyncProgress {
            job: JobId::new(1),
            done,
            planned,
            requests: done,
            current: None,
        }))),
        Just(sync(SyncEvent::Finished(JobReport {
            job_id: None,
            account: account(),
            status: JobStatus::Failed,
            requests: 3,
            refreshed: false,
            duration_ms: 9,
            datasets: std::collections::BTreeMap::new(),
            failures: Vec::new(),
            message: None,
            retry_at: Some(at(50)),
        }))),
        (0_i64..500, "\\PC{0,90}").prop_map(|(id, text)| Event::Log(vec![LogEntry {
            id,
            at: at(id),
            account: account(),
            job: None,
            level: LogLevel::Warn,
            dataset: None,
            text,
        }])),
        Just(Event::Trouble(Failure::garmin_down(503))),
        Just(Event::SignedOut { account: account() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_key_panics_and_esc_leads_home(msgs in prop::collection::vec(any_msg(), 0..150)) {
        let mut app = App::new();
        for msg in msgs {
            app.send(msg);
            app.drawn(app.state.size);
        }
        for _ in 0..3 {
            app.key(KeyCode::Esc);
        }
        prop_assert_eq!(app.screen(), "home");
        prop_assert!(app.state.overlay.is_none() && app.state.toasts.is_empty());
    }

    #[test]
    fn a_typed_password_is_never_drawn(password in "[A-Z][0-9]{7}", keys in prop::collection::vec(0_usize..6, 0..12)) {
        let mut app = App::with(account_state(SessionStatus::Missing, None));
        app.keys("lada@example.com");
        app.key(KeyCode::Tab);
        let mut frames = String::new();
        app.keys(&password);
        for key in keys {
            let moves = [KeyCode::Left, KeyCode::Home, KeyCode::End, KeyCode::Tab, KeyCode::Tab, KeyCode::Enter];
            app.key(moves[key]);
            write!(frames, "{}{:?}", app.drawn(Size::new(80, 24)), app.state).unwrap();
        }
        prop_assert!(!frames.contains(&password));
    }
}
