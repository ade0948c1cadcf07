//! A place in a list of any length, and the window around it.
//!
//! What is drawn is only the window; how far a page is depends on the screen, so
//! the rows in sight come with each question.

use std::ops::Range;

use crate::tui::keymap::Action;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scroll {
    /// Negative is up.
    Lines(isize),
    Pages(isize),
    First,
    Last,
}

impl Scroll {
    /// What an action means in a list; `None` if it does not move.
    pub const fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::Up => Self::Lines(-1),
            Action::Down => Self::Lines(1),
            Action::PageUp => Self::Pages(-1),
            Action::PageDown => Self::Pages(1),
            Action::First => Self::First,
            Action::Last => Self::Last,
            _ => return None,
        })
    }

    /// Seen from the other end of the list.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Lines(lines) => Self::Lines(-lines),
            Self::Pages(pages) => Self::Pages(-pages),
            Self::First => Self::Last,
            Self::Last => Self::First,
        }
    }

    /// Where this leads from `here`, with `last` as the end.
    fn from(self, here: usize, last: usize, rows: usize) -> usize {
        let page = isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(1);
        let here = here.min(last);
        match self {
            Self::Lines(lines) => here.saturating_add_signed(lines).min(last),
            Self::Pages(pages) => here.saturating_add_signed(pages * page).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

/// A selected item, and the first one in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    at: usize,
    top: usize,
}

impl Cursor {
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Puts the cursor on an item; the window follows when it is drawn.
    pub const fn put(&mut self, at: usize) {
        self.at = at;
    }

    pub fn scroll(&mut self, by: Scroll, len: usize, rows: usize) {
        self.top = self.window(len, rows).start;
        self.at = by.from(self.at, len.saturating_sub(1), rows);
        self.top = self.window(len, rows).start;
    }

    /// `count` items came in before everything: what is in sight stays in sight.
    pub const fn shift(&mut self, count: usize) {
        self.at += count;
        self.top += count;
    }

    /// The row under the pointer, as a distance from the cursor.
    pub fn steps_to(&self, row: usize, len: usize, rows: usize) -> Option<isize> {
        let window = self.window(len, rows);
        let wanted = window.start + row;
        let distance = isize::try_from(wanted).ok()? - isize::try_from(self.at).ok()?;
        window.contains(&wanted).then_some(distance)
    }

    /// The items in sight: the cursor always is, and no row stays empty in vain.
    pub fn window(&self, len: usize, rows: usize) -> Range<usize> {
        let rows = rows.max(1);
        let at = self.at.min(len.saturating_sub(1));
        let top = self.top.clamp((at + 1).saturating_sub(rows), at);
        let top = top.min(len.saturating_sub(rows));
        top..(top + rows).min(len)
    }
}

/// A text that is read by scrolling: no cursor, only a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pager {
    above: usize,
}

impl Pager {
    pub fn scroll(&mut self, by: Scroll, len: usize, rows: usize) {
        self.above = by.from(self.above, len.saturating_sub(rows), rows);
    }

    /// Scrolled away, the window stands still while `count` lines arrive above.
    pub const fn shift(&mut self, count: usize) {
        if self.above > 0 {
            self.above += count;
        }
    }

    pub fn window(&self, len: usize, rows: usize) -> Range<usize> {
        let above = self.above.min(len.saturating_sub(rows));
        above..(above + rows).min(len)
    }
}

/// `3 to 19 of 200`, for the edge of a pane; nothing where all is in sight.
pub fn position(window: &Range<usize>, len: usize) -> Option<String> {
    let all = window.start == 0 && window.end >= len;
    (!all).then(|| format!("{} to {} of {len}", window.start + 1, window.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_window_moves_only_when_the_cursor_would_leave_it() {
        let mut cursor = Cursor::default();
        cursor.scroll(Scroll::Lines(4), 20, 5);
        assert_eq!(cursor.window(20, 5), 0..5);
        cursor.scroll(Scroll::Lines(1), 20, 5);
        assert_eq!(cursor.window(20, 5), 1..6);
        cursor.scroll(Scroll::Lines(-3), 20, 5);
        assert_eq!((cursor.at(), cursor.window(20, 5)), (2, 1..6));
        cursor.scroll(Scroll::Last, 20, 5);
        assert_eq!((cursor.at(), cursor.window(20, 5)), (19, 15..20));
        cursor.shift(3);
        assert_eq!((cursor.at(), cursor.window(23, 5)), (22, 18..23));
    }

    #[test]
    fn a_text_stops_at_both_ends_and_stands_still_for_news() {
        let mut pager = Pager::default();
        pager.scroll(Scroll::Pages(9), 20, 5);
        pager.scroll(Scroll::Lines(-1), 20, 5);
        assert_eq!(pager.window(20, 5), 14..19);
        pager.shift(2);
        assert_eq!(pager.window(22, 5), 16..21);
        pager.scroll(Scroll::First, 22, 5);
        pager.shift(3);
        assert_eq!(pager.window(25, 5), 0..5);
        assert_eq!(pager.window(3, 5), 0..3);
        assert_eq!(position(&(0..3), 3), None);
        assert_eq!(position(&(2..5), 9).as_deref(), Some("3 to 5 of 9"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_cursor_is_in_sight_whatever_happens(
            steps in prop::collection::vec((-9_isize..9, 0_usize..30, 0_usize..9), 0..40),
        ) {
            let mut cursor = Cursor::default();
            for (by, len, rows) in steps {
                cursor.scroll(Scroll::Lines(by), len, rows);
                let window = cursor.window(len, rows);
                prop_assert!(window.end <= len && window.len() <= rows.max(1));
                prop_assert!(len == 0 || window.contains(&cursor.at()));
            }
        }
    }
}
