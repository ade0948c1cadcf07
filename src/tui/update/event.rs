//! What the engine tells, turned into state.
//!
//! News of the shown account go to its screens; those of another one to its
//! desk, out of sight, and into a toast where a person asked. The answer to a
//! question goes to the screen that asked, or into a toast when that screen was
//! left meanwhile.

use super::{
    accounts,
    refresh::{refresh, refresh_now_and_then},
};
use crate::{
    domain::{
        account::AccountName, coverage::CoverageMap, failure::Failure, log::LogEntry,
        printable::printable, session::AccountState, session::SessionStatus,
    },
    engine::event::{Event, SignInOutcome, SyncEvent},
    tui::{
        effect::Effect,
        keymap::Action,
        pane::{doors::DoorChoice, mfa::MfaPane, strip},
        state::{Overlay, Screen, State, Waiting},
        widget::toast::Level,
    },
};

pub(super) fn learn(state: &mut State, event: Event) -> Option<Effect> {
    match event {
        Event::State(accounts) => {
            learn_accounts(state, accounts);
            return refresh(state);
        }
        Event::SignIn { account, outcome } if account == state.account => {
            learn_sign_in(state, outcome);
        }
        Event::SignIn { account, outcome } => learn_sign_in_elsewhere(state, &account, outcome),
        Event::SignInStep { account, step } => state.desk_of(&account).sign_in_step = Some(step),
        Event::Sync { account, event } => learn_sync(state, &account, event),
        Event::Log(entries) => {
            learn_log(state, entries);
            return refresh_now_and_then(state);
        }
        Event::Schedule { next_sync_at } => state.next_sync_at = next_sync_at,
        Event::SignedOut { account, .. } => learn_signed_out(state, &account),
        Event::Trouble(failure) => {
            // Signing out is the one question without a refusal of its own.
            for desk in state.desks() {
                desk.waiting.take_if(|waiting| *waiting == Waiting::SignOut);
            }
            state.has_not_read = state.is_reading();
            state.fail(&failure);
        }
        Event::CodeSent { account, result } if account == state.account => {
            learn_new_code(state, result);
        }
        Event::KeyFound { place } => {
            if let Screen::Key(pane) = &mut state.screen {
                pane.find(place);
            }
        }
        Event::Audit { account, events } if account == state.account => {
            if let Screen::Audit(pane) = &mut state.screen {
                pane.learn(events);
            }
        }
        Event::LastJob(record) => {
            let account = record.report.account.clone();
            state.desk_of(&account).job.remember(*record);
            return refresh(state);
        }
        Event::Jobs {
            account,
            before,
            jobs,
            is_last_page,
        } if account == state.account => {
            if let Screen::Jobs(pane) = &mut state.screen {
                pane.learn(before, jobs, is_last_page);
            }
        }
        Event::Job {
            account,
            record,
            lines,
        } if account == state.account => {
            if let Screen::Report(pane) = &mut state.screen {
                pane.learn(record, lines);
            }
        }
        Event::Coverage { account, coverage } => learn_coverage(state, &account, coverage),
        Event::Planned { account, result } if account == state.account => {
            if let Some(Overlay::Price(pane)) = &mut state.overlay {
                pane.learn(result);
            }
        }
        Event::Examined { findings } => {
            if let Screen::Doctor(pane) = &mut state.screen {
                pane.learn(findings);
            }
        }
        Event::Renamed { from, to, result } => accounts::learn_rename(state, &from, to, result),
        // Of another account, or answers to questions the app does not ask.
        Event::CodeSent { .. }
        | Event::Audit { .. }
        | Event::Jobs { .. }
        | Event::Job { .. }
        | Event::Checked { .. }
        | Event::Imported { .. }
        | Event::Exported { .. }
        | Event::Reparsed { .. }
        | Event::Rekeyed { .. }
        | Event::Token { .. }
        | Event::Planned { .. } => {}
    }
    None
}

