//! What goes into `update`: keys, pastes, engine events, time.
//!
//! Typed and pasted text may be a password, so a `Msg` never prints it: `Debug`
//! names the kind of message and nothing more.

use std::fmt;

use crossterm::event::{Event as TerminalEvent, KeyEvent, MouseEvent};
use jiff::Timestamp;
use ratatui::layout::Size;

use crate::{domain::secret::Secret, engine::event::Event};

pub enum Msg {
    Key(KeyEvent),
    Paste(Secret),
    Mouse(MouseEvent),
    Resized(Size),
    /// The only way time gets in.
    Tick(Timestamp),
    Engine(Event),
    /// The engine's inbox was full: the last command did not go out.
    NotSent,
    /// What became of opening an address, with the reason why not.
    Opened(Result<(), String>),
    Copied(Result<(), String>),
}

impl Msg {
    /// `None` for what the app does not listen to. Key releases are dropped:
    /// some terminals report them, and every key would count twice.
    pub fn from_terminal(event: TerminalEvent) -> Option<Self> {
        match event {
            TerminalEvent::Key(key) if !key.is_release() => Some(Self::Key(key)),
            TerminalEvent::Paste(text) => Some(Self::Paste(Secret::new(text))),
            TerminalEvent::Resize(width, height) => Some(Self::Resized(Size { width, height })),
            TerminalEvent::Mouse(event) => Some(Self::Mouse(event)),
            TerminalEvent::Key(_) | TerminalEvent::FocusGained | TerminalEvent::FocusLost => None,
        }
    }
}

impl fmt::Debug for Msg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(_) => f.write_str("Key(…)"),
            Self::Paste(_) => f.write_str("Paste(…)"),
            Self::Mouse(event) => write!(f, "Mouse({:?})", event.kind),
            Self::Resized(size) => write!(f, "Resized({}x{})", size.width, size.height),
            Self::Tick(now) => write!(f, "Tick({now})"),
            Self::Engine(event) => write!(f, "Engine({event:?})"),
            Self::NotSent => f.write_str("NotSent"),
            Self::Opened(result) => write!(f, "Opened({result:?})"),
            Self::Copied(result) => write!(f, "Copied({result:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyEventKind, KeyModifiers};

    #[test]
    fn typed_text_is_not_printed() {
        let key = Msg::Key(KeyEvent::new(KeyCode::Char('z'), KeyModifiers::NONE));
        let paste = Msg::from_terminal(TerminalEvent::Paste("zzz".to_owned())).unwrap();
        assert!(!format!("{key:?} {paste:?}").contains('z'));
    }

    #[test]
    fn a_released_key_is_not_a_second_key() {
        let mut key = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::NONE);
        key.kind = KeyEventKind::Release;
        assert!(Msg::from_terminal(TerminalEvent::Key(key)).is_none());
    }
}
