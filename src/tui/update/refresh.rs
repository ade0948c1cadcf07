//! What the open screen reads, asked for again when something may have changed.

use jiff::SignedDuration;

use super::{
    super::{
        effect::Effect,
        pane::strip,
        state::{Screen, State},
    },
    audit, coverage, jobs,
};
use crate::domain::dates::DateSpan;

/// In mid-sync every task changes something; the eye needs less.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(2);

/// Asks for what the screen shows beyond the state itself. The parts that are
/// there stay until the answer is.
pub(super) fn refresh(state: &mut State) -> Option<Effect> {
    state.read_at = Some(state.now);
    match &state.screen {
        Screen::Home => {
            let days = DateSpan::ending(state.account_today(), strip::DAYS);
            Some(coverage::ask(state, days))
        }
        Screen::Audit(_) => audit::ask(state),
        Screen::Jobs(_) => Some(jobs::ask(state, None)),
        Screen::Report(pane) if pane.is_running() => Some(jobs::ask_report(state, pane.job)),
        Screen::Coverage(pane) => Some(coverage::ask(state, pane.year())),
        _ => None,
    }
}

/// The same, unless it was just done.
pub(super) fn refresh_now_and_then(state: &mut State) -> Option<Effect> {
    let just_now = |at| state.now.duration_since(at) < AGAIN_AFTER;
    if state.read_at.is_some_and(just_now) {
        return None;
    }
    refresh(state)
}
