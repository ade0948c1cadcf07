//! The mouse, as an extra: the wheel moves, a click does what its hint says or
//! puts the cursor on a line, and once more opens it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::{
    super::{
        effect::Effect,
        keymap::Action,
        pane::{accounts::AccountsPane, doors::DoorsPane, home, jobs, palette},
        state::{Overlay, Screen, State},
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

/// Lists scroll; on the coverage screen that is the one of datasets.
fn wheel(state: &mut State, action: Action) -> Option<Effect> {
    if matches!(state.screen, Screen::Coverage(_)) && state.overlay.is_none() {
        let step = match action {
            Action::Up => Action::PreviousField,
            _ => Action::NextField,
        };
        return act(state, step);
    }
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
    let body = regions.body;
    match &state.overlay {
        Some(Overlay::Palette(pane)) => {
            let steps = pane.steps_to(at, &palette::entries(state), body)?;
            return go(state, steps, Action::Submit);
        }
        Some(_) => return None,
        None => {}
    }
    let today = state.account_today();
    if let Screen::Coverage(pane) = &mut state.screen {
        pane.point(at, body, today);
        return None;
    }
    match &state.screen {
        Screen::Home => {
            let area = panel::inside(home::log(body));
            let row = area.contains(at).then(|| usize::from(at.y - area.y))?;
            let steps = state.desk.log.steps_to(row, area.height.into())?;
            go(state, steps, Action::OpenReport)
        }
        Screen::Jobs(pane) => {
            let area = panel::inside(body);
            let row = area.contains(at).then(|| usize::from(at.y - area.y))?;
            let steps = pane.steps_to(row.checked_sub(1)?, jobs::rows(body))?;
            go(state, steps, Action::Choose)
        }
        Screen::Accounts(pane) => {
            let name = pane.at_point(at, state, body)?;
            if *pane.selected() == name {
                return act(state, Action::Choose);
            }
            state.screen = Screen::Accounts(AccountsPane::at(name));
            None
        }
        Screen::Doors(pane) => {
            let door = pane.at_point(at, state, body)?;
            if pane.selected == door {
                return act(state, Action::Choose);
            }
            state.screen = Screen::Doors(DoorsPane::at(door));
            None
        }
        _ => None,
    }
}

/// Puts the cursor on a line; opens the one it is on already.
fn go(state: &mut State, steps: isize, opens: Action) -> Option<Effect> {
    let action = match steps {
        0 => return act(state, opens),
        1.. => Action::Down,
        _ => Action::Up,
    };
    (0..steps.unsigned_abs())
        .filter_map(|_| act(state, action))
        .last()
}
