//! The name of a new account. Nothing is stored until somebody signs in to it.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    widgets::Paragraph,
};

use crate::{
    domain::account::AccountName,
    tui::{
        keymap::Action,
        state::State,
        theme::Theme,
        widget::{dialog, field::Field, form, said},
    },
};

const WHY: &str = "A short name of your own for another Garmin account, such as work or grace: \
                   1 to 32 of a-z, 0-9, - and _.";

#[derive(Debug)]
pub struct NewAccountPane {
    name: Field,
    complaint: Option<&'static str>,
}

impl Default for NewAccountPane {
    fn default() -> Self {
        Self {
            name: Field::plain(),
            complaint: None,
        }
    }
}

impl NewAccountPane {
    /// Answers the name, once it is one that is not `taken`.
    pub fn act(&mut self, action: Action, taken: &[AccountName]) -> Option<AccountName> {
        match action {
            Action::Edit(edit) => {
                self.complaint = None;
                self.name.edit(edit);
                None
            }
            Action::Submit => self.submit(taken),
            _ => None,
        }
    }

    pub fn insert(&mut self, text: &str) {
        self.complaint = None;
        self.name.insert(text);
    }

    fn submit(&mut self, taken: &[AccountName]) -> Option<AccountName> {
        let text = self.name.text().trim();
        let name = text.parse::<AccountName>().ok();
        self.complaint = match &name {
            _ if text.is_empty() => Some("The name is still empty."),
            None => Some("Only a-z, 0-9, - and _, at most 32."),
            Some(name) if taken.contains(name) => Some("There is an account of this name."),
            Some(_) => None,
        };
        name.filter(|_| self.complaint.is_none())
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let width = body.width.min(66);
        let why = said::quiet(
            WHY,
            usize::from(width.saturating_sub(dialog::FRAME.0)),
            theme,
        );
        let height = form::ROWS + 3 + said::rows(&why) + dialog::FRAME.1;
        let place = dialog::centred(body, width, height);
        let inside = dialog::open(frame, place, "New account", None, theme);
        let [_, name, _, foot, _] = Layout::vertical([
            Constraint::Max(1),
            Constraint::Length(form::ROWS),
            Constraint::Max(1),
            Constraint::Length(said::rows(&why)),
            Constraint::Max(1),
        ])
        .areas(inside);
        let focused = state.takes_text();
        let value = form::row(frame, name, "Name", focused, self.complaint, theme);
        self.name.view(frame, value, focused, theme);
        frame.render_widget(Paragraph::new(why), foot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_is_free_goes_on() {
        let taken = ["ada".parse().unwrap()];
        for bad in ["", "Ada", "a b", "ada", &"x".repeat(33)] {
            let mut pane = NewAccountPane::default();
            pane.insert(bad);
            assert!(pane.act(Action::Submit, &taken).is_none(), "{bad:?}");
            assert!(pane.complaint.is_some());
        }
        let mut pane = NewAccountPane::default();
        pane.insert(" grace ");
        let name = pane.act(Action::Submit, &taken);
        assert_eq!(name.map(|name| name.to_string()).as_deref(), Some("grace"));
    }
}
