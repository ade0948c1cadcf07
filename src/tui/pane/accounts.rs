//! The accounts of this CentralDB: how each fares, and which one is shown.

use std::ops::Range;

use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::session;
use crate::{
    domain::{account::AccountName, session::SessionStatus},
    tui::{
        state::State,
        text::{pad, width, wrap},
        theme::{Role, Theme},
        widget::{dialog, said},
    },
};

const FOOT: &str = "Each account has its own session and its own data.";

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

    /// The account under the pointer.
    pub fn at_point(&self, at: Position, state: &State, body: Rect) -> Option<AccountName> {
        let names = state.account_names();
        let place = self.place(&names, body);
        let inside = dialog::inside(place.dialog);
        // A blank row and the heads stand above the first one.
        let row = usize::from(at.y.checked_sub(inside.y + 2)?);
        let is_row = inside.contains(at) && row < place.shown.len();
        names
            .get(place.shown.start + row)
            .filter(|_| is_row)
            .cloned()
    }

    fn place(&self, names: &[AccountName], body: Rect) -> Place {
        let columns = body.width.min(78);
        let inner_width = columns.saturating_sub(dialog::FRAME.0);
        let feet = u16::try_from(wrap(FOOT, inner_width.into()).len()).unwrap_or(u16::MAX);
        let room = body.height.saturating_sub(dialog::FRAME.1 + 4);
        let has_foot = feet + 1 < room;
        let below = if has_foot { feet + 1 } else { 0 };
        let rows = usize::from(room - below.min(feet)).max(1);
        let from = (self.index(names) + 1).saturating_sub(rows);
        let shown = from..(from + rows).min(names.len()).max(from);
        let listed = u16::try_from(shown.len()).unwrap_or(u16::MAX);
        let height = listed.saturating_add(3 + below + dialog::FRAME.1);
        Place {
            dialog: dialog::centred(body, columns, height),
            shown,
            has_foot,
        }
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let names = state.account_names();
        let place = self.place(&names, body);
        let inside = dialog::open(frame, place.dialog, "Accounts", None, theme);
        let inner_width = usize::from(inside.width);
        let selected = self.index(&names);
        let longest = names.iter().map(|name| width(name.as_str())).max();
        let name_width = longest
            .unwrap_or(0)
            .max(7)
            .min(inner_width.saturating_sub(37));

        let mut lines = vec![Line::default()];
        if state.accounts.is_none() {
            lines.push(said::reading(state, theme));
            lines.push(Line::default());
        } else {
            lines.push(heads(name_width, theme));
            let shown = names.iter().enumerate();
            let shown = shown.skip(place.shown.start).take(place.shown.len());
            lines.extend(
                shown.map(|(n, name)| {
                    row(name, n == selected, name_width, inner_width, state, theme)
                }),
            );
        }
        lines.push(Line::default());
        if place.has_foot {
            lines.extend(said::quiet(FOOT, inner_width, theme));
        }
        frame.render_widget(Paragraph::new(lines), inside);
    }
}

/// Where the list stands, and which of it is in sight.
struct Place {
    dialog: Rect,
    shown: Range<usize>,
    has_foot: bool,
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
