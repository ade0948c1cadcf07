//! The sync log, live: newest line at the bottom, as long as it is followed.
//!
//! Scrolled away, a cursor stands on one line, which opens the report of its
//! job, and the window stands still while lines arrive below it; they are
//! counted until they were seen. A filter leaves out lines, it forgets none. The
//! pane keeps the newest few thousand lines, CentralDB keeps them all.

use std::collections::VecDeque;

use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use crate::{
    domain::{
        job::JobId,
        log::{LogEntry, LogLevel},
        printable::printable,
        wording::counted,
    },
    tui::{
        state::{Overlay, State},
        text::{fit, fit_end, pad, width},
        theme::{Role, Theme},
        widget::{
            cursor::{Cursor, Scroll},
            field::Field,
            panel, said,
        },
    },
};

const KEPT: usize = 4000;

/// Columns of the corner and the title on the upper edge.
const TITLE: u16 = 11;

/// From this inner width on the dataset has a column of its own.
const ROOMY: u16 = 56;

/// Columns of that: as wide as most names are, and as all of them.
const DATASET: usize = 11;
const LONG_DATASET: usize = 17;

/// From this inner width on there is room for the long ones.
const WIDE: u16 = 68;

const EMPTY: &str = "Nothing here yet. Each sync writes down what it did, line by line.";
const NO_MATCH: &str = "No line passes the filter. Esc drops it.";

/// Which kinds of lines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kinds {
    #[default]
    All,
    /// Without the single steps.
    Endings,
    Trouble,
}

impl Kinds {
    const fn next(self) -> Self {
        match self {
            Self::All => Self::Endings,
            Self::Endings => Self::Trouble,
            Self::Trouble => Self::All,
        }
    }

    const fn has(self, level: LogLevel) -> bool {
        match self {
            Self::All => true,
            Self::Endings => !matches!(level, LogLevel::Detail),
            Self::Trouble => matches!(level, LogLevel::Warn | LogLevel::Error),
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Endings => "no steps",
            Self::Trouble => "trouble only",
        }
    }
}

#[derive(Debug)]
pub struct SyncLog {
    /// Oldest first.
    entries: VecDeque<LogEntry>,
    following: bool,
    /// Counted from the newest line that passes the filter.
    cursor: Cursor,
    /// How many lines arrived while the window stood still.
    fresh: usize,
    pub filter: Field,
    kinds: Kinds,
}

impl Default for SyncLog {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            following: true,
            cursor: Cursor::default(),
            fresh: 0,
            filter: Field::plain(),
            kinds: Kinds::All,
        }
    }
}

impl SyncLog {
    /// A reload brings lines again that are already here; ids tell.
    pub fn append(&mut self, entries: impl IntoIterator<Item = LogEntry>) {
        let newest = self.entries.back().map(|entry| entry.id);
        let needle = self.needle();
        for entry in entries
            .into_iter()
            .filter(|entry| newest.is_none_or(|newest| entry.id > newest))
        {
            if !self.following && passes(&entry, &needle, self.kinds) {
                self.cursor.shift(1);
                self.fresh += 1;
            }
            self.entries.push_back(entry);
        }
        let too_many = self.entries.len().saturating_sub(KEPT);
        self.entries.drain(..too_many);
    }

    pub fn toggle_follow(&mut self) {
        self.following = !self.following;
        if self.following {
            self.follow();
        }
    }

    fn follow(&mut self) {
        self.following = true;
        self.cursor = Cursor::default();
        self.fresh = 0;
    }

    pub fn next_kinds(&mut self) {
        self.kinds = self.kinds.next();
        self.follow();
    }

    /// What was typed into the filter counts at once.
    pub fn refilter(&mut self) {
        self.follow();
    }

    pub fn clear_filter(&mut self) {
        self.filter.clear();
        self.kinds = Kinds::All;
        self.follow();
    }

    pub fn is_filtered(&self) -> bool {
        !self.filter.text().is_empty() || self.kinds != Kinds::All
    }

    /// `rows` is how many lines the window shows. The bottom is where following
    /// resumes.
    pub fn scroll(&mut self, by: Scroll, rows: usize) {
        let len = self.passing().count();
        self.cursor.scroll(by.reversed(), len, rows);
        self.following = self.cursor.at() == 0;
        self.fresh = self.fresh.min(self.cursor.window(len, rows).start);
    }

    /// The job of the line under the cursor; the newest one while following.
    pub fn job(&self) -> Option<JobId> {
        self.passing()
            .skip(self.cursor.at())
            .find_map(|entry| entry.job)
    }

