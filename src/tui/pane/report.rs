//! One job's report: what `--sync` printed, who asked, and its log lines.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{job, jobs::JobsPane, sync_log};
use crate::{
    domain::{
        job::{JobId, JobRecord},
        log::LogEntry,
    },
    tui::{
        state::State,
        text::{fit, pad, width, wrap},
        theme::{Role, Theme},
        widget::{
            cursor::{Pager, Scroll},
            panel, said,
        },
    },
};

#[derive(Debug)]
pub struct ReportPane {
    pub job: JobId,
    content: Content,
    pager: Pager,
    /// The list it was opened from.
    pub list: Option<JobsPane>,
}

#[derive(Debug)]
enum Content {
    Reading,
    Unknown,
    Known(Box<JobRecord>, Vec<LogEntry>),
}

impl ReportPane {
    pub fn new(job: JobId, list: Option<JobsPane>) -> Self {
        Self {
            job,
            content: Content::Reading,
            pager: Pager::default(),
            list,
        }
    }

    pub const fn is_reading(&self) -> bool {
        matches!(self.content, Content::Reading)
    }

    /// Whether its report may still grow.
    pub fn is_running(&self) -> bool {
        matches!(&self.content, Content::Known(record, _) if record.finished_at.is_none())
    }

    pub fn learn(&mut self, record: Option<Box<JobRecord>>, lines: Vec<LogEntry>) {
        match record {
            Some(record) if record.report.job_id == Some(self.job) => {
                self.content = Content::Known(record, lines);
            }
            // An answer to an older question.
            Some(_) => {}
            None => self.content = Content::Unknown,
        }
    }

    pub fn scroll(&mut self, by: Scroll, state: &State, body: Rect) {
        let inside = panel::inside(body);
        let lines = self.lines(state, inside.width, Theme::plain());
        self.pager.scroll(by, lines.len(), inside.height.into());
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let lines = self.lines(state, panel::inside(body).width, theme);
        let title = format!("Report of job {}", self.job.get());
        panel::text(frame, body, (&title, None), lines, &self.pager, theme);
    }

    fn lines(&self, state: &State, width: u16, theme: Theme) -> Vec<Line<'static>> {
        let columns = usize::from(width);
        match &self.content {
            Content::Reading => vec![said::reading(state, theme)],
            Content::Unknown => said::quiet(
                "CentralDB knows no such job of this account.",
                columns,
                theme,
            ),
            Content::Known(record, log) => {
                let mut lines = told(record, columns, theme);
                lines.push(Line::default());
                lines.extend(times(record, state, theme));
                if !log.is_empty() {
                    lines.push(Line::default());
                    lines.push(Line::styled("What it wrote down", theme.style(Role::Title)));
                }
                let entries = log.iter();
                lines.extend(entries.map(|entry| sync_log::line(entry, state, width, theme)));
                lines
            }
        }
    }
}

/// The words of `--sync`.
fn told(record: &JobRecord, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let report = &record.report;
    let (glyph, role) = job::dress(report.status);
    let room = columns.saturating_sub(2);
    let headline = report.headline();
    // On narrow screens its gaps, and then its line, give way.
    let headline = if width(&headline) <= room {
        vec![headline]
    } else {
        wrap(&headline, room)
    };
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (n, text) in headline.into_iter().enumerate() {
        let mark = if n == 0 { glyph } else { " " };
        lines.push(Line::from(vec![
            Span::styled(format!("{mark} "), theme.style(role)),
            Span::styled(text, theme.style(Role::Title)),
        ]));
    }
    for line in report.table() {
        // The columns give way before a number does.
        let line = if width(&line) <= room {
            line
        } else {
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        lines.push(Line::raw(format!("  {}", fit(&line, room))));
    }
    let failures = report.failures.iter().map(|it| (it, ("✗", Role::Error)));
    let warnings = report.warnings.iter().map(|it| (it, ("!", Role::Warn)));
    for (task, mark) in failures.chain(warnings) {
        lines.push(Line::default());
        lines.extend(said::lines(mark, &task.to_string(), "", columns, theme));
    }
    if let Some(failure) = &report.failure {
        lines.push(Line::default());
        let (summary, remedy) = (&failure.summary, &failure.remedy);
        lines.extend(said::lines((glyph, role), summary, remedy, columns, theme));
    }
    lines
}

fn times(record: &JobRecord, state: &State, theme: Theme) -> Vec<Line<'static>> {
    let times = state.times();
    let exactly = |at| format!("{}  {}", times.exactly(at), times.past(at));
    let ended = match record.finished_at {
        Some(at) => times.exactly(at),
        None => "not yet".to_owned(),
    };
    [
        ("Asked for", format!("by {}", record.trigger.words())),
        ("Began", exactly(record.started_at)),
        ("Ended", ended),
    ]
    .map(|(label, value)| {
        Line::from(vec![
            Span::styled(pad(label, 11), theme.style(Role::Muted)),
            Span::raw(value),
        ])
    })
    .to_vec()
}
