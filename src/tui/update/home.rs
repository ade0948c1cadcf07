//! The actions of the home screen.

use super::{coverage, jobs, sign_in};
use crate::{
    domain::job::{SyncRequest, Trigger},
    engine::command::Command,
    tui::{
        effect::Effect,
        keymap::Action,
        pane::{home, mfa::MfaPane},
        state::{Overlay, Screen, State},
        view,
        widget::{cursor::Scroll, toast::Level},
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
        Action::Price => {
            let request = SyncRequest::default();
            return Some(coverage::price(state, "Sync now".to_owned(), request));
        }
        Action::CancelSync => {
            state.desk.job.cancel();
            return Some(Effect::Send(Command::CancelSync { account }));
        }
        Action::SignIn => sign_in::choose(state),
        Action::OpenReport => {
            let job = state.desk.log.job()?;
            return Some(jobs::open_report(state, job, None));
        }
        Action::FilterLog => state.overlay = Some(Overlay::Filter),
        Action::LogKinds => state.desk.log.next_kinds(),
        Action::SignOut => state.overlay = Some(Overlay::SignOut(account)),
        Action::EnterCode => {
            if let Some(challenge) = state.challenge().cloned() {
                state.screen = Screen::Mfa(MfaPane::known(challenge));
            }
        }
        Action::ExactTimes => state.exact_times = !state.exact_times,
        Action::Back if !state.toasts.is_empty() => state.toasts.dismiss(),
        Action::Back => state.desk.log.clear_filter(),
        Action::Follow => state.desk.log.toggle_follow(),
        action => scroll(state, Scroll::of(action)?),
    }
    None
}

/// The line in which the filter is typed; the log answers at once.
pub(super) fn act_on_filter(state: &mut State, action: Action) {
    match action {
        Action::Submit => state.overlay = None,
        Action::ClearFilter => {
            state.overlay = None;
            state.desk.log.clear_filter();
        }
        Action::Edit(edit) => {
            state.desk.log.filter.edit(edit);
            state.desk.log.refilter();
        }
        action => {
            if let Some(by) = Scroll::of(action) {
                scroll(state, by);
            }
        }
    }
}

/// How far a page is depends on the screen's size, so the layout is asked.
fn scroll(state: &mut State, by: Scroll) {
    let rows = home::log_rows(view::regions(state).body);
    state.desk.log.scroll(by, rows);
}
