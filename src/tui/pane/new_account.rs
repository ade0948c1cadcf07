//! The name of a new account, and where it lives. Nothing is stored until
//! somebody signs in to it.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    domain::account::{AccountName, Region},
    tui::{
        keymap::{Action, Edit},
        state::State,
        theme::{Role, Theme},
        widget::{dialog, field::Field, form, said},
    },
};

const WHY: &str = "A short name of your own for another Garmin account, such as work or grace: \
                   1 to 32 of a-z, 0-9, - and _. Accounts in China live on garmin.cn; the two \
                   never mix.";

/// A local name in the making.
#[derive(Debug)]
pub struct NameForm {
    name: Field,
    complaint: Option<&'static str>,
}

impl NameForm {
    pub fn with(text: &str) -> Self {
        let mut name = Field::plain();
        name.insert(text);
        Self {
            name,
            complaint: None,
        }
    }

    pub fn edit(&mut self, edit: Edit) {
        self.complaint = None;
        self.name.edit(edit);
    }

    pub fn insert(&mut self, text: &str) {
        self.complaint = None;
        self.name.insert(text);
    }

    /// Answers the name, once it is one that is not `taken`.
    pub fn submit(&mut self, taken: &[AccountName]) -> Option<AccountName> {
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

    pub fn view(&self, frame: &mut Frame<'_>, area: Rect, focused: bool, theme: Theme) {
        let value = form::row(frame, area, "Name", focused, self.complaint, theme);
        self.name.view(frame, value, focused, theme);
    }
}

#[derive(Debug)]
pub struct NewAccountPane {
    form: NameForm,
    region: Region,
    is_at_region: bool,
}

impl Default for NewAccountPane {
    fn default() -> Self {
        Self {
            form: NameForm::with(""),
            region: Region::default(),
            is_at_region: false,
        }
    }
}

impl NewAccountPane {
    /// Answers name and region, once the name is one that is not `taken`.
    pub fn act(&mut self, action: Action, taken: &[AccountName]) -> Option<(AccountName, Region)> {
        match action {
            Action::NextField | Action::PreviousField => self.is_at_region = !self.is_at_region,
            Action::Edit(Edit::Left | Edit::Right) if self.is_at_region => {
                self.region = match self.region {
                    Region::International => Region::China,
                    Region::China => Region::International,
                };
            }
            Action::Edit(_) if self.is_at_region => {}
            Action::Edit(edit) => self.form.edit(edit),
            Action::Submit => {
                let name = self.form.submit(taken);
                self.is_at_region &= name.is_some();
                return name.map(|name| (name, self.region));
            }
            _ => {}
        }
        None
    }

    pub fn insert(&mut self, text: &str) {
        if !self.is_at_region {
            self.form.insert(text);
        }
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let width = body.width.min(66);
        let columns = usize::from(width.saturating_sub(dialog::FRAME.0));
        let why = said::quiet(WHY, columns, theme);
        let needed = 2 * form::ROWS + dialog::FRAME.1;
        // Where not everything has room, what may be skipped is left out.
        let explained = if needed + said::rows(&why) <= body.height {
            said::rows(&why)
        } else {
            0
        };
        let place = dialog::centred(body, width, needed + explained + 4);
        let inside = dialog::open(frame, place, "New account", None, theme);
        let [_, name, _, region, _, foot, _] = Layout::vertical([
            Constraint::Max(1),
            Constraint::Length(form::ROWS),
            Constraint::Max(1),
            Constraint::Length(form::ROWS),
            Constraint::Max(1),
            Constraint::Length(explained),
            Constraint::Max(1),
        ])
        .areas(inside);
        let live = state.takes_text();
        self.form
            .view(frame, name, live && !self.is_at_region, theme);
        let focused = live && self.is_at_region;
        let value = form::row(frame, region, "Lives on", focused, None, theme);
        frame.render_widget(self.choice(focused, theme), value);
        frame.render_widget(Paragraph::new(why), foot);
    }

    fn choice(&self, focused: bool, theme: Theme) -> Line<'static> {
        let arrows = theme.style(if focused { Role::Key } else { Role::Muted });
        let region = Span::styled(self.region.domain(), theme.style(Role::Field));
        Line::from(vec![
            Span::styled("‹ ", arrows),
            region,
            Span::styled(" ›", arrows),
        ])
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
            assert!(pane.form.complaint.is_some());
        }
        let mut pane = NewAccountPane::default();
        pane.insert(" grace ");
        let made = pane.act(Action::Submit, &taken);
        assert_eq!(
            made,
            Some(("grace".parse().unwrap(), Region::International))
        );
    }

    #[test]
    fn the_arrows_choose_where_it_lives() {
        let mut pane = NewAccountPane::default();
        pane.insert("li");
        pane.act(Action::NextField, &[]);
        pane.act(Action::Edit(Edit::Right), &[]);
        pane.insert("xyz");
        let made = pane.act(Action::Submit, &[]);
        assert_eq!(made, Some(("li".parse().unwrap(), Region::China)));
    }
}
