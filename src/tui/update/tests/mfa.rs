//! The MFA screen: typed, pasted, wrong, over, left, finished elsewhere.

use crossterm::event::KeyCode;

use super::{App, account, account_state, at, at_mfa, challenge};
use crate::{
    domain::{
        challenge::{Challenge, MfaMethod},
        failure::Failure,
        session::SessionStatus,
    },
    engine::{
        command::Command,
        event::{Event, SignInOutcome},
    },
    tui::{effect::Effect, msg::Msg},
};

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
    assert_eq!(
        app.sent_code(),
        None,
        "while one code is checked, no other goes out"
    );
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
        assert_eq!(app.screen(), "doors");
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
    app.send(Msg::Engine(account_state(
        SessionStatus::MfaPending,
        Some(challenge()),
    )));
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

fn asked_for_a_code(app: &mut App) -> bool {
    let effects: Vec<Effect> = app.effects.drain(..).collect();
    matches!(
        effects.as_slice(),
        [Effect::Send(Command::ResendCode { .. })]
    )
}

#[test]
fn a_new_code_has_its_wait() {
    let mut app = at_mfa();
    assert!(app.shows("r new code in 30 s"));
    app.keys("r");
    assert!(app.effects.is_empty() && app.shows("not over yet"));
    app.send(Msg::Tick(at(30)));
    app.keys("40r");
    assert!(asked_for_a_code(&mut app));
    app.keys("r");
    assert!(app.effects.is_empty() && app.shows("asking for a new code"));
    // CentralDB may tell of the moved challenge before the answer comes.
    let moved = Challenge {
        created_at: at(31),
        expires_at: at(331),
        ..challenge()
    };
    app.send(Msg::Engine(account_state(
        SessionStatus::MfaPending,
        Some(moved),
    )));
    app.send(Msg::Engine(Event::CodeSent {
        account: account(),
        result: Ok(at(61)),
    }));
    assert!(app.shows("A new code is on its way.") && app.shows("r new code in 31 s"));
    assert!(app.shows("│ 4 │ 0 │"), "what was typed stays");
}

#[test]
fn a_way_without_new_codes_says_so_once() {
    let mut app = at_mfa();
    app.send(Msg::Tick(at(30)));
    app.keys("r");
    assert!(asked_for_a_code(&mut app));
    let never = Failure::no_way_to_resend(&challenge().method);
    app.send(Msg::Engine(Event::CodeSent {
        account: account(),
        result: Err(never),
    }));
    assert!(app.shows("no known way") && !app.shows("r new code"));
    app.keys("r");
    assert!(app.effects.is_empty());
}

#[test]
fn an_authenticator_shows_no_new_code() {
    let mut app = App::new();
    app.tell(SignInOutcome::MfaRequired(Challenge {
        method: MfaMethod::from_wire(Some("totp")),
        ..challenge()
    }));
    app.send(Msg::Tick(at(60)));
    assert!(!app.shows("new code"));
    app.keys("r");
    assert!(app.effects.is_empty() && app.shows("Garmin sends none"));
}
