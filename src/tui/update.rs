//! The one place where the state changes: a message in, at most one effect out.
//!
//! No await, no clock, no I/O. Keys are looked up in the table first; where text
//! is typed, what is not in the table is text. `event` handles what the engine
//! tells, the other files the actions of their screens.

mod accounts;
mod audit;
mod coverage;
mod event;
mod home;
mod jobs;
mod looks;
mod mfa;
mod mouse;
mod refresh;
mod sign_in;

use crossterm::event::KeyEvent;

use super::{
    effect::Effect,
    keymap::{self, Action},
    msg::Msg,
    pane::{doors::DoorChoice, help::HelpPane, palette},
    state::{Overlay, Screen, State, Waiting},
    view,
    widget::{cursor::Scroll, toast::Level},
};
use crate::{domain::secret::Secret, engine::command::Command};

pub fn update(state: &mut State, msg: Msg) -> Option<Effect> {
    let effect = learn(state, msg);
    if matches!(&effect, Some(Effect::Send(command)) if reads(command)) {
        state.has_not_read = false;
    }
    effect
}

/// Whether a command is answered with what a screen shows.
const fn reads(command: &Command) -> bool {
    matches!(
        command,
        Command::Audit { .. }
            | Command::Coverage { .. }
            | Command::Job { .. }
            | Command::Jobs { .. }
            | Command::Examine { .. }
            | Command::Plan { .. }
    )
}

fn learn(state: &mut State, msg: Msg) -> Option<Effect> {
    match msg {
        Msg::Tick(now) => {
            state.now = now;
            state.toasts.expire(now);
            None
        }
        Msg::Resized(size) => {
            state.size = size;
            None
        }
        Msg::Key(key) => press(state, &key),
        Msg::Paste(text) => paste(state, &text),
        Msg::Mouse(event) => mouse::learn(state, event),
        Msg::Engine(event) => event::learn(state, event),
        Msg::NotSent => {
            state.desk.waiting = None;
            if let Screen::Mfa(pane) = &mut state.screen {
                pane.new_code_not_asked();
            }
            state.tell(Level::Error, "The engine is busy; try again in a moment.");
            None
        }
        Msg::Opened(result) => {
            if let Screen::Browser(pane) = &mut state.screen {
                pane.opened(result, state.now);
            }
            None
        }
        Msg::Copied(result) => {
            if let Screen::Browser(pane) = &mut state.screen {
                pane.copied(result, state.now);
            }
            None
        }
    }
}

fn press(state: &mut State, key: &KeyEvent) -> Option<Effect> {
    let was_home = matches!(state.screen, Screen::Home);
    state.toasts.go_on();
    match (state.keymap.action(key, state.scopes()), keymap::typed(key)) {
        (Some(action), _) => {
            let effect = act(state, action);
            let is_back = !was_home && matches!(state.screen, Screen::Home);
            // Something may have changed while the home screen was out of sight.
            effect.or_else(|| is_back.then(|| refresh::refresh(state))?)
        }
        (None, Some(c)) => type_text(state, c.encode_utf8(&mut [0; 4])),
        (None, None) => None,
    }
}

