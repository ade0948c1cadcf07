//! The browser door: an address to sign in at, and room for the one it ends on.
//!
//! What is pasted holds a ticket, and a ticket is a secret until it is spent:
//! dots, and wiped the moment it is sent or of no use. It lives about a minute,
//! so a paste that holds one goes out at once.

use jiff::{SignedDuration, Timestamp};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
    widgets::Paragraph,
};

use crate::{
    domain::{failure::Failure, printable::printable, secret::Secret, sign_in::SignInDoor},
    tui::{
        keymap::Action,
        state::State,
        text::wrap,
        theme::{Role, Theme},
        times::countdown,
        widget::{dialog, field::Field, form, panel, said},
    },
};

/// How every ticket begins (`protocol.md` 4).
const TICKET: &str = "ST-";

/// About as long as one lives; Garmin does not say (`protocol.md` 4).
const TICKET_LIFE: SignedDuration = SignedDuration::from_secs(60);

const FIRST: &str = "1. Open this address in a browser and sign in there:";
const THEN: &str = "2. Copy the address you end on and paste it here. The ticket in it lives \
                    about a minute.";
const LATE: &str = "About a minute has passed. Should Garmin refuse your ticket, open the address \
                    again with Ctrl-O: that gives a fresh one.";
const CUT: &str = "… cut here: Ctrl-O opens all of it, Ctrl-Y copies it";

#[derive(Debug)]
pub struct BrowserPane {
    pasted: Field,
    note: Option<Note>,
    /// When the earliest ticket can have been made: the screen was shown, or the
    /// address opened or copied again. `None` once that ticket is spent.
    since: Option<Timestamp>,
}

#[derive(Debug)]
enum Note {
    /// Something is wrong with what was pasted.
    Complaint(&'static str),
    Refused(Failure),
    /// What became of opening or copying the address.
    Handed(bool, String),
}

impl BrowserPane {
    pub fn at(now: Timestamp) -> Self {
        Self {
            pasted: Field::hidden(),
            note: None,
            since: Some(now),
        }
    }

    /// Until when a ticket that was made at once would live.
    fn lives_until(&self) -> Option<Timestamp> {
        self.since?.checked_add(TICKET_LIFE).ok()
    }

    /// Whether the minute is running.
    pub fn is_counting(&self, now: Timestamp) -> bool {
        self.lives_until().is_some_and(|until| now < until)
    }

    /// Answers what to send.
    pub fn act(&mut self, action: Action) -> Option<SignInDoor> {
        match action {
            Action::Edit(edit) => {
                self.uncomplain();
                self.pasted.edit(edit);
                None
            }
            Action::Submit => self.submit(),
            _ => None,
        }
    }

    pub fn insert(&mut self, text: &str) {
        self.uncomplain();
        self.pasted.insert(text);
    }

    /// A ticket goes out at once, whatever stood there before.
    pub fn paste(&mut self, text: &Secret) -> Option<SignInDoor> {
        self.pasted.clear();
        self.insert(text.expose());
        self.submit()
    }

    pub fn refuse(&mut self, failure: Failure) {
        self.pasted.clear();
        self.since = None;
        self.note = Some(Note::Refused(failure));
    }

    /// What the desktop said to opening the address.
    pub fn opened(&mut self, result: Result<(), String>, now: Timestamp) {
        self.count_again(&result, now);
        self.note = Some(match result {
            Ok(()) => Note::Handed(true, "The address was handed to your browser.".to_owned()),
            Err(why) => {
                let why = format!(
                    "No browser could be opened ({why}); Ctrl-Y copies the address instead."
                );
                Note::Handed(false, why)
            }
        });
    }

    /// What the terminal said to copying the address: little, so little is promised.
    pub fn copied(&mut self, result: Result<(), String>, now: Timestamp) {
        self.count_again(&result, now);
        self.note = Some(match result {
            Ok(()) => {
                let sent = "The address was sent to the clipboard; a few terminals ignore that.";
                Note::Handed(true, sent.to_owned())
            }
            Err(why) => Note::Handed(false, format!("The address could not be copied ({why}).")),
        });
    }

    /// What was handed over leads to a ticket of its own.
    fn count_again(&mut self, result: &Result<(), String>, now: Timestamp) {
        if result.is_ok() {
            self.since = Some(now);
        }
    }

    fn submit(&mut self) -> Option<SignInDoor> {
        if self.pasted.text().trim().is_empty() {
            self.note = Some(Note::Complaint("Nothing is pasted yet."));
            return None;
        }
        let pasted = self.pasted.take();
        if !pasted.expose().contains(TICKET) {
            self.note = Some(Note::Complaint("There was no ticket (ST-…) in it."));
            return None;
        }
        self.note = None;
        Some(SignInDoor::Browser { pasted })
    }

