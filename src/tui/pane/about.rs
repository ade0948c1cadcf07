//! What this is: its version, its files, its licence, and what it is not.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    domain::printable::printable,
    tui::{
        state::State,
        text::{pad, wrap},
        theme::{Role, Theme},
        widget::{
            cursor::{Pager, Scroll},
            panel, said,
        },
    },
};

const LABEL: usize = 13;

const WHAT: &str = "Keeps a Garmin session alive, and your whole history in one SQLite file.";
const NOT: &str = "Unofficial: not made by, not affiliated with, and not supported by Garmin.";

#[derive(Debug, Default)]
pub struct AboutPane {
    pager: Pager,
}

impl AboutPane {
    pub fn scroll(&mut self, by: Scroll, state: &State, body: Rect) {
        let inside = panel::inside(body);
        let lines = lines(state, inside.width.into(), Theme::plain());
        self.pager.scroll(by, lines.len(), inside.height.into());
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let lines = lines(state, panel::inside(body).width.into(), theme);
        panel::text(frame, body, ("About", None), lines, &self.pager, theme);
    }
}

fn lines(state: &State, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let name = format!("garminsync {}", env!("CARGO_PKG_VERSION"));
    let mut lines = vec![Line::styled(name, theme.style(Role::Title))];
    lines.extend(wrap(WHAT, width).into_iter().map(Line::raw));
    lines.push(Line::default());
    lines.extend(said::quiet(NOT, width, theme));
    lines.push(Line::default());
    let licence = ("licence".to_owned(), env!("CARGO_PKG_LICENSE").to_owned());
    for (label, value) in std::iter::once(&licence).chain(&state.about) {
        // A path may be longer than any line.
        for (n, text) in wrap(&printable(value), width.saturating_sub(LABEL))
            .into_iter()
            .enumerate()
        {
            let label = if n == 0 { label } else { "" };
            lines.push(Line::from(vec![
                Span::styled(pad(label, LABEL), theme.style(Role::Muted)),
                Span::raw(text),
            ]));
        }
    }
    lines
}
