//! The mouse, as an extra: the wheel moves, a click does what its hint says or
//! puts the cursor on a line, and once more opens it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::{
    super::{
        effect::Effect,
        keymap::Action,
        pane::{home, jobs},
        state::{Screen, State},
        view,
        widget::{hints, panel},
    },
    act,
};

/// Lines of one notch of the wheel.
const NOTCH: usize = 3;

pub(super) fn learn(state: &mut State, event: MouseEvent) -> Option<Effect> {
    match event.kind {
        MouseEventKind::ScrollUp => wheel(state, Action::Up),
        MouseEventKind::ScrollDown => wheel(state, Action::Down),
        MouseEventKind::Down(MouseButton::Left) => {
            click(state, Position::new(event.column, event.row))
        }
        _ => None,
    }
}

fn wheel(state: &mut State, action: Action) -> Option<Effect> {
    (0..NOTCH).filter_map(|_| act(state, action)).last()
}

fn click(state: &mut State, at: Position) -> Option<Effect> {
    let regions = view::regions(state);
    if regions.hints.contains(at) {
        let shown = view::hints(state);
        let texts: Vec<(String, &str)> = shown.iter().map(view::hint).collect();
        let index = hints::at(&texts, regions.hints.width, at.x - regions.hints.x)?;
        let action = shown.get(index)?.action;
        return act(state, action);
    }
    if state.overlay.is_some() {
        return None;
    }
    let (row, opens) = match &state.screen {
        Screen::Home => {
            let area = panel::inside(home::log(regions.body));
            let row = area.contains(at).then(|| usize::from(at.y - area.y))?;
            (
                state.desk.log.steps_to(row, area.height.into())?,
                Action::OpenReport,
            )
        }
        Screen::Jobs(pane) => {
            let area = panel::inside(regions.body);
            let row = area.contains(at).then(|| usize::from(at.y - area.y))?;
            let rows = jobs::rows(regions.body);
            (pane.steps_to(row.checked_sub(1)?, rows)?, Action::Choose)
        }
        _ => return None,
    };
    let action = match row {
        0 => return act(state, opens),
        1.. => Action::Down,
        _ => Action::Up,
    };
    (0..row.unsigned_abs())
        .filter_map(|_| act(state, action))
        .last()
}
