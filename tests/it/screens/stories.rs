//! A person and the engine, step by step, through the real loop.

use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use garminsync::{
    config::file::Setting,
    domain::{
        failure::Failure,
        job::{JobStatus, SyncRequest, Trigger},
    },
    engine::{
        command::{Command, KeyInput, SignInDoor},
        event::{Event, SignInOutcome},
    },
    tui::{Ended, keymap::Keymap},
};

use super::{app::App, fixtures::*};

const PASSWORD: &str = "correct-horse-7";

fn sign_in(outcome: SignInOutcome) -> Event {
    Event::SignIn {
        account: account(),
        outcome,
    }
}

#[tokio::test]
async fn from_an_empty_home_to_the_first_sync() {
    let mut app = App::start((80, 24), &[]);
    app.shows("reading CentralDB").await;
    app.tell(missing()).await;
    app.shows("press l to sign in").await;

    app.keys("l1");
    app.keys("ada@example.com");
    app.press(KeyCode::Enter);
    app.paste(&format!("{PASSWORD}\n"));
    app.shows(&"•".repeat(PASSWORD.len())).await;
    app.press(KeyCode::Enter);
    let command = app.command().await;
    assert!(!format!("{command:?}").contains(PASSWORD));
    let Command::SignIn {
        door: SignInDoor::Password {
            email, password, ..
        },
        ..
    } = command
    else {
        panic!("{command:?}")
    };
    assert_eq!(
        (email.as_str(), password.expose()),
        ("ada@example.com", PASSWORD)
    );
    app.shows("Asking Garmin").await;

    app.tell(sign_in(SignInOutcome::MfaRequired(challenge())))
        .await;
    app.tell(mfa_pending()).await;
    app.shows("expires in 4:31").await;
    app.keys("111111");
    assert!(
        matches!(app.command().await, Command::AnswerMfa { code, .. } if code.expose() == "111111")
    );
    let refused = SignInOutcome::Refused {
        failure: Failure::mfa_code_invalid(),
        challenge: Some(challenge()),
    };
    app.tell(sign_in(refused)).await;
    app.shows("did not accept this code").await;
    app.paste("Your Garmin code: 409 123");
    assert!(
        matches!(app.command().await, Command::AnswerMfa { code, .. } if code.expose() == "409123")
    );

    app.tell(valid()).await;
    app.tell(sign_in(SignInOutcome::SignedIn {
        display_name: Some("ada.lovelace".to_owned()),
    }))
    .await;
    app.shows("Signed in as ada.lovelace.").await;
    app.keys("s");
    assert!(matches!(
        app.command().await,
        Command::Sync {
            trigger: Trigger::Person,
            ..
        }
    ));
    app.tell(progress()).await;
    app.shows("12 of 31").await;
    app.keys("s");
    app.shows("A sync is already running.").await;
    app.keys("x");
    assert!(matches!(app.command().await, Command::CancelSync { .. }));
    app.shows("STOPPING").await;
    app.tell(finished(report(JobStatus::Cancelled))).await;
    app.shows("CANCELLED").await;

    let frames = std::sync::Arc::clone(&app.all_frames);
    app.keys("q");
    assert_eq!(app.ended().await, Ended::Quit);
    assert!(!frames.lock().unwrap().contains(PASSWORD));
}

#[tokio::test]
async fn neither_ticket_nor_key_is_ever_shown() {
    const TICKET: &str = "ST-0815-Xq7Rz-cas";
    const KEY: &str = "GCDC_Xq7Rz0815";
    let mut app = App::start((80, 24), &[]);
    app.tell(missing()).await;
    app.shows("MISSING").await;
    app.keys("l2");
    app.shows("sso.garmin.com").await;
    app.ctrl('y');
    app.shows("sent to the clipboard").await;
    app.keys(TICKET);
    app.shows(&"•".repeat(TICKET.len())).await;
    app.ctrl('u');
    app.paste(&format!(
        "https://sso.garmin.com/sso/embed?ticket={TICKET}\n"
    ));
    let command = app.command().await;
    assert!(!format!("{command:?}").contains(TICKET));
    assert!(matches!(
        command,
        Command::SignIn { door: SignInDoor::Browser { pasted }, .. }
            if pasted.expose().ends_with(TICKET)
    ));
    let failure = Failure::ticket_refused();
    let challenge = None;
    app.tell(sign_in(SignInOutcome::Refused { failure, challenge }))
        .await;
    app.shows("did not accept the service ticket").await;

    app.press(KeyCode::Esc);
    app.keys("3");
    assert!(matches!(app.command().await, Command::FindKey));
    app.paste(&format!(" {KEY}\n"));
    app.press(KeyCode::Enter);
    let command = app.command().await;
    assert!(!format!("{command:?}").contains(KEY));
    assert!(matches!(
        command,
        Command::SignIn { door: SignInDoor::Key { key: KeyInput::Typed(key), expires_on: None }, .. }
            if key.expose().trim() == KEY
    ));
    app.shows("Asking Garmin").await;
    let frames = app.all_frames.lock().unwrap().clone();
    assert!(!frames.contains(TICKET) && !frames.contains(KEY));
}

#[tokio::test]
async fn the_wheel_and_a_click_are_extras() {
    let left = MouseEventKind::Down(MouseButton::Left);
    let mut app = App::start((80, 24), &[]);
    app.tell(valid()).await;
    app.tell(log()).await;
    app.shows("job 182").await;
    app.mouse(MouseEventKind::ScrollUp, 50, 5);
    app.shows("3 below").await;
    // The newest line, then once more: its report.
    app.mouse(left, 50, 18);
    app.shows("following").await;
    app.mouse(left, 50, 16);
    app.shows("2 below").await;
    app.mouse(left, 50, 16);
    app.shows("Report of job 182").await;
    assert!(matches!(app.command().await, Command::Job { .. }));
    app.press(KeyCode::Esc);
    app.shows("Session").await;
    // A hint does what it says: "c coverage".
    app.mouse(left, 16, 23);
    app.shows("Coverage of ada").await;
}

