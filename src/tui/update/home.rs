//! The actions of the home screen.

use super::{accounts, audit, sign_in};
use crate::{
    domain::job::{SyncRequest, Trigger},
    engine::command::Command,
    tui::{
        effect::Effect,
        keymap::Action,
        pane::{home, mfa::MfaPane, sync_log::Scroll},
        state::{Overlay, Screen, State},
        view,
        widget::toast::Level,
    },
};

/// A key that makes no sense now is answered with a sentence, never with nothing.
pub(super) fn act(state: &mut State, action: Action) -> Option<Effect> {
    if let Some(reason) = state.why_not(action) {
        state.tell(Level::Note, reason);
        return None;
    }
    let account = state.account.clone();
    match action {
        Action::SyncNow => {
            let request = SyncRequest::default();
            return Some(Effect::Send(Command::Sync {
                account,
                trigger: Trigger::Person,
                request,
            }));
        }
        Action::CancelSync => {
            state.desk.job.cancel();
            return Some(Effect::Send(Command::CancelSync { account }));
        }
        Action::SignIn => sign_in::choose(state),
        Action::Accounts => accounts::open(state),
        Action::Audit => return audit::open(state),
        Action::SignOut => state.overlay = Some(Overlay::SignOut),
        Action::EnterCode => {
            if let Some(challenge) = state.challenge().cloned() {
                state.screen = Screen::Mfa(MfaPane::known(challenge));
            }
        }
        Action::ExactTimes => state.exact_times = !state.exact_times,
        Action::Back => state.toasts.dismiss(),
        Action::Follow => state.desk.log.toggle_follow(),
        Action::Up => scroll(state, Scroll::Lines(-1)),
        Action::Down => scroll(state, Scroll::Lines(1)),
        Action::PageUp => scroll(state, Scroll::Pages(-1)),
        Action::PageDown => scroll(state, Scroll::Pages(1)),
        Action::Oldest => scroll(state, Scroll::Oldest),
        Action::Newest => scroll(state, Scroll::Newest),
        // Not bound here.
        _ => {}
    }
    None
}

/// How far a page is depends on the screen's size, so the layout is asked.
fn scroll(state: &mut State, by: Scroll) {
    let rows = home::log_rows(view::regions(state).body);
    state.desk.log.scroll(by, rows);
}
