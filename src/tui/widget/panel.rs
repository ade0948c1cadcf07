//! Bordered panes that share their edges: two neighbours overlap by one column
//! or row, and their borders join into one line.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    symbols::merge::MergeStrategy,
    text::Line,
    widgets::{Block, BorderType, Padding, Paragraph},
};

use super::cursor::{Pager, position};
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

/// A text that is read by scrolling, in a pane of its own. `note` stands on the
/// edge while all of it is in sight, else which lines are.
pub fn text(
    frame: &mut Frame<'_>,
    body: Rect,
    (title, note): (&str, Option<String>),
    lines: Vec<Line<'static>>,
    pager: &Pager,
    theme: Theme,
) {
    let inside = inside(body);
    let window = pager.window(lines.len(), inside.height.into());
    let mut block = panel(title, theme);
    if let Some(note) = position(&window, lines.len()).or(note) {
        block = block.title_top(edge(&note, theme.style(Role::Muted)).right_aligned());
    }
    let shown = lines.into_iter().skip(window.start).take(window.len());
    frame.render_widget(block, body);
    frame.render_widget(Paragraph::new(shown.collect::<Vec<_>>()), inside);
}