    fn uncomplain(&mut self) {
        self.note.take_if(|note| matches!(note, Note::Complaint(_)));
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let width = body.width.min(92);
        let inner_width = usize::from(width.saturating_sub(dialog::FRAME.0));
        let step = |text| -> Vec<Line<'static>> {
            let lines = wrap(text, inner_width).into_iter();
            lines
                .map(|line| Line::styled(line, theme.style(Role::Text)))
                .collect()
        };
        let (first, then) = (step(FIRST), step(THEN));
        let message = self.message(state, inner_width, theme);
        let (firsts, thens, messages) =
            (said::rows(&first), said::rows(&then), said::rows(&message));
        let fixed = dialog::FRAME.1 + firsts + thens + messages + form::ROWS;
        let address = address(state, inner_width, body.height.saturating_sub(fixed), theme);

        let gap = u16::from(messages > 0);
        let wanted = fixed + said::rows(&address) + 3 + gap;
        let title = format!("Sign in to Garmin as account {}: browser", state.account);
        let place = dialog::centred(body, width, wanted);
        let edge = self.time_left(state, theme);
        let inside = dialog::open(frame, place, &title, edge, theme);
        let [_, one, url, _, two, paste, _, said] = Layout::vertical([
            Constraint::Max(1),
            Constraint::Length(firsts),
            Constraint::Length(said::rows(&address)),
            Constraint::Max(1),
            Constraint::Length(thens),
            Constraint::Length(form::ROWS),
            Constraint::Max(gap),
            Constraint::Length(messages),
        ])
        .areas(inside);
        frame.render_widget(Paragraph::new(first), one);
        frame.render_widget(Paragraph::new(address), url);
        frame.render_widget(Paragraph::new(then), two);
        let focused = state.takes_text();
        let complaint = match self.note {
            Some(Note::Complaint(wrong)) => Some(wrong),
            _ => None,
        };
        let value = form::row(frame, paste, "Address", focused, complaint, theme);
        self.pasted.view(frame, value, focused, theme);
        frame.render_widget(Paragraph::new(message), said);
    }

    /// `about 0:42 left` on the lower edge.
    fn time_left(&self, state: &State, theme: Theme) -> Option<Line<'static>> {
        let until = self.lives_until().filter(|_| !state.is_signing_in())?;
        Some(if state.now < until {
            let left = countdown(state.now, until);
            let text = format!("about {left} left to paste");
            panel::edge(&text, theme.style(Role::Accent))
        } else {
            panel::edge("the minute is over", theme.style(Role::Warn))
        })
    }

    fn message(&self, state: &State, width: usize, theme: Theme) -> Vec<Line<'static>> {
        if state.is_signing_in() {
            return said::asking(state.now, theme);
        }
        let is_late = self.since.is_some() && !self.is_counting(state.now);
        match &self.note {
            // An address that was not opened is the greater trouble.
            Some(Note::Handed(true, _)) | None if is_late => {
                said::lines(("!", Role::Warn), LATE, "", width, theme)
            }
            Some(Note::Refused(failure)) => said::failure(failure, "", state.times(), width, theme),
            Some(Note::Handed(well, text)) => {
                let dress = if *well {
                    ("✓", Role::Ok)
                } else {
                    ("!", Role::Warn)
                };
                said::lines(dress, text, "", width, theme)
            }
            Some(Note::Complaint(_)) | None => Vec::new(),
        }
    }
}

/// The address in as many rows as there are, and where it was cut if it was.
fn address(state: &State, width: usize, rows: u16, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = wrap(&printable(state.browser_url()), width);
    let rows = usize::from(rows);
    if lines.len() > rows {
        lines.truncate(rows.saturating_sub(1));
        lines.push(CUT.to_owned());
    }
    lines
        .into_iter()
        .map(|line| Line::styled(line, theme.style(Role::Accent)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(door: Option<SignInDoor>) -> Option<String> {
        match door {
            Some(SignInDoor::Browser { pasted }) => Some(pasted.expose().to_owned()),
            Some(other) => panic!("{other:?}"),
            None => None,
        }
    }

    #[test]
    fn a_pasted_ticket_goes_out_at_once_and_leaves_nothing() {
        let mut pane = BrowserPane::at(Timestamp::UNIX_EPOCH);
        pane.insert("garbage");
        let address = "https://sso.garmin.com/sso/embed?ticket=ST-1-abc";
        let door = pane.paste(&Secret::new(format!("{address}\n")));
        assert_eq!(sent(door).as_deref(), Some(address));
        assert_eq!(pane.pasted.text(), "");
    }

    #[test]
    fn what_holds_no_ticket_is_told_and_not_sent() {
        let mut pane = BrowserPane::at(Timestamp::UNIX_EPOCH);
        for nothing in ["", "  ", "https://connect.garmin.com/"] {
            assert!(pane.paste(&Secret::new(nothing)).is_none());
            assert!(matches!(pane.note, Some(Note::Complaint(_))), "{nothing:?}");
            assert_eq!(pane.pasted.text().trim(), "");
        }
        pane.insert("S");
        assert!(pane.note.is_none());
    }

    #[test]
    fn a_typed_ticket_waits_for_enter() {
        let mut pane = BrowserPane::at(Timestamp::UNIX_EPOCH);
        pane.insert("ST-1-abc");
        assert_eq!(sent(pane.act(Action::Submit)).as_deref(), Some("ST-1-abc"));
        pane.insert("ST-2");
        pane.refuse(Failure::ticket_refused());
        assert_eq!(pane.pasted.text(), "");
    }
}
