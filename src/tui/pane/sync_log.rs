//! The sync log, live: newest line at the bottom, as long as it is followed.
//!
//! Scrolled away, the window stands still while lines arrive below it; they are
//! counted until they were seen. The pane keeps the newest few thousand lines,
//! CentralDB keeps them all.

use std::collections::VecDeque;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    domain::{
        log::{LogEntry, LogLevel},
        printable::printable,
    },
    tui::{
        state::State,
        text::{fit, width, wrap},
        theme::{Role, Theme},
        widget::panel,
    },
};

const KEPT: usize = 4000;

/// From this inner width on the dataset has a column of its own.
const ROOMY: u16 = 56;

#[derive(Clone, Copy, Debug)]
pub enum Scroll {
    /// Negative is up, into the past.
    Lines(isize),
    Pages(isize),
    Oldest,
    Newest,
}

#[derive(Debug)]
pub struct SyncLog {
    /// Oldest first.
    entries: VecDeque<LogEntry>,
    following: bool,
    /// Lines below the window.
    below: usize,
    /// Of these, how many arrived while the window stood still.
    fresh: usize,
}

impl Default for SyncLog {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            following: true,
            below: 0,
            fresh: 0,
        }
    }
}

impl SyncLog {
    /// A reload brings lines again that are already here; ids tell.
    pub fn append(&mut self, entries: impl IntoIterator<Item = LogEntry>) {
        let newest = self.entries.back().map(|entry| entry.id);
        for entry in entries
            .into_iter()
            .filter(|entry| newest.is_none_or(|newest| entry.id > newest))
        {
            self.entries.push_back(entry);
            if !self.following {
                self.below += 1;
                self.fresh += 1;
            }
        }
        let too_many = self.entries.len().saturating_sub(KEPT);
        self.entries.drain(..too_many);
    }

    pub fn toggle_follow(&mut self) {
        self.following = !self.following;
        if self.following {
            self.rest_at(0);
        }
    }

    /// `rows` is how many lines the window shows.
    pub fn scroll(&mut self, by: Scroll, rows: usize) {
        let highest = self.entries.len().saturating_sub(rows);
        let page = isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(1);
        let below = self.below.min(highest);
        self.rest_at(match by {
            Scroll::Lines(lines) => below.saturating_add_signed(-lines).min(highest),
            Scroll::Pages(pages) => below.saturating_add_signed(-pages * page).min(highest),
            Scroll::Oldest => highest,
            Scroll::Newest => 0,
        });
    }

    /// The bottom is where following resumes.
    fn rest_at(&mut self, below: usize) {
        self.below = below;
        self.fresh = self.fresh.min(below);
        self.following = below == 0;
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, area: Rect, theme: Theme) {
        let inside = panel::inside(area);
        let rows = usize::from(inside.height);
        let below = self.below.min(self.entries.len().saturating_sub(rows));
        let mut block = panel::panel("Sync log", theme);
        if let Some((text, role)) = self.position(below) {
            block = block.title_top(panel::edge(&text, theme.style(role)).right_aligned());
        }
        frame.render_widget(block, area);

        if self.entries.is_empty() {
            let empty = wrap(
                "Nothing here yet. Each sync writes down what it did, line by line.",
                inside.width.into(),
            );
            let quiet = theme.style(Role::Muted);
            let lines: Vec<Line<'_>> = empty
                .into_iter()
                .map(|line| Line::styled(line, quiet))
                .collect();
            frame.render_widget(Paragraph::new(lines), inside);
            return;
        }
        let end = self.entries.len() - below;
        let start = end.saturating_sub(rows);
        let lines: Vec<Line<'_>> = self
            .entries
            .range(start..end)
            .map(|entry| line(entry, state, inside.width, theme))
            .collect();
        frame.render_widget(Paragraph::new(lines), inside);
    }

    /// Where the window stands, for the edge of the pane.
    fn position(&self, below: usize) -> Option<(String, Role)> {
        match (self.entries.len(), self.following, self.fresh, below) {
            (0, true, ..) => None,
            (_, true, ..) => Some(("following".to_owned(), Role::Muted)),
            (_, false, 0, 0) => Some(("paused".to_owned(), Role::Accent)),
            (_, false, 0, below) => Some((format!("{below} below"), Role::Accent)),
            (_, false, fresh, _) => Some((format!("{fresh} new below"), Role::Accent)),
        }
    }
}

