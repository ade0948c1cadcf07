//! What is known of each day: a year of one dataset by days, of all by weeks.
//!
//! ```text
//! ╭ Coverage of ada ──────────────────────────── 2026 ╮
//! │ sleep               310 got · 2 open · 1 failed   │
//! │                     Jan  Feb Mar …                │
//! │                Mon   ■■■■■■·■                     │  the days of the dataset
//! │                …                                  │
//! │ › sleep             ■■■■✗■■■■                     │  the weeks of every dataset
//! │ Thu 19 Nov 2026  ✗ failed, 2 h ago                │  the day under the cursor
//! ╰ ■ got  □ open  · nothing  ✗ failed … ─────────────╯
//! ```
//!
//! Colour and glyph say the same. `grid` draws days and weeks, this file decides
//! where, and what the cursor means.

pub mod grid;
mod place;

use std::ops::Range;

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use self::{
    grid::{Grid, dress},
    place::{NAME, Place, Spot},
};
use crate::{
    domain::{
        coverage::{Coverage, CoverageMap},
        dataset::Dataset,
        dates::DateSpan,
        printable::printable,
    },
    tui::{
        keymap::Action,
        state::State,
        text::{pad, pad_left, wrap},
        theme::{Role, Theme},
        widget::{cursor::Cursor, panel, said},
    },
};

/// Garmin Connect is not older.
const FIRST_DAY: Date = date(2000, 1, 1);

#[derive(Debug)]
pub struct CoveragePane {
    /// Of one year; `None` until the engine has told.
    map: Option<CoverageMap>,
    dataset: Dataset,
    day: Date,
    /// Where the selection begins, when it is not the whole year.
    mark: Option<Date>,
}

impl CoveragePane {
    pub fn at(today: Date) -> Self {
        Self {
            map: None,
            dataset: Dataset::Activities,
            day: today,
            mark: None,
        }
    }

    pub const fn dataset(&self) -> Dataset {
        self.dataset
    }

    /// The year that is shown, to ask for.
    pub fn year(&self) -> DateSpan {
        let (first, last) = (self.day.first_of_year(), self.day.last_of_year());
        DateSpan::new(first, last).unwrap_or(DateSpan::day(self.day))
    }

    /// What repairing is about: from the mark to the cursor, else the year so far.
    pub fn selection(&self, today: Date) -> DateSpan {
        let (first, last) = match self.mark {
            Some(mark) => (mark.min(self.day), mark.max(self.day)),
            None => (self.year().first(), self.year().last().min(today)),
        };
        DateSpan::new(first, last).unwrap_or(DateSpan::day(self.day))
    }

    pub fn is_reading(&self) -> bool {
        self.shown().is_none()
    }

    /// What is here of the year on screen.
    fn shown(&self) -> Option<&CoverageMap> {
        let map = self.map.as_ref();
        map.filter(|map| map.span == self.year())
    }

    pub fn learn(&mut self, map: CoverageMap) {
        if map.span == self.year() {
            self.map = Some(map);
        }
    }

    /// True when another year came on screen, which has to be asked for.
    pub fn act(&mut self, action: Action, today: Date) -> bool {
        let before = self.year();
        let first = self.map.as_ref().and_then(|map| map.first);
        let moved = match action {
            Action::Up => self.day.checked_sub(1.day()),
            Action::Down => self.day.checked_add(1.day()),
            Action::Left => self.day.checked_sub(1.week()),
            Action::Right => self.day.checked_add(1.week()),
            Action::YearBack => self.day.checked_sub(1.year()),
            Action::YearForward => self.day.checked_add(1.year()),
            Action::First => Ok(first.unwrap_or(self.day)),
            Action::Last => Ok(today),
            _ => Ok(self.day),
        };
        self.day = moved
            .unwrap_or(self.day)
            .clamp(FIRST_DAY, today.max(FIRST_DAY));
        match action {
            Action::NextField => self.step(1),
            Action::PreviousField => self.step(-1),
            Action::Mark => {
                self.mark = match self.mark {
                    Some(_) => None,
                    None => Some(self.day),
                };
            }
            _ => {}
        }
        self.year() != before
    }

    /// Drops the mark; false when there was none.
    pub fn unmark(&mut self) -> bool {
        self.mark.take().is_some()
    }

    /// The pointer chose a day or a dataset.
    pub fn point(&mut self, at: Position, body: Rect, today: Date) {
        let place = Place::of(body);
        match place.spot(at) {
            Some(Spot::Day { week, weekday }) => {
                let day = grid::day(self.year().first(), week, weekday);
                self.day = day.filter(|day| *day <= today).unwrap_or(self.day);
            }
            Some(Spot::Dataset(row)) => {
                let shown = self.window(place.rows());
                let chosen = datasets().get(shown.start + row).copied();
                self.dataset = chosen.filter(|_| row < shown.len()).unwrap_or(self.dataset);
            }
            None => {}
        }
    }

