//! The keys of a question, on its last line, from the table.

use ratatui::text::{Line, Span};

use crate::tui::{
    keymap::Action,
    state::State,
    theme::{Role, Theme},
};

/// Each action once, as far as it makes sense now. Leaving is no answer.
pub fn line(state: &State, theme: Theme) -> Line<'static> {
    let mut seen: Vec<Action> = vec![Action::Quit, Action::Suspend];
    let mut spans = Vec::new();
    for binding in state.keymap.within(state.scopes()) {
        if seen.contains(&binding.action) || state.why_not(binding.action).is_some() {
            continue;
        }
        seen.push(binding.action);
        spans.push(Span::styled(binding.key_name(), theme.style(Role::Key)));
        spans.push(Span::raw(format!(" {}   ", binding.what)));
    }
    Line::from(spans)
}
