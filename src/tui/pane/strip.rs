//! The last days of each dataset on the home screen: a glyph a day.

use jiff::civil::Date;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    coverage::{
        datasets,
        grid::{dress, worst},
        word,
    },
    session::LABEL,
};
use crate::{
    domain::{
        coverage::{Coverage, CoverageMap, DayFact},
        dataset::Dataset,
        dates::DateSpan,
        wording::counted,
    },
    tui::{
        state::State,
        text::{pad, width as columns_of},
        theme::{Role, Theme},
        widget::{panel, said},
    },
};

/// Days that are read for it: more than any screen shows.
pub const DAYS: u32 = 60;

/// Of them in one line: those each sync goes over again.
const LINE_DAYS: u32 = 28;
const EMPTY: &str = "No day was asked for yet. A sync fills in what it learns of each.";

/// Rows of all there is to show, with the border.
pub fn rows(state: &State) -> u16 {
    let count = state.desk.strip.as_ref().map_or(0, |map| known(map).len());
    u16::try_from(count.max(2) + 2).unwrap_or(u16::MAX)
}

pub fn view(state: &State, frame: &mut Frame<'_>, area: Rect, theme: Theme) {
    let inside = panel::inside(area);
    let columns = usize::from(inside.width);
    let mut block = panel::panel("Coverage", theme);
    let lines = match &state.desk.strip {
        None => vec![said::reading(state, theme)],
        Some(map) if known(map).is_empty() => said::empty(state, EMPTY, columns, theme),
        Some(map) => {
            let (lines, days) = table(map, state.account_today(), inside, theme);
            let note = panel::edge(&counted(days, "day"), theme.style(Role::Muted));
            block = block.title_top(note.right_aligned());
            lines
        }
    };
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines), inside);
}

/// All datasets in one line, each day as its worst: `Coverage  ■■■■■□✗  1 failed`.
pub fn line(state: &State, width: u16, theme: Theme) -> Line<'static> {
    let label = Span::styled(pad("Coverage", LABEL), theme.style(Role::Muted));
    let quiet = |text: &'static str| Span::styled(text, theme.style(Role::Muted));
    let Some(map) = &state.desk.strip else {
        let mut line = said::reading(state, theme);
        line.spans.insert(0, label);
        return line;
    };
    let all = known(map);
    if all.is_empty() {
        return Line::from(vec![label, quiet("no day was asked for yet")]);
    }
    let room = usize::from(width).saturating_sub(LABEL);
    let days = u32::try_from(room).unwrap_or(DAYS).min(LINE_DAYS);
    let worst_of = |day| {
        worst(
            all.iter()
                .map(|dataset| map.day(*dataset, day))
                .map(state_of),
        )
    };
    let states: Vec<Option<Coverage>> = DateSpan::ending(state.account_today(), days)
        .days()
        .map(|day| worst_of(day).flatten())
        .collect();
    let (text, role) = tally(&states);
    let text = format!("  {text}");
    // What is missing is told at the price of the oldest days, all else is not.
    let short = (states.len() + columns_of(&text)).saturating_sub(room);
    let is_told = short == 0 || role != Role::Muted;
    let cells = states.iter().skip(if is_told { short } else { 0 });
    let cells = cells.map(|known| {
        let (glyph, role) = dress(*known);
        Span::styled(glyph, theme.style(role))
    });
    let tally = is_told.then(|| Span::styled(text, theme.style(role)));
    std::iter::once(label).chain(cells).chain(tally).collect()
}

/// What is missing first; where nothing is, how many days that is.
fn tally(states: &[Option<Coverage>]) -> (String, Role) {
    let count = |wanted| states.iter().filter(|known| **known == wanted).count();
    let missing = [Some(Coverage::Failed), None];
    let first = missing.into_iter().find(|wanted| count(*wanted) > 0);
    match first {
        Some(wanted) => {
            let text = format!("{} {}", count(wanted), word(wanted));
            // A day that was never asked for is quiet in the grid, not here.
            let role = match wanted {
                None => Role::Text,
                known => dress(known).1,
            };
            (text, role)
        }
        None => (
            format!("{} here", counted(states.len(), "day")),
            Role::Muted,
        ),
    }
}

fn state_of(fact: Option<&DayFact>) -> Option<Coverage> {
    fact.map(|fact| fact.state)
}

/// The datasets that were ever asked for.
fn known(map: &CoverageMap) -> Vec<Dataset> {
    let all = datasets().into_iter();
    all.filter(|dataset| map.days.contains_key(dataset))
        .collect()
}

/// As many datasets and days as there is room for.
fn table(map: &CoverageMap, today: Date, area: Rect, theme: Theme) -> (Vec<Line<'static>>, u32) {
    let (columns, rows) = (usize::from(area.width), usize::from(area.height));
    let all = known(map);
    let fits = all.len() <= rows;
    let shown = all
        .get(
            ..if fits {
                all.len()
            } else {
                rows.saturating_sub(1)
            },
        )
        .unwrap_or(&[]);
    let longest = shown.iter().map(|dataset| dataset.name().len()).max();
    let name = longest.unwrap_or(0) + 2;
    let days = u32::try_from(columns.saturating_sub(name)).unwrap_or(DAYS);
    let span = DateSpan::ending(today, days.min(DAYS));
    let row = |dataset: &Dataset| row(map, *dataset, name, span, theme);
    let mut lines: Vec<Line<'static>> = shown.iter().map(row).collect();
    if !fits {
        let more = format!("and {} more", all.len() - shown.len());
        lines.push(Line::styled(more, theme.style(Role::Muted)));
    }
    (lines, span.len())
}

fn row(
    map: &CoverageMap,
    dataset: Dataset,
    name: usize,
    span: DateSpan,
    theme: Theme,
) -> Line<'static> {
    let cell = |day: Date| {
        let (glyph, role) = dress(state_of(map.day(dataset, day)));
        Span::styled(glyph, theme.style(role))
    };
    let name = Span::styled(pad(dataset.name(), name), theme.style(Role::Muted));
    std::iter::once(name).chain(span.days().map(cell)).collect()
}
