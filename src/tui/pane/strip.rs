//! The last days of each dataset on the home screen: a glyph a day.

use jiff::civil::Date;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::coverage::{datasets, grid::dress};
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
    let count = state.desk.strip.as_ref().map_or(0, |map| known(map).len());
    u16::try_from(count.max(2) + 2).unwrap_or(u16::MAX)
}

pub fn view(state: &State, frame: &mut Frame<'_>, area: Rect, theme: Theme) {
    let inside = panel::inside(area);
    let columns = usize::from(inside.width);
    let mut block = panel::panel("Coverage", theme);
    let lines = match &state.desk.strip {
        None => vec![said::reading(state, theme)],
        Some(map) if known(map).is_empty() => said::quiet(EMPTY, columns, theme),
        Some(map) => {
            let (lines, days) = table(map, state.account_today(), inside, theme);
            let note = panel::edge(&format!("{days} days"), theme.style(Role::Muted));
            block = block.title_top(note.right_aligned());
            lines
        }
    };
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines), inside);
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
        let (glyph, role) = dress(map.day(dataset, day).map(|fact| fact.state));
        Span::styled(glyph, theme.style(role))
    };
    let name = Span::styled(pad(dataset.name(), name), theme.style(Role::Muted));
    std::iter::once(name).chain(span.days().map(cell)).collect()
}
