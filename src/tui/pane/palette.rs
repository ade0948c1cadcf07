//! The command palette: what can be done now, found by typing a part of it.
//!
//! Its lines come from the key table, so it teaches the keys on the way.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::tui::{
    keymap::Action,
    state::State,
    text::{pad, width},
    theme::{Role, Theme},
    widget::{
        cursor::{Cursor, Scroll},
        dialog,
        field::Field,
        said,
    },
};

const NONE: &str = "Nothing that can be done now is called so.";

#[derive(Debug)]
pub struct PalettePane {
    typed: Field,
    cursor: Cursor,
}

impl Default for PalettePane {
    fn default() -> Self {
        Self {
            typed: Field::plain(),
            cursor: Cursor::default(),
        }
    }
}

impl PalettePane {
    pub fn insert(&mut self, text: &str) {
        self.typed.insert(text);
        self.cursor = Cursor::default();
    }

    /// The chosen action, once there is one.
    pub fn act(&mut self, action: Action, entries: &[Entry], rows: usize) -> Option<Action> {
        let found = self.found(entries);
        match action {
            Action::Edit(edit) => {
                self.typed.edit(edit);
                self.cursor = Cursor::default();
            }
            Action::Submit => return found.get(self.cursor.at()).map(|entry| entry.action),
            action => {
                if let Some(by) = Scroll::of(action) {
                    self.cursor.scroll(by, found.len(), rows);
                }
            }
        }
        None
    }

    /// The entries whose words contain what was typed, in its order.
    fn found<'a>(&self, entries: &'a [Entry]) -> Vec<&'a Entry> {
        let typed = self.typed.text().trim().to_lowercase();
        let mut found: Vec<&Entry> = entries
            .iter()
            .filter(|entry| has_letters(entry.what, &typed))
            .collect();
        // Whole words before scattered letters.
        found.sort_by_key(|entry| !entry.what.contains(&typed));
        found
    }

    /// The row under the pointer, as a distance from the cursor.
    pub fn steps_to(&self, at: Position, entries: &[Entry], body: Rect) -> Option<isize> {
        let inside = dialog::inside(place(entries, body));
        // The typed line and a blank one stand above the first row.
        let row = usize::from(at.y.checked_sub(inside.y + 2)?);
        let found = self.found(entries).len();
        let steps = self.cursor.steps_to(row, found, rows(body));
        steps.filter(|_| inside.contains(at))
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let entries = entries(state);
        let found = self.found(&entries);
        let rows = rows(body);
        let place = place(&entries, body);
        let inside = dialog::open(frame, place, "What to do", None, theme);
        let [input, _, list] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Length(1),
            Constraint::Fill(1),
        ])
        .areas(inside);
        let [mark, input] =
            Layout::horizontal([Constraint::Length(2), Constraint::Fill(1)]).areas(input);
        frame.render_widget(Span::styled(":", theme.style(Role::Key)), mark);
        self.typed.view(frame, input, true, theme);

        let keys = entries.iter().map(|entry| width(&entry.keys)).max();
        let what = usize::from(list.width).saturating_sub(keys.unwrap_or(0) + 3);
        let window = self.cursor.window(found.len(), rows);
        let shown = found.get(window.clone()).unwrap_or(&[]);
        let mut lines: Vec<Line<'static>> = shown
            .iter()
            .map(|entry| {
                Line::from(vec![
                    Span::raw("  "),
                    Span::raw(pad(entry.what, what)),
                    Span::styled(format!(" {}", entry.keys), theme.style(Role::Key)),
                ])
            })
            .collect();
        if lines.is_empty() {
            lines = said::quiet(NONE, list.width.into(), theme);
        } else {
            let here = self.cursor.at().min(found.len() - 1) - window.start;
            said::mark(&mut lines, here, theme);
        }
        frame.render_widget(Paragraph::new(lines), list);
    }
}

/// One thing that can be done.
pub struct Entry {
    action: Action,
    what: &'static str,
    keys: String,
}

/// What makes sense on the screen below, without what only moves around in it.
pub fn entries(state: &State) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for binding in state.keymap.within(state.screen_scopes()) {
        let action = binding.action;
        let moves = Scroll::of(action).is_some()
            || matches!(
                action,
                Action::Edit(_) | Action::Back | Action::Palette | Action::Left | Action::Right
            );
        if moves || state.why_not(action).is_some() {
            continue;
        }
        match entries.iter_mut().find(|entry| entry.action == action) {
            Some(entry) => entry.keys = format!("{} {}", entry.keys, binding.key_name()),
            None => entries.push(Entry {
                action,
                what: binding.what,
                keys: binding.key_name(),
            }),
        }
    }
    entries
}

/// The same size whatever is typed.
fn place(entries: &[Entry], body: Rect) -> Rect {
    let height = u16::try_from(entries.len().min(rows(body))).unwrap_or(0);
    dialog::centred(body, body.width.min(52), height + 2 + dialog::FRAME.1)
}

/// How many entries are in sight at most.
pub fn rows(body: Rect) -> usize {
    usize::from(body.height.saturating_sub(dialog::FRAME.1 + 2)).clamp(1, 14)
}

/// Whether the letters of `typed` stand in `text` in their order.
fn has_letters(text: &str, typed: &str) -> bool {
    let text = text.to_lowercase();
    let mut letters = text.chars();
    typed
        .chars()
        .filter(|c| !c.is_whitespace())
        .all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_their_order_are_enough() {
        assert!(has_letters("sign-in events", "sev"));
        assert!(has_letters("sync now", ""));
        assert!(!has_letters("sync now", "nos"));
    }
}
