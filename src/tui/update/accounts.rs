//! The list of accounts, the name of a new one, another name for an old one.

use super::{
    super::{
        effect::Effect,
        keymap::Action,
        pane::{accounts::AccountsPane, new_account::NewAccountPane, rename::RenamePane},
        state::{Overlay, Screen, State},
        widget::{cursor::Scroll, toast::Level},
    },
    sign_in,
};
use crate::{
    domain::{account::AccountName, failure::Failure},
    engine::command::Command,
};

pub(super) fn open(state: &mut State) {
    state.screen = Screen::Accounts(AccountsPane::at(state.account.clone()));
}

pub(super) fn act(state: &mut State, action: Action) -> Option<Effect> {
    if let Some(reason) = state.why_not(action) {
        state.tell(Level::Note, reason);
        return None;
    }
    let names = state.account_names();
    let Screen::Accounts(pane) = &mut state.screen else {
        return None;
    };
    let chosen = pane.selected().clone();
    match action {
        Action::NewAccount => state.screen = Screen::NewAccount(NewAccountPane::default()),
        Action::Rename => state.screen = Screen::Rename(RenamePane::of(chosen)),
        Action::SignOut => state.overlay = Some(Overlay::SignOut(chosen)),
        Action::Choose => {
            if names.contains(&chosen) {
                state.show(chosen);
            }
            state.screen = Screen::Home;
        }
        Action::Back => state.screen = Screen::Home,
        action => match Scroll::of(action)? {
            Scroll::Lines(by) => pane.step(by, &names),
            Scroll::Pages(by) => pane.step(by.saturating_mul(10), &names),
            Scroll::First => pane.step(isize::MIN, &names),
            Scroll::Last => pane.step(isize::MAX, &names),
        },
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
    } else if let Some((name, region)) = pane.act(action, &names) {
        state.show(name);
        state.desk.region = Some(region);
        sign_in::choose(state);
    }
    None
}

pub(super) fn act_on_rename(state: &mut State, action: Action) -> Option<Effect> {
    let names = state.account_names();
    let Screen::Rename(pane) = &mut state.screen else {
        return None;
    };
    let from = pane.account.clone();
    if action == Action::Back {
        state.screen = Screen::Accounts(AccountsPane::at(from));
        return None;
    }
    let to = pane.act(action, &names)?;
    state.screen = Screen::Accounts(AccountsPane::at(from.clone()));
    Some(Effect::Send(Command::Rename { from, to }))
}

pub(super) fn learn_rename(
    state: &mut State,
    from: &AccountName,
    to: AccountName,
    result: Result<(), Failure>,
) {
    if let Err(failure) = result {
        state.fail(&failure);
        return;
    }
    state.tell(Level::Done, format!("Account {from} is called {to} now."));
    if let Screen::Accounts(pane) = &mut state.screen
        && pane.selected() == from
    {
        *pane = AccountsPane::at(to.clone());
    }
    state.rename(from, to);
}
