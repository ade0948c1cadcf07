//! The screens that are only read: the doctor's findings, and what this is.

use super::super::{
    effect::Effect,
    keymap::Action,
    pane::{about::AboutPane, doctor::DoctorPane},
    state::{Screen, State},
    view,
    widget::cursor::Scroll,
};
use crate::engine::command::Command;

pub(super) fn open_doctor(state: &mut State) -> Effect {
    state.screen = Screen::Doctor(DoctorPane::default());
    Effect::Send(Command::Examine { is_offline: true })
}

pub(super) fn open_about(state: &mut State) {
    state.screen = Screen::About(AboutPane::default());
}

pub(super) fn act(state: &mut State, action: Action) -> Option<Effect> {
    if action == Action::Back {
        state.screen = Screen::Home;
        return None;
    }
    if let Screen::Doctor(pane) = &mut state.screen {
        let asks_hosts = match action {
            Action::AskHosts => Some(true),
            Action::LookAgain => Some(pane.asks_hosts),
            _ => None,
        };
        if let Some(asks_hosts) = asks_hosts.filter(|_| !pane.is_reading()) {
            pane.ask(asks_hosts);
            let is_offline = !asks_hosts;
            return Some(Effect::Send(Command::Examine { is_offline }));
        }
    }
    scroll(state, Scroll::of(action)?);
    None
}

/// A text's length depends on the rest of the state, so the screen is taken out
/// of it for the while.
pub(super) fn scroll(state: &mut State, by: Scroll) {
    let body = view::regions(state).body;
    let mut screen = std::mem::replace(&mut state.screen, Screen::Home);
    match &mut screen {
        Screen::Doctor(pane) => pane.scroll(by, state, body),
        Screen::About(pane) => pane.scroll(by, state, body),
        Screen::Report(pane) => pane.scroll(by, state, body),
        _ => {}
    }
    state.screen = screen;
}
