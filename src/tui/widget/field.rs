//! One line of typed text, plain or hidden: tui-input's editing, our drawing.
//!
//! tui-input prints its text in `Debug` and ignores pastes, so it is kept
//! inside: a field shows nothing of its text but what it draws.

use std::fmt;

use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::Line,
};
use tui_input::{Input, InputRequest};
use unicode_width::UnicodeWidthChar;

use crate::{
    domain::{printable::printable, secret::Secret},
    tui::{
        keymap::Edit,
        text::width,
        theme::{Role, Theme},
    },
};

/// More bytes than any password, key or pasted address has.
const CAPACITY: usize = 4096;

pub struct Field {
    input: Input,
    hidden: bool,
}

impl Field {
    pub fn plain() -> Self {
        Self {
            input: Input::default(),
            hidden: false,
        }
    }

    /// Shows one dot for each character.
    pub fn hidden() -> Self {
        Self {
            hidden: true,
            ..Self::plain()
        }
    }

    pub fn text(&self) -> &str {
        self.input.value()
    }

    pub fn is_hidden(&self) -> bool {
        self.hidden
    }

    pub fn hide(&mut self) {
        self.hidden = true;
    }

    pub fn toggle_hidden(&mut self) {
        self.hidden = !self.hidden;
    }

    /// Control characters are dropped: a pasted line break is no part of a
    /// password. So is whatever would pile up in CAPACITY.
    pub fn insert(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            if self.text().len() + c.len_utf8() <= CAPACITY {
                self.input.handle(InputRequest::InsertChar(c));
            }
        }
    }

    pub fn edit(&mut self, edit: Edit) {
        self.input.handle(match edit {
            Edit::Left => InputRequest::GoToPrevChar,
            Edit::Right => InputRequest::GoToNextChar,
            Edit::Start => InputRequest::GoToStart,
            Edit::End => InputRequest::GoToEnd,
            Edit::Backspace => InputRequest::DeletePrevChar,
            Edit::Delete => InputRequest::DeleteNextChar,
            Edit::ClearBefore => InputRequest::DeleteFromStart,
            Edit::ClearWord => InputRequest::DeletePrevWord,
        });
    }

    /// Hands the text over and leaves the field empty and wiped.
    pub fn take(&mut self) -> Secret {
        let Self { input, hidden } = std::mem::replace(self, Self::plain());
        self.hidden = hidden;
        let mut input = input;
        Secret::new(input.value_and_reset())
    }

    /// Empties and wipes the field.
    pub fn clear(&mut self) {
        drop(self.take());
    }

    /// Draws the part around the cursor that fits, and the cursor if `focused`.
    pub fn view(&self, frame: &mut Frame<'_>, area: Rect, focused: bool, theme: Theme) {
        let columns = usize::from(area.width);
        let (shown, column) = self.window(columns);
        frame.render_widget(Line::styled(shown, theme.style(Role::Field)), area);
        if focused {
            let x = area.x + u16::try_from(column).unwrap_or(0);
            frame.set_cursor_position(Position { x, y: area.y });
        }
    }

    /// The text from which enough was dropped on the left for the cursor to be
    /// inside of `columns`, and the cursor's column.
    fn window(&self, columns: usize) -> (String, usize) {
        let mut shown: Vec<char> = if self.hidden {
            vec!['•'; self.text().chars().count()]
        } else {
            // What reorders or hides text is no harm in the buffer, only on screen.
            let visible = |c: char| {
                if c == ' ' || !printable(c.encode_utf8(&mut [0; 4])).is_empty() {
                    c
                } else {
                    '·'
                }
            };
            self.text().chars().map(visible).collect()
        };
        let mut dropped = 0;
        let before = |shown: &[char], dropped: usize| -> usize {
            let text: String = shown
                .iter()
                .take(self.input.cursor().saturating_sub(dropped))
                .collect();
            width(&text)
        };
        while before(&shown, dropped) >= columns && !shown.is_empty() {
            shown.remove(0);
            dropped += 1;
        }
        let column = before(&shown, dropped);
        let mut used = 0;
        let fits = shown.iter().take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= columns
        });
        (fits.collect(), column)
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Field(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str) -> Field {
        let mut field = Field::plain();
        field.insert(text);
        field
    }

    #[test]
    fn editing_moves_by_characters() {
        let mut field = field("né日e");
        field.edit(Edit::Left);
        field.edit(Edit::Backspace);
        assert_eq!(field.text(), "née");
        field.edit(Edit::Start);
        field.edit(Edit::Delete);
        assert_eq!(field.text(), "ée");
        field.insert("x");
        assert_eq!(field.text(), "xée");
    }

    #[test]
    fn words_and_lines_go_at_once() {
        let mut field = field("correct horse  ");
        field.edit(Edit::ClearWord);
        assert_eq!(field.text(), "correct ");
        field.edit(Edit::ClearBefore);
        assert_eq!(field.text(), "");
        field.edit(Edit::Backspace);
        field.edit(Edit::Delete);
        assert_eq!(field.text(), "");
    }

    #[test]
    fn a_pasted_line_break_is_dropped_and_the_field_has_an_end() {
        let mut field = field("hun\r\nter2\x1b");
        assert_eq!(field.text(), "hunter2");
        field.insert(&"x".repeat(9000));
        assert_eq!(field.text().len(), CAPACITY);
    }

    #[test]
    fn a_hidden_field_is_dots_on_screen_and_nothing_in_debug() {
        let mut field = Field::hidden();
        field.insert("日本 x");
        assert_eq!(field.window(20), ("••••".to_owned(), 4));
        assert_eq!(format!("{field:?}"), "Field(…)");
        assert_eq!(field.take().expose(), "日本 x");
        assert_eq!(field.text(), "");
        assert!(field.is_hidden());
    }

    #[test]
    fn the_cursor_is_always_in_sight() {
        let mut field = field("abcdefgh");
        assert_eq!(field.window(5), ("efgh".to_owned(), 4));
        field.edit(Edit::Start);
        assert_eq!(field.window(5), ("abcde".to_owned(), 0));
        assert_eq!(self::field("日本語").window(4), ("語".to_owned(), 2));
    }
}
