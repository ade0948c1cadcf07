//! The accounts of this CentralDB: how each fares, and which one is shown.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::session;
use crate::{
    domain::{account::AccountName, session::SessionStatus},
    tui::{
        state::State,
        text::{pad, width},
        theme::{Role, Theme},
        widget::{dialog, said},
    },
};

/// Columns of the longest status behind its glyph.
const STATUS: usize = 13;

#[derive(Debug)]
pub struct AccountsPane {
    selected: AccountName,
}

impl AccountsPane {
    pub const fn at(selected: AccountName) -> Self {
        Self { selected }
    }

    pub const fn selected(&self) -> &AccountName {
        &self.selected
    }

    /// `by` rows down, as far as there are any.
    pub fn step(&mut self, by: isize, names: &[AccountName]) {
        let last = names.len().saturating_sub(1);
        let next = self.index(names).saturating_add_signed(by).min(last);
        if let Some(name) = names.get(next) {
            self.selected = name.clone();
        }
    }

    /// An account that has gone meanwhile is as good as the first one.
    fn index(&self, names: &[AccountName]) -> usize {
        let here = names.iter().position(|name| *name == self.selected);
        here.unwrap_or(0)
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let columns = body.width.min(78);
        let inner_width = usize::from(columns.saturating_sub(dialog::FRAME.0));
        let names = state.account_names();
        let foot = said::quiet(
            "Each account has its own session and its own data.",
            inner_width,
            theme,
        );
        let room = body.height.saturating_sub(dialog::FRAME.1 + 4);
        let feet = if said::rows(&foot) + 1 < room {
            said::rows(&foot)
        } else {
            0
        };
        let rows = usize::from(room - feet).max(1);
        let selected = self.index(&names);
        let from = (selected + 1).saturating_sub(rows);
        let longest = names.iter().map(|name| width(name.as_str())).max();
        let name_width = longest
            .unwrap_or(0)
            .max(7)
            .min(inner_width.saturating_sub(37));

        let mut lines = vec![Line::default()];
        if state.accounts.is_none() {
            lines.push(said::reading(state, theme));
        } else {
            lines.push(heads(name_width, theme));
            let shown = names.iter().enumerate().skip(from).take(rows);
            lines.extend(
                shown.map(|(n, name)| {
                    row(name, n == selected, name_width, inner_width, state, theme)
                }),
            );
        }
        lines.push(Line::default());
        if feet > 0 {
            lines.extend(foot);
            lines.push(Line::default());
        }
        let place = dialog::centred(body, columns, said::rows(&lines) + dialog::FRAME.1);
        let inside = dialog::open(frame, place, "Accounts", None, theme);
        frame.render_widget(Paragraph::new(lines), inside);
    }
}

fn heads(name_width: usize, theme: Theme) -> Line<'static> {
    let heads = format!(
        "  {}  {}  needs you",
        pad("account", name_width),
        pad("  status", STATUS)
    );
    Line::styled(heads, theme.style(Role::Muted))
}

/// `› ada  ● VALID         in 23 days   shown`
fn row(
    name: &AccountName,
    selected: bool,
    name_width: usize,
    columns: usize,
    state: &State,
    theme: Theme,
) -> Line<'static> {
    let account = state.state_of(name);
    let status = account.map_or(SessionStatus::Missing, |account| account.status);
    let (glyph, role) = session::dress(status);
    let (mark, name_role) = if selected {
        ("›", Role::Focus)
    } else {
        (" ", Role::Text)
    };
    let when = account.and_then(|account| session::needs_person(account, status, state.now));
    let when_role = account.map_or(Role::Muted, |account| {
        session::forecast_role(account, state.now)
    });
    let place = if *name == state.account {
        "shown"
    } else if state.is_syncing(name) {
        "syncing"
    } else {
        ""
    };
    let (status, when) = (
        format!("{glyph} {}", status.word()),
        when.unwrap_or_else(|| "–".to_owned()),
    );
    let left = columns.saturating_sub(2 + name_width + 2 + STATUS + 2 + 2 + width(place));
    Line::from(vec![
        Span::styled(format!("{mark} "), theme.style(name_role)),
        Span::styled(pad(name.as_str(), name_width), theme.style(name_role)),
        Span::styled(format!("  {}", pad(&status, STATUS)), theme.style(role)),
        Span::styled(format!("  {}", pad(&when, left)), theme.style(when_role)),
        Span::styled(format!("  {place}"), theme.style(Role::Accent)),
    ])
}
