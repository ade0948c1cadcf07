//! What the open screen reads, asked for again when something may have changed.

use super::{
    super::{
        effect::Effect,
        state::{Screen, State},
    },
    audit, jobs,
};

/// Asks for what the screen shows beyond the state itself. The parts that are
/// there stay until the answer is.
pub(super) fn refresh(state: &mut State) -> Option<Effect> {
    match &state.screen {
        Screen::Audit(_) => audit::ask(state),
        Screen::Jobs(_) => Some(jobs::ask(state, None)),
        Screen::Report(pane) if pane.is_running() => Some(jobs::ask_report(state, pane.job)),
        _ => None,
    }
}
