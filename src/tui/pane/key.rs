//! The key door: an official personal API key, and the day it ends.
//!
//! The key is wiped from here the moment it is submitted. One that lies where
//! Garmin's own client keeps it is offered by its place, never used unasked.

use jiff::civil::Date;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::expiry::Expiry;
use crate::{
    domain::{
        failure::Failure,
        printable::printable,
        sign_in::{KeyInput, SignInDoor},
    },
    tui::{
        keymap::Action,
        state::State,
        text::fit,
        theme::{Role, Theme},
        widget::{dialog, field::Field, form, said},
    },
};

const WHERE: &str = "Make a key at connect.garmin.com/app/settings/personalApiToken; Garmin shows \
                     it only once. It can read, never change anything.";
const HOW: &str = "← → choose, or type a date like 2027-02-18";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    Key,
    Expiry,
}

#[derive(Debug)]
pub struct KeyPane {
    key: Field,
    expiry: Expiry,
    focus: Focus,
    /// Where a key lies.
    found: Option<String>,
    /// The person wants that one.
    takes_found: bool,
    complaint: Option<(Focus, &'static str)>,
    refusal: Option<Failure>,
}

impl Default for KeyPane {
    fn default() -> Self {
        Self {
            key: Field::hidden(),
            expiry: Expiry::default(),
            focus: Focus::Key,
            found: None,
            takes_found: false,
            complaint: None,
            refusal: None,
        }
    }
}

impl KeyPane {
    pub const fn has_found(&self) -> bool {
        self.found.is_some()
    }

    pub fn find(&mut self, place: Option<String>) {
        self.takes_found &= place.is_some();
        self.found = place;
    }

    /// Answers what to send, once both rows are right.
    pub fn act(&mut self, action: Action, today: Date) -> Option<SignInDoor> {
        match action {
            Action::NextField | Action::PreviousField => {
                self.focus = match self.focus {
                    Focus::Key => Focus::Expiry,
                    Focus::Expiry => Focus::Key,
                };
            }
            Action::Reveal => self.key.toggle_hidden(),
            Action::UseFoundKey => {
                self.complaint = None;
                self.takes_found = !self.takes_found && self.found.is_some();
                self.key.clear();
            }
            Action::Edit(edit) => {
                self.complaint = None;
                match self.focus {
                    Focus::Key => self.key.edit(edit),
                    Focus::Expiry => self.expiry.edit(edit),
                }
            }
            Action::Submit => return self.submit(today),
            _ => {}
        }
        None
    }

    /// Typing a key means that one.
    pub fn insert(&mut self, text: &str) {
        self.complaint = None;
        match self.focus {
            Focus::Key => {
                self.takes_found = false;
                self.key.insert(text);
            }
            Focus::Expiry => self.expiry.insert(text),
        }
    }

    pub fn refuse(&mut self, failure: Failure) {
        self.key.clear();
        self.refusal = Some(failure);
        self.focus = Focus::Key;
    }

    fn submit(&mut self, today: Date) -> Option<SignInDoor> {
        let key = self.key.text().trim();
        let wrong = if self.takes_found {
            None
        } else if key.is_empty() {
            Some("The key is still empty.")
        } else if key.contains(char::is_whitespace) {
            Some("A key has no spaces.")
        } else {
            None
        };
        if let Some(wrong) = wrong {
            return self.complain(Focus::Key, wrong);
        }
        let expires_on = match self.expiry.day(today) {
            Ok(day) => day,
            Err(wrong) => return self.complain(Focus::Expiry, wrong),
        };
        self.complaint = None;
        self.refusal = None;
        self.key.hide();
        let key = if self.takes_found {
            KeyInput::Found
        } else {
            KeyInput::Typed(self.key.take())
        };
        Some(SignInDoor::Key { key, expires_on })
    }

    fn complain<T>(&mut self, focus: Focus, wrong: &'static str) -> Option<T> {
        self.focus = focus;
        self.complaint = Some((focus, wrong));
        None
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let width = body.width.min(74);
        let inner_width = usize::from(width.saturating_sub(dialog::FRAME.0));
        let explanation = said::quiet(WHERE, inner_width, theme);
        let message = self.message(state, inner_width, theme);
        let gap = u16::from(!message.is_empty());
        let needed = 2 * form::ROWS + 1 + said::rows(&message) + dialog::FRAME.1;
        // Where not everything has room, what may be skipped is left out.
        let explained = if needed + said::rows(&explanation) <= body.height {
            said::rows(&explanation)
        } else {
            0
        };
        let title = format!("Sign in to Garmin as account {}: key", state.account);
        let place = dialog::centred(body, width, needed + explained + 3 + gap);
        let inside = dialog::open(frame, place, &title, None, theme);
        let [_, top, _, key, _, expiry, how, _, said] = Layout::vertical([
            Constraint::Max(1),
            Constraint::Length(explained),
            Constraint::Max(1),
            Constraint::Length(form::ROWS),
            Constraint::Max(1),
            Constraint::Length(form::ROWS),
            Constraint::Length(1),
            Constraint::Max(gap),
            Constraint::Length(said::rows(&message)),
        ])
        .areas(inside);
        frame.render_widget(Paragraph::new(explanation), top);
        self.view_key(state, frame, key, theme);
        self.view_expiry(state, frame, expiry, theme);
        let how_area = Rect {
            x: expiry.x + form::LABEL,
            width: expiry.width.saturating_sub(form::LABEL),
            ..how
        };
        frame.render_widget(Line::styled(HOW, theme.style(Role::Muted)), how_area);
        frame.render_widget(Paragraph::new(message), said);
    }

