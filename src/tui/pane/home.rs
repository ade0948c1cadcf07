//! The home screen: session, coverage, sync log and sync, side by side or stacked.
//!
//! ```text
//! ╭ Session ─────┬ Sync log ───────────╮
//! │              │                     │
//! ├ Coverage ────┤                     │
//! │              │                     │
//! ├ Last sync ───┴─────────────────────┤
//! │                                    │
//! ╰────────────────────────────────────╯
//! ```

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect, Spacing},
};

use super::{gains, session, strip};
use crate::tui::{state::State, theme::Theme, widget::panel};

/// From this width on the panes stand side by side.
const WIDE: u16 = 76;

/// From this height on the strip has a second row.
const TALL: u16 = 18;

/// Rows below the session that are worth a pane of their own, with its border.
const WORTH: u16 = 5;

#[derive(Clone, Copy)]
struct Areas {
    session: Rect,
    strip: Option<Rect>,
    gains: Option<Rect>,
    log: Rect,
    job: Rect,
}

impl Areas {
    /// Whether the session stands above the log, not beside it.
    const fn is_stacked(&self) -> bool {
        self.log.y > self.session.y
    }
}

/// Neighbours share an edge, so each overlaps the one before it.
fn areas(body: Rect) -> Areas {
    let strip = Constraint::Length(if body.height >= TALL { 4 } else { 3 });
    if body.width >= WIDE {
        let [upper, job] = Layout::vertical([Constraint::Fill(1), strip])
            .spacing(Spacing::Overlap(1))
            .areas(body);
        let session_width = Constraint::Length((body.width * 2 / 5).clamp(37, 60));
        let [session, log] = Layout::horizontal([session_width, Constraint::Fill(1)])
            .spacing(Spacing::Overlap(1))
            .areas(upper);
        Areas {
            session,
            strip: None,
            gains: None,
            log,
            job,
        }
    } else {
        let session_height = Constraint::Length((body.height * 2 / 5 + 2).clamp(6, 13));
        let [session, log, job] = Layout::vertical([session_height, Constraint::Fill(1), strip])
            .spacing(Spacing::Overlap(1))
            .areas(body);
        Areas {
            session,
            strip: None,
            gains: None,
            log,
            job,
        }
    }
}

/// Where the session stands above the log, there is nothing below it; beside the
/// log, what it leaves free goes to the coverage, and then to the last sync.
fn with_column(state: &State, areas: Areas) -> Areas {
    let column = areas.session;
    if areas.is_stacked() {
        return areas;
    }
    let session_rows = session::rows(state, column) + 1;
    let rest = column.height.saturating_sub(session_rows);
    if rest < WORTH {
        return areas;
    }
    let rows = [Constraint::Length(session_rows + 1), Constraint::Fill(1)];
    let [session, rest] = Layout::vertical(rows)
        .spacing(Spacing::Overlap(1))
        .areas(column);
    let strip_rows = strip::rows(state);
    let has_gains = state.desk.job.last().is_some() && rest.height >= strip_rows + WORTH;
    if !has_gains {
        return Areas {
            session,
            strip: Some(rest),
            ..areas
        };
    }
    let rows = [Constraint::Length(strip_rows), Constraint::Fill(1)];
    let [strip, gains] = Layout::vertical(rows)
        .spacing(Spacing::Overlap(1))
        .areas(rest);
    Areas {
        session,
        strip: Some(strip),
        gains: Some(gains),
        ..areas
    }
}

/// Where the log stands.
pub fn log(body: Rect) -> Rect {
    areas(body).log
}

/// How many log lines are in sight.
pub fn log_rows(body: Rect) -> usize {
    panel::inside(log(body)).height.into()
}

pub fn view(state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
    let areas = with_column(state, areas(body));
    if areas.strip.is_none() {
        let line = strip::line(state, panel::inside(areas.session).width, theme);
        session::view(state, frame, areas.session, Some(line), theme);
    } else {
        session::view(state, frame, areas.session, None, theme);
    }
    if let Some(area) = areas.strip {
        strip::view(state, frame, area, theme);
    }
    if let Some(area) = areas.gains {
        gains::view(state, frame, area, theme);
    }
    state.desk.log.view(state, frame, areas.log, theme);
    state.desk.job.view(state, frame, areas.job, theme);
}
