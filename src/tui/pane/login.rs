//! The password door: e-mail and password, checked before anything is sent.
//!
//! The password is wiped from here the moment it is submitted; after a refusal
//! it has to be typed again, the e-mail not. While Garmin is asked the fields
//! are locked: `update` sends no keys, the view shows the spinner.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
    widgets::Paragraph,
};

use crate::{
    domain::{
        failure::{Failure, FailureKind},
        sign_in::SignInDoor,
    },
    tui::{
        keymap::Action,
        state::State,
        theme::{Role, Theme},
        times::countdown,
        widget::{dialog, field::Field, form, said},
    },
};

const PROMISE: &str = "garminsync keeps the session Garmin hands out, never the password.";
const BROWSER_INSTEAD: &str = "Ctrl-B signs in with your browser instead.";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    Email,
    Password,
}

#[derive(Debug)]
pub struct LoginPane {
    email: Field,
    password: Field,
    focus: Focus,
    /// What is wrong with a field, and with which.
    complaint: Option<(Focus, &'static str)>,
    refusal: Option<Failure>,
    /// A person was warned and wants Garmin asked all the same: once.
    despite_cool_down: bool,
}

impl Default for LoginPane {
    fn default() -> Self {
        Self {
            email: Field::plain(),
            password: Field::hidden(),
            focus: Focus::Email,
            complaint: None,
            refusal: None,
            despite_cool_down: false,
        }
    }
}

impl LoginPane {
    pub fn despite_cool_down() -> Self {
        Self {
            despite_cool_down: true,
            ..Self::default()
        }
    }

    /// Answers what to send, once both fields are right.
    pub fn act(&mut self, action: Action) -> Option<SignInDoor> {
        match action {
            Action::NextField | Action::PreviousField => {
                self.focus = match self.focus {
                    Focus::Email => Focus::Password,
                    Focus::Password => Focus::Email,
                };
            }
            Action::Reveal => self.password.toggle_hidden(),
            Action::Edit(edit) => {
                self.complaint = None;
                self.focused().edit(edit);
            }
            Action::Submit => return self.submit(),
            _ => {}
        }
        None
    }

    pub fn insert(&mut self, text: &str) {
        self.complaint = None;
        self.focused().insert(text);
    }

    /// Garmin, or a cool-down, said no.
    pub fn refuse(&mut self, failure: Failure) {
        self.refusal = Some(failure);
        self.focus = Focus::Password;
    }

    fn submit(&mut self) -> Option<SignInDoor> {
        let email = self.email.text().trim().to_owned();
        if let Some(wrong) = wrong_with_email(&email) {
            return self.complain(Focus::Email, wrong);
        }
        // Enter on a good e-mail advances; there is nothing to complain of yet.
        if self.focus == Focus::Email && self.password.text().is_empty() {
            self.complaint = None;
            self.focus = Focus::Password;
            return None;
        }
        if self.password.text().is_empty() {
            return self.complain(Focus::Password, "The password is still empty.");
        }
        self.complaint = None;
        self.refusal = None;
        self.password.hide();
        Some(SignInDoor::Password {
            email,
            password: self.password.take(),
            despite_cool_down: std::mem::take(&mut self.despite_cool_down),
        })
    }

    fn complain<T>(&mut self, focus: Focus, wrong: &'static str) -> Option<T> {
        self.focus = focus;
        self.complaint = Some((focus, wrong));
        None
    }

    fn focused(&mut self) -> &mut Field {
        match self.focus {
            Focus::Email => &mut self.email,
            Focus::Password => &mut self.password,
        }
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let width = body.width.min(66);
        let inner_width = usize::from(width.saturating_sub(dialog::FRAME.0));
        let message = self.message(state, inner_width, theme);
        let promise = said::quiet(PROMISE, inner_width, theme);

        let gap = u16::from(!message.is_empty());
        let needed = 2 * form::ROWS + said::rows(&message) + dialog::FRAME.1;
        // Where not everything has room, what may be skipped is left out.
        let promised = if needed + said::rows(&promise) <= body.height {
            said::rows(&promise)
        } else {
            0
        };
        let title = format!("Sign in to Garmin as account {}", state.account);
        let place = dialog::centred(body, width, needed + 3 + gap + promised);
        let inside = dialog::open(frame, place, &title, None, theme);
        // Blank rows go first when the screen is low.
        let [_, email, _, password, _, said, _, foot] = Layout::vertical([
            Constraint::Max(1),
            Constraint::Length(form::ROWS),
            Constraint::Max(1),
            Constraint::Length(form::ROWS),
            Constraint::Max(1),
            Constraint::Length(said::rows(&message)),
            Constraint::Max(gap),
            Constraint::Length(promised),
        ])
        .areas(inside);
        let live = state.takes_text();
        for (area, which, label, field) in [
            (email, Focus::Email, "E-mail", &self.email),
            (password, Focus::Password, "Password", &self.password),
        ] {
            let focused = live && self.focus == which;
            let complaint = self.complaint.filter(|(of, _)| *of == which);
            let complaint = complaint.map(|(_, wrong)| wrong);
            let value = form::row(frame, area, label, focused, complaint, theme);
            field.view(frame, value, focused, theme);
        }
        frame.render_widget(Paragraph::new(message), said);
        frame.render_widget(Paragraph::new(promise), foot);
    }

