//! What the engine tells, turned into state.
//!
//! The app shows one account; news of another one are not for it. The answer to
//! a question goes to the screen that asked, or into a toast when that screen
//! was left meanwhile.

use crate::{
    domain::{printable::printable, session::AccountState, session::SessionStatus},
    engine::event::{Event, SignInOutcome, SyncEvent},
    tui::{
        pane::mfa::MfaPane,
        state::{Screen, State, Waiting},
        widget::toast::Level,
    },
};

pub(super) fn learn(state: &mut State, event: Event) {
    match event {
        Event::State(accounts) => learn_accounts(state, accounts),
        Event::SignIn { account, outcome } if account == state.account => {
            learn_sign_in(state, outcome);
        }
        Event::Sync { account, event } if account == state.account => learn_sync(state, event),
        Event::Log(mut entries) => {
            entries.retain(|entry| entry.account == state.account);
            state.log.append(entries);
        }
        Event::Schedule { next_sync_at } => state.next_sync_at = next_sync_at,
        Event::SignedOut { account, .. } if account == state.account => {
            if state.waiting == Some(Waiting::SignOut) {
                state.waiting = None;
            }
            state.tell(Level::Done, "Signed out. What was synced stays.");
        }
        Event::Trouble(failure) => {
            // Signing out is the one question without a refusal of its own.
            if state.waiting == Some(Waiting::SignOut) {
                state.waiting = None;
            }
            state.fail(&failure);
        }
        // Of another account, or answers to questions the app does not ask.
        Event::SignIn { .. }
        | Event::Sync { .. }
        | Event::SignedOut { .. }
        | Event::CodeSent { .. }
        | Event::KeyFound { .. }
        | Event::Audit { .. }
        | Event::Checked { .. }
        | Event::Imported { .. }
        | Event::Exported { .. }
        | Event::Rekeyed { .. }
        | Event::Examined { .. }
        | Event::Token { .. }
        | Event::Planned { .. } => {}
    }
}

fn learn_accounts(state: &mut State, accounts: Vec<AccountState>) {
    state.accounts = Some(accounts);
    // Our own answer is on its way and will say how it ended.
    if state.waiting == Some(Waiting::Code) {
        return;
    }
    let challenge = state.challenge().cloned();
    let valid = state.status() == Some(SessionStatus::Valid);
    let Screen::Mfa(pane) = &mut state.screen else {
        return;
    };
    match challenge {
        Some(challenge) => pane.learn(challenge),
        // Only what was in CentralDB once can have gone from it: the news may
        // be older than the challenge that this process was just given.
        None if valid || pane.is_known() => {
            let over = pane.is_over(state.now);
            if valid {
                state.screen = Screen::Home;
                state.tell(Level::Done, "The code was entered elsewhere: signed in.");
            } else if !over {
                state.screen = Screen::Home;
                state.tell(Level::Warn, "The MFA challenge was dropped elsewhere.");
            }
        }
        None => {}
    }
}

fn learn_sign_in(state: &mut State, outcome: SignInOutcome) {
    let waiting = state
        .waiting
        .take_if(|waiting| *waiting != Waiting::SignOut);
    match outcome {
        SignInOutcome::SignedIn { display_name } => {
            state.screen = Screen::Home;
            let name = display_name
                .map(|name| printable(&name))
                .filter(|name| !name.is_empty());
            state.tell(
                Level::Done,
                name.map_or("Signed in.".to_owned(), |name| {
                    format!("Signed in as {name}.")
                }),
            );
        }
        SignInOutcome::MfaRequired(challenge) => {
            state.overlay = None;
            state.screen = Screen::Mfa(MfaPane::fresh(challenge));
        }
        SignInOutcome::Refused { failure, challenge } => match (&mut state.screen, waiting) {
            (Screen::Mfa(pane), Some(Waiting::Code)) => pane.refuse(failure, challenge),
            (Screen::Login(pane), Some(Waiting::SignIn)) => pane.refuse(failure),
            _ => state.fail(&failure),
        },
    }
}

fn learn_sync(state: &mut State, event: SyncEvent) {
    match event {
        SyncEvent::Started { job } => state.job.start(job),
        SyncEvent::Progress(progress) => state.job.progress(progress),
        SyncEvent::Finished(report) => state.job.finish(report, state.now),
        SyncEvent::Refused(failure) => state.fail(&failure),
    }
}
