//! The audit trail: who tried what to get or keep a session, newest first.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    domain::{audit::AuthEvent, printable::printable},
    tui::{
        state::State,
        text::{fit, pad, width},
        theme::{Role, Theme},
        widget::{
            cursor::{Pager, Scroll, position},
            panel, said,
        },
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
    pager: Pager,
}

impl AuditPane {
    /// For an account that CentralDB does not know: there is nothing to ask for.
    pub fn empty() -> Self {
        Self {
            events: Some(Vec::new()),
            pager: Pager::default(),
        }
    }

    pub const fn is_reading(&self) -> bool {
        self.events.is_none()
    }

    /// Scrolled away, the window stands still while lines arrive above it.
    pub fn learn(&mut self, events: Vec<AuthEvent>) {
        let before = self.events.as_ref().map_or(0, Vec::len);
        self.pager.shift(events.len().saturating_sub(before));
        self.events = Some(events);
    }

    /// `rows` is how many events the window shows.
    pub fn scroll(&mut self, by: Scroll, rows: usize) {
        let events = self.events.as_ref().map_or(0, Vec::len);
        self.pager.scroll(by, events, rows);
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let inside = panel::inside(body);
        let columns = usize::from(inside.width);
        let mut block = panel::panel(&format!("Sign-in events of {}", state.account), theme);
        let lines = match self.events.as_deref() {
            None => vec![said::reading(state, theme)],
            Some([]) => said::empty(state, EMPTY, columns, theme),
            Some(events) => {
                let window = self.pager.window(events.len(), rows(body));
                if let Some(place) = position(&window, events.len()) {
                    let edge = panel::edge(&place, theme.style(Role::Muted));
                    block = block.title_top(edge.right_aligned());
                }
                table(events.get(window).unwrap_or(&[]), state, columns, theme)
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
