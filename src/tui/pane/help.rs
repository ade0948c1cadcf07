//! The keys of the present screen, from the same table that dispatches them.

use ratatui::{
    Frame,
    layout::{Layout, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::tui::{
    state::State,
    text::{self, pad},
    theme::{Role, Theme},
    widget::{
        cursor::{Pager, Scroll, position},
        dialog, panel,
    },
};

const GAP: u16 = 3;

#[derive(Clone, Copy, Debug, Default)]
pub struct HelpPane {
    pager: Pager,
}

impl HelpPane {
    pub fn scroll(&mut self, by: Scroll, state: &State, body: Rect) {
        let (columns, rows) = layout(state, body, Theme::plain());
        self.pager.scroll(by, length(&columns), rows);
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let (columns, rows) = layout(state, body, theme);
        let window = self.pager.window(length(&columns), rows);
        let height = u16::try_from(window.len()).unwrap_or(u16::MAX);
        let edge = match position(&window, length(&columns)) {
            Some(place) => format!("{place} · Esc back"),
            None => "Esc back".to_owned(),
        };
        let inside = dialog::open(
            frame,
            dialog::centred(
                body,
                width(&columns) + dialog::FRAME.0,
                height + dialog::FRAME.1,
            ),
            "Keys",
            Some(panel::edge(&edge, theme.style(Role::Muted))),
            theme,
        );
        let areas = Layout::horizontal(columns.iter().map(|column| column.width))
            .spacing(GAP)
            .split(inside);
        for (column, area) in columns.into_iter().zip(areas.iter()) {
            let lines = column.lines.into_iter();
            let lines = lines.skip(window.start).take(window.len());
            frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), *area);
        }
    }
}

/// One column while it fits, else two where the screen is wide enough, else one
/// that scrolls. With the rows there are.
fn layout(state: &State, body: Rect, theme: Theme) -> (Vec<Column>, usize) {
    let help = state.keymap.help(state.screen_scopes());
    let rows = usize::from(body.height.saturating_sub(dialog::FRAME.1));
    let in_columns = |length: usize| -> Vec<Column> {
        let chunks = help.chunks(length.max(1));
        chunks.map(|lines| Column::new(lines, theme)).collect()
    };
    let two = in_columns(help.len().div_ceil(2));
    let is_wide = width(&two) + dialog::FRAME.0 <= body.width;
    if help.len() <= rows || !is_wide {
        (in_columns(help.len()), rows)
    } else {
        (two, rows)
    }
}

fn length(columns: &[Column]) -> usize {
    columns.first().map_or(0, |column| column.lines.len())
}

fn width(columns: &[Column]) -> u16 {
    let gaps = GAP * u16::try_from(columns.len().saturating_sub(1)).unwrap_or(0);
    columns.iter().map(|column| column.width).sum::<u16>() + gaps
}

struct Column {
    lines: Vec<Line<'static>>,
    width: u16,
}

impl Column {
    fn new(help: &[(String, &'static str)], theme: Theme) -> Self {
        let keys = help
            .iter()
            .map(|(keys, _)| text::width(keys))
            .max()
            .unwrap_or(0)
            + 2;
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