    /// What is going on: the question under way, the refusal, a cool-down.
    fn message(&self, state: &State, width: usize, theme: Theme) -> Vec<Line<'static>> {
        if state.is_signing_in() {
            return match state.desk.sign_in_step {
                Some(step) => said::busy(step.sentence(), state.now, theme),
                None => said::asking(state.now, theme),
            };
        }
        if let Some(failure) = &self.refusal {
            let instead = if shuts_this_door(failure.kind) {
                BROWSER_INSTEAD
            } else {
                ""
            };
            return said::failure(failure, instead, state.times(), width, theme);
        }
        let Some(cool_down) = state.sign_in_rest() else {
            return Vec::new();
        };
        let left = countdown(state.now, cool_down.until);
        let (summary, more) = if self.despite_cool_down {
            let summary = format!("Garmin will be asked once, {left} before the cool-down ends.");
            (summary, BROWSER_INSTEAD.to_owned())
        } else {
            let summary = format!("Sign-in with the password rests for {left}.");
            (summary, format!("{} {BROWSER_INSTEAD}", cool_down.reason))
        };
        said::lines(("!", Role::Warn), &summary, &more, width, theme)
    }
}

/// Refusals that do not mean this password, and that another door knows nothing of.
const fn shuts_this_door(kind: FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::RateLimited
            | FailureKind::Blocked
            | FailureKind::CaptchaRequired
            | FailureKind::CoolDown
    )
}

/// Only what is surely a slip of the fingers; the rest is for Garmin to judge.
fn wrong_with_email(email: &str) -> Option<&'static str> {
    let has_both_sides = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if email.is_empty() {
        Some("The e-mail is still empty.")
    } else if email.contains(char::is_whitespace) {
        Some("An e-mail address has no spaces.")
    } else if has_both_sides {
        None
    } else {
        Some("An e-mail address has an @ in it.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keymap::Edit;

    fn typed(email: &str, password: &str) -> LoginPane {
        let mut pane = LoginPane::default();
        pane.insert(email);
        pane.act(Action::NextField);
        pane.insert(password);
        pane
    }

    #[test]
    fn slips_are_told_at_the_field_and_not_sent() {
        for (email, password, focus) in [
            ("", "secret", Focus::Email),
            ("ada", "secret", Focus::Email),
            ("@example.com", "secret", Focus::Email),
            ("ada @example.com", "secret", Focus::Email),
            ("ada@example.com", "", Focus::Password),
        ] {
            let mut pane = typed(email, password);
            assert!(pane.act(Action::Submit).is_none(), "{email:?}");
            assert_eq!(
                (pane.focus, pane.complaint.map(|(which, _)| which)),
                (focus, Some(focus)),
                "{email:?}"
            );
            pane.act(Action::Edit(Edit::End));
            assert!(pane.complaint.is_none());
        }
    }

    #[test]
    fn enter_advances_from_the_email_and_then_submits() {
        let mut pane = LoginPane::default();
        pane.insert(" ada@example.com ");
        assert!(pane.act(Action::Submit).is_none());
        assert_eq!((pane.focus, pane.complaint), (Focus::Password, None));
        pane.insert(" hunter2 ");
        pane.act(Action::Reveal);
        let Some(SignInDoor::Password {
            email, password, ..
        }) = pane.act(Action::Submit)
        else {
            panic!("nothing was sent")
        };
        assert_eq!(
            (email.as_str(), password.expose()),
            ("ada@example.com", " hunter2 ")
        );
        assert!(pane.password.text().is_empty() && pane.password.is_hidden());
    }

    #[test]
    fn a_refusal_keeps_the_email_and_asks_for_the_password() {
        let mut pane = typed("ada@example.com", "wrong");
        pane.act(Action::Submit);
        pane.refuse(Failure::invalid_credentials());
        assert_eq!(
            (pane.email.text(), pane.password.text()),
            ("ada@example.com", "")
        );
        assert_eq!(pane.focus, Focus::Password);
    }
}
