//! Six cells in two groups of three for a code, with the cursor in the next one.

use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::tui::theme::{Role, Theme};

/// Columns and rows of the drawing.
pub const SIZE: (u16, u16) = (27, 3);

const TOP: &str = "╭───┬───┬───╮ ╭───┬───┬───╮";
const BOTTOM: &str = "╰───┴───┴───╯ ╰───┴───┴───╯";

/// Draws `code` at the top left of `area`. `live` says whether it can be typed
/// into: then the cursor stands in the first empty cell.
pub fn view(frame: &mut Frame<'_>, area: Rect, code: &str, live: bool, theme: Theme) {
    let border = theme.style(if live { Role::Focus } else { Role::Border });
    let digits = theme.style(if live { Role::Title } else { Role::Muted });
    let mut middle = Vec::new();
    let mut typed = code.chars();
    for cell in 0..6 {
        middle.push(Span::styled(if cell == 3 { "│ │" } else { "│" }, border));
        middle.push(Span::styled(
            format!(" {} ", typed.next().unwrap_or(' ')),
            digits,
        ));
    }
    middle.push(Span::styled("│", border));
    let lines = vec![
        Line::styled(TOP, border),
        Line::from(middle),
        Line::styled(BOTTOM, border),
    ];
    frame.render_widget(Paragraph::new(lines), area);

    let next = u16::try_from(code.chars().count()).unwrap_or(0);
    if live && next < 6 && area.height > 1 {
        let x = area.x + 2 + next * 4 + if next >= 3 { 2 } else { 0 };
        frame.set_cursor_position(Position { x, y: area.y + 1 });
    }
}
