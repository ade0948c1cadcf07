//! What the doctor found: home, key, database, and Garmin's hosts when asked.
//!
//! Opened, it looks only at this machine; asking the hosts takes a key of its own.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    domain::{
        finding::{Finding, Health},
        printable::printable,
        wording::counted,
    },
    tui::{
        keymap::Action,
        state::State,
        text::{pad, wrap},
        theme::{Role, Theme},
        widget::{
            cursor::{Pager, Scroll},
            gauge, panel,
        },
    },
};

const WHAT: usize = 11;
/// Columns of a glyph, the longest word, and the gap behind it.
const HEALTH: usize = 8;

#[derive(Debug, Default)]
pub struct DoctorPane {
    /// `None` while it looks.
    findings: Option<Vec<Finding>>,
    pub asks_hosts: bool,
    pager: Pager,
}

impl DoctorPane {
    pub const fn is_reading(&self) -> bool {
        self.findings.is_none()
    }

    pub fn learn(&mut self, findings: Vec<Finding>) {
        self.findings = Some(findings);
    }

    pub fn ask(&mut self, asks_hosts: bool) {
        *self = Self {
            asks_hosts,
            ..Self::default()
        };
    }

    pub fn scroll(&mut self, by: Scroll, state: &State, body: Rect) {
        let inside = panel::inside(body);
        let lines = self.lines(state, inside.width, Theme::plain());
        self.pager.scroll(by, lines.len(), inside.height.into());
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let lines = self.lines(state, panel::inside(body).width, theme);
        let note = self.verdict();
        panel::text(frame, body, ("Doctor", note), lines, &self.pager, theme);
    }

    fn verdict(&self) -> Option<String> {
        let findings = self.findings.as_ref()?;
        let of = |health| {
            findings
                .iter()
                .filter(|found| found.health == health)
                .count()
        };
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Some(match (of(Health::Bad), of(Health::Warn)) {
            (0, 0) => "all is well".to_owned(),
            (0, warn) => counted(number(warn), "remark"),
            (bad, _) => counted(number(bad), "trouble"),
        })
    }

    fn lines(&self, state: &State, width: u16, theme: Theme) -> Vec<Line<'static>> {
        let quiet = theme.style(Role::Muted);
        let Some(findings) = &self.findings else {
            let what = if self.asks_hosts {
                "looking, and asking Garmin's hosts …"
            } else {
                "looking …"
            };
            let text = format!("{} {what}", gauge::spinner(state.now));
            return vec![Line::styled(text, quiet)];
        };
        let room = usize::from(width).saturating_sub(HEALTH + WHAT);
        let mut lines = Vec::new();
        for finding in findings {
            let (glyph, word, role) = dress(finding.health);
            for (n, text) in wrap(&printable(&finding.detail), room)
                .into_iter()
                .enumerate()
            {
                let (health, what) = if n == 0 {
                    (format!("{glyph} {word}"), finding.what)
                } else {
                    (String::new(), "")
                };
                lines.push(Line::from(vec![
                    Span::styled(pad(&health, HEALTH), theme.style(role)),
                    Span::styled(pad(what, WHAT), quiet),
                    Span::raw(text),
                ]));
            }
        }
        if !self.asks_hosts {
            lines.push(Line::default());
            let key = state.keymap.key_of(Action::AskHosts);
            let hosts = format!("Garmin's hosts were not asked: {key} asks them.");
            lines.extend(
                wrap(&hosts, width.into())
                    .into_iter()
                    .map(|line| Line::styled(line, quiet)),
            );
        }
        lines
    }
}

const fn dress(health: Health) -> (&'static str, &'static str, Role) {
    match health {
        Health::Ok => ("✓", "ok", Role::Ok),
        Health::Warn => ("!", "warn", Role::Warn),
        Health::Bad => ("✗", "bad", Role::Error),
    }
}
