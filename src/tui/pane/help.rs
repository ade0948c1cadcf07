//! The keys of the present screen, from the same table that dispatches them.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::tui::{
    keymap,
    state::State,
    text::{pad, width},
    theme::{Role, Theme},
    widget::{dialog, panel},
};

const GAP: u16 = 3;

pub fn view(state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
    let help = keymap::help(state.screen_scopes());
    let keys = help.iter().map(|(keys, _)| width(keys)).max().unwrap_or(0) + 2;
    let lines: Vec<Line<'_>> = help
        .iter()
        .map(|(key, what)| {
            Line::from(vec![
                Span::styled(pad(key, keys), theme.style(Role::Key)),
                Span::raw((*what).to_owned()),
            ])
        })
        .collect();
    let column = u16::try_from(lines.iter().map(Line::width).max().unwrap_or(0)).unwrap_or(u16::MAX);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);

    // One column while it fits, else two.
    let columns = if rows + dialog::FRAME.1 <= body.height { 1 } else { 2 };
    let width = column * columns + GAP * (columns - 1) + dialog::FRAME.0;
    let place = dialog::centred(body, width, rows.div_ceil(columns) + dialog::FRAME.1);
    let back = panel::edge("Esc back", theme.style(Role::Muted));
    let inside = dialog::open(frame, place, "Keys", Some(back), theme);
    let halves = Layout::horizontal([Constraint::Length(column), Constraint::Fill(1)]).spacing(GAP);
    let [left, right] = halves.areas(inside);
    let (first, second) = lines
        .split_at_checked(rows.div_ceil(columns).into())
        .unwrap_or((&lines, &[]));
    frame.render_widget(Paragraph::new(first.to_vec()), left);
    frame.render_widget(Paragraph::new(second.to_vec()), right);
}
