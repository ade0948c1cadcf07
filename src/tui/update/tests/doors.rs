//! The doors: choosing, the warning in a cool-down, ticket and key.

use crossterm::event::KeyCode;

use super::{App, BROWSER_URL, account_state, at, state_of};
use crate::{
    domain::{
        cool_down::{CoolDown, CoolDownScope},
        failure::Failure,
        session::SessionStatus,
    },
    engine::{
        command::{Command, KeyInput, SignInDoor},
        event::{Event, SignInOutcome},
    },
    tui::{effect::Effect, msg::Msg},
};

const TICKET: &str = "https://sso.garmin.com/sso/embed?ticket=ST-7-secret-cas";

fn resting(is_overridden: bool) -> App {
    let mut state = state_of("ada", SessionStatus::Missing, None);
    state.cool_downs.push(CoolDown {
        entered_at: None,
        scope: CoolDownScope::SignIn,
        until: at(871),
        reason: "Garmin has had too many requests from here.".to_owned(),
        strikes: 1,
        is_overridden,
    });
    App::with(Event::State(vec![state]))
}

fn signed_out() -> App {
    App::with(account_state(SessionStatus::Missing, None))
}

fn refused(app: &mut App, failure: Failure) {
    app.tell(SignInOutcome::Refused {
        failure,
        challenge: None,
    });
}

/// The door of the only sign-in sent since the last call.
fn sent_door(app: &mut App) -> Option<SignInDoor> {
    let mut doors = app.effects.drain(..).filter_map(|effect| match effect {
        Effect::Send(Command::SignIn { door, .. }) => Some(door),
        _ => None,
    });
    let door = doors.next();
    assert!(doors.next().is_none());
    door
}

#[test]
fn doors_open_by_number_and_by_arrow() {
    for (keys, screen) in [
        ("1", "login"),
        ("2", "browser"),
        ("3", "key"),
        ("jj", "doors"),
    ] {
        let mut app = signed_out();
        app.keys("l");
        app.keys(keys);
        assert_eq!(app.screen(), screen);
    }
    let mut app = signed_out();
    app.keys("ljjk");
    app.key(KeyCode::Enter);
    assert_eq!(app.screen(), "browser");
    app.key(KeyCode::Esc);
    app.key(KeyCode::Enter);
    assert_eq!(app.screen(), "browser", "Esc comes back to where it was");
}

#[test]
fn in_a_cool_down_the_browser_is_preselected_and_the_password_asks_twice() {
    let mut app = resting(false);
    app.keys("l");
    assert!(app.shows("rests for 14:31"));
    app.key(KeyCode::Enter);
    assert_eq!(app.screen(), "browser");
    app.key(KeyCode::Esc);
    app.keys("1");
    assert_eq!(app.screen(), "doors");
    assert!(app.shows("ask once all the same"));
    app.keys("yada@example.com");
    app.key(KeyCode::Enter);
    app.keys("hunter2");
    app.key(KeyCode::Enter);
    assert!(matches!(
        sent_door(&mut app),
        Some(SignInDoor::Password {
            despite_cool_down: true,
            ..
        })
    ));
    refused(&mut app, Failure::invalid_credentials());
    app.keys("hunter3");
    app.key(KeyCode::Enter);
    assert!(
        matches!(
            sent_door(&mut app),
            Some(SignInDoor::Password {
                despite_cool_down: false,
                ..
            })
        ),
        "once means once"
    );
}

#[test]
fn there_is_no_second_override() {
    let mut app = resting(true);
    app.keys("l1");
    assert!(app.shows("have asked once") && !app.shows("ask once all the same"));
    app.keys("y");
    assert_eq!(app.screen(), "doors");
    app.keys("b");
    assert_eq!(app.screen(), "browser");
    assert!(app.state.overlay.is_none());
}

#[test]
fn a_shut_password_door_offers_the_browser() {
    for (failure, offers) in [
        (Failure::rate_limited(Some(at(9))), true),
        (Failure::blocked(None), true),
        (Failure::captcha_required(), true),
        (Failure::cool_down("Signing in", "why", at(9)), true),
        (Failure::invalid_credentials(), false),
    ] {
        let mut app = signed_out();
        app.keys("l1ada@example.com");
        app.key(KeyCode::Enter);
        app.keys("hunter2");
        app.key(KeyCode::Enter);
        refused(&mut app, failure.clone());
        assert_eq!(app.shows("Ctrl-B"), offers, "{failure}");
        app.ctrl('b');
        assert_eq!(app.screen(), "browser");
    }
}