    fn view_key(&self, state: &State, frame: &mut Frame<'_>, area: Rect, theme: Theme) {
        let focused = state.takes_text() && self.focus == Focus::Key;
        let value = form::row(
            frame,
            area,
            "Key",
            focused,
            self.wrong_with(Focus::Key),
            theme,
        );
        match self.found.as_deref().filter(|_| self.takes_found) {
            Some(place) => {
                let text = format!("✓ the key in {}", printable(place));
                let text = fit(&text, value.width.into());
                frame.render_widget(Line::styled(text, theme.style(Role::Ok)), value);
            }
            None => self.key.view(frame, value, focused, theme),
        }
    }

    fn view_expiry(&self, state: &State, frame: &mut Frame<'_>, area: Rect, theme: Theme) {
        let focused = state.takes_text() && self.focus == Focus::Expiry;
        let complaint = self.wrong_with(Focus::Expiry);
        let value = form::row(frame, area, "It ends", focused, complaint, theme);
        let (choice, follows) = self.expiry.words(state.today());
        let arrows = theme.style(if focused { Role::Key } else { Role::Muted });
        let line = Line::from(vec![
            Span::styled("‹ ", arrows),
            Span::styled(choice, theme.style(Role::Field)),
            Span::styled(" ›", arrows),
            Span::styled(format!("  {follows}"), theme.style(Role::Muted)),
        ]);
        frame.render_widget(line, value);
    }

    fn wrong_with(&self, which: Focus) -> Option<&'static str> {
        let complaint = self.complaint.filter(|(of, _)| *of == which);
        complaint.map(|(_, wrong)| wrong)
    }

    fn message(&self, state: &State, width: usize, theme: Theme) -> Vec<Line<'static>> {
        if state.is_signing_in() {
            return said::asking(state.now, theme);
        }
        if let Some(failure) = &self.refusal {
            return said::failure(failure, "", state.times(), width, theme);
        }
        match self.found.as_deref().filter(|_| !self.takes_found) {
            Some(place) => {
                let found = format!("A key lies in {place}. Ctrl-F uses the key in there.");
                said::lines(("·", Role::Accent), &found, "", width, theme)
            }
            None => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keymap::Edit;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 20);

    #[test]
    fn a_key_goes_out_with_the_day_it_ends() {
        let mut pane = KeyPane::default();
        assert!(pane.act(Action::Submit, TODAY).is_none());
        pane.insert("GCDC_a b");
        assert!(pane.act(Action::Submit, TODAY).is_none());
        pane.act(Action::Edit(Edit::ClearBefore), TODAY);
        pane.insert(" GCDC_ab ");
        pane.act(Action::NextField, TODAY);
        pane.act(Action::Edit(Edit::Right), TODAY);
        let Some(SignInDoor::Key {
            key: KeyInput::Typed(key),
            expires_on,
        }) = pane.act(Action::Submit, TODAY)
        else {
            panic!("nothing was sent")
        };
        assert_eq!(key.expose().trim(), "GCDC_ab");
        assert_eq!(expires_on, Some(date(2026, 12, 20)));
        assert_eq!(pane.key.text(), "");
    }

    #[test]
    fn a_found_key_is_used_only_when_asked_for() {
        let mut pane = KeyPane::default();
        pane.find(Some("GARMIN_PERSONAL_API_KEY".to_owned()));
        assert!(pane.act(Action::Submit, TODAY).is_none());
        pane.act(Action::UseFoundKey, TODAY);
        pane.insert("G");
        assert!(!pane.takes_found, "a typed key is another one");
        pane.act(Action::UseFoundKey, TODAY);
        let door = pane.act(Action::Submit, TODAY);
        let found = KeyInput::Found;
        assert_eq!(
            format!("{door:?}"),
            format!("Some(Key {{ key: {found:?}, expires_on: None }})")
        );
    }
}
