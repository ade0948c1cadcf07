//! One row of a form: the label, room for the value, and below it a line that
//! turns into the complaint about it.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
};

use crate::tui::theme::{Role, Theme};

/// Screen rows of a form's row.
pub const ROWS: u16 = 2;

/// Columns of the label.
pub const LABEL: u16 = 11;

/// Draws all but the value; answers where that goes.
pub fn row(
    frame: &mut Frame<'_>,
    area: Rect,
    label: &str,
    focused: bool,
    complaint: Option<&str>,
    theme: Theme,
) -> Rect {
    let [text_row, under_row] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1)]).areas(area);
    let columns = [Constraint::Length(LABEL), Constraint::Fill(1)];
    let [label_area, text_area] = Layout::horizontal(columns).areas(text_row);
    let [_, under_area] = Layout::horizontal(columns).areas(under_row);
    let (mark, role) = if focused {
        ("›", Role::Focus)
    } else {
        (" ", Role::Muted)
    };
    let label = Line::styled(format!("{mark} {label}"), theme.style(role));
    frame.render_widget(label, label_area);
    let under = if let Some(wrong) = complaint {
        Line::styled(format!("✗ {wrong}"), theme.style(Role::Error))
    } else {
        let (symbol, role) = if focused {
            ("━", Role::Focus)
        } else {
            ("─", Role::Border)
        };
        Line::styled(symbol.repeat(under_area.width.into()), theme.style(role))
    };
    frame.render_widget(under, under_area);
    text_area
}