/// Column and row of the first `text` on screen.
fn place_of(frame: &str, text: &str) -> (u16, u16) {
    let mut lines = frame.lines().zip(0..);
    let (line, row) = lines.find(|(line, _)| line.contains(text)).unwrap();
    let before = line.trim_start_matches('"').split(text).next().unwrap();
    (u16::try_from(before.chars().count()).unwrap(), row)
}

#[tokio::test]
async fn a_click_chooses_and_the_next_one_opens() {
    let left = MouseEventKind::Down(MouseButton::Left);
    let mut app = App::start((120, 36), &[]);
    app.tell(three_accounts()).await;
    app.shows("VALID").await;

    app.keys("c");
    app.shows("Coverage of ada").await;
    app.tell(coverage(2026)).await;
    let frame = app.shows("Fri 20 Nov 2026").await;
    let (column, row) = place_of(&frame, "Mon ");
    app.mouse(left, column + 4, row + 3);
    let frame = app.shows("Thu 1 Jan 2026").await;
    let (column, row) = place_of(&frame, "hrv ");
    app.mouse(left, column, row);
    app.shows("› hrv").await;
    app.mouse(MouseEventKind::ScrollDown, column, row);
    app.shows("› body_battery").await;
    app.press(KeyCode::Esc);

    app.keys("a");
    let frame = app.shows("Accounts").await;
    let (column, row) = place_of(&frame, "  grace ");
    app.mouse(left, column, row);
    app.shows("› grace").await;
    app.mouse(left, column, row);
    let frame = app.shows("Session").await;
    assert!(frame.contains("garminsync   grace"), "{frame}");

    app.keys("l");
    let frame = app.shows("Personal API key").await;
    let (column, row) = place_of(&frame, "You sign in in your browser");
    app.mouse(left, column, row);
    app.shows("› 2 Browser").await;
    app.mouse(left, column, row);
    app.shows("Open this address").await;
    app.press(KeyCode::Esc);
    app.press(KeyCode::Esc);

    app.keys(":");
    let frame = app.shows("What to do").await;
    let (column, row) = place_of(&frame, "about garminsync");
    app.mouse(left, column, row);
    app.shows("› about garminsync").await;
    app.mouse(left, column, row);
    app.shows("not affiliated").await;
}

#[tokio::test]
async fn a_sync_has_its_price_before_it_is_asked() {
    let mut app = App::start((80, 24), &[]);
    app.tell(missing()).await;
    app.shows("MISSING").await;
    app.keys("p");
    app.shows("press l first").await;
    app.tell(valid()).await;
    app.shows("VALID").await;
    app.keys("p");
    let Command::Plan { request, .. } = app.command().await else {
        panic!("no price was asked for")
    };
    assert_eq!(request, SyncRequest::default());
    app.keys("y");
    app.shows("Still counting").await;
    app.tell(planned(&[("daily", 1), ("sleep", 2)])).await;
    app.shows("3 requests, about").await;
    app.keys("y");
    let command = app.command().await;
    assert!(
        matches!(&command, Command::Sync { request, .. } if *request == SyncRequest::default()),
        "{command:?}"
    );
    app.hides("3 requests, about").await;
}

#[tokio::test]
async fn a_code_that_another_terminal_enters_closes_the_question() {
    let mut app = App::start((80, 24), &[]);
    app.tell(mfa_pending()).await;
    app.shows("MFA_PENDING").await;
    app.keys("m");
    app.shows("expires in").await;
    app.keys("40");
    app.shows("│ 4 │ 0 │").await;
    app.tell(valid()).await;
    app.shows("The code was entered elsewhere: signed in.")
        .await;
    app.hides("expires in").await;
}

#[tokio::test]
async fn keys_of_ones_own_are_told_everywhere() {
    let setting = Setting {
        name: "sign_in".to_owned(),
        value: "z".to_owned(),
        place: "config.toml, line 1".to_owned(),
    };
    let keymap = Keymap::with(&[setting]).unwrap();
    let mut app = App::start_with((80, 24), &[], keymap, true);
    app.tell(missing()).await;
    let frame = app.shows("press z to sign in").await;
    assert!(
        frame.contains("z sign in") && !frame.contains("l sign in"),
        "{frame}"
    );
    app.keys("s");
    app.shows("press z first").await;
    app.keys("lz");
    app.shows("Personal API key").await;
}

#[tokio::test]
async fn a_toast_goes_with_time() {
    let mut app = App::start((80, 24), &[]);
    app.tell(valid()).await;
    app.shows("VALID").await;
    app.keys("x");
    app.shows("No sync is running.").await;
    app.clock.advance(std::time::Duration::from_secs(6));
    app.hides("No sync is running.").await;
}

#[tokio::test]
async fn every_way_out_is_told_apart() {
    assert_eq!(
        App::start((80, 24), &[]).hang_up().await,
        Ended::InputClosed
    );

    let app = App::start((80, 24), &[]);
    app.stop.cancel();
    assert_eq!(app.ended().await, Ended::Stopped);

    let mut app = App::start((80, 24), &[]);
    app.tell(missing()).await;
    app.shows("MISSING").await;
    app.keys("l1");
    app.shows("E-mail").await;
    app.ctrl('c');
    assert_eq!(app.ended().await, Ended::Quit);

    assert_eq!(
        App::start((80, 24), &[]).engine_gone().await,
        Ended::EngineGone
    );
}
