//! The one place where the state changes: a message in, at most one effect out.
//!
//! No await, no clock, no I/O. Keys are looked up in the table first; where text
//! is typed, what is not in the table is text. `event` handles what the engine
//! tells, and `home` the actions of the home screen.

mod event;
mod home;

use crossterm::event::KeyEvent;

use super::{
    effect::Effect,
    keymap::{self, Action},
    msg::Msg,
    pane::{login::LoginPane, mfa::Typed},
    state::{Overlay, Screen, State, Waiting},
    widget::toast::Level,
};
use crate::{
    domain::{challenge::code_digits, secret::Secret},
    engine::command::{Command, SignInDoor},
};

pub fn update(state: &mut State, msg: Msg) -> Option<Effect> {
    match msg {
        Msg::Tick(now) => {
            state.now = now;
            state.toasts.expire(now);
            None
        }
        Msg::Resized(size) => {
            state.size = size;
            None
        }
        Msg::Key(key) => press(state, &key),
        Msg::Paste(text) => paste(state, &text),
        Msg::Engine(event) => {
            event::learn(state, event);
            None
        }
        Msg::NotSent => {
            state.waiting = None;
            state.tell(Level::Error, "The engine is busy; try again in a moment.");
            None
        }
    }
}

fn press(state: &mut State, key: &KeyEvent) -> Option<Effect> {
    match (keymap::action(key, state.scopes()), keymap::typed(key)) {
        (Some(action), _) => act(state, action),
        (None, Some(c)) => type_text(state, c.encode_utf8(&mut [0; 4])),
        (None, None) => None,
    }
}

fn act(state: &mut State, action: Action) -> Option<Effect> {
    match (action, state.overlay) {
        (Action::Quit, _) => return Some(Effect::Quit),
        (Action::Back, Some(_)) => state.overlay = None,
        (Action::Help, _) => state.overlay = Some(Overlay::Help),
        (Action::Yes, Some(Overlay::SignOut)) => {
            state.overlay = None;
            state.waiting = Some(Waiting::SignOut);
            return Some(Effect::Send(Command::SignOut {
                account: state.account.clone(),
            }));
        }
        (_, Some(_)) => {}
        (_, None) => {
            return match state.screen {
                Screen::Home => home::act(state, action),
                Screen::Login(_) => act_on_login(state, action),
                Screen::Mfa(_) => act_on_mfa(state, action),
            };
        }
    }
    None
}

fn act_on_login(state: &mut State, action: Action) -> Option<Effect> {
    let Screen::Login(pane) = &mut state.screen else {
        return None;
    };
    if action == Action::Back {
        state.screen = Screen::Home;
        return None;
    }
    // While Garmin is asked, the fields are locked.
    if state.waiting.is_some() {
        return None;
    }
    let (email, password) = pane.act(action)?;
    state.waiting = Some(Waiting::SignIn);
    Some(Effect::Send(Command::SignIn {
        account: state.account.clone(),
        region: None,
        door: SignInDoor::Password {
            email,
            password,
            despite_cool_down: false,
        },
    }))
}

fn act_on_mfa(state: &mut State, action: Action) -> Option<Effect> {
    let now = state.now;
    let Screen::Mfa(pane) = &mut state.screen else {
        return None;
    };
    match action {
        Action::Back if pane.is_over(now) => state.screen = Screen::Home,
        Action::Back => {
            state.screen = Screen::Home;
            state.tell(
                Level::Note,
                "The code stays pending: m here, or garminsync mfa anywhere, finishes it.",
            );
        }
        Action::Submit if pane.is_over(now) => state.screen = Screen::Login(LoginPane::default()),
        Action::Submit if state.waiting.is_none() => {
            return pane.submit().map(|code| answer(state, code));
        }
        Action::Edit(edit) if state.waiting.is_none() => pane.edit(edit),
        _ => {}
    }
    None
}

fn type_text(state: &mut State, text: &str) -> Option<Effect> {
    if state.overlay.is_some() || state.waiting.is_some() {
        return None;
    }
    match &mut state.screen {
        Screen::Home => None,
        Screen::Login(pane) => {
            pane.insert(text);
            None
        }
        Screen::Mfa(pane) if pane.is_over(state.now) => None,
        Screen::Mfa(pane) => match pane.insert(text) {
            Typed::More => None,
            Typed::Full(code) => Some(answer(state, code)),
        },
    }
}

/// Pasted text: a whole code on the MFA screen, text in a field, nothing else.
fn paste(state: &mut State, text: &Secret) -> Option<Effect> {
    let Screen::Mfa(pane) = &mut state.screen else {
        return type_text(state, text.expose());
    };
    if state.overlay.is_some() || state.waiting.is_some() || pane.is_over(state.now) {
        return None;
    }
    let Some(code) = code_digits(text.expose()) else {
        pane.no_code_pasted();
        return None;
    };
    pane.fill(&code);
    Some(answer(state, Secret::new(code)))
}

fn answer(state: &mut State, code: Secret) -> Effect {
    state.waiting = Some(Waiting::Code);
    Effect::Send(Command::AnswerMfa {
        account: state.account.clone(),
        code,
    })
}

#[cfg(test)]
mod tests;
