//! The last days of each dataset on the home screen: a glyph a day.

use jiff::civil::Date;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::coverage::grid::dress;
use crate::{
    domain::{coverage::CoverageMap, dataset::Dataset, dates::DateSpan},
    tui::{
        state::State,
        text::pad,
        theme::{Role, Theme},
        widget::{panel, said},
    },
};

/// Days that are read for it: more than any screen shows.
pub const DAYS: u32 = 60;

const EMPTY: &str = "No day was asked for yet. A sync fills in what it learns of each.";

/// Rows of all there is to show, with the border.
pub fn rows(state: &State) -> u16 {
    let datasets = state.desk.strip.as_ref().map_or(0, |map| map.days.len());
    u16::try_from(datasets.max(2))
        .unwrap_or(u16::MAX)
        .saturating_add(2)
}

pub fn view(state: &State, frame: &mut Frame<'_>, area: Rect, theme: Theme) {
    let inside = panel::inside(area);
    let columns = usize::from(inside.width);
    let height = usize::from(inside.height);
    let shown = state
        .desk
        .strip
        .iter()
        .flat_map(|map| map.days.keys().take(height));
    let name = shown.map(|dataset| dataset.name().len()).max().unwrap_or(0) + 2;
    let days = columns.saturating_sub(name);
    let span = DateSpan::ending(
        state.account_today(),
        u32::try_from(days).unwrap_or(DAYS).min(DAYS),
    );
    let mut block = panel::panel("Coverage", theme);
    let lines = match &state.desk.strip {
        None => vec![said::reading(state.now, theme)],
        Some(map) if map.days.is_empty() => said::quiet(EMPTY, columns, theme),
        Some(map) => {
            let note = format!("{} days", span.len());
            let note = panel::edge(&note, theme.style(Role::Muted));
            block = block.title_top(note.right_aligned());
            lines(map, span, (name, height), theme)
        }
    };
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines), inside);
}

fn lines(
    map: &CoverageMap,
    span: DateSpan,
    (name, height): (usize, usize),
    theme: Theme,
) -> Vec<Line<'static>> {
    let fits = map.days.len() <= height;
    let shown = if fits {
        height
    } else {
        height.saturating_sub(1)
    };
    let mut lines: Vec<Line<'static>> = map
        .days
        .keys()
        .take(shown)
        .map(|dataset| row(map, *dataset, name, span, theme))
        .collect();
    if !fits {
        let more = format!("and {} more", map.days.len() - shown);
        lines.push(Line::styled(more, theme.style(Role::Muted)));
    }
    lines
}

fn row(
    map: &CoverageMap,
    dataset: Dataset,
    name: usize,
    span: DateSpan,
    theme: Theme,
) -> Line<'static> {
    let cell = |day: Date| {
        let (glyph, role) = dress(map.day(dataset, day).map(|fact| fact.state));
        Span::styled(glyph, theme.style(role))
    };
    let name = Span::styled(pad(dataset.name(), name), theme.style(Role::Muted));
    std::iter::once(name).chain(span.days().map(cell)).collect()
}