    fn index(&self) -> usize {
        let here = datasets().iter().position(|known| *known == self.dataset);
        here.unwrap_or(0)
    }

    /// The next dataset, and round again.
    fn step(&mut self, by: isize) {
        let all = datasets();
        let next = (self.index() + all.len()).saturating_add_signed(by) % all.len();
        self.dataset = all.get(next).copied().unwrap_or(self.dataset);
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let today = state.account_today();
        let year = Line::styled(format!(" {} ", self.day.year()), theme.style(Role::Accent));
        let block = panel::panel(&format!("Coverage of {}", state.account), theme)
            .title_top(year.right_aligned())
            .title_bottom(legend(theme));
        frame.render_widget(block, body);

        let place = Place::of(body);
        let Place { left, facts, .. } = place;
        let grid = Grid {
            year: self.year().first(),
            today,
            cell: place.cell,
            theme,
        };
        let mut lines = vec![self.head(left.width, today, theme)];
        lines.push(labelled("", place.label, grid.months(), theme));
        lines.extend(self.days(&grid, &place, theme));
        let rows = place.rows();
        if rows > 0 {
            lines.push(Line::default());
            lines.extend(self.weeks(&grid, rows, theme));
        }
        frame.render_widget(Paragraph::new(lines), left);
        let lines = self.facts(state, facts, place.has_side, theme);
        frame.render_widget(Paragraph::new(lines), facts);
    }

    /// `sleep · 3 of 23      310 got · 2 open · 1 failed`
    fn head(&self, width: u16, today: Date, theme: Theme) -> Line<'static> {
        let all = datasets().len();
        let place = format!("  {} of {all}   ", self.index() + 1);
        let name = Span::styled(self.dataset.name(), theme.style(Role::Title));
        let mut spans = vec![name, Span::styled(place, theme.style(Role::Muted))];
        let taken: usize = spans.iter().map(Span::width).sum();
        let room = usize::from(width).saturating_sub(taken);
        if self.mark.is_some() {
            let chosen = format!("selected {}", self.selection(today));
            spans.push(Span::styled(
                pad_left(&chosen, room),
                theme.style(Role::Accent),
            ));
            return Line::from(spans);
        }
        let Some(map) = self.shown() else {
            return Line::from(spans);
        };
        let span = self.year();
        let past = span.days().filter(|day| *day <= today);
        let states: Vec<Option<Coverage>> = past
            .map(|day| map.day(self.dataset, day).map(|fact| fact.state))
            .collect();
        let mut tally = String::new();
        // What is missing first: where room is scarce, what is well is left out.
        for state in [
            Some(Coverage::Failed),
            None,
            Some(Coverage::Open),
            Some(Coverage::Got),
            Some(Coverage::Nothing),
        ] {
            let count = states.iter().filter(|known| **known == state).count();
            let text = format!(" · {count} {}", word(state));
            if count > 0 && tally.chars().count() + text.chars().count() <= room {
                tally.push_str(&text);
            }
        }
        let tally = tally.trim_start_matches(" · ");
        spans.push(Span::raw(pad_left(tally, room)));
        Line::from(spans)
    }

    /// The seven rows of days, Monday first.
    fn days(
        &self,
        grid: &Grid,
        place: &Place,
        theme: Theme,
    ) -> impl Iterator<Item = Line<'static>> {
        let chosen = self
            .mark
            .map(|mark| (mark.min(self.day), mark.max(self.day)));
        let (label, is_roomy) = (place.label, place.is_roomy);
        (0..7).map(move |weekday| {
            let cells = grid.weekday(weekday, |day| {
                let state = self.shown().map(|map| map.day(self.dataset, day));
                let is_chosen = chosen.is_some_and(|(first, last)| first <= day && day <= last);
                let state = state.map(|fact| fact.map(|fact| fact.state));
                (state, day == self.day, is_chosen)
            });
            let names = if is_roomy { grid::DAYS } else { grid::INITIALS };
            let name = names.get(usize::from(weekday)).copied().unwrap_or_default();
            labelled(name, label, cells, theme)
        })
    }

    /// The datasets in sight.
    fn window(&self, rows: usize) -> Range<usize> {
        let mut cursor = Cursor::default();
        cursor.put(self.index());
        cursor.window(datasets().len(), rows)
    }

    /// A row of weeks for each dataset, as many as fit around the one shown.
    fn weeks(&self, grid: &Grid, rows: usize, theme: Theme) -> Vec<Line<'static>> {
        let all = datasets();
        let shown = all.get(self.window(rows)).unwrap_or(&[]);
        let line = |dataset: &Dataset| {
            let is_here = *dataset == self.dataset;
            let (mark, role) = if is_here {
                ("› ", Role::Focus)
            } else {
                ("  ", Role::Muted)
            };
            let name = pad(dataset.name(), usize::from(NAME) - 2);
            let mut spans = vec![
                Span::styled(mark, theme.style(role)),
                Span::styled(name, theme.style(role)),
            ];
            if let Some(map) = self.shown() {
                spans.extend(grid.weeks(|day| map.day(*dataset, day).map(|fact| fact.state)));
            }
            Line::from(spans)
        };
        shown.iter().map(line).collect()
    }

    /// The day under the cursor: what is known of it, since when, and why.
    fn facts(&self, state: &State, area: Rect, tall: bool, theme: Theme) -> Vec<Line<'static>> {
        let width = usize::from(area.width);
        let day = self.day.strftime("%a %-d %b %Y").to_string();
        let quiet = theme.style(Role::Muted);
        let Some(map) = self.shown() else {
            return vec![said::reading(state, theme)];
        };
        let fact = map.day(self.dataset, self.day);
        let known = fact.map(|fact| fact.state);
        let (glyph, role) = dress(known);
        let reason = fact.and_then(|fact| fact.reason.as_deref());
        let reason = reason.map(printable).unwrap_or_default();
        let mut first = vec![
            Span::styled(format!("{day}   "), theme.style(Role::Title)),
            Span::styled(format!("{glyph} {}", word(known)), theme.style(role)),
        ];
        if area.height == 1 {
            first.push(Span::styled(format!("   {reason}"), quiet));
        }
        let mut lines = vec![Line::from(first)];
        if tall {
            lines.push(Line::styled(self.dataset.name(), quiet));
            lines.push(Line::default());
        }
        let said = fact.map_or_else(
            || format!("{} {}", meaning(None), how_to_ask(state)),
            |fact| {
                let times = state.times();
                let (past, exactly) = (times.past(fact.since), times.exactly(fact.since));
                let again = fact.retry_at.filter(|at| *at > state.now);
                let again =
                    again.map(|at| format!("The next sync after {} asks again.", times.future(at)));
                let again = again.unwrap_or_default();
                format!(
                    "{} Since {exactly}, {past}. {reason} {again}",
                    meaning(known)
                )
            },
        );
        let said = wrap(said.trim(), width);
        lines.extend(said.into_iter().map(|line| Line::styled(line, quiet)));
        lines
    }
}

