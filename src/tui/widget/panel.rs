//! Bordered panes that share their edges: two neighbours overlap by one column
//! or row, and their borders join into one line.

use ratatui::{
    layout::Rect,
    style::Style,
    symbols::merge::MergeStrategy,
    text::Line,
    widgets::{Block, BorderType, Padding},
};

use crate::tui::theme::{Role, Theme};

/// A pane with its title on the upper edge.
pub fn panel<'a>(title: &str, theme: Theme) -> Block<'a> {
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.style(Role::Border))
        .merge_borders(MergeStrategy::Fuzzy)
        .title(Line::styled(format!(" {title} "), theme.style(Role::Title)))
        .padding(Padding::horizontal(1))
}

/// A note on an edge, one space away from the line on both sides.
pub fn edge<'a>(text: &str, style: Style) -> Line<'a> {
    Line::styled(format!(" {text} "), style)
}

/// The area inside of a panel's border and padding.
pub fn inside(area: Rect) -> Rect {
    Block::bordered()
        .padding(Padding::horizontal(1))
        .inner(area)
}
