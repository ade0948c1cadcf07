//! The strip at the bottom: the running sync, or how the last one ended.

use jiff::{SignedDuration, Timestamp};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    domain::{
        job::{JobId, JobRecord, JobReport, JobStatus},
        printable::printable,
        wording::{counted, duration},
    },
    engine::event::SyncProgress,
    tui::{
        state::State,
        text::{fit, pad, width},
        theme::{Role, Theme},
        times::countdown,
        widget::{gauge, panel},
    },
};

/// A rate over less than this says nothing.
const RATE_AFTER_MS: u64 = 3000;

#[derive(Debug, Default)]
pub struct JobPane {
    running: Option<Running>,
    last: Option<(JobReport, Timestamp)>,
}

#[derive(Debug)]
struct Running {
    job: JobId,
    since: Timestamp,
    progress: Option<SyncProgress>,
    cancelling: bool,
}

impl JobPane {
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// How many requests a job has made, if it is the one that runs here.
    pub fn requests_of(&self, job: JobId) -> Option<u32> {
        let running = self.running.as_ref().filter(|running| running.job == job)?;
        Some(running.progress.as_ref()?.requests)
    }

    /// Tasks done of those planned, once there is a plan.
    pub fn tally(&self) -> Option<(u32, u32)> {
        let progress = self.running.as_ref()?.progress.as_ref()?;
        (progress.planned > 0).then_some((progress.done, progress.planned))
    }

    pub fn is_cancelling(&self) -> bool {
        self.running
            .as_ref()
            .is_some_and(|running| running.cancelling)
    }

    /// The last finished job, and when that was.
    pub const fn last(&self) -> Option<&(JobReport, Timestamp)> {
        self.last.as_ref()
    }

    pub fn start(&mut self, job: JobId, now: Timestamp) {
        self.running = Some(Running {
            job,
            since: now,
            progress: None,
            cancelling: false,
        });
    }

    /// Also the first news of a job that ran before the app listened.
    pub fn progress(&mut self, progress: SyncProgress, now: Timestamp) {
        let before = self.running.as_ref();
        let same = before.filter(|running| running.job == progress.job);
        self.running = Some(Running {
            job: progress.job,
            since: same.map_or(now, |running| running.since),
            cancelling: self.is_cancelling(),
            progress: Some(progress),
        });
    }

    /// What CentralDB remembers, unless it was told live: that knew more.
    pub fn remember(&mut self, record: JobRecord) {
        let told = self.last.as_ref().map(|(report, _)| report.job_id);
        if let Some(at) = record.finished_at
            && told != Some(record.report.job_id)
        {
            self.last = Some((record.report, at));
        }
    }

    pub fn cancel(&mut self) {
        if let Some(running) = &mut self.running {
            running.cancelling = true;
        }
    }

    pub fn finish(&mut self, report: JobReport, now: Timestamp) {
        self.running = None;
        self.last = Some((report, now));
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, area: Rect, theme: Theme) {
        let inside = panel::inside(area);
        let one_row = inside.height < 2;
        let columns = usize::from(inside.width);
        let (title, lines) = match (&self.running, &self.last) {
            (Some(running), _) => (
                format!("Sync · job {}", running.job.get()),
                running.lines(state, columns, one_row, theme),
            ),
            (None, Some((report, at))) => {
                let job = report
                    .job_id
                    .map(|id| format!(" · job {}", id.get()))
                    .unwrap_or_default();
                (
                    format!("Last sync{job}"),
                    result(report, *at, state, columns, one_row, theme),
                )
            }
            (None, None) => {
                let empty = fit("No sync has run yet.", columns);
                (
                    "Last sync".to_owned(),
                    vec![Line::styled(empty, theme.style(Role::Muted))],
                )
            }
        };
        frame.render_widget(panel::panel(&title, theme), area);
        frame.render_widget(Paragraph::new(lines), inside);
    }
}

