//! One table of keys: it drives dispatch, the bottom hints, the help pane, the
//! README's section and the tests. Its order is the order on screen.
//!
//! Where text is typed, printable keys belong to the text and never appear in
//! the table (a test holds that). A key that is in two scopes means what the
//! narrower one says.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Where a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Anywhere,
    Home,
    Login,
    Mfa,
    /// Any line of text.
    Field,
    Help,
    /// The question before signing out.
    SignOut,
}

/// What a key means; only `update` knows what that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    SyncNow,
    CancelSync,
    SignIn,
    SignOut,
    EnterCode,
    Follow,
    ExactTimes,
    Help,
    Quit,
    Back,
    Up,
    Down,
    PageUp,
    PageDown,
    Oldest,
    Newest,
    Submit,
    NextField,
    PreviousField,
    ShowPassword,
    Yes,
    Edit(Edit),
}

/// A change to a line of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    Left,
    Right,
    Start,
    End,
    Backspace,
    Delete,
    /// Everything before the cursor.
    ClearBefore,
    /// The word before the cursor.
    ClearWord,
}

pub struct Binding {
    pub scope: Scope,
    pub code: KeyCode,
    pub ctrl: bool,
    pub action: Action,
    /// For the help pane.
    pub what: &'static str,
    /// For the bottom line; `None` keeps the key off it.
    pub hint: Option<&'static str>,
}

impl Binding {
    /// The key as it is written on a keyboard.
    pub fn key_name(&self) -> String {
        let name = match self.code {
            KeyCode::Char(c) if self.ctrl => return format!("Ctrl-{}", c.to_ascii_uppercase()),
            KeyCode::Char(c) => return c.to_string(),
            KeyCode::F(n) => return format!("F{n}"),
            KeyCode::Up => "↑",
            KeyCode::Down => "↓",
            KeyCode::Left => "←",
            KeyCode::Right => "→",
            KeyCode::PageUp => "PgUp",
            KeyCode::PageDown => "PgDn",
            KeyCode::Home => "Home",
            KeyCode::End => "End",
            KeyCode::Tab => "Tab",
            KeyCode::BackTab => "Shift-Tab",
            KeyCode::Enter => "Enter",
            KeyCode::Esc => "Esc",
            KeyCode::Backspace => "Backspace",
            KeyCode::Delete => "Del",
            _ => "?",
        };
        name.to_owned()
    }

    fn matches(&self, key: &KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let code = match key.code {
            // Caps Lock must not hide Ctrl-C.
            KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            code => code,
        };
        self.code == code && self.ctrl == ctrl && !alt
    }

