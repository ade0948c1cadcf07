//! The person's own keys, from `[keys]` in `config.toml`.
//!
//! A setting names an action and gives its keys anew, wherever nothing is typed.
//! Keys that type, and those that leave (Esc, Ctrl-C), stay as they are, so a
//! mistake here locks nobody in.

use std::fmt::Write;

use crossterm::event::KeyCode;

use super::{Action, Binding, Keymap, Scope};
use crate::{config::file::Setting, domain::failure::Failure};

/// The actions that can have other keys, by their names in `config.toml`.
pub const NAMES: &[(&str, Action)] = &[
    ("sync_now", Action::SyncNow),
    ("price", Action::Price),
    ("cancel_sync", Action::CancelSync),
    ("sign_in", Action::SignIn),
    ("enter_code", Action::EnterCode),
    ("coverage", Action::Coverage),
    ("jobs", Action::Jobs),
    ("accounts", Action::Accounts),
    ("events", Action::Audit),
    ("doctor", Action::Doctor),
    ("about", Action::About),
    ("palette", Action::Palette),
    ("help", Action::Help),
    ("quit", Action::Quit),
    ("open_report", Action::OpenReport),
    ("filter_log", Action::FilterLog),
    ("log_kinds", Action::LogKinds),
    ("follow", Action::Follow),
    ("exact_times", Action::ExactTimes),
    ("sign_out", Action::SignOut),
    ("up", Action::Up),
    ("down", Action::Down),
    ("left", Action::Left),
    ("right", Action::Right),
    ("page_up", Action::PageUp),
    ("page_down", Action::PageDown),
    ("first", Action::First),
    ("last", Action::Last),
    ("repair", Action::Repair),
    ("backfill", Action::Backfill),
    ("mark", Action::Mark),
    ("year_back", Action::YearBack),
    ("year_forward", Action::YearForward),
    ("choose", Action::Choose),
    ("new_account", Action::NewAccount),
    ("rename", Action::Rename),
    ("ask_hosts", Action::AskHosts),
    ("look_again", Action::LookAgain),
];

/// Scopes that hold at the same time on some screen.
pub const TOGETHER: [&[Scope]; 21] = [
    &[Scope::Home, Scope::Browse, Scope::Anywhere],
    &[Scope::Filter, Scope::Field, Scope::Anywhere],
    &[Scope::Jobs, Scope::Browse, Scope::Anywhere],
    &[Scope::Report, Scope::Browse, Scope::Anywhere],
    &[Scope::Coverage, Scope::Browse, Scope::Anywhere],
    &[Scope::Price, Scope::Anywhere],
    &[Scope::Doors, Scope::Browse, Scope::Anywhere],
    &[Scope::Login, Scope::Field, Scope::Anywhere],
    &[Scope::Browser, Scope::Field, Scope::Anywhere],
    &[Scope::Key, Scope::Field, Scope::Anywhere],
    &[Scope::Mfa, Scope::Anywhere],
    &[Scope::Accounts, Scope::Browse, Scope::Anywhere],
    &[Scope::NewAccount, Scope::Field, Scope::Anywhere],
    &[Scope::Rename, Scope::Field, Scope::Anywhere],
    &[Scope::Audit, Scope::Browse, Scope::Anywhere],
    &[Scope::Doctor, Scope::Browse, Scope::Anywhere],
    &[Scope::About, Scope::Browse, Scope::Anywhere],
    &[Scope::Palette, Scope::Field, Scope::Anywhere],
    &[Scope::Help, Scope::Anywhere],
    &[Scope::SignOut, Scope::Anywhere],
    &[Scope::CoolDown, Scope::Anywhere],
];

impl Scope {
    /// Where printable keys are text, or where a question is answered.
    const fn keeps_its_keys(self) -> bool {
        matches!(
            self,
            Self::Anywhere
                | Self::Login
                | Self::Browser
                | Self::Key
                | Self::Mfa
                | Self::NewAccount
                | Self::Rename
                | Self::Filter
                | Self::Palette
                | Self::Field
                | Self::Help
                | Self::Price
                | Self::SignOut
                | Self::CoolDown
        )
    }
}

impl Keymap {
    /// The table with the person's keys in it.
    ///
    /// # Errors
    /// A sentence that names the line: no such action, no such key, or a key that
    /// would mean two things.
    pub fn with(settings: &[Setting]) -> Result<Self, Failure> {
        let mut keymap = Self::default();
        for setting in settings {
            keymap.remap(setting)?;
        }
        // All of them first: two actions may have changed places.
        for setting in settings {
            keymap.check(setting)?;
        }
        Ok(keymap)
    }

