//! Another local name for an account: its data and session stay as they are.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    widgets::Paragraph,
};

use super::new_account::NameForm;
use crate::{
    domain::account::AccountName,
    tui::{
        keymap::Action,
        state::State,
        theme::Theme,
        widget::{dialog, form, said},
    },
};

const WHY: &str = "Only the name changes; session and data stay. Scripts and a config.toml that \
                   name the account have to follow.";

#[derive(Debug)]
pub struct RenamePane {
    pub account: AccountName,
    form: NameForm,
}

impl RenamePane {
    pub fn of(account: AccountName) -> Self {
        Self {
            form: NameForm::with(account.as_str()),
            account,
        }
    }

    pub fn insert(&mut self, text: &str) {
        self.form.insert(text);
    }

    /// Answers the new name, once it is one that is not `taken`.
    pub fn act(&mut self, action: Action, taken: &[AccountName]) -> Option<AccountName> {
        match action {
            Action::Edit(edit) => self.form.edit(edit),
            Action::Submit => return self.form.submit(taken),
            _ => {}
        }
        None
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let width = body.width.min(66);
        let columns = usize::from(width.saturating_sub(dialog::FRAME.0));
        let why = said::quiet(WHY, columns, theme);
        let height = form::ROWS + 3 + said::rows(&why) + dialog::FRAME.1;
        let place = dialog::centred(body, width, height);
        let title = format!("Rename account {}", self.account);
        let inside = dialog::open(frame, place, &title, None, theme);
        let [_, name, _, foot, _] = Layout::vertical([
            Constraint::Max(1),
            Constraint::Length(form::ROWS),
            Constraint::Max(1),
            Constraint::Length(said::rows(&why)),
            Constraint::Max(1),
        ])
        .areas(inside);
        self.form.view(frame, name, state.takes_text(), theme);
        frame.render_widget(Paragraph::new(why), foot);
    }
}
