//! The home screen: session, sync log and sync, side by side or stacked.
//!
//! ```text
//! ╭ Session ─────┬ Sync log ───────────╮
//! │              │                     │
//! ├ Last sync ───┴─────────────────────┤
//! │                                    │
//! ╰────────────────────────────────────╯
//! ```

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect, Spacing},
};

use super::{gains, session};
use crate::tui::{state::State, theme::Theme, widget::panel};

/// From this width on the panes stand side by side.
const WIDE: u16 = 76;

/// From this height on the strip has a second row.
const TALL: u16 = 18;

/// From this height on there is room below the session for what a sync brought.
const VERY_TALL: u16 = 30;

/// Rows of the session pane there: all it ever says, and its border.
const SESSION_ROWS: u16 = 16;

#[derive(Clone, Copy)]
struct Areas {
    session: Rect,
    gains: Option<Rect>,
    log: Rect,
    job: Rect,
}

/// Neighbours share an edge, so each overlaps the one before it.
fn areas(body: Rect, has_gains: bool) -> Areas {
    let strip = Constraint::Length(if body.height >= TALL { 4 } else { 3 });
    if body.width >= WIDE {
        let [upper, job] = Layout::vertical([Constraint::Fill(1), strip])
            .spacing(Spacing::Overlap(1))
            .areas(body);
        let session_width = Constraint::Length((body.width * 2 / 5).clamp(37, 52));
        let [session, log] = Layout::horizontal([session_width, Constraint::Fill(1)])
            .spacing(Spacing::Overlap(1))
            .areas(upper);
        let (session, gains) = if has_gains && body.height >= VERY_TALL {
            let rows = [Constraint::Length(SESSION_ROWS), Constraint::Fill(1)];
            let [session, gains] = Layout::vertical(rows)
                .spacing(Spacing::Overlap(1))
                .areas(session);
            (session, Some(gains))
        } else {
            (session, None)
        };
        Areas {
            session,
            gains,
            log,
            job,
        }
    } else {
        let session_height = Constraint::Length((body.height * 2 / 5 + 1).clamp(5, 12));
        let [session, log, job] = Layout::vertical([session_height, Constraint::Fill(1), strip])
            .spacing(Spacing::Overlap(1))
            .areas(body);
        Areas {
            session,
            gains: None,
            log,
            job,
        }
    }
}

/// How many log lines are in sight, whatever stands beside them.
pub fn log_rows(body: Rect) -> usize {
    panel::inside(areas(body, false).log).height.into()
}

pub fn view(state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
    let areas = areas(body, state.desk.job.last().is_some());
    session::view(state, frame, areas.session, theme);
    if let Some(area) = areas.gains {
        gains::view(state, frame, area, theme);
    }
    state.desk.log.view(state, frame, areas.log, theme);
    state.desk.job.view(state, frame, areas.job, theme);
}
