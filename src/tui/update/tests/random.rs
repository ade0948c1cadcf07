//! Whatever is pressed and told, in any order: nothing panics, Esc leads home,
//! and no password, ticket or key is drawn.

use std::fmt::Write;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use ratatui::layout::Size;

use super::{super::*, App, account, account_state, at, challenge, state_of};
use crate::{
    domain::{
        audit::AuthEvent,
        cool_down::{CoolDown, CoolDownScope},
        failure::Failure,
        job::{JobId, JobReport, JobStatus},
        log::{LogEntry, LogLevel},
        session::SessionStatus,
    },
    engine::event::{Event, SignInOutcome, SyncEvent, SyncProgress},
};

/// Everything the outside can do, with the odd sizes and texts of the outside.
fn any_msg() -> impl Strategy<Value = Msg> {
    let code = prop_oneof![
        4 => prop::sample::select("slxomftkjq?ynaubr@.-0123456789 é日👩".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
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
        2 => "(ST-)?\\PC{0,30}".prop_map(|text| Msg::Paste(Secret::new(text))),
        2 => (1_u16..220, 1_u16..60).prop_map(|(width, height)| Msg::Resized(Size { width, height })),
        2 => (0_i64..1000).prop_map(|second| Msg::Tick(at(second))),
        8 => any_event().prop_map(Msg::Engine),
        1 => Just(()).prop_map(|()| Msg::NotSent),
        1 => any::<bool>().prop_map(|works| Msg::Opened(works.then_some(()).ok_or("why".to_owned()))),
        1 => any::<bool>().prop_map(|works| Msg::Copied(works.then_some(()).ok_or("why".to_owned()))),
    ]
}

fn resting(is_overridden: bool) -> Event {
    let mut state = state_of("ada", SessionStatus::Missing, None);
    state.cool_downs.push(CoolDown {
        scope: CoolDownScope::SignIn,
        until: at(500),
        reason: "why".to_owned(),
        strikes: 1,
        is_overridden,
    });
    Event::State(vec![state])
}

fn trail(second: i64, text: &str) -> AuthEvent {
    AuthEvent {
        at: at(second),
        what: text.to_owned(),
        outcome: text.to_owned(),
        detail: Some(text.to_owned()),
    }
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
        any::<bool>().prop_map(resting),
        Just(Event::State(vec![
            state_of("ada", SessionStatus::Valid, None),
            state_of("bob", SessionStatus::Expired, None),
        ])),
        Just(Event::KeyFound { place: None }),
        "\\PC{0,90}".prop_map(|place| Event::KeyFound { place: Some(place) }),
        any::<bool>().prop_map(|sent| Event::CodeSent {
            account: account(),
            result: sent
                .then(|| at(40))
                .ok_or(Failure::no_way_to_resend(&challenge().method)),
        }),
        (0_i64..40, "\\PC{0,30}").prop_map(|(count, text)| Event::Audit {
            account: account(),
            events: (0..count).map(|n| trail(-n, &text)).collect(),
        }),
        Just(sign_in(SignInOutcome::MfaRequired(challenge()))),
        Just(sign_in(SignInOutcome::SignedIn { display_name: None })),
        any::<bool>().prop_map(move |stands| sign_in(SignInOutcome::Refused {
            failure: Failure::mfa_code_invalid(),
            challenge: stands.then(challenge),
        })),
        (any::<u32>(), any::<u32>()).prop_map(move |(done, planned)| sync(SyncEvent::Progress(
            SyncProgress {
                job: JobId::new(1),
                done,
                planned,
                requests: done,
                current: None,
            }
        ))),
        Just(sync(SyncEvent::Finished(JobReport {
            job_id: None,
            account: account(),
            status: JobStatus::Failed,
            requests: 3,
            refreshed: false,
            duration_ms: 9,
            datasets: std::collections::BTreeMap::new(),
            failures: Vec::new(),
            failure: Some(Failure::rate_limited(Some(at(50)))),
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
        Just(Event::SignedOut {
            account: account(),
            had_session: true
        }),
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
        // Help, a form, its list, then what a toast says.
        for _ in 0..4 {
            app.key(KeyCode::Esc);
        }
        prop_assert_eq!(app.screen(), "home");
        prop_assert!(app.state.overlay.is_none() && app.state.toasts.is_empty());
    }

    #[test]
    fn a_typed_secret_is_never_drawn(
        door in prop::sample::select(vec!["l1ada@example.com\t", "l2", "l3"]),
        secret in "[A-Z][0-9]{7}",
        keys in prop::collection::vec(0_usize..7, 0..12),
    ) {
        let mut app = App::with(account_state(SessionStatus::Missing, None));
        for c in door.chars() {
            app.key(if c == '\t' { KeyCode::Tab } else { KeyCode::Char(c) });
        }
        let mut frames = String::new();
        app.keys(&secret);
        for key in keys {
            let moves = [
                KeyCode::Left, KeyCode::Home, KeyCode::End, KeyCode::Tab, KeyCode::Tab,
                KeyCode::Enter, KeyCode::F(1),
            ];
            app.key(moves[key]);
            write!(frames, "{}{:?}{:?}", app.drawn(Size::new(80, 24)), app.state, app.effects).unwrap();
        }
        prop_assert!(!frames.contains(&secret));
    }
}
