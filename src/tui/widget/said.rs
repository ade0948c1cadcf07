//! Sentences in a dialog: what happened behind its glyph, what to do below it.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use crate::{
    domain::{failure::Failure, printable::printable, session::SessionStatus},
    tui::{
        keymap::Action,
        state::{Screen, State},
        text::wrap,
        theme::{Role, Theme},
        times::Times,
        widget::gauge,
    },
};

/// A sentence behind its glyph, and a quieter one below it.
pub fn lines(
    (glyph, role): (&str, Role),
    summary: &str,
    more: &str,
    width: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let text_width = width.saturating_sub(2);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (n, text) in wrap(&printable(summary), text_width)
        .into_iter()
        .enumerate()
    {
        let lead = if n == 0 { glyph } else { " " };
        lines.push(Line::from(vec![
            Span::styled(format!("{lead} "), theme.style(role)),
            Span::raw(text),
        ]));
    }
    let more = wrap(&printable(more), text_width);
    lines.extend(
        more.into_iter()
            .map(|text| Line::styled(format!("  {text}"), theme.style(Role::Muted))),
    );
    lines
}

/// A failure, its remedy, when trying again makes sense, and what else there is.
pub fn failure(
    failure: &Failure,
    instead: &str,
    times: Times<'_>,
    width: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let mut remedy = failure.remedy.clone();
    if let Some(at) = failure.retry_at {
        remedy = format!("{remedy} Possible again {}.", times.future(at));
    }
    let remedy = format!("{remedy} {instead}");
    lines(("✗", Role::Error), &failure.summary, &remedy, width, theme)
}

/// A question to Garmin is under way.
pub fn asking(now: Timestamp, theme: Theme) -> Vec<Line<'static>> {
    busy("Asking Garmin", now, theme)
}

/// Work under way, as `what` names it.
pub fn busy(what: &str, now: Timestamp, theme: Theme) -> Vec<Line<'static>> {
    let spinner = Span::styled(
        format!("{} ", gauge::spinner(now)),
        theme.style(Role::Accent),
    );
    vec![Line::from(vec![spinner, Span::raw(format!("{what} …"))])]
}

/// CentralDB is being read, or could not be.
pub fn reading(state: &State, theme: Theme) -> Line<'static> {
    if state.has_not_read {
        let failed = "✗ It could not be read: Esc, then come back to try again.";
        return Line::styled(failed, theme.style(Role::Error));
    }
    let reading = format!("{} reading CentralDB …", gauge::spinner(state.now));
    Line::styled(reading, theme.style(Role::Muted))
}

/// Puts the cursor's mark before a line that begins with two spaces.
pub fn mark(lines: &mut [Line<'static>], row: usize, theme: Theme) {
    if let Some(first) = lines.get_mut(row).and_then(|line| line.spans.first_mut()) {
        *first = Span::styled("› ", theme.style(Role::Focus));
    }
}

/// Prose that the eye may skip.
pub fn quiet(text: &str, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let style = theme.style(Role::Muted);
    wrap(text, width)
        .into_iter()
        .map(|line| Line::styled(line, style))
        .collect()
}

/// Where there is nothing to show: why, and what to do so that there is.
pub fn empty(state: &State, why: &str, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = quiet(why, width, theme);
    let step = wrap(&next_step(state), width).into_iter();
    lines.extend(step.map(|line| Line::styled(line, theme.style(Role::Accent))));
    lines
}

/// What brings data here; nothing while it is on its way.
pub fn next_step(state: &State) -> String {
    let (action, what) = match state.status() {
        None => return String::new(),
        Some(SessionStatus::Missing | SessionStatus::Expired) => (Action::SignIn, "sign in"),
        Some(SessionStatus::MfaPending) => (Action::EnterCode, "enter the code"),
        Some(SessionStatus::Valid) if state.desk.job.is_running() => {
            return "A sync is running.".to_owned();
        }
        Some(SessionStatus::Valid) => (Action::SyncNow, "sync"),
    };
    let key = state.keymap.key_of(action);
    match state.screen {
        Screen::Home => format!("Press {key} to {what}."),
        _ => format!("Press {key} on the home screen to {what}."),
    }
}

/// How many rows that makes.
pub fn rows(lines: &[Line<'_>]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(u16::MAX)
}
