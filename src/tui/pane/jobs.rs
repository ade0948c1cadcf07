//! The list of past jobs, newest first: each opens its report.
//!
//! The engine hands it out page by page; the next one is asked for when the
//! window comes near the end of what is here.

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use super::job;
use crate::{
    domain::{
        job::{JobId, JobStatus, JobSummary},
        wording::duration,
    },
    tui::{
        state::State,
        theme::{Role, Theme},
        widget::{
            cursor::{Cursor, Scroll, position},
            panel, said,
            table::{self, Column},
        },
    },
};

const EMPTY: &str = "No sync has run yet. Each one leaves its report here: what was asked, what \
                     came, and what failed.";

#[derive(Debug, Default)]
pub struct JobsPane {
    /// Newest first; `None` until the engine has told.
    jobs: Option<Vec<JobSummary>>,
    is_complete: bool,
    cursor: Cursor,
}

impl JobsPane {
    /// A page: the first one again, or one that continues what is here.
    pub fn learn(&mut self, before: Option<JobId>, page: Vec<JobSummary>, is_last_page: bool) {
        let known = self.jobs.get_or_insert_default();
        match before {
            None => {
                let oldest = page.last().map(|job| job.id);
                let older = known
                    .iter()
                    .filter(|job| oldest.is_some_and(|id| job.id < id));
                let older: Vec<JobSummary> = older.cloned().collect();
                let selected = known.get(self.cursor.at()).map(|job| job.id);
                self.is_complete |= is_last_page;
                *known = page;
                known.extend(older);
                // On the first row a person watches what is new.
                let here = known.iter().position(|job| Some(job.id) == selected);
                if let Some(here) = here.filter(|_| self.cursor.at() > 0) {
                    self.cursor.shift(here.saturating_sub(self.cursor.at()));
                }
            }
            Some(id) if known.last().is_some_and(|last| last.id == id) => {
                self.is_complete = is_last_page;
                known.extend(page);
            }
            Some(_) => {}
        }
    }

    pub const fn is_reading(&self) -> bool {
        self.jobs.is_none()
    }

    pub fn selected(&self) -> Option<JobId> {
        let job = self.jobs.as_ref()?.get(self.cursor.at())?;
        Some(job.id)
    }

    pub fn scroll(&mut self, by: Scroll, rows: usize) {
        self.cursor.scroll(by, self.len(), rows);
    }

    /// Where to go on reading, when the cursor nears the end of what is here.
    pub fn wants_before(&self, rows: usize) -> Option<JobId> {
        let near = self.cursor.at() + 2 * rows >= self.len();
        let last = self.jobs.as_ref()?.last()?;
        (near && !self.is_complete).then_some(last.id)
    }

    fn len(&self) -> usize {
        self.jobs.as_ref().map_or(0, Vec::len)
    }

    /// The row under the pointer, as a distance from the cursor.
    pub fn steps_to(&self, row: usize, rows: usize) -> Option<isize> {
        self.cursor.steps_to(row, self.len(), rows)
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let inside = panel::inside(body);
        let mut block = panel::panel(&format!("Jobs of {}", state.account), theme);
        let columns = usize::from(inside.width);
        let lines = match self.jobs.as_deref() {
            None => vec![said::reading(state, theme)],
            Some([]) => said::empty(state, EMPTY, columns, theme),
            Some(jobs) => {
                let window = self.cursor.window(jobs.len(), rows(body));
                if let Some(place) = position(&window, jobs.len()) {
                    let more = if self.is_complete { "" } else { " and more" };
                    let edge = panel::edge(&format!("{place}{more}"), theme.style(Role::Muted));
                    block = block.title_top(edge.right_aligned());
                }
                let shown = jobs.get(window.clone()).unwrap_or(&[]);
                let mut lines = table(shown, state, columns, theme);
                let mark = self.cursor.at().min(jobs.len() - 1) - window.start + 1;
                said::mark(&mut lines, mark, theme);
                lines
            }
        };
        frame.render_widget(block, body);
        frame.render_widget(Paragraph::new(lines), inside);
    }
}

/// How many jobs are in sight: all rows but the heads.
pub fn rows(body: Rect) -> usize {
    usize::from(panel::inside(body).height).saturating_sub(1)
}

fn table(jobs: &[JobSummary], state: &State, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let cells = |cell: &dyn Fn(&JobSummary) -> (String, Role)| -> Vec<(String, Role)> {
        jobs.iter().map(cell).collect()
    };
    let times = state.times();
    let table = [
        Column::number("job", cells(&|job| (job.id.get().to_string(), Role::Text))),
        Column::text(
            "  status",
            cells(&|job| {
                let (glyph, role) = job::dress(job.status);
                (format!("{glyph} {}", job.status.word()), role)
            }),
        ),
        Column::text(
            "began",
            cells(&|job| (times.past(job.started_at), Role::Text)),
        ),
        Column::number("took", cells(&|job| (took(job), Role::Text))),
        Column::number(
            "requests",
            cells(&|job| {
                // What runs here is written down when it ends.
                let live = state.desk.job.requests_of(job.id);
                number(live.unwrap_or(job.requests))
            }),
        ),
        Column::number("rows", cells(&|job| number(job.rows))),
        Column::text(
            "asked for by",
            cells(&|job| (job.trigger.words().to_owned(), Role::Muted)),
        ),
    ];
    table::lines(&table, 2, columns, theme)
}

fn took(job: &JobSummary) -> String {
    match job.finished_at {
        Some(end) if job.status != JobStatus::Running => {
            let ms = end.as_millisecond() - job.started_at.as_millisecond();
            duration(u64::try_from(ms).unwrap_or(0))
        }
        _ => "–".to_owned(),
    }
}

/// A zero is no news.
fn number(number: u32) -> (String, Role) {
    let role = if number == 0 { Role::Muted } else { Role::Text };
    (number.to_string(), role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::Trigger;
    use jiff::Timestamp;

    fn page(ids: impl Iterator<Item = i64>) -> Vec<JobSummary> {
        ids.map(|id| JobSummary {
            id: JobId::new(id),
            status: JobStatus::Succeeded,
            trigger: Trigger::Schedule,
            started_at: Timestamp::UNIX_EPOCH,
            finished_at: None,
            requests: 1,
            rows: 0,
        })
        .collect()
    }

    #[test]
    fn pages_join_and_news_do_not_move_the_cursor() {
        let mut pane = JobsPane::default();
        pane.learn(None, page((11..=20).rev()), false);
        assert_eq!(pane.wants_before(9), Some(JobId::new(11)));
        pane.learn(Some(JobId::new(11)), page((1..=10).rev()), true);
        assert_eq!((pane.len(), pane.wants_before(9)), (20, None));
        pane.scroll(Scroll::Lines(4), 9);
        assert_eq!(pane.selected(), Some(JobId::new(16)));
        pane.learn(None, page((13..=22).rev()), false);
        assert_eq!((pane.len(), pane.selected()), (22, Some(JobId::new(16))));
        pane.scroll(Scroll::First, 9);
        pane.learn(None, page((14..=23).rev()), false);
        assert_eq!(pane.selected(), Some(JobId::new(23)));
        pane.learn(Some(JobId::new(99)), page(0..1), true);
        assert_eq!(pane.len(), 23, "an answer to an older question");
    }
}
