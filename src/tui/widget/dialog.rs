//! A box in the middle of the screen.

use ratatui::{
    Frame,
    layout::Rect,
    symbols::merge::MergeStrategy,
    text::Line,
    widgets::{Block, Clear, Padding},
};

use super::panel;
use crate::tui::theme::{Role, Theme};

/// Columns and rows that border and padding take.
pub const FRAME: (u16, u16) = (6, 2);

/// Centred in `area`, never larger than it.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

/// The area inside of a box's border and padding.
pub fn inside(area: Rect) -> Rect {
    Block::bordered()
        .padding(Padding::horizontal(2))
        .inner(area)
}

/// Draws an empty box over whatever is below; answers the area inside of it.
pub fn open(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    bottom: Option<Line<'_>>,
    theme: Theme,
) -> Rect {
    frame.render_widget(Clear, area);
    let mut block: Block<'_> = panel::panel(title, theme)
        .border_style(theme.style(Role::Focus))
        .merge_borders(MergeStrategy::Replace)
        .padding(Padding::horizontal(2));
    if let Some(bottom) = bottom {
        block = block.title_bottom(bottom.centered());
    }
    frame.render_widget(block, area);
    inside(area)
}