/// What a key means, done.
pub fn act(state: &mut State, action: Action) -> Option<Effect> {
    match (action, &state.overlay) {
        (Action::Quit, _) => return Some(Effect::Quit),
        (Action::Suspend, _) => return Some(Effect::Suspend),
        (Action::Back, Some(_)) => state.overlay = None,
        (Action::Palette, None) => state.overlay = Some(Overlay::Palette(Box::default())),
        (action, Some(Overlay::Palette(_))) => return act_on_palette(state, action),
        (Action::Help, _) => state.overlay = Some(Overlay::Help(HelpPane::default())),
        (Action::Yes, Some(Overlay::SignOut(account))) => {
            let account = account.clone();
            state.overlay = None;
            state.desk_of(&account).waiting = Some(Waiting::SignOut);
            return Some(Effect::Send(Command::SignOut { account }));
        }
        (Action::Yes, Some(Overlay::CoolDown)) => sign_in::override_cool_down(state),
        (Action::BrowserDoor, Some(Overlay::CoolDown)) => {
            return sign_in::open(state, DoorChoice::Browser);
        }
        (Action::Yes, Some(Overlay::Price(_))) => return coverage::buy(state),
        (_, Some(Overlay::Filter)) => home::act_on_filter(state, action),
        (action, Some(Overlay::Help(pane))) => {
            let mut pane = *pane;
            pane.scroll(Scroll::of(action)?, state, view::regions(state).body);
            state.overlay = Some(Overlay::Help(pane));
        }
        (_, Some(_)) => {}
        (Action::Coverage, None) => return Some(coverage::open(state)),
        (Action::Jobs, None) => return Some(jobs::open(state)),
        (Action::Accounts, None) => accounts::open(state),
        (Action::Audit, None) => return audit::open(state),
        (Action::Doctor, None) => return Some(looks::open_doctor(state)),
        (Action::About, None) => looks::open_about(state),
        (_, None) => {
            return match state.screen {
                Screen::Home => home::act(state, action),
                Screen::Doors(_) => sign_in::act_on_doors(state, action),
                Screen::Login(_) | Screen::Browser(_) | Screen::Key(_) => {
                    sign_in::act(state, action)
                }
                Screen::Mfa(_) => mfa::act(state, action),
                Screen::Accounts(_) => accounts::act(state, action),
                Screen::NewAccount(_) => accounts::act_on_new(state, action),
                Screen::Audit(_) => audit::act(state, action),
                Screen::Jobs(_) => jobs::act(state, action),
                Screen::Report(_) => jobs::act_on_report(state, action),
                Screen::Coverage(_) => coverage::act(state, action),
                Screen::Rename(_) => accounts::act_on_rename(state, action),
                Screen::Doctor(_) | Screen::About(_) => looks::act(state, action),
            };
        }
    }
    None
}

/// What was chosen is done as if its key had been pressed.
fn act_on_palette(state: &mut State, action: Action) -> Option<Effect> {
    let (entries, rows) = (
        palette::entries(state),
        palette::rows(view::regions(state).body),
    );
    let Some(Overlay::Palette(pane)) = &mut state.overlay else {
        return None;
    };
    let chosen = pane.act(action, &entries, rows)?;
    state.overlay = None;
    act(state, chosen)
}

fn type_text(state: &mut State, text: &str) -> Option<Effect> {
    if !state.takes_text() {
        return None;
    }
    match &mut state.overlay {
        Some(Overlay::Palette(pane)) => {
            pane.insert(text);
            return None;
        }
        Some(_) => {
            state.desk.log.filter.insert(text);
            state.desk.log.refilter();
            return None;
        }
        None => {}
    }
    match &mut state.screen {
        Screen::Home
        | Screen::Doors(_)
        | Screen::Accounts(_)
        | Screen::Audit(_)
        | Screen::Jobs(_)
        | Screen::Report(_)
        | Screen::Coverage(_)
        | Screen::Doctor(_)
        | Screen::About(_) => {}
        Screen::Login(pane) => pane.insert(text),
        Screen::Browser(pane) => pane.insert(text),
        Screen::Key(pane) => pane.insert(text),
        Screen::NewAccount(pane) => pane.insert(text),
        Screen::Rename(pane) => pane.insert(text),
        Screen::Mfa(_) => return mfa::type_text(state, text),
    }
    None
}

/// Pasted text: a code, a ticket, text in a field, nothing anywhere else.
fn paste(state: &mut State, text: &Secret) -> Option<Effect> {
    if !state.takes_text() {
        return None;
    }
    if state.overlay.is_some() {
        return type_text(state, text.expose());
    }
    match state.screen {
        Screen::Mfa(_) => mfa::paste(state, text),
        Screen::Browser(_) => sign_in::paste_ticket(state, text),
        _ => type_text(state, text.expose()),
    }
}

#[cfg(test)]
mod tests;
