//! The MFA screen: six cells for the code Garmin asks for.
//!
//! The sixth digit sends it, `r` asks for another one where Garmin sends codes. A wrong code clears the cells and keeps the
//! challenge; leaving keeps it too, in CentralDB, for `m` or `garminsync mfa`
//! to finish. Only its time, or Garmin, ends it.

use jiff::{SignedDuration, Timestamp};
use ratatui::{
    Frame,
    layout::{Constraint, Flex, Layout, Rect},
    text::Line,
    widgets::Paragraph,
};
use zeroize::Zeroizing;

use crate::{
    domain::{
        challenge::{CODE_LENGTH, Challenge},
        failure::{Failure, FailureKind},
        printable::printable,
        secret::Secret,
        wording::counted,
    },
    tui::{
        keymap::Edit,
        state::{State, Waiting},
        text::{fit, wrap},
        theme::{Role, Theme},
        times::countdown,
        widget::{code_cells, dialog, panel, said},
    },
};

/// Garmin sends the next code only then (`protocol.md` 3.2).
const NEW_CODE_WAIT: SignedDuration = SignedDuration::from_secs(30);

/// What became of a typed character.
#[derive(Debug)]
pub enum Typed {
    More,
    /// The code is complete and goes out.
    Full(Secret),
}

#[derive(Debug)]
pub struct MfaPane {
    pub challenge: Challenge,
    code: Zeroizing<String>,
    note: Option<Note>,
    /// Whether `Event::State` has shown this challenge: from then on its
    /// absence means something.
    known: bool,
    new_code: NewCode,
}

/// How it stands with another code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NewCode {
    /// May be asked for, once enough time has passed since the challenge began.
    Possible,
    Asked,
    /// Another one came; from then on the next may be asked for.
    From(Timestamp),
    /// There is no way to ask for one.
    Never,
}

#[derive(Debug)]
enum Note {
    Refused(Failure),
    /// Another code comes.
    NewCode,
    /// Garmin ended the challenge.
    Over(Failure),
    NoCodePasted,
    TooShort,
}

impl MfaPane {
    /// For a challenge that Garmin has just set.
    pub fn fresh(challenge: Challenge) -> Self {
        let code = Zeroizing::new(String::with_capacity(CODE_LENGTH));
        Self {
            challenge,
            code,
            note: None,
            known: false,
            new_code: NewCode::Possible,
        }
    }

    /// For one that CentralDB holds.
    pub fn known(challenge: Challenge) -> Self {
        Self {
            known: true,
            ..Self::fresh(challenge)
        }
    }

    pub const fn is_known(&self) -> bool {
        self.known
    }

    /// Whether nothing can be typed any more: time ran out, or Garmin said so.
    pub fn is_over(&self, now: Timestamp) -> bool {
        matches!(self.note, Some(Note::Over(_))) || self.challenge.is_expired(now)
    }

    /// Takes digits, ignores the rest.
    pub fn insert(&mut self, text: &str) -> Typed {
        for digit in text.chars().filter(char::is_ascii_digit) {
            if self.code.len() < CODE_LENGTH {
                self.code.push(digit);
                self.note = None;
            }
        }
        self.complete().map_or(Typed::More, Typed::Full)
    }

    /// Enter: the code once more, should it not have gone out, or a word.
    pub fn submit(&mut self) -> Option<Secret> {
        let code = self.complete();
        if code.is_none() {
            self.note = Some(Note::TooShort);
        }
        code
    }

    fn complete(&self) -> Option<Secret> {
        (self.code.len() == CODE_LENGTH).then(|| Secret::new(self.code.as_str()))
    }

    /// Shows a pasted code, whatever stood there before.
    pub fn fill(&mut self, code: &str) {
        self.code.clear();
        self.code.push_str(code);
        self.note = None;
    }

