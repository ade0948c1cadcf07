//! The list of accounts, and the name of a new one.

use super::{
    super::{
        effect::Effect,
        keymap::Action,
        pane::{accounts::AccountsPane, new_account::NewAccountPane},
        state::{Screen, State},
    },
    sign_in,
};

pub(super) fn open(state: &mut State) {
    state.screen = Screen::Accounts(AccountsPane::at(state.account.clone()));
}

pub(super) fn act(state: &mut State, action: Action) -> Option<Effect> {
    let names = state.account_names();
    let Screen::Accounts(pane) = &mut state.screen else {
        return None;
    };
    match action {
        Action::Up => pane.step(-1, &names),
        Action::Down => pane.step(1, &names),
        Action::First => pane.step(isize::MIN, &names),
        Action::Last => pane.step(isize::MAX, &names),
        Action::NewAccount => state.screen = Screen::NewAccount(NewAccountPane::default()),
        Action::Choose => {
            let chosen = pane.selected().clone();
            if names.contains(&chosen) {
                state.show(chosen);
            }
            state.screen = Screen::Home;
        }
        Action::Back => state.screen = Screen::Home,
        _ => {}
    }
    None
}

/// A name that is free is shown at once, and asked how to sign in.
pub(super) fn act_on_new(state: &mut State, action: Action) -> Option<Effect> {
    let names = state.account_names();
    let Screen::NewAccount(pane) = &mut state.screen else {
        return None;
    };
    if action == Action::Back {
        open(state);
    } else if let Some(name) = pane.act(action, &names) {
        state.show(name);
        sign_in::choose(state);
    }
    None
}
