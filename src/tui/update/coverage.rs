//! The coverage screen, and what is bought after its price was shown.

use super::super::{
    effect::Effect,
    keymap::Action,
    pane::{coverage::CoveragePane, price::PricePane},
    state::{Overlay, Screen, State},
    widget::toast::Level,
};
use crate::{
    domain::{
        dates::DateSpan,
        job::{Goal, SyncRequest, Trigger},
    },
    engine::command::Command,
};

pub(super) fn open(state: &mut State) -> Effect {
    let pane = CoveragePane::at(state.account_today());
    let year = pane.year();
    state.screen = Screen::Coverage(pane);
    ask(state, year)
}

pub(super) fn ask(state: &State, span: DateSpan) -> Effect {
    Effect::Send(Command::Coverage {
        account: state.account.clone(),
        span,
    })
}

pub(super) fn act(state: &mut State, action: Action) -> Option<Effect> {
    if let Some(reason) = state.why_not(action) {
        state.tell(Level::Note, reason);
        return None;
    }
    let today = state.account_today();
    let Screen::Coverage(pane) = &mut state.screen else {
        return None;
    };
    match action {
        Action::Back if pane.unmark() => {}
        Action::Back => state.screen = Screen::Home,
        Action::Repair => {
            let (dataset, span) = (pane.dataset(), pane.selection(today));
            let request = SyncRequest {
                span: Some(span),
                only: Some(vec![dataset]),
                goal: Goal::Repair,
            };
            return Some(price(state, format!("Repair {dataset}, {span}"), request));
        }
        Action::Backfill => {
            let request = SyncRequest {
                goal: Goal::Backfill,
                ..SyncRequest::default()
            };
            let title = "Backfill everything, to the first day".to_owned();
            return Some(price(state, title, request));
        }
        action => {
            if pane.act(action, today) {
                let year = pane.year();
                return Some(ask(state, year));
            }
        }
    }
    None
}

pub(super) fn price(state: &mut State, title: String, request: SyncRequest) -> Effect {
    let account = state.account.clone();
    let pane = PricePane::new(title, request.clone());
    state.overlay = Some(Overlay::Price(Box::new(pane)));
    Effect::Send(Command::Plan { account, request })
}

/// Yes to the price.
pub(super) fn buy(state: &mut State) -> Option<Effect> {
    if let Some(reason) = state.why_not(Action::Yes) {
        state.tell(Level::Note, reason);
        return None;
    }
    let Some(Overlay::Price(pane)) = state.overlay.take() else {
        return None;
    };
    if !matches!(state.screen, Screen::Home) {
        let begun = "It has begun; the home screen shows how it goes.";
        state.tell(Level::Done, begun);
    }
    Some(Effect::Send(Command::Sync {
        account: state.account.clone(),
        trigger: Trigger::Person,
        request: pane.request,
    }))
}
