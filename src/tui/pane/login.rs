//! The sign-in screen: e-mail and password, checked before anything is sent.
//!
//! The password is wiped from here the moment it is submitted; after a refusal
//! it has to be typed again, the e-mail not. While Garmin is asked the fields
//! are locked: `update` sends no keys, the view shows the spinner.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    domain::{cool_down::CoolDownScope, failure::Failure, printable::printable, secret::Secret},
    tui::{
        keymap::Action,
        state::{Overlay, State, Waiting},
        text::wrap,
        theme::{Role, Theme},
        times::countdown,
        widget::{dialog, field::Field, gauge},
    },
};

const PROMISE: &str = "garminsync keeps the session Garmin hands out, never the password.";

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
}

impl Default for LoginPane {
    fn default() -> Self {
        Self {
            email: Field::plain(),
            password: Field::hidden(),
            focus: Focus::Email,
            complaint: None,
            refusal: None,
        }
    }
}

impl LoginPane {
    /// Answers what to send, once both fields are right.
    pub fn act(&mut self, action: Action) -> Option<(String, Secret)> {
        match action {
            Action::NextField | Action::PreviousField => {
                self.focus = match self.focus {
                    Focus::Email => Focus::Password,
                    Focus::Password => Focus::Email,
                };
            }
            Action::ShowPassword => self.password.toggle_hidden(),
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

    fn submit(&mut self) -> Option<(String, Secret)> {
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
        Some((email, self.password.take()))
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
        let promise: Vec<Line<'_>> = wrap(PROMISE, inner_width)
            .into_iter()
            .map(|line| Line::styled(line, theme.style(Role::Muted)))
            .collect();

        let rows = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let wanted = 7 + rows(message.len()) + u16::from(!message.is_empty()) + rows(promise.len());
        let title = format!("Sign in to Garmin as account {}", state.account);
        let place = dialog::centred(body, width, wanted + dialog::FRAME.1);
        let inside = dialog::open(frame, place, &title, None, theme);
        // Blank rows go first when the screen is low.
        let [_, email, _, password, _, said, _, foot] = Layout::vertical([
            Constraint::Max(1),
            Constraint::Length(2),
            Constraint::Max(1),
            Constraint::Length(2),
            Constraint::Max(1),
            Constraint::Length(rows(message.len())),
            Constraint::Max(u16::from(!message.is_empty())),
            Constraint::Length(rows(promise.len())),
        ])
        .areas(inside);
        let live =
            state.waiting.is_none() && state.overlay.is_none_or(|overlay| overlay != Overlay::Help);
        self.view_field(frame, email, Focus::Email, live, theme);
        self.view_field(frame, password, Focus::Password, live, theme);
        frame.render_widget(Paragraph::new(message), said);
        frame.render_widget(Paragraph::new(promise), foot);
    }

    /// The label and the text, and below them a line that turns into the
    /// complaint about it.
    fn view_field(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        which: Focus,
        live: bool,
        theme: Theme,
    ) {
        let (label, field) = match which {
            Focus::Email => ("E-mail", &self.email),
            Focus::Password => ("Password", &self.password),
        };
        let focused = live && self.focus == which;
        let [text_row, under_row] =
            Layout::vertical([Constraint::Length(1), Constraint::Length(1)]).areas(area);
        let columns = [Constraint::Length(11), Constraint::Fill(1)];
        let [label_area, text_area] = Layout::horizontal(columns).areas(text_row);
        let [_, under_area] = Layout::horizontal(columns).areas(under_row);
        let (mark, role) = if focused {
            ("›", Role::Focus)
        } else {
            (" ", Role::Muted)
        };
        frame.render_widget(
            Line::styled(format!("{mark} {label}"), theme.style(role)),
            label_area,
        );
        field.view(frame, text_area, focused, theme);
        let under = match self.complaint {
            Some((complained, wrong)) if complained == which => {
                Line::styled(format!("✗ {wrong}"), theme.style(Role::Error))
            }
            _ => {
                let (symbol, role) = if focused {
                    ("━", Role::Focus)
                } else {
                    ("─", Role::Border)
                };
                Line::styled(
                    symbol.repeat(usize::from(under_area.width)),
                    theme.style(role),
                )
            }
        };
        frame.render_widget(under, under_area);
    }

    /// What is going on: the question under way, the refusal, a cool-down.
    fn message(&self, state: &State, width: usize, theme: Theme) -> Vec<Line<'static>> {
        let text_width = width.saturating_sub(2);
        if state.waiting == Some(Waiting::SignIn) {
            let spinner = Span::styled(
                format!("{} ", gauge::spinner(state.now)),
                theme.style(Role::Accent),
            );
            return vec![Line::from(vec![spinner, Span::raw("Asking Garmin …")])];
        }
        if let Some(failure) = &self.refusal {
            let mut remedy = printable(&failure.remedy);
            if let Some(at) = failure.retry_at {
                remedy = format!("{remedy} Possible again {}.", state.times().future(at));
            }
            return said(
                "✗",
                Role::Error,
                &printable(&failure.summary),
                &remedy,
                text_width,
                theme,
            );
        }
        match state.cool_down() {
            Some(cool_down) if cool_down.scope == CoolDownScope::SignIn => {
                let left = countdown(state.now, cool_down.until);
                let summary = format!("Sign-in rests for {left}.");
                said(
                    "!",
                    Role::Warn,
                    &summary,
                    &printable(&cool_down.reason),
                    text_width,
                    theme,
                )
            }
            _ => Vec::new(),
        }
    }
}

/// A sentence behind its glyph, and a quieter one below it.
fn said(
    glyph: &str,
    role: Role,
    summary: &str,
    more: &str,
    width: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (n, text) in wrap(summary, width).into_iter().enumerate() {
        let lead = if n == 0 { glyph } else { " " };
        lines.push(Line::from(vec![
            Span::styled(format!("{lead} "), theme.style(role)),
            Span::raw(text),
        ]));
    }
    lines.extend(
        wrap(more, width)
            .into_iter()
            .map(|text| Line::styled(format!("  {text}"), theme.style(Role::Muted))),
    );
    lines
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
        pane.act(Action::ShowPassword);
        let (email, password) = pane.act(Action::Submit).unwrap();
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
