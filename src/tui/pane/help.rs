//! The keys of the present screen, from the same table that dispatches them.

use ratatui::{
    Frame,
    layout::{Layout, Rect},
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
    // One column while it fits, else two, each as wide as it has to be.
    let fits = help.len() + usize::from(dialog::FRAME.1) <= usize::from(body.height);
    let rows = if fits {
        help.len()
    } else {
        help.len().div_ceil(2)
    };
    let columns: Vec<Column> = help
        .chunks(rows.max(1))
        .map(|lines| Column::new(lines, theme))
        .collect();

    let gaps = GAP * u16::try_from(columns.len().saturating_sub(1)).unwrap_or(0);
    let width = columns.iter().map(|column| column.width).sum::<u16>() + gaps + dialog::FRAME.0;
    let height = u16::try_from(rows)
        .unwrap_or(u16::MAX)
        .saturating_add(dialog::FRAME.1);
    let back = panel::edge("Esc back", theme.style(Role::Muted));
    let inside = dialog::open(
        frame,
        dialog::centred(body, width, height),
        "Keys",
        Some(back),
        theme,
    );
    let areas = Layout::horizontal(columns.iter().map(|column| column.width))
        .spacing(GAP)
        .split(inside);
    for (column, area) in columns.into_iter().zip(areas.iter()) {
        frame.render_widget(Paragraph::new(column.lines), *area);
    }
}

struct Column {
    lines: Vec<Line<'static>>,
    width: u16,
}

impl Column {
    fn new(help: &[(String, &'static str)], theme: Theme) -> Self {
        let keys = help.iter().map(|(keys, _)| width(keys)).max().unwrap_or(0) + 2;
        let line = |(key, what): &(String, &'static str)| {
            Line::from(vec![
                Span::styled(pad(key, keys), theme.style(Role::Key)),
                Span::raw(*what),
            ])
        };
        let lines: Vec<Line<'static>> = help.iter().map(line).collect();
        let width = lines.iter().map(Line::width).max().unwrap_or(0);
        Self {
            lines,
            width: u16::try_from(width).unwrap_or(u16::MAX),
        }
    }
}