/// `14:07:11 ✓ sleep      2 nights`, with less of it where room is scarce.
fn line(entry: &LogEntry, state: &State, columns: u16, theme: Theme) -> Line<'static> {
    let roomy = columns >= ROOMY;
    let (glyph, role) = match entry.level {
        LogLevel::Detail => ("·", Role::Muted),
        LogLevel::Done => ("✓", Role::Ok),
        LogLevel::Session => ("↻", Role::Accent),
        LogLevel::Warn => ("!", Role::Warn),
        LogLevel::Error => ("✗", Role::Error),
    };
    let dataset = match entry.dataset {
        Some(dataset) if roomy => format!("{dataset:<11}"),
        Some(dataset) => format!("{dataset} "),
        None if roomy => " ".repeat(11),
        None => String::new(),
    };
    let time = time(entry, state, roomy);
    let used = width(&time) + 3 + width(&dataset);
    // A quiet step keeps quiet; what went wrong is said in its own colour.
    let text_role = match entry.level {
        LogLevel::Warn | LogLevel::Error => role,
        LogLevel::Detail | LogLevel::Done | LogLevel::Session => Role::Text,
    };
    let text = fit(
        &printable(&entry.text),
        usize::from(columns).saturating_sub(used),
    );
    Line::from(vec![
        Span::styled(time, theme.style(Role::Muted)),
        Span::styled(format!(" {glyph} "), theme.style(role)),
        Span::styled(dataset, theme.style(Role::Muted)),
        Span::styled(text, theme.style(text_role)),
    ])
}

/// The clock today, the day before today; both when exact times are wanted.
fn time(entry: &LogEntry, state: &State, roomy: bool) -> String {
    let times = state.times();
    let (clock, day) = (times.clock(entry.at), times.day(entry.at));
    let today = times.day(state.now) == day;
    match (state.exact_times, roomy, today) {
        (true, ..) => format!("{day:>6} {clock}"),
        (false, true, true) => clock,
        (false, true, false) => format!("{day:>8}"),
        // Without its seconds, and as wide as a day.
        (false, false, true) => clock
            .get(..5)
            .map_or(clock.clone(), |minutes| format!("{minutes:>6}")),
        (false, false, false) => format!("{day:>6}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn entries(ids: std::ops::Range<i64>) -> Vec<LogEntry> {
        ids.map(|id| LogEntry {
            id,
            at: Timestamp::UNIX_EPOCH,
            account: crate::domain::account::AccountName::default(),
            job: None,
            level: LogLevel::Detail,
            dataset: None,
            text: String::new(),
        })
        .collect()
    }

    fn log(lines: i64) -> SyncLog {
        let mut log = SyncLog::default();
        log.append(entries(0..lines));
        log
    }

    #[test]
    fn the_window_stands_still_while_scrolled_away() {
        let mut log = log(20);
        log.scroll(Scroll::Lines(-1), 5);
        log.append(entries(20..23));
        assert_eq!((log.below, log.fresh, log.following), (4, 3, false));
        log.scroll(Scroll::Lines(2), 5);
        assert_eq!(
            (log.below, log.fresh),
            (2, 2),
            "what was scrolled into sight is no longer new"
        );
        log.scroll(Scroll::Newest, 5);
        assert_eq!((log.below, log.fresh, log.following), (0, 0, true));
    }

    #[test]
    fn scrolling_stops_at_both_ends() {
        let mut log = log(20);
        log.scroll(Scroll::Pages(-9), 5);
        assert_eq!(log.below, 15);
        log.scroll(Scroll::Lines(1), 5);
        assert_eq!(
            log.below, 14,
            "one step back is one line, however often up was pressed"
        );
        log.scroll(Scroll::Pages(9), 5);
        assert!(log.following);
    }

    #[test]
    fn follow_can_be_paused_at_the_bottom() {
        let mut log = log(3);
        log.toggle_follow();
        log.append(entries(3..4));
        assert_eq!((log.below, log.fresh), (1, 1));
        log.toggle_follow();
        assert_eq!((log.below, log.fresh, log.following), (0, 0, true));
    }

    #[test]
    fn a_reload_does_not_double_lines_and_old_ones_go() {
        let mut log = log(20);
        log.append(entries(10..25));
        assert_eq!(log.entries.len(), 25);
        log.append(entries(25..9000));
        assert_eq!(log.entries.len(), KEPT);
    }
}