    fn remap(&mut self, setting: &Setting) -> Result<(), Failure> {
        let Some((_, action)) = NAMES.iter().find(|(name, _)| *name == setting.name) else {
            return Err(setting.wrong("is no action that can have another key"));
        };
        let keys = setting.value.split_whitespace().map(|name| {
            parse(name).ok_or_else(|| setting.wrong(&format!("has no key called {name:?}")))
        });
        let keys: Vec<(KeyCode, bool)> = keys.collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(setting.wrong("has no key at all"));
        }
        let mut changed: Vec<Binding> = Vec::new();
        let mut done: Vec<Scope> = Vec::new();
        for binding in std::mem::take(&mut self.bindings) {
            if binding.action != *action || binding.scope.keeps_its_keys() {
                changed.push(binding);
            } else if !done.contains(&binding.scope) {
                done.push(binding.scope);
                changed.extend(keys.iter().enumerate().map(|(n, (code, ctrl))| Binding {
                    code: *code,
                    ctrl: *ctrl,
                    hint: binding.hint.filter(|_| n == 0),
                    ..binding
                }));
            }
        }
        self.bindings = changed;
        Ok(())
    }

    fn check(&self, setting: &Setting) -> Result<(), Failure> {
        let own = NAMES.iter().find(|(name, _)| *name == setting.name);
        let is_own = |binding: &Binding| own.is_some_and(|(_, action)| *action == binding.action);
        for scopes in TOGETHER {
            for binding in self.within(scopes).filter(|binding| is_own(binding)) {
                let key = (binding.code, binding.ctrl);
                let other = self
                    .within(scopes)
                    .find(|other| (other.code, other.ctrl) == key && !is_own(other));
                if let Some(other) = other {
                    let (name, what) = (binding.key_name(), other.what);
                    let mut why = String::new();
                    let _ = write!(why, "gives it the key {name}, which means {what:?} already");
                    return Err(setting.wrong(&why));
                }
            }
        }
        Ok(())
    }
}

/// `s`, `S`, `ctrl-s`, `f5`, `enter`, `pgup` …; the names of the help screen too.
fn parse(name: &str) -> Option<(KeyCode, bool)> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return match c {
            '↑' => Some((KeyCode::Up, false)),
            '↓' => Some((KeyCode::Down, false)),
            '←' => Some((KeyCode::Left, false)),
            '→' => Some((KeyCode::Right, false)),
            c => (!c.is_control()).then_some((KeyCode::Char(c), false)),
        };
    }
    let lower = name.to_ascii_lowercase();
    if let Some(letter) = lower.strip_prefix("ctrl-") {
        let mut letters = letter.chars();
        // Ctrl-C is the way out that always works.
        let c = letters
            .next()
            .filter(|c| c.is_ascii_alphabetic() && *c != 'c')?;
        return letters.next().is_none().then_some((KeyCode::Char(c), true));
    }
    if let Some(number) = lower.strip_prefix('f') {
        let number = number.parse().ok().filter(|n| (1..=12).contains(n))?;
        return Some((KeyCode::F(number), false));
    }
    let code = match lower.as_str() {
        "space" => KeyCode::Char(' '),
        "enter" => KeyCode::Enter,
        "tab" => KeyCode::Tab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "del" => KeyCode::Delete,
        "backspace" => KeyCode::Backspace,
        _ => return None,
    };
    Some((code, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyEvent, KeyModifiers};

    fn setting(name: &str, value: &str) -> Setting {
        Setting {
            name: name.to_owned(),
            value: value.to_owned(),
            place: "config.toml, line 3".to_owned(),
        }
    }

    #[test]
    fn a_person_may_move_keys_around() {
        let keymap = Keymap::with(&[
            setting("sync_now", "S f5"),
            setting("exact_times", "s"),
            setting("up", "w up"),
        ])
        .unwrap();
        let home: &[Scope] = &[Scope::Home, Scope::Browse, Scope::Anywhere];
        let means = |code| keymap.action(&KeyEvent::new(code, KeyModifiers::NONE), home);
        assert_eq!(means(KeyCode::Char('S')), Some(Action::SyncNow));
        assert_eq!(means(KeyCode::F(5)), Some(Action::SyncNow));
        assert_eq!(means(KeyCode::Char('s')), Some(Action::ExactTimes));
        assert_eq!(means(KeyCode::Char('w')), Some(Action::Up));
        assert_eq!(means(KeyCode::Char('k')), None);
        let login: &[Scope] = &[Scope::Login, Scope::Field, Scope::Anywhere];
        let up = KeyEvent::new(KeyCode::Up, KeyModifiers::NONE);
        assert_eq!(keymap.action(&up, login), Some(Action::PreviousField));
        assert_eq!(keymap.key_of(Action::SyncNow), "S");
    }

    #[test]
    fn a_mistake_is_a_sentence_with_its_line() {
        for (name, value, word) in [
            ("fly", "x", "is no action"),
            ("sync_now", "hyper-x", "hyper-x"),
            ("sync_now", "ctrl-c", "ctrl-c"),
            ("sync_now", "", "no key at all"),
            ("sync_now", "x", "cancel the sync"),
            ("repair", "c", "coverage"),
            ("quit", "esc", "esc"),
        ] {
            let failure = Keymap::with(&[setting(name, value)]).unwrap_err();
            assert_eq!(failure.kind.exit_code(), 2);
            let said = failure.summary;
            assert!(said.contains(word) && said.contains("line 3"), "{said}");
        }
    }

    #[test]
    fn the_sample_shows_every_name_with_its_keys() {
        let sample = include_str!("../../../assets/config.sample.toml");
        let keys = sample.split("[keys]").nth(1).unwrap();
        let default = Keymap::default();
        for (name, action) in NAMES {
            let scopes = default
                .bindings
                .iter()
                .filter(|binding| binding.action == *action && !binding.scope.keeps_its_keys());
            let first = scopes.clone().next().unwrap().scope;
            let line = keys
                .lines()
                .find_map(|line| line.strip_prefix(&format!("# set: {name} = ")));
            let said = line.unwrap_or_else(|| panic!("the sample lacks {name}"));
            for binding in scopes.filter(|binding| binding.scope == first) {
                let named = said
                    .trim_matches('"')
                    .split(' ')
                    .any(|key| parse(key) == Some((binding.code, binding.ctrl)));
                assert!(named, "{name}: {} in {said}", binding.key_name());
            }
        }
    }
}