/// Those that have something for each day; the others are only ever true now.
pub fn datasets() -> Vec<Dataset> {
    let all = Dataset::ALL.into_iter();
    all.filter(|dataset| !dataset.is_snapshot()).collect()
}

/// Cells behind a label that stands flush right.
fn labelled(label: &str, columns: u16, cells: Vec<Span<'static>>, theme: Theme) -> Line<'static> {
    let columns = usize::from(columns);
    let label = format!("{} ", pad_left(label, columns - 1));
    let mut spans = vec![Span::styled(label, theme.style(Role::Muted))];
    spans.extend(cells);
    Line::from(spans)
}

pub const fn word(state: Option<Coverage>) -> &'static str {
    match state {
        Some(state) => state.name(),
        None => "not asked",
    }
}

fn how_to_ask(state: &State) -> String {
    match state.why_not(Action::Repair) {
        None => {
            let key = state.keymap.key_of(Action::Repair);
            format!("Press {key} for the price of asking.")
        }
        Some(_) => said::next_step(state),
    }
}

const fn meaning(state: Option<Coverage>) -> &'static str {
    match state {
        Some(Coverage::Got) => "Here, and settled.",
        Some(Coverage::Open) => "Asked, but it may still change.",
        Some(Coverage::Nothing) => "Asked: nothing was recorded.",
        Some(Coverage::Failed) => "Asked, but it could not be had.",
        None => "This day was never asked for.",
    }
}

/// `■ got  □ open  · nothing  ✗ failed  - not asked`
fn legend(theme: Theme) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for state in Coverage::ALL.map(Some).into_iter().chain([None]) {
        let (glyph, role) = dress(state);
        spans.push(Span::styled(glyph, theme.style(role)));
        spans.push(Span::styled(
            format!(" {} ", word(state)),
            theme.style(Role::Muted),
        ));
        if state.is_some() {
            spans.push(Span::raw(" "));
        }
    }
    Line::from(spans)
}