/// A year for the coverage screen, or the last days for the home screen.
fn learn_coverage(state: &mut State, account: &AccountName, coverage: CoverageMap) {
    if coverage.span.len() == strip::DAYS {
        state.desk_of(account).strip = Some(coverage);
    } else if let Screen::Coverage(pane) = &mut state.screen
        && *account == state.account
    {
        pane.learn(coverage);
    }
}

/// Each account's lines to its own log, in the order they came.
fn learn_log(state: &mut State, entries: Vec<LogEntry>) {
    for entry in entries {
        let account = entry.account.clone();
        state.desk_of(&account).log.append([entry]);
    }
}

fn learn_signed_out(state: &mut State, account: &AccountName) {
    let desk = state.desk_of(account);
    let asked = desk.waiting.take_if(|waiting| *waiting == Waiting::SignOut);
    if *account == state.account {
        state.tell(Level::Done, "Signed out. What was synced stays.");
    } else if asked.is_some() {
        let text = format!("Account {account} is signed out. What was synced stays.");
        state.tell(Level::Done, text);
    }
}

fn learn_new_code(state: &mut State, result: Result<jiff::Timestamp, Failure>) {
    match (&mut state.screen, result) {
        (Screen::Mfa(pane), result) => pane.learn_new_code(result),
        (_, Ok(_)) => state.tell(Level::Done, "A new code is on its way."),
        (_, Err(failure)) => state.fail(&failure),
    }
}

fn learn_accounts(state: &mut State, accounts: Vec<AccountState>) {
    state.accounts = Some(accounts);
    // Our own answer is on its way and will say how it ended.
    if state.desk.waiting == Some(Waiting::Code) {
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
        .desk
        .waiting
        .take_if(|waiting| *waiting != Waiting::SignOut);
    match outcome {
        SignInOutcome::SignedIn { display_name } => {
            if state.screen.is_sign_in() {
                state.overlay = None;
                state.screen = Screen::Home;
            }
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
            (Screen::Login(pane), Some(Waiting::SignIn(DoorChoice::Password))) => {
                pane.refuse(failure);
            }
            (Screen::Browser(pane), Some(Waiting::SignIn(DoorChoice::Browser))) => {
                pane.refuse(failure);
            }
            (Screen::Key(pane), Some(Waiting::SignIn(DoorChoice::Key))) => pane.refuse(failure),
            _ => state.fail(&failure),
        },
    }
}

/// The person asked, and then switched to another account.
fn learn_sign_in_elsewhere(state: &mut State, account: &AccountName, outcome: SignInOutcome) {
    let desk = state.desk_of(account);
    let asked = desk.waiting.take_if(|waiting| *waiting != Waiting::SignOut);
    if asked.is_none() {
        return;
    }
    match outcome {
        SignInOutcome::SignedIn { .. } => {
            state.tell(Level::Done, format!("Account {account} is signed in."));
        }
        SignInOutcome::MfaRequired(_) => {
            let key = state.keymap.key_of(Action::Accounts);
            let text = format!("Garmin asks for a code for account {account}: show it with {key}.");
            state.tell(Level::Warn, text);
        }
        SignInOutcome::Refused { mut failure, .. } => {
            failure.summary = format!("Account {account}: {}", failure.summary);
            state.fail(&failure);
        }
    }
}

fn learn_sync(state: &mut State, account: &AccountName, event: SyncEvent) {
    let (now, is_shown) = (state.now, *account == state.account);
    let job = &mut state.desk_of(account).job;
    match event {
        SyncEvent::Started { job: id } => job.start(id, now),
        SyncEvent::Progress(progress) => job.progress(progress, now),
        SyncEvent::Finished(report) => job.finish(*report, now),
        SyncEvent::Refused(failure) if is_shown => state.fail(&failure),
        SyncEvent::Refused(_) => {}
    }
}
