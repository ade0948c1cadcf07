//! The doors: choosing one, and what each of their screens does.

use super::super::{
    effect::Effect,
    keymap::Action,
    pane::{
        browser::BrowserPane,
        doors::{DoorChoice, DoorsPane},
        key::KeyPane,
        login::LoginPane,
    },
    state::{Overlay, Screen, State, Waiting},
    widget::toast::Level,
};
use crate::{
    domain::secret::Secret,
    engine::command::{Command, SignInDoor},
};

/// The chooser. While the password rests, the browser is the likelier way.
pub(super) fn choose(state: &mut State) {
    let likely = if state.sign_in_rest().is_some() {
        DoorChoice::Browser
    } else {
        DoorChoice::Password
    };
    state.screen = Screen::Doors(DoorsPane::at(likely));
}

pub(super) fn act_on_doors(state: &mut State, action: Action) -> Option<Effect> {
    let Screen::Doors(pane) = &mut state.screen else {
        return None;
    };
    match action {
        Action::Up => pane.up(),
        Action::Down => pane.down(),
        Action::Choose => {
            let door = pane.selected;
            return open(state, door);
        }
        Action::PasswordDoor => return open(state, DoorChoice::Password),
        Action::BrowserDoor => return open(state, DoorChoice::Browser),
        Action::KeyDoor => return open(state, DoorChoice::Key),
        Action::Back => state.screen = Screen::Home,
        _ => {}
    }
    None
}

/// Into a door; before the password's, the warning if it rests.
pub(super) fn open(state: &mut State, door: DoorChoice) -> Option<Effect> {
    state.overlay = None;
    match door {
        DoorChoice::Password if state.sign_in_rest().is_some() => {
            state.screen = Screen::Doors(DoorsPane::at(door));
            state.overlay = Some(Overlay::CoolDown);
        }
        DoorChoice::Password => state.screen = Screen::Login(LoginPane::default()),
        DoorChoice::Browser => state.screen = Screen::Browser(BrowserPane::at(state.now)),
        DoorChoice::Key => {
            state.screen = Screen::Key(KeyPane::default());
            return Some(Effect::Send(Command::FindKey));
        }
    }
    None
}

/// The explicit second key: the password door, although it rests.
pub(super) fn override_cool_down(state: &mut State) {
    if let Some(reason) = state.why_not(Action::Yes) {
        state.tell(Level::Note, reason);
        return;
    }
    let resting = state.sign_in_rest().is_some();
    state.overlay = None;
    state.screen = Screen::Login(if resting {
        LoginPane::despite_cool_down()
    } else {
        LoginPane::default()
    });
}

/// The forms. While Garmin is asked, their fields are locked.
pub(super) fn act(state: &mut State, action: Action) -> Option<Effect> {
    let door = match state.screen {
        Screen::Browser(_) => DoorChoice::Browser,
        Screen::Key(_) => DoorChoice::Key,
        _ => DoorChoice::Password,
    };
    match action {
        Action::Back => {
            state.screen = Screen::Doors(DoorsPane::at(door));
            return None;
        }
        Action::OpenAddress => return Some(Effect::Open(state.browser_url().to_owned())),
        Action::CopyAddress => return Some(Effect::Copy(state.browser_url().to_owned())),
        Action::BrowserDoor => return open(state, DoorChoice::Browser),
        _ if state.desk.waiting.is_some() => return None,
        _ => {}
    }
    if let Some(reason) = state.why_not(action) {
        state.tell(Level::Note, reason);
        return None;
    }
    let today = state.today();
    let brought = match &mut state.screen {
        Screen::Login(pane) => pane.act(action),
        Screen::Browser(pane) => pane.act(action),
        Screen::Key(pane) => pane.act(action, today),
        _ => None,
    };
    brought.map(|brought| ask(state, door, brought))
}

pub(super) fn paste_ticket(state: &mut State, text: &Secret) -> Option<Effect> {
    let Screen::Browser(pane) = &mut state.screen else {
        return None;
    };
    let brought = pane.paste(text)?;
    Some(ask(state, DoorChoice::Browser, brought))
}

fn ask(state: &mut State, door: DoorChoice, brought: SignInDoor) -> Effect {
    state.desk.waiting = Some(Waiting::SignIn(door));
    state.desk.sign_in_step = None;
    Effect::Send(Command::SignIn {
        account: state.account.clone(),
        region: state.desk.region,
        door: brought,
    })
}