#[test]
fn the_address_is_opened_and_copied_on_a_key() {
    let mut app = signed_out();
    app.keys("l2");
    app.ctrl('o');
    app.ctrl('y');
    let [Effect::Open(opened), Effect::Copy(copied)] = app.effects.as_slice() else {
        panic!("{:?}", app.effects)
    };
    assert_eq!(
        (opened.as_str(), copied.as_str()),
        (BROWSER_URL, BROWSER_URL)
    );
    app.send(Msg::Opened(Err("there is no desktop here".to_owned())));
    assert!(app.shows("No browser could be opened") && app.shows("sso.garmin.com"));
    app.send(Msg::Copied(Ok(())));
    assert!(app.shows("sent to the clipboard"));
}

#[test]
fn the_minute_of_a_ticket_runs_and_says_what_to_do_when_it_is_over() {
    let mut app = signed_out();
    app.keys("l2");
    app.state.desk.strip = None;
    assert!(app.shows("about 1:00 left"));
    app.send(Msg::Tick(at(18)));
    assert!(app.shows("about 0:42 left"));
    assert_eq!(app.state.cadence().as_secs(), 1);
    app.send(Msg::Tick(at(60)));
    assert!(app.shows("the minute is over") && app.shows("open the address again"));
    assert!(app.state.cadence().as_secs() > 1, "nothing counts any more");
    app.send(Msg::Opened(Err("there is no desktop here".to_owned())));
    assert!(app.shows("the minute is over") && app.shows("No browser could be opened"));
    app.send(Msg::Opened(Ok(())));
    assert!(app.shows("about 1:00 left") && !app.shows("open the address again"));
    app.paste(TICKET);
    assert!(!app.shows("left to paste"), "Garmin is being asked");
    refused(&mut app, Failure::ticket_refused());
    assert!(!app.shows("left to paste") && !app.shows("the minute is over"));
}

#[test]
fn a_ticket_goes_out_at_once_and_a_refused_one_is_gone() {
    let mut app = signed_out();
    app.keys("l2");
    app.paste("https://connect.garmin.com/");
    assert!(sent_door(&mut app).is_none() && app.shows("no ticket"));
    app.paste(TICKET);
    let Some(SignInDoor::Browser { pasted }) = sent_door(&mut app) else {
        panic!("nothing was sent")
    };
    assert_eq!(pasted.expose(), TICKET);
    assert!(app.shows("Asking Garmin") && !app.shows("ST-7"));
    app.paste(TICKET);
    assert!(sent_door(&mut app).is_none(), "one question at a time");
    refused(&mut app, Failure::ticket_refused());
    assert!(app.shows("did not accept the service ticket") && !app.shows("•"));
    assert!(!format!("{:?}", app.state).contains("ST-7"));
}

#[test]
fn a_found_key_is_offered_and_never_taken_unasked() {
    let mut app = signed_out();
    app.keys("l3");
    assert!(matches!(
        app.effects.drain(..).collect::<Vec<_>>().as_slice(),
        [Effect::Send(Command::FindKey)]
    ));
    app.ctrl('f');
    assert!(app.shows("No key was found"));
    app.send(Msg::Engine(Event::KeyFound {
        place: Some("~/.config/garmin/connect-personal-api-key".to_owned()),
    }));
    app.key(KeyCode::Enter);
    assert!(sent_door(&mut app).is_none() && app.shows("still empty"));
    app.ctrl('f');
    app.key(KeyCode::Enter);
    assert!(matches!(
        sent_door(&mut app),
        Some(SignInDoor::Key {
            key: KeyInput::Found,
            ..
        })
    ));
    refused(&mut app, Failure::key_rejected());
    assert!(app.shows("rejected the personal API key"));
}

#[test]
fn an_answer_goes_only_to_the_door_that_asked() {
    let mut app = signed_out();
    app.keys("l2");
    app.paste(TICKET);
    app.key(KeyCode::Esc);
    app.keys("1");
    refused(&mut app, Failure::ticket_refused());
    app.send(Msg::Tick(at(60)));
    assert!(!app.shows("service ticket"), "it was a toast");
}
