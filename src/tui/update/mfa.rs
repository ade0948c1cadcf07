//! The MFA screen: the code, another code, later.

use super::{
    super::{
        effect::Effect,
        keymap::Action,
        pane::mfa::Typed,
        state::{Screen, State, Waiting},
        widget::toast::Level,
    },
    sign_in,
};
use crate::{
    domain::{challenge::code_digits, secret::Secret},
    engine::command::Command,
};

pub(super) fn act(state: &mut State, action: Action) -> Option<Effect> {
    let now = state.now;
    let why_not = state.why_not(action);
    let Screen::Mfa(pane) = &mut state.screen else {
        return None;
    };
    match action {
        Action::Back if pane.is_over(now) => state.screen = Screen::Home,
        Action::Back => {
            state.screen = Screen::Home;
            let key = state.keymap.key_of(Action::EnterCode);
            state.tell(
                Level::Note,
                format!(
                    "The code stays pending: {key} here, or garminsync mfa anywhere, finishes it."
                ),
            );
        }
        Action::Submit if pane.is_over(now) => sign_in::choose(state),
        Action::NewCode if why_not.is_some() => state.tell(Level::Note, why_not?),
        Action::Submit if state.desk.waiting.is_none() => {
            return pane.submit().map(|code| answer(state, code));
        }
        Action::Edit(edit) if state.desk.waiting.is_none() => pane.edit(edit),
        Action::NewCode if state.desk.waiting.is_none() => {
            pane.ask_new_code();
            return Some(Effect::Send(Command::ResendCode {
                account: state.account.clone(),
            }));
        }
        _ => {}
    }
    None
}

pub(super) fn type_text(state: &mut State, text: &str) -> Option<Effect> {
    let Screen::Mfa(pane) = &mut state.screen else {
        return None;
    };
    if pane.is_over(state.now) {
        return None;
    }
    match pane.insert(text) {
        Typed::More => None,
        Typed::Full(code) => Some(answer(state, code)),
    }
}

/// Only a whole code counts as pasted.
pub(super) fn paste(state: &mut State, text: &Secret) -> Option<Effect> {
    let Screen::Mfa(pane) = &mut state.screen else {
        return None;
    };
    if pane.is_over(state.now) {
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
    state.desk.waiting = Some(Waiting::Code);
    Effect::Send(Command::AnswerMfa {
        account: state.account.clone(),
        code,
    })
}
