//! The jobs: their list, and one job's report.

use super::{
    super::{
        effect::Effect,
        keymap::Action,
        pane::{
            jobs::{self, JobsPane},
            report::ReportPane,
        },
        state::{Screen, State},
        view,
        widget::cursor::Scroll,
    },
    looks,
};
use crate::{domain::job::JobId, engine::command::Command};

pub(super) fn open(state: &mut State) -> Effect {
    state.screen = Screen::Jobs(JobsPane::default());
    ask(state, None)
}

/// The report of one job. `list`: where Esc leads back to.
pub(super) fn open_report(state: &mut State, job: JobId, list: Option<JobsPane>) -> Effect {
    state.screen = Screen::Report(ReportPane::new(job, list));
    ask_report(state, job)
}

pub(super) fn ask(state: &State, before: Option<JobId>) -> Effect {
    Effect::Send(Command::Jobs {
        account: state.account.clone(),
        before,
    })
}

pub(super) fn ask_report(state: &State, job: JobId) -> Effect {
    Effect::Send(Command::Job {
        account: state.account.clone(),
        job,
    })
}

pub(super) fn act(state: &mut State, action: Action) -> Option<Effect> {
    match action {
        Action::Back => state.screen = Screen::Home,
        Action::ExactTimes => state.exact_times = !state.exact_times,
        Action::Choose => {
            let Screen::Jobs(pane) = &mut state.screen else {
                return None;
            };
            let job = pane.selected()?;
            let list = std::mem::take(pane);
            return Some(open_report(state, job, Some(list)));
        }
        action => return scroll(state, Scroll::of(action)?),
    }
    None
}

fn scroll(state: &mut State, by: Scroll) -> Option<Effect> {
    let rows = jobs::rows(view::regions(state).body);
    let Screen::Jobs(pane) = &mut state.screen else {
        return None;
    };
    pane.scroll(by, rows);
    let before = pane.wants_before(rows)?;
    Some(ask(state, Some(before)))
}

pub(super) fn act_on_report(state: &mut State, action: Action) -> Option<Effect> {
    match action {
        Action::Back => {
            let Screen::Report(pane) = &mut state.screen else {
                return None;
            };
            state.screen = match pane.list.take() {
                Some(list) => Screen::Jobs(list),
                None => Screen::Home,
            };
        }
        Action::ExactTimes => state.exact_times = !state.exact_times,
        action => looks::scroll(state, Scroll::of(action)?),
    }
    None
}
