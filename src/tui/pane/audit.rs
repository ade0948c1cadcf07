//! The audit trail: who tried what to get or keep a session, newest first.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::sync_log::Scroll;
use crate::{
    domain::{audit::AuthEvent, printable::printable},
    tui::{
        state::State,
        text::{fit, pad, width},
        theme::{Role, Theme},
        widget::{gauge, panel, said},
    },
};

const EMPTY: &str = "Nothing here yet. Each sign-in, code, refresh and sign-out of this account \
                     leaves a line, never a password, a code or a token.";

/// Columns of what was tried, and of the longest outcome behind its glyph.
const WHAT: usize = 9;
const OUTCOME: usize = 21;

#[derive(Debug, Default)]
pub struct AuditPane {
    /// `None` until the engine has told.
    events: Option<Vec<AuthEvent>>,
    /// Lines above the window.
    above: usize,
}

impl AuditPane {
    /// For an account that CentralDB does not know: there is nothing to ask for.
    pub const fn empty() -> Self {
        Self {
            events: Some(Vec::new()),
            above: 0,
        }
    }

    /// Scrolled away, the window stands still while lines arrive above it.
    pub fn learn(&mut self, events: Vec<AuthEvent>) {
        let before = self.events.as_ref().map_or(0, Vec::len);
        if self.above > 0 {
            self.above += events.len().saturating_sub(before);
        }
        self.events = Some(events);
    }

    /// `rows` is how many events the window shows.
    pub fn scroll(&mut self, by: Scroll, rows: usize) {
        let lowest = self.lowest(rows);
        let page = isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(1);
        let above = self.above.min(lowest);
        self.above = match by {
            Scroll::Lines(lines) => above.saturating_add_signed(lines).min(lowest),
            Scroll::Pages(pages) => above.saturating_add_signed(pages * page).min(lowest),
            Scroll::Oldest => lowest,
            Scroll::Newest => 0,
        };
    }

    fn lowest(&self, rows: usize) -> usize {
        let events = self.events.as_ref().map_or(0, Vec::len);
        events.saturating_sub(rows)
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let inside = panel::inside(body);
        let columns = usize::from(inside.width);
        let mut block = panel::panel(&format!("Sign-in events of {}", state.account), theme);
        let rows = rows(body);
        let above = self.above.min(self.lowest(rows));
        let lines = match self.events.as_deref() {
            None => {
                let reading = format!("{} reading CentralDB …", gauge::spinner(state.now));
                vec![Line::styled(reading, theme.style(Role::Muted))]
            }
            Some([]) => said::quiet(EMPTY, columns, theme),
            Some(events) => {
                let last = (above + rows).min(events.len());
                let position = format!("{} to {last} of {}", above + 1, events.len());
                let position = panel::edge(&position, theme.style(Role::Muted));
                block = block.title_top(position.right_aligned());
                table(
                    events.get(above..last).unwrap_or(&[]),
                    state,
                    columns,
                    theme,
                )
            }
        };
        frame.render_widget(block, body);
        frame.render_widget(Paragraph::new(lines), inside);
    }
}

/// How many events are in sight: all rows but the heads.
pub fn rows(body: Rect) -> usize {
    usize::from(panel::inside(body).height).saturating_sub(1)
}

fn table(events: &[AuthEvent], state: &State, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let quiet = theme.style(Role::Muted);
    let times: Vec<String> = events
        .iter()
        .map(|event| state.times().past(event.at))
        .collect();
    let when = times.iter().map(|time| width(time)).max().unwrap_or(0);
    let heads = format!(
        "{}  {} {} detail",
        pad("when", when),
        pad("what", WHAT),
        pad("  outcome", OUTCOME)
    );
    let mut lines = vec![Line::styled(fit(&heads, columns), quiet)];
    for (event, time) in events.iter().zip(times) {
        let (glyph, role) = dress(&event.outcome);
        let outcome = format!("{glyph} {}", printable(&event.outcome));
        let left = columns.saturating_sub(when + 2 + WHAT + 1 + OUTCOME + 1);
        let detail = event.detail.as_deref().map(printable).unwrap_or_default();
        lines.push(Line::from(vec![
            Span::styled(pad(&time, when), quiet),
            Span::raw(format!("  {} ", pad(&what(event), WHAT))),
            Span::styled(pad(&outcome, OUTCOME), theme.style(role)),
            Span::styled(format!(" {}", fit(&detail, left)), quiet),
        ]));
    }
    lines
}

/// How an outcome looks; the word is its own.
fn dress(outcome: &str) -> (&'static str, Role) {
    match outcome {
        "OK" => ("✓", Role::Ok),
        "MFA_REQUIRED" => ("◐", Role::Warn),
        // These pass by themselves.
        "RATE_LIMITED" | "BLOCKED" | "COOL_DOWN" | "UNREACHABLE" | "GARMIN_DOWN" => {
            ("!", Role::Warn)
        }
        _ => ("✗", Role::Error),
    }
}

/// The action in a person's words; one this version does not know, as it is.
fn what(event: &AuthEvent) -> String {
    match event.what.as_str() {
        "sign_in" => "sign-in".to_owned(),
        "mfa_answer" => "MFA code".to_owned(),
        "code_request" => "new code".to_owned(),
        "sign_out" => "sign-out".to_owned(),
        other => printable(other).replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn events(count: i64) -> Vec<AuthEvent> {
        let event = |n| AuthEvent {
            at: Timestamp::from_second(n).unwrap(),
            what: "refresh".to_owned(),
            outcome: "OK".to_owned(),
            detail: None,
        };
        (0..count).rev().map(event).collect()
    }

    #[test]
    fn scrolling_stops_at_both_ends_and_stands_still_for_news() {
        let mut pane = AuditPane::default();
        pane.scroll(Scroll::Pages(1), 5);
        pane.learn(events(20));
        assert_eq!(pane.above, 0);
        pane.scroll(Scroll::Oldest, 5);
        assert_eq!(pane.above, 15);
        pane.scroll(Scroll::Lines(3), 5);
        pane.scroll(Scroll::Lines(-1), 5);
        assert_eq!(pane.above, 14);
        pane.learn(events(22));
        assert_eq!(pane.above, 16);
        pane.scroll(Scroll::Newest, 5);
        pane.learn(events(23));
        assert_eq!(pane.above, 0);
    }
}
