//! One table of keys: it drives dispatch, the bottom hints, the help pane, the
//! README's section and the tests. Its order is the order on screen.
//!
//! Where text is typed, printable keys belong to the text and never appear in
//! the table (a test holds that). A key that is in two scopes means what the
//! narrower one says.

mod remap;
mod table;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub use self::{
    remap::{NAMES, TOGETHER},
    table::BINDINGS,
};

/// Where a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Anywhere,
    /// Every screen where nothing is typed.
    Browse,
    Home,
    /// The line that filters the log.
    Filter,
    Jobs,
    /// One job's report.
    Report,
    Coverage,
    /// The price before a sync, a repair or a backfill.
    Price,
    /// The chooser of the sign-in doors.
    Doors,
    /// The password door's form.
    Login,
    Browser,
    Key,
    Mfa,
    Accounts,
    NewAccount,
    Rename,
    Audit,
    Doctor,
    About,
    Palette,
    /// Any line of text.
    Field,
    Help,
    /// The question before signing out.
    SignOut,
    /// The warning before a password goes out despite a cool-down.
    CoolDown,
}

/// What a key means; only `update` knows what that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    SyncNow,
    /// What a sync would ask, before it is asked.
    Price,
    CancelSync,
    SignIn,
    SignOut,
    EnterCode,
    Accounts,
    Audit,
    Coverage,
    YearBack,
    YearForward,
    /// Begins a selection of days.
    Mark,
    Repair,
    Backfill,
    Jobs,
    /// The report of the log line under the cursor.
    OpenReport,
    FilterLog,
    ClearFilter,
    LogKinds,
    Follow,
    ExactTimes,
    Help,
    Quit,
    Suspend,
    Back,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    /// The top of a list or text.
    First,
    Last,
    Submit,
    NextField,
    PreviousField,
    Reveal,
    Choose,
    PasswordDoor,
    BrowserDoor,
    KeyDoor,
    OpenAddress,
    CopyAddress,
    UseFoundKey,
    NewCode,
    NewAccount,
    Rename,
    Doctor,
    /// The doctor also asks Garmin's hosts.
    AskHosts,
    LookAgain,
    About,
    Palette,
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

#[derive(Clone, Copy, Debug)]
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
            KeyCode::Char(' ') => "Space",
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

/// The table, with the person's own keys in it.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self {
            bindings: BINDINGS.to_vec(),
        }
    }
}

impl Keymap {
    /// The bindings of `scopes`, in the table's order.
    pub fn within(&self, scopes: &[Scope]) -> impl Iterator<Item = &Binding> {
        let held = |binding: &&Binding| scopes.contains(&binding.scope);
        self.bindings.iter().filter(held)
    }

    /// What `key` means in `scopes`.
    pub fn action(&self, key: &KeyEvent, scopes: &[Scope]) -> Option<Action> {
        self.within(scopes)
            .find(|binding| binding.matches(key))
            .map(|binding| binding.action)
    }

    /// The first key of an action, to be named in a sentence.
    pub fn key_of(&self, action: Action) -> String {
        let found = self
            .bindings
            .iter()
            .find(|binding| binding.action == action);
        found.map(Binding::key_name).unwrap_or_default()
    }

    /// One line of help per action: all of its keys, and what it does.
    pub fn help(&self, scopes: &[Scope]) -> Vec<(String, &'static str)> {
        let mut lines: Vec<(Action, String, &'static str)> = Vec::new();
        for binding in self.within(scopes) {
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

#[cfg(test)]
mod tests;
