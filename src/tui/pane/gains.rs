//! What the last sync brought, dataset by dataset: for screens with room to spare.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    domain::{job::JobReport, printable::printable},
    tui::{
        state::State,
        text::{fit, pad, pad_left},
        theme::{Role, Theme},
        widget::panel,
    },
};

const NUMBER: usize = 7;

pub fn view(state: &State, frame: &mut Frame<'_>, area: Rect, theme: Theme) {
    let inside = panel::inside(area);
    frame.render_widget(panel::panel("Last sync by dataset", theme), area);
    if let Some((report, _)) = state.desk.job.last() {
        frame.render_widget(
            Paragraph::new(table(report, usize::from(inside.width), theme)),
            inside,
        );
    }
}

fn table(report: &JobReport, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let quiet = theme.style(Role::Muted);
    let heads = ["days", "new", "changed", "failed"]
        .map(|head| pad_left(head, NUMBER + 1))
        .concat();
    let longest = report.datasets.keys().map(|dataset| dataset.name().len());
    let name = longest.max().unwrap_or(0);
    let name = name.min(columns.saturating_sub(4 * (NUMBER + 1)));
    let mut lines = vec![Line::styled(format!("{}{heads}", pad("", name)), quiet)];
    for (dataset, gained) in &report.datasets {
        let mut spans = vec![Span::styled(pad(dataset.name(), name), quiet)];
        for number in [
            gained.days,
            gained.rows_new,
            gained.rows_changed,
            gained.failed,
        ] {
            // A zero is no news.
            let style = if number == 0 {
                quiet
            } else {
                theme.style(Role::Text)
            };
            spans.push(Span::styled(
                pad_left(&number.to_string(), NUMBER + 1),
                style,
            ));
        }
        lines.push(Line::from(spans));
    }
    for failure in &report.failures {
        let what = format!("✗ {} {}", failure.dataset, printable(&failure.span));
        lines.push(Line::default());
        lines.push(Line::styled(fit(&what, columns), theme.style(Role::Error)));
        lines.push(Line::styled(
            fit(&format!("  {}", printable(&failure.summary)), columns),
            quiet,
        ));
    }
    lines
}
