//! Whatever is pressed and told, in any order: nothing panics, Esc leads home,
//! and no password, ticket or key is drawn.

use std::fmt::Write;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::layout::Size;

use super::{super::*, App, account, account_state, at, challenge, state_of};
use crate::{
    domain::{
        audit::AuthEvent,
        cool_down::{CoolDown, CoolDownScope},
        coverage::{Coverage, CoverageMap, DayFact},
        dataset::Dataset,
        dates::DateSpan,
        failure::Failure,
        finding::{Finding, Health},
        job::{JobId, JobRecord, JobReport, JobStatus, JobSummary, Price, TaskFailure, Trigger},
        log::{LogEntry, LogLevel},
        session::SessionStatus,
    },
    engine::event::{Event, SignInOutcome, SyncEvent, SyncProgress},
};

/// Everything the outside can do, with the odd sizes and texts of the outside.
fn any_msg() -> impl Strategy<Value = Msg> {
    let code = prop_oneof![
        4 => prop::sample::select("slxomftkjq?ynaubrhv/:cdieg@.-0123456789 é日👩".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
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
        3 => any_mouse(),
        2 => "(ST-)?\\PC{0,30}".prop_map(|text| Msg::Paste(Secret::new(text))),
        2 => (1_u16..220, 1_u16..60).prop_map(|(width, height)| Msg::Resized(Size { width, height })),
        2 => (0_i64..1000).prop_map(|second| Msg::Tick(at(second))),
        8 => any_event().prop_map(Msg::Engine),
        1 => Just(()).prop_map(|()| Msg::NotSent),
        1 => any::<bool>().prop_map(|works| Msg::Opened(works.then_some(()).ok_or("why".to_owned()))),
        1 => any::<bool>().prop_map(|works| Msg::Copied(works.then_some(()).ok_or("why".to_owned()))),
    ]
}

fn any_mouse() -> impl Strategy<Value = Msg> {
    let kind = prop::sample::select(vec![
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollDown,
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Down(MouseButton::Right),
    ]);
    (kind, 0_u16..220, 0_u16..60).prop_map(|(kind, column, row)| {
        let modifiers = KeyModifiers::NONE;
        Msg::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers,
        })
    })
}

fn resting(is_overridden: bool) -> Event {
    let mut state = state_of("ada", SessionStatus::Missing, None);
    state.cool_downs.push(CoolDown {
        entered_at: None,
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

fn report(id: Option<i64>, text: &str) -> JobReport {
    JobReport {
        job_id: id.map(JobId::new),
        account: account(),
        status: JobStatus::Failed,
        requests: 3,
        refreshed: false,
        duration_ms: 9,
        datasets: std::collections::BTreeMap::new(),
        warnings: Vec::new(),
        failures: vec![TaskFailure {
            dataset: Dataset::Sleep,
            span: text.to_owned(),
            summary: text.to_owned(),
        }],
        owed: Vec::new(),
        older_days: None,
        failure: Some(Failure::rate_limited(Some(at(50)))),
    }
}

fn record(id: i64, text: &str) -> Box<JobRecord> {
    Box::new(JobRecord {
        report: report(Some(id), text),
        trigger: Trigger::Schedule,
        started_at: at(-9),
        finished_at: (id % 2 == 0).then(|| at(-2)),
    })
}

fn page(ids: std::ops::Range<i64>) -> Vec<JobSummary> {
    let job = |id| JobSummary {
        id: JobId::new(id),
        status: JobStatus::Running,
        trigger: Trigger::Person,
        started_at: at(-id),
        finished_at: None,
        requests: 1,
        rows: 2,
    };
    ids.rev().map(job).collect()
}

fn line(id: i64, text: String) -> LogEntry {
    LogEntry {
        id,
        at: at(id),
        account: account(),
        job: (id % 2 == 0).then(|| JobId::new(id)),
        level: LogLevel::Warn,
        dataset: None,
        text,
    }
}

fn coverage(year: i16, days: i32, text: &str) -> CoverageMap {
    let first = jiff::civil::date(year, 1, 1);
    let mut map = CoverageMap::new(DateSpan::new(first, first.last_of_year()).unwrap());
    let states = Coverage::ALL.iter().cycle();
    let facts = (0..days).zip(states).map(|(day, state)| {
        let fact = DayFact {
            state: *state,
            since: at(i64::from(day)),
            reason: Some(text.to_owned()),
            retry_at: Some(at(9)),
        };
        (first.saturating_add(jiff::Span::new().days(day)), fact)
    });
    map.days.insert(Dataset::Sleep, facts.collect());
    map.first = Some(first);
    map
}

/// What is read for a screen, and what became of a name.
fn any_reading() -> impl Strategy<Value = Event> {
    prop_oneof![
        (0_i64..9, "\\PC{0,60}").prop_map(|(id, text)| Event::LastJob(record(id, &text))),
        (0_i64..30, 0_i64..30, any::<bool>()).prop_map(|(from, count, is_last_page)| {
            Event::Jobs {
                account: account(),
                before: (from > 9).then(|| JobId::new(from)),
                jobs: page(from..from + count),
                is_last_page,
            }
        }),
        (2024_i16..2028, 0..366, "\\PC{0,60}").prop_map(|(year, days, text)| Event::Coverage {
            account: account(),
            coverage: coverage(year, days, &text),
        }),
        (0_usize..30, "\\PC{0,90}").prop_map(|(count, text)| Event::Examined {
            findings: vec![Finding::new("vault key", Health::Warn, text); count],
        }),
        (prop::sample::select(vec!["ada", "bob"]), any::<bool>()).prop_map(|(from, done)| {
            Event::Renamed {
                from: from.parse().unwrap(),
                to: "eve".parse().unwrap(),
                result: done.then_some(()).ok_or(Failure::garmin_down(503)),
            }
        }),
        (0_u32..9).prop_map(|requests| Event::Planned {
            account: account(),
            result: (requests > 1)
                .then(|| Price {
                    endpoints: (0..requests).map(|_| ("a", requests)).collect(),
                    seconds: 9,
                    open: Vec::new(),
                })
                .ok_or(Failure::garmin_down(503)),
        }),
        (0_i64..9, "\\PC{0,60}").prop_map(|(id, text)| Event::Job {
            account: account(),
            record: (id > 0).then(|| record(id, &text)),
            lines: vec![line(id, text)],
        }),
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
        "\\PC{0,40}".prop_map(move |text| sync(SyncEvent::Finished(Box::new(report(None, &text))))),
        any_reading(),
        (0_i64..500, "\\PC{0,90}").prop_map(|(id, text)| Event::Log(vec![line(id, text)])),
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
        prop_assert!(app.is_plain_without_colour());
        // Help, a form, its list, then what a toast says, then the log's filter, and
        // a selection.
        for _ in 0..6 {
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