    const fn hinted(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

const fn on(scope: Scope, code: KeyCode, action: Action, what: &'static str) -> Binding {
    Binding {
        scope,
        code,
        ctrl: false,
        action,
        what,
        hint: None,
    }
}

const fn key(scope: Scope, c: char, action: Action, what: &'static str) -> Binding {
    on(scope, KeyCode::Char(c), action, what)
}

const fn ctrl(scope: Scope, c: char, action: Action, what: &'static str) -> Binding {
    Binding {
        scope,
        code: KeyCode::Char(c),
        ctrl: true,
        action,
        what,
        hint: None,
    }
}

pub const BINDINGS: &[Binding] = &[
    key(Scope::Home, 's', Action::SyncNow, "sync now").hinted("sync now"),
    key(Scope::Home, 'x', Action::CancelSync, "cancel the sync").hinted("cancel"),
    key(Scope::Home, 'l', Action::SignIn, "sign in").hinted("sign in"),
    key(Scope::Home, 'm', Action::EnterCode, "enter MFA code").hinted("enter code"),
    key(Scope::Home, 'o', Action::SignOut, "sign out").hinted("sign out"),
    key(Scope::Home, 'f', Action::Follow, "follow the log").hinted("follow"),
    key(Scope::Home, 't', Action::ExactTimes, "exact times").hinted("exact times"),
    on(Scope::Home, KeyCode::Up, Action::Up, "log up"),
    key(Scope::Home, 'k', Action::Up, "log up"),
    on(Scope::Home, KeyCode::Down, Action::Down, "log down"),
    key(Scope::Home, 'j', Action::Down, "log down"),
    on(Scope::Home, KeyCode::PageUp, Action::PageUp, "log page up"),
    on(
        Scope::Home,
        KeyCode::PageDown,
        Action::PageDown,
        "log page down",
    ),
    on(Scope::Home, KeyCode::Home, Action::Oldest, "oldest line"),
    on(Scope::Home, KeyCode::End, Action::Newest, "newest line"),
    on(Scope::Home, KeyCode::Esc, Action::Back, "dismiss message"),
    key(Scope::Home, '?', Action::Help, "these keys").hinted("keys"),
    on(Scope::Home, KeyCode::F(1), Action::Help, "these keys"),
    key(Scope::Home, 'q', Action::Quit, "quit").hinted("quit"),
    on(Scope::Login, KeyCode::Enter, Action::Submit, "sign in").hinted("sign in"),
    on(Scope::Login, KeyCode::Tab, Action::NextField, "next field").hinted("next field"),
    on(Scope::Login, KeyCode::Down, Action::NextField, "next field"),
    on(
        Scope::Login,
        KeyCode::BackTab,
        Action::PreviousField,
        "previous field",
    ),
    on(
        Scope::Login,
        KeyCode::Up,
        Action::PreviousField,
        "previous field",
    ),
    on(
        Scope::Login,
        KeyCode::F(2),
        Action::ShowPassword,
        "show password",
    )
    .hinted("show password"),
    ctrl(Scope::Login, 'r', Action::ShowPassword, "show password"),
    on(Scope::Login, KeyCode::Esc, Action::Back, "back").hinted("back"),
    on(Scope::Login, KeyCode::F(1), Action::Help, "these keys").hinted("keys"),
    on(Scope::Mfa, KeyCode::Enter, Action::Submit, "send the code"),
    on(
        Scope::Mfa,
        KeyCode::Backspace,
        Action::Edit(Edit::Backspace),
        "last digit away",
    ),
    ctrl(
        Scope::Mfa,
        'u',
        Action::Edit(Edit::ClearBefore),
        "all digits away",
    ),
    on(
        Scope::Mfa,
        KeyCode::Esc,
        Action::Back,
        "later, stays pending",
    )
    .hinted("later"),
    on(Scope::Mfa, KeyCode::F(1), Action::Help, "these keys").hinted("keys"),
    on(
        Scope::Field,
        KeyCode::Left,
        Action::Edit(Edit::Left),
        "cursor left",
    ),
    on(
        Scope::Field,
        KeyCode::Right,
        Action::Edit(Edit::Right),
        "cursor right",
    ),
    on(
        Scope::Field,
        KeyCode::Home,
        Action::Edit(Edit::Start),
        "start of line",
    ),
    on(
        Scope::Field,
        KeyCode::End,
        Action::Edit(Edit::End),
        "end of line",
    ),
    on(
        Scope::Field,
        KeyCode::Backspace,
        Action::Edit(Edit::Backspace),
        "delete before",
    ),
    on(
        Scope::Field,
        KeyCode::Delete,
        Action::Edit(Edit::Delete),
        "delete after",
    ),
    ctrl(
        Scope::Field,
        'u',
        Action::Edit(Edit::ClearBefore),
        "clear before",
    ),
    ctrl(
        Scope::Field,
        'w',
        Action::Edit(Edit::ClearWord),
        "clear word",
    ),
    on(Scope::Help, KeyCode::Esc, Action::Back, "back").hinted("back"),
    key(Scope::Help, '?', Action::Back, "back"),
    on(Scope::Help, KeyCode::F(1), Action::Back, "back"),
    key(Scope::Help, 'q', Action::Back, "back"),
    key(Scope::SignOut, 'y', Action::Yes, "sign out").hinted("sign out"),
    key(Scope::SignOut, 'n', Action::Back, "stay signed in").hinted("stay signed in"),
    on(Scope::SignOut, KeyCode::Esc, Action::Back, "stay signed in"),
    ctrl(Scope::Anywhere, 'c', Action::Quit, "quit"),
];

/// The bindings of `scopes`, in the table's order.
pub fn within(scopes: &[Scope]) -> impl Iterator<Item = &'static Binding> {
    BINDINGS
        .iter()
        .filter(move |binding| scopes.contains(&binding.scope))
}

/// What `key` means in `scopes`.
pub fn action(key: &KeyEvent, scopes: &[Scope]) -> Option<Action> {
    within(scopes)
        .find(|binding| binding.matches(key))
        .map(|binding| binding.action)
}

/// The character a key types: any printable one without Ctrl. Ctrl with Alt is
/// `AltGr` on some terminals, and types.
pub fn typed(key: &KeyEvent) -> Option<char> {
    let modifiers = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
    match key.code {
        KeyCode::Char(c)
            if modifiers.is_empty() || modifiers == KeyModifiers::CONTROL | KeyModifiers::ALT =>
        {
            Some(c)
        }
        _ => None,
    }
}

/// One line of help per action: all of its keys, and what it does.
pub fn help(scopes: &[Scope]) -> Vec<(String, &'static str)> {
    let mut lines: Vec<(Action, String, &'static str)> = Vec::new();
    for binding in within(scopes) {
        match lines
            .iter_mut()
            .find(|(action, ..)| *action == binding.action)
        {
            Some((_, keys, _)) => *keys = format!("{keys} {}", binding.key_name()),
            None => lines.push((binding.action, binding.key_name(), binding.what)),
        }
    }
    lines
        .into_iter()
        .map(|(_, keys, what)| (keys, what))
        .collect()
}

#[cfg(test)]
mod tests;
