//! The question before signing out: what is forgotten, what is kept.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::domain::account::AccountName;
use crate::tui::{
    state::State,
    text::wrap,
    theme::{Role, Theme},
    widget::{dialog, keys},
};

pub fn view(account: &AccountName, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
    let width = body.width.min(58);
    let value_width = usize::from(width.saturating_sub(dialog::FRAME.0)).saturating_sub(11);
    let mut lines = vec![Line::default()];
    for (label, value) in [
        (
            "Forgotten",
            "the session on this machine; syncing needs a new sign-in, and perhaps a code",
        ),
        ("Kept", "everything that was synced, and the sync log"),
    ] {
        for (n, text) in wrap(value, value_width).into_iter().enumerate() {
            let label = if n == 0 { label } else { "" };
            lines.push(Line::from(vec![
                Span::styled(format!("{label:<11}"), theme.style(Role::Muted)),
                Span::raw(text),
            ]));
        }
    }
    lines.push(Line::default());
    lines.push(keys::line(state, theme));
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let place = dialog::centred(body, width, rows + dialog::FRAME.1);
    let title = format!("Sign out account {account}?");
    let inside = dialog::open(frame, place, &title, None, theme);
    frame.render_widget(Paragraph::new(lines), inside);
}
