//! The audit trail: asked for when it is opened, and again when anything changed.

use super::super::{
    effect::Effect,
    keymap::Action,
    pane::audit::{self, AuditPane},
    state::{Screen, State},
    view,
    widget::cursor::Scroll,
};
use crate::engine::command::Command;

pub(super) fn open(state: &mut State) -> Option<Effect> {
    state.screen = Screen::Audit(AuditPane::default());
    ask(state)
}

/// Nothing without the screen. An account that nobody signed in to has no trail.
pub(super) fn ask(state: &mut State) -> Option<Effect> {
    let known = state.accounts.is_none() || state.account_state().is_some();
    let Screen::Audit(pane) = &mut state.screen else {
        return None;
    };
    if !known {
        *pane = AuditPane::empty();
        return None;
    }
    Some(Effect::Send(Command::Audit {
        account: state.account.clone(),
    }))
}

pub(super) fn act(state: &mut State, action: Action) -> Option<Effect> {
    match action {
        Action::ExactTimes => state.exact_times = !state.exact_times,
        Action::Back => state.screen = Screen::Home,
        action => scroll(state, Scroll::of(action)?),
    }
    None
}

/// How far a page is depends on the screen's size, so the layout is asked.
fn scroll(state: &mut State, by: Scroll) {
    let rows = audit::rows(view::regions(state).body);
    if let Screen::Audit(pane) = &mut state.screen {
        pane.scroll(by, rows);
    }
}