    /// The line under the pointer, as a distance from the cursor.
    pub fn steps_to(&self, row: usize, rows: usize) -> Option<isize> {
        let window = self.cursor.window(self.passing().count(), rows);
        // Few lines stand at the top, many end at the bottom.
        let wanted = window
            .end
            .checked_sub(row + 1)
            .filter(|at| window.contains(at))?;
        Some(isize::try_from(self.cursor.at()).ok()? - isize::try_from(wanted).ok()?)
    }

    fn needle(&self) -> String {
        self.filter.text().trim().to_lowercase()
    }

    /// Newest first.
    fn passing(&self) -> impl Iterator<Item = &LogEntry> {
        let (needle, kinds) = (self.needle(), self.kinds);
        let entries = self.entries.iter().rev();
        entries.filter(move |entry| passes(entry, &needle, kinds))
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, area: Rect, theme: Theme) {
        let inside = panel::inside(area);
        let rows = usize::from(inside.height);
        let passing: Vec<&LogEntry> = self.passing().collect();
        let window = self.cursor.window(passing.len(), rows);
        let mut block = panel::panel("Sync log", theme);
        let position = self.position();
        if let Some((text, role)) = &position {
            block = block.title_top(panel::edge(text, theme.style(*role)).right_aligned());
        }
        frame.render_widget(block, area);
        let taken = position.map_or(0, |(text, _)| width(&text) + 3);
        let taken = u16::try_from(taken).unwrap_or(0);
        let edge = Rect {
            x: area.x + TITLE,
            width: area.width.saturating_sub(TITLE + taken),
            height: 1,
            ..area
        };
        self.view_filter(state, frame, edge, passing.len(), theme);

        if passing.is_empty() {
            let columns = usize::from(inside.width);
            let lines = if self.entries.is_empty() {
                said::empty(state, EMPTY, columns, theme)
            } else {
                said::quiet(NO_MATCH, columns, theme)
            };
            frame.render_widget(Paragraph::new(lines), inside);
            return;
        }
        let shown = passing.get(window.clone()).unwrap_or(&[]).iter().rev();
        let lines: Vec<Line<'_>> = shown
            .map(|entry| line(entry, state, inside.width, theme))
            .collect();
        frame.render_widget(Paragraph::new(lines), inside);
        if !self.following {
            // In the margin, so that no line moves for it.
            let row = window.end.saturating_sub(self.cursor.at() + 1);
            let y = inside.y + u16::try_from(row).unwrap_or(0);
            let mark = Span::styled("›", theme.style(Role::Focus));
            frame.render_widget(mark, Rect::new(inside.x - 1, y, 1, 1));
        }
    }

    /// The filter stands behind the title: `╭ Sync log / sleep▏  12 lines ───`.
    fn view_filter(
        &self,
        state: &State,
        frame: &mut Frame<'_>,
        edge: Rect,
        passing: usize,
        theme: Theme,
    ) {
        let is_typing = matches!(state.overlay, Some(Overlay::Filter));
        if !is_typing && !self.is_filtered() {
            return;
        }
        let lines = counted(passing, "line");
        let note = match self.kinds {
            Kinds::All => lines,
            kinds => format!("{}, {lines}", kinds.words()),
        };
        let mut spans = Vec::new();
        if is_typing || !self.filter.text().is_empty() {
            let room = usize::from(edge.width).saturating_sub(width(&note) + 6);
            // The end is what is being typed.
            let typed = fit_end(&printable(self.filter.text()), room);
            if is_typing {
                let x = edge.x + 2 + u16::try_from(width(&typed)).unwrap_or(0);
                frame.set_cursor_position(Position { x, y: edge.y });
            }
            spans.push(Span::styled("/ ", theme.style(Role::Key)));
            spans.push(Span::styled(typed, theme.style(Role::Field)));
            spans.push(Span::raw(if is_typing { "   " } else { "  " }));
        }
        spans.push(Span::styled(note, theme.style(Role::Accent)));
        spans.push(Span::raw(" "));
        let line = Line::from(spans);
        let columns = u16::try_from(line.width()).unwrap_or(0);
        let place = Rect {
            width: columns.min(edge.width),
            ..edge
        };
        frame.render_widget(Clear, place);
        frame.render_widget(line, place);
    }

