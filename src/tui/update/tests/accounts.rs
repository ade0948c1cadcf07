//! Several accounts: switching, adding, and news of those out of sight.

use crossterm::event::KeyCode;

use super::{App, account, at, state_of};
use crate::{
    domain::{
        account::AccountName,
        audit::AuthEvent,
        failure::Failure,
        job::JobId,
        log::{LogEntry, LogLevel},
        session::SessionStatus,
    },
    engine::{
        command::Command,
        event::{Event, SignInOutcome, SyncEvent},
    },
    tui::{effect::Effect, msg::Msg},
};

fn bob() -> AccountName {
    "bob".parse().unwrap()
}

fn both() -> Event {
    Event::State(vec![
        state_of("ada", SessionStatus::Missing, None),
        state_of("bob", SessionStatus::Valid, None),
    ])
}

fn line(id: i64, account: AccountName, text: &str) -> LogEntry {
    LogEntry {
        id,
        at: at(0),
        account,
        job: None,
        level: LogLevel::Detail,
        dataset: None,
        text: text.to_owned(),
    }
}

#[test]
fn home_log_and_jobs_follow_the_shown_account() {
    let mut app = App::with(both());
    app.send(Msg::Engine(Event::Log(vec![
        line(1, account(), "a line of ada"),
        line(2, bob(), "a line of bob"),
        line(3, account(), "another of ada"),
    ])));
    app.send(Msg::Engine(Event::Sync {
        account: bob(),
        event: SyncEvent::Started { job: JobId::new(7) },
    }));
    assert!(app.shows("another of ada") && !app.shows("a line of bob") && !app.shows("job 7"));
    app.keys("a");
    assert!(app.shows("syncing"));
    app.keys("j");
    app.key(KeyCode::Enter);
    assert_eq!((app.screen(), &app.state.account), ("home", &bob()));
    assert!(app.shows("a line of bob") && !app.shows("of ada") && app.shows("job 7"));
    app.keys("ak");
    app.key(KeyCode::Enter);
    assert!(app.shows("a line of ada") && app.shows("another of ada"));
}

#[test]
fn esc_leaves_the_list_as_it_was() {
    let mut app = App::with(both());
    app.keys("aj");
    app.key(KeyCode::Esc);
    assert_eq!((app.screen(), &app.state.account), ("home", &account()));
}

#[test]
fn a_new_account_is_named_and_led_to_the_doors() {
    let mut app = App::with(both());
    app.keys("an");
    app.keys("Bob?");
    app.key(KeyCode::Enter);
    assert_eq!(app.screen(), "new account");
    app.ctrl('u');
    app.keys("bob");
    app.key(KeyCode::Enter);
    assert!(app.shows("There is an account of this name."));
    app.keys("by");
    app.key(KeyCode::Enter);
    assert_eq!(app.screen(), "doors");
    assert!(app.shows("account bobby"));
    app.keys("2");
    app.paste("ST-1-x");
    assert!(matches!(
        app.effects.as_slice(),
        [Effect::Send(Command::SignIn { account, .. })] if account.as_str() == "bobby"
    ));
}

#[test]
fn an_answer_for_an_account_out_of_sight_is_told_and_unlocks_it() {
    let mut app = App::with(both());
    app.keys("l2");
    app.paste("ST-1-x");
    for _ in 0..2 {
        app.key(KeyCode::Esc);
    }
    app.keys("aj");
    app.key(KeyCode::Enter);
    assert!(!app.shows("asking Garmin"), "nobody asks for bob");
    app.tell(SignInOutcome::Refused {
        failure: Failure::ticket_refused(),
        challenge: None,
    });
    assert!(app.shows("Account ada: Garmin did not"));
    app.keys("ak");
    app.key(KeyCode::Enter);
    assert!(app.state.desk.waiting.is_none());
}

fn audited(app: &mut App) -> usize {
    let effects = app.effects.drain(..);
    effects
        .filter(|effect| matches!(effect, Effect::Send(Command::Audit { .. })))
        .count()
}

#[test]
fn the_trail_is_asked_for_on_opening_and_on_every_change() {
    let mut app = App::with(both());
    app.keys("u");
    assert_eq!(audited(&mut app), 1);
    let event = AuthEvent {
        at: at(-60),
        what: "sign_in".to_owned(),
        outcome: "INVALID_CREDENTIALS".to_owned(),
        detail: Some("pass\x1b[2Jword".to_owned()),
    };
    app.send(Msg::Engine(Event::Audit {
        account: account(),
        events: vec![event],
    }));
    assert!(app.shows("✗ INVALID_CREDENTIALS") && app.shows("pass [2Jword"));
    app.send(Msg::Engine(both()));
    assert_eq!(audited(&mut app), 1);
    app.key(KeyCode::Esc);
    app.send(Msg::Engine(both()));
    assert_eq!((app.screen(), audited(&mut app)), ("home", 0));
}

#[test]
fn an_account_nobody_signed_in_to_has_an_empty_trail() {
    let mut app = App::with(Event::State(Vec::new()));
    app.keys("u");
    assert_eq!(audited(&mut app), 0);
    assert!(app.shows("Nothing here yet"));
}