    pub fn no_code_pasted(&mut self) {
        self.note = Some(Note::NoCodePasted);
    }

    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Backspace => {
                self.code.pop();
            }
            Edit::ClearBefore | Edit::ClearWord => self.code.clear(),
            Edit::Left | Edit::Right | Edit::Start | Edit::End | Edit::Delete => {}
        }
    }

    /// The code was refused. A challenge that still stands keeps the pane as it
    /// is, for the next try.
    pub fn refuse(&mut self, failure: Failure, challenge: Option<Challenge>) {
        self.code.clear();
        match challenge {
            Some(challenge) => {
                self.challenge = challenge;
                self.note = Some(Note::Refused(failure));
            }
            None => self.note = Some(Note::Over(failure)),
        }
    }

    /// CentralDB's view of the challenge; another terminal may have tried a
    /// code, or signed in anew.
    pub fn learn(&mut self, challenge: Challenge) {
        // A new code moves the challenge's beginning; then it is still this one.
        let moved = matches!(self.new_code, NewCode::Asked | NewCode::From(_));
        if challenge.created_at == self.challenge.created_at || moved {
            self.challenge = challenge;
            self.known = true;
        } else {
            *self = Self::known(challenge);
        }
    }

    /// Why no other code can be asked for now.
    pub fn why_no_new_code(&self, now: Timestamp) -> Option<&'static str> {
        if !self.challenge.method.is_sent() {
            Some("Your authenticator app makes the codes; Garmin sends none.")
        } else if self.is_over(now) {
            Some("The challenge is over: Enter signs in again.")
        } else if self.new_code == NewCode::Asked {
            Some("Garmin is being asked for a new code.")
        } else {
            match self.new_code_at() {
                None => Some("This way of signing in has no known way to ask for another code."),
                Some(at) => (now < at).then_some("The wait for a new code is not over yet."),
            }
        }
    }

    fn new_code_at(&self) -> Option<Timestamp> {
        let own = self.challenge.created_at.saturating_add(NEW_CODE_WAIT);
        let own = own.unwrap_or(Timestamp::MAX);
        match self.new_code {
            NewCode::Never => None,
            NewCode::From(at) => Some(at.max(own)),
            NewCode::Possible | NewCode::Asked => Some(own),
        }
    }

    pub fn ask_new_code(&mut self) {
        self.new_code = NewCode::Asked;
        self.note = None;
    }

    /// The question did not go out.
    pub fn new_code_not_asked(&mut self) {
        if self.new_code == NewCode::Asked {
            self.new_code = NewCode::Possible;
        }
    }

    /// `Ok`: from when Garmin would send the next one.
    pub fn learn_new_code(&mut self, result: Result<Timestamp, Failure>) {
        match result {
            Ok(next) => {
                self.new_code = NewCode::From(next);
                self.note = Some(Note::NewCode);
            }
            Err(failure) => {
                self.new_code = match failure.retry_at {
                    _ if failure.kind == FailureKind::NotPossible => NewCode::Never,
                    Some(at) => NewCode::From(at),
                    None => NewCode::Possible,
                };
                self.note = Some(Note::Refused(failure));
            }
        }
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let over = self.is_over(state.now);
        // Odd, so that the cells stand in the very middle.
        let width = body.width.min(63).saturating_sub(1) | 1;
        let message = self.message(
            state,
            usize::from(width.saturating_sub(dialog::FRAME.0)),
            theme,
        );
        let rows = u16::try_from(message.len()).unwrap_or(u16::MAX);

        let place = dialog::centred(
            body,
            width,
            code_cells::SIZE.1 + rows + u16::from(rows > 0) + 3 + dialog::FRAME.1,
        );
        let title = fit(&self.title(), usize::from(width).saturating_sub(6));
        let inside = dialog::open(
            frame,
            place,
            &title,
            Some(self.time_left(state.now, theme)),
            theme,
        );
        let [_, cells, _, said, _, foot] = Layout::vertical([
            Constraint::Max(1),
            Constraint::Length(code_cells::SIZE.1),
            Constraint::Max(1),
            Constraint::Length(rows),
            Constraint::Max(u16::from(rows > 0)),
            Constraint::Length(1),
        ])
        .areas(inside);
        let [cells] = Layout::horizontal([code_cells::SIZE.0])
            .flex(Flex::Center)
            .areas(cells);
        let live = !over && state.takes_text();
        code_cells::view(frame, cells, &self.code, live, theme);
        frame.render_widget(Paragraph::new(message).centered(), said);
        let foot_text = if over {
            "Enter signs in again · Esc back".to_owned()
        } else {
            format!("paste works{} · Esc later", self.new_code_foot(state))
        };
        frame.render_widget(
            Line::styled(foot_text, theme.style(Role::Muted)).centered(),
            foot,
        );
    }

    /// ` · r new code in 24 s`; nothing where there is no way to one.
    fn new_code_foot(&self, state: &State) -> String {
        match self.new_code_at() {
            _ if !self.challenge.method.is_sent() => String::new(),
            _ if self.new_code == NewCode::Asked => " · asking for a new code".to_owned(),
            None => String::new(),
            Some(at) if state.now < at => format!(" · r new code {}", state.times().future(at)),
            Some(_) => " · r new code".to_owned(),
        }
    }

    fn title(&self) -> String {
        let method = &self.challenge.method;
        if !method.is_sent() {
            return format!("The code is {}", method.sentence());
        }
        let to = self
            .challenge
            .sent_to
            .as_deref()
            .map(|to| format!(" to {}", printable(to)))
            .unwrap_or_default();
        format!("Garmin sent a code {}{to}", method.sentence())
    }

    fn time_left(&self, now: Timestamp, theme: Theme) -> Line<'static> {
        if self.is_over(now) {
            return panel::edge("over", theme.style(Role::Warn));
        }
        let left = countdown(now, self.challenge.expires_at);
        let tried = match self.challenge.attempts {
            0 => String::new(),
            n => format!("{} tried · ", counted(n, "code")),
        };
        panel::edge(
            &format!("{tried}expires in {left}"),
            theme.style(Role::Accent),
        )
    }

    fn message(&self, state: &State, width: usize, theme: Theme) -> Vec<Line<'static>> {
        let sentences =
            |glyph: &str, role: Role, summary: &str, remedy: &str| -> Vec<Line<'static>> {
                let summary = wrap(&format!("{glyph} {}", printable(summary)), width);
                let remedy = wrap(&printable(remedy), width);
                let quiet = theme.style(Role::Muted);
                summary
                    .into_iter()
                    .map(|line| Line::styled(line, theme.style(role)))
                    .chain(remedy.into_iter().map(|line| Line::styled(line, quiet)))
                    .collect()
            };
        if state.desk.waiting == Some(Waiting::Code) {
            return said::asking(state.now, theme);
        }
        match &self.note {
            Some(Note::Over(failure)) => {
                sentences("✗", Role::Error, &failure.summary, &failure.remedy)
            }
            _ if self.challenge.is_expired(state.now) => {
                let expired = Failure::mfa_expired();
                sentences("✗", Role::Error, &expired.summary, &expired.remedy)
            }
            Some(Note::Refused(failure)) => {
                let glyph = if failure.kind == FailureKind::MfaCodeInvalid {
                    "✗"
                } else {
                    "!"
                };
                sentences(glyph, Role::Error, &failure.summary, &failure.remedy)
            }
            Some(Note::NewCode) => sentences("✓", Role::Ok, "A new code is on its way.", ""),
            Some(Note::NoCodePasted) => sentences(
                "!",
                Role::Warn,
                "There was no six-digit code in what was pasted.",
                "",
            ),
            Some(Note::TooShort) => sentences("!", Role::Warn, "A code has six digits.", ""),
            None => Vec::new(),
        }
    }
}