    /// Where the window stands, for the edge of the pane.
    fn position(&self) -> Option<(String, Role)> {
        match (
            self.entries.len(),
            self.following,
            self.fresh,
            self.cursor.at(),
        ) {
            (0, true, ..) => None,
            (_, true, ..) => Some(("following".to_owned(), Role::Muted)),
            (_, false, 0, 0) => Some(("paused".to_owned(), Role::Accent)),
            (_, false, 0, below) => Some((format!("{below} below"), Role::Accent)),
            (_, false, fresh, _) => Some((format!("{fresh} new below"), Role::Accent)),
        }
    }
}

fn passes(entry: &LogEntry, needle: &str, kinds: Kinds) -> bool {
    let named = |name: &str| name.contains(needle);
    kinds.has(entry.level)
        && (needle.is_empty()
            || entry.text.to_lowercase().contains(needle)
            || entry.dataset.is_some_and(|dataset| named(dataset.name()))
            || named(entry.level.name())
            || entry
                .job
                .is_some_and(|job| named(&format!("job {}", job.get()))))
}

/// `14:07:11 ✓ sleep      2 nights`, with less of it where room is scarce.
pub(super) fn line(entry: &LogEntry, state: &State, columns: u16, theme: Theme) -> Line<'static> {
    let roomy = columns >= ROOMY;
    let (glyph, role) = match entry.level {
        LogLevel::Detail => ("·", Role::Muted),
        LogLevel::Done => ("✓", Role::Ok),
        LogLevel::Session => ("↻", Role::Accent),
        LogLevel::Warn => ("!", Role::Warn),
        LogLevel::Error => ("✗", Role::Error),
    };
    let own = if columns >= WIDE {
        LONG_DATASET
    } else {
        DATASET
    };
    let dataset = match entry.dataset {
        Some(dataset) if roomy => format!("{} ", pad(dataset.name(), own - 1)),
        Some(dataset) => format!("{dataset} "),
        None if roomy => " ".repeat(own),
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
        log.scroll(Scroll::Lines(-9), 5);
        log.append(entries(20..23));
        assert_eq!((log.cursor.at(), log.fresh, log.following), (12, 3, false));
        assert_eq!(log.position().unwrap().0, "3 new below");
        log.scroll(Scroll::Lines(10), 5);
        assert_eq!(
            (log.cursor.at(), log.fresh),
            (2, 2),
            "what was scrolled into sight is no longer new"
        );
        log.scroll(Scroll::Last, 5);
        assert_eq!((log.cursor.at(), log.fresh, log.following), (0, 0, true));
    }

    #[test]
    fn follow_can_be_paused_at_the_bottom() {
        let mut log = log(3);
        log.toggle_follow();
        log.append(entries(3..4));
        assert_eq!((log.cursor.at(), log.fresh), (1, 1));
        log.toggle_follow();
        assert_eq!((log.cursor.at(), log.fresh, log.following), (0, 0, true));
    }

    #[test]
    fn a_reload_does_not_double_lines_and_old_ones_go() {
        let mut log = log(20);
        log.append(entries(10..25));
        assert_eq!(log.entries.len(), 25);
        log.append(entries(25..9000));
        assert_eq!(log.entries.len(), KEPT);
    }

    #[test]
    fn a_filter_leaves_out_lines_and_forgets_none() {
        let mut log = SyncLog::default();
        let mut all = entries(0..6);
        all[1].text = "Morning RUN".to_owned();
        all[2].level = LogLevel::Warn;
        all[3].job = Some(JobId::new(182));
        log.append(all);
        let ids = |log: &SyncLog| log.passing().map(|entry| entry.id).collect::<Vec<_>>();
        for (typed, passing) in [("run", vec![1]), ("warn", vec![2]), ("job 18", vec![3])] {
            log.filter.insert(typed);
            log.refilter();
            assert_eq!(ids(&log), passing, "{typed}");
            log.clear_filter();
        }
        log.next_kinds();
        assert_eq!(ids(&log), [2]);
        log.append(entries(6..7));
        assert_eq!(ids(&log), [2]);
        log.next_kinds();
        log.next_kinds();
        assert_eq!(ids(&log).len(), 7);
    }

    #[test]
    fn the_cursor_knows_the_job_of_its_line() {
        let mut log = SyncLog::default();
        let mut all = entries(0..4);
        all[0].job = Some(JobId::new(1));
        all[2].job = Some(JobId::new(2));
        log.append(all);
        assert_eq!(log.job(), Some(JobId::new(2)), "the newest while following");
        log.scroll(Scroll::Lines(-2), 3);
        assert_eq!(log.job(), Some(JobId::new(1)));
        assert_eq!(log.steps_to(0, 3), Some(0));
        assert_eq!(log.steps_to(2, 3), Some(2));
        assert_eq!(log.steps_to(3, 3), None);
    }
}