impl Running {
    /// `⠹ RUNNING  ━━━━━━━────── 12 of 31`, and below, or where there is one row
    /// behind it, what is being fetched and how fast.
    fn lines(
        &self,
        state: &State,
        columns: usize,
        one_row: bool,
        theme: Theme,
    ) -> Vec<Line<'static>> {
        let quiet = theme.style(Role::Muted);
        let (done, planned) = self
            .progress
            .as_ref()
            .map_or((0, 0), |progress| (progress.done, progress.planned));
        let word = if self.cancelling {
            "STOPPING"
        } else {
            "RUNNING"
        };
        let lead = format!("{word}  ");
        let tally = if planned == 0 {
            "  planning".to_owned()
        } else {
            format!("  {done:>3} of {}", counted(planned, "task"))
        };
        let pace = self.pace(state.now);
        let tail = match self.time_left(state.now).filter(|_| !self.cancelling) {
            _ if !one_row => String::new(),
            Some(left) => format!("  {left}"),
            None => format!("  {}", self.current()),
        };
        let tail = fit(
            &tail,
            columns.saturating_sub(2 + width(&lead) + width(&tally) + 8),
        );
        let taken = 2 + width(&lead) + width(&tally) + width(&tail);
        let bar_width = u16::try_from(columns.saturating_sub(taken)).unwrap_or(0);
        let mut spans = vec![
            Span::styled(
                format!("{} ", gauge::spinner(state.now)),
                theme.style(Role::Accent),
            ),
            Span::styled(lead, theme.style(Role::Title)),
        ];
        spans.extend(gauge::bar(
            done.into(),
            planned.into(),
            bar_width,
            Role::Accent,
            theme,
        ));
        spans.extend([Span::raw(tally), Span::styled(tail, quiet)]);
        // The numbers keep their place at the right; what is fetched is cut.
        let room = columns.saturating_sub(width(&pace) + 2);
        let below = format!("{}{pace}", pad(&format!("  {}", self.current()), room + 2));
        vec![Line::from(spans), Line::styled(below, quiet)]
    }

    /// `14 requests   42/min   about 1:10 left`: what is not known yet is left out.
    fn pace(&self, now: Timestamp) -> String {
        let Some(progress) = &self.progress else {
            return String::new();
        };
        let mut facts = vec![counted(progress.requests, "request")];
        let ran = now.duration_since(self.since);
        let ran_ms = u64::try_from(ran.as_millis()).unwrap_or(0);
        if ran_ms >= RATE_AFTER_MS && !self.cancelling {
            let per_minute = u64::from(progress.requests) * 60_000 / ran_ms;
            facts.push(format!("{per_minute}/min"));
            facts.extend(self.time_left(now));
        }
        facts.join("   ")
    }

    /// As long as the tasks done so far suggest.
    fn time_left(&self, now: Timestamp) -> Option<String> {
        let progress = self.progress.as_ref()?;
        let ran = now.duration_since(self.since).as_millis();
        let left = i128::from(progress.planned.checked_sub(progress.done)?);
        let each = ran.checked_div(progress.done.into())?;
        let ms = i64::try_from(each * left).ok().filter(|ms| *ms > 0)?;
        let end = now.saturating_add(SignedDuration::from_millis(ms)).ok()?;
        let is_known = ran >= i128::from(RATE_AFTER_MS);
        is_known.then(|| format!("about {} left", countdown(now, end)))
    }

    fn current(&self) -> String {
        if self.cancelling {
            return "finishing the open step; what is stored stays".to_owned();
        }
        match self
            .progress
            .as_ref()
            .and_then(|progress| progress.current.as_ref())
        {
            Some((dataset, what)) => format!("{dataset}  {}", printable(what)),
            None => String::new(),
        }
    }
}

/// How a job's status looks.
pub const fn dress(status: JobStatus) -> (&'static str, Role) {
    match status {
        JobStatus::Running => ("·", Role::Accent),
        JobStatus::Succeeded => ("✓", Role::Ok),
        JobStatus::Partial | JobStatus::RateLimited => ("!", Role::Warn),
        JobStatus::Failed | JobStatus::AuthExpired => ("✗", Role::Error),
        JobStatus::Cancelled => ("■", Role::Muted),
    }
}

fn result(
    report: &JobReport,
    at: Timestamp,
    state: &State,
    columns: usize,
    one_row: bool,
    theme: Theme,
) -> Vec<Line<'static>> {
    let (glyph, role) = dress(report.status);
    let status = format!("{glyph} {}", report.status.word());
    let facts = [
        state.times().past(at),
        counted(report.requests, "request"),
        counted(report.rows(), "row"),
        duration(report.duration_ms),
    ];
    let (more, more_role) = detail(report, state);
    if one_row && more_role != Role::Muted {
        // Of one row, the trouble is worth more than the numbers.
        let room = columns.saturating_sub(width(&status) + 3);
        return vec![Line::from(vec![
            Span::styled(status, theme.style(role)),
            Span::raw(format!("   {}", fit(&more, room))),
        ])];
    }
    let mut text = String::new();
    for fact in facts {
        if width(&status) + width(&text) + 3 + width(&fact) <= columns {
            text.push_str("   ");
            text.push_str(&fact);
        }
    }
    let first = Line::from(vec![
        Span::styled(status, theme.style(role)),
        Span::raw(text),
    ]);
    if one_row {
        return vec![first];
    }
    vec![
        first,
        Line::styled(fit(&format!("  {more}"), columns), theme.style(more_role)),
    ]
}

/// The one thing worth knowing beyond the numbers: why it went wrong, which
/// task failed first, or what was gained.
fn detail(report: &JobReport, state: &State) -> (String, Role) {
    let retry_at = report.failure.as_ref().and_then(|failure| failure.retry_at);
    if let Some(failure) = &report.failure
        && let Some(at) = retry_at.filter(|at| *at > state.now)
    {
        let again = state.times().future(at);
        return (format!("again {again}. {}", failure.summary), Role::Warn);
    }
    // What ended the whole job says more than the task it was met in.
    let ended = report
        .failure
        .as_ref()
        .filter(|_| report.status != JobStatus::Partial);
    if let Some(failure) = ended {
        return (failure.to_string(), Role::Warn);
    }
    if let Some(failure) = report.failures.first() {
        let more = match report.failures.len() {
            1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        let what = format!("{} {}", failure.dataset, printable(&failure.span));
        return (
            format!("{what}{more}: {}", printable(&failure.summary)),
            Role::Warn,
        );
    }
    if let Some(failure) = &report.failure {
        return (failure.to_string(), Role::Warn);
    }
    let gains: Vec<String> = report
        .datasets
        .iter()
        .filter(|(_, gained)| gained.rows_new + gained.rows_changed > 0)
        .map(
            |(dataset, gained)| match (gained.rows_new, gained.rows_changed) {
                (new, 0) => format!("{dataset} {new} new"),
                (0, changed) => format!("{dataset} {changed} changed"),
                (new, changed) => format!("{dataset} {new} new, {changed} changed"),
            },
        )
        .collect();
    let text = if gains.is_empty() {
        "nothing new".to_owned()
    } else {
        gains.join(" · ")
    };
    (text, Role::Muted)
}
