//! The no-Unicode mode: the finished frame in plain ASCII.
//!
//! Done at the very end, so that no pane has to know. Glyphs that mean different
//! things stay different; what has no likeness becomes a question mark.

use ratatui::buffer::Buffer;

pub fn flatten(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let plain = plain(cell.symbol());
            cell.set_symbol(plain);
        }
    }
}

fn plain(symbol: &str) -> &'static str {
    let found = LIKENESS.iter().find(|(like, _)| like.contains(symbol));
    found.map_or("?", |(_, plain)| plain)
}

/// Symbols of one character each, and what stands for them. The spinner turns
/// in four steps instead of ten.
const LIKENESS: &[(&str, &str)] = &[
    ("─–⠹⠦⠧", "-"),
    ("━", "="),
    ("│⠋⠼⠏", "|"),
    ("╭╮╰╯┌┐└┘├┤┬┴┼✓", "+"),
    ("●•", "*"),
    ("○□", "o"),
    ("◐", "%"),
    ("✗", "x"),
    ("·", "."),
    ("↻", "@"),
    ("■", "#"),
    ("›→", ">"),
    ("‹←", "<"),
    ("↑", "^"),
    ("↓", "v"),
    ("…", "~"),
    ("⠙⠴", "/"),
    ("⠸⠇", "\\"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::coverage::Coverage, tui::pane::coverage::grid::dress};
    use ratatui::{buffer::Cell, layout::Rect, style::Style};

    #[test]
    fn nothing_but_ascii_is_left() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
        buffer.set_string(0, 0, "╭ ● né 日本 👩\u{200d}🚀 …", Style::new());
        flatten(&mut buffer);
        let text: String = buffer.content.iter().map(Cell::symbol).collect();
        assert!(text.is_ascii(), "{text}");
        assert!(text.starts_with("+ * n? ? ?  ?  ~"), "{text}");
    }

    #[test]
    fn the_states_of_a_day_stay_apart() {
        let mut seen = Vec::new();
        for state in Coverage::ALL.map(Some).into_iter().chain([None]) {
            let glyph = dress(state).0;
            let glyph = if glyph.is_ascii() {
                glyph
            } else {
                plain(glyph)
            };
            assert!(!seen.contains(&glyph), "{glyph}");
            seen.push(glyph);
        }
    }
}
