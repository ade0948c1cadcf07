//! The chooser of the sign-in doors: what each needs, gives, and how long it lasts.
//!
//! Where the screen is low, only the selected door keeps its sentences.

use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::tui::{
    state::State,
    text::{pad, width, wrap},
    theme::{Role, Theme},
    times::countdown,
    widget::dialog,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorChoice {
    Password,
    Browser,
    Key,
}

impl DoorChoice {
    const ALL: [Self; 3] = [Self::Password, Self::Browser, Self::Key];

    const fn name(self) -> &'static str {
        match self {
            Self::Password => "Password",
            Self::Browser => "Browser",
            Self::Key => "Personal API key",
        }
    }

    const fn sentences(self) -> &'static str {
        match self {
            Self::Password => {
                "Needs your e-mail, your password and perhaps a code; gives full access, kept \
                 alive by refreshes. Garmin allows only a few such sign-ins a day."
            }
            Self::Browser => {
                "You sign in in your browser and paste the address it ends on; gives full \
                 access, kept alive by refreshes. Works also while the password door rests."
            }
            Self::Key => {
                "Needs Garmin's official read-only key, made on connect.garmin.com; gives fewer \
                 kinds of data. Lasts until the expiry you chose there."
            }
        }
    }
}

#[derive(Debug)]
pub struct DoorsPane {
    pub selected: DoorChoice,
}

impl DoorsPane {
    pub const fn at(selected: DoorChoice) -> Self {
        Self { selected }
    }

    pub fn up(&mut self) {
        self.selected = match self.selected {
            DoorChoice::Password | DoorChoice::Browser => DoorChoice::Password,
            DoorChoice::Key => DoorChoice::Browser,
        };
    }

    pub fn down(&mut self) {
        self.selected = match self.selected {
            DoorChoice::Password => DoorChoice::Browser,
            DoorChoice::Browser | DoorChoice::Key => DoorChoice::Key,
        };
    }

    /// The door under the pointer.
    pub fn at_point(&self, at: Position, state: &State, body: Rect) -> Option<DoorChoice> {
        let (place, lines) = self.place(state, body, Theme::plain());
        let inside = dialog::inside(place);
        let row = usize::from(at.y.checked_sub(inside.y)?);
        lines.get(row).filter(|_| inside.contains(at))?.0
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let (place, lines) = self.place(state, body, theme);
        let title = format!("Sign in to Garmin as account {}", state.account);
        let inside = dialog::open(frame, place, &title, None, theme);
        let lines: Vec<Line<'_>> = lines.into_iter().map(|(_, line)| line).collect();
        frame.render_widget(Paragraph::new(lines), inside);
    }

    /// The lines, each with its door, and where they stand.
    fn place(&self, state: &State, body: Rect, theme: Theme) -> (Rect, Vec<DoorLine>) {
        let columns = body.width.min(74);
        let inner_width = usize::from(columns.saturating_sub(dialog::FRAME.0));
        let height = |lines: &Vec<DoorLine>| {
            let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
            rows.saturating_add(dialog::FRAME.1)
        };
        let mut lines = self.lines(state, inner_width, true, theme);
        if height(&lines) > body.height {
            lines = self.lines(state, inner_width, false, theme);
        }
        (dialog::centred(body, columns, height(&lines)), lines)
    }

    fn lines(&self, state: &State, columns: usize, all: bool, theme: Theme) -> Vec<DoorLine> {
        let mut lines: Vec<DoorLine> = Vec::new();
        for (door, number) in DoorChoice::ALL.into_iter().zip(1..) {
            let selected = door == self.selected;
            lines.push((None, Line::default()));
            let head = head(door, number, selected, state, columns, theme);
            lines.push((Some(door), head));
            if all || selected {
                let style = theme.style(if selected { Role::Text } else { Role::Muted });
                let sentences = wrap(door.sentences(), columns.saturating_sub(4));
                lines.extend(sentences.into_iter().map(|text| {
                    let line = Line::styled(format!("    {text}"), style);
                    (Some(door), line)
                }));
            }
        }
        if all {
            lines.push((None, Line::default()));
        }
        lines
    }
}

/// A line of the chooser, and the door it is about.
type DoorLine = (Option<DoorChoice>, Line<'static>);

/// `› 1 Password                    ! rests for 14:31`
fn head(
    door: DoorChoice,
    number: u8,
    selected: bool,
    state: &State,
    columns: usize,
    theme: Theme,
) -> Line<'static> {
    let (mark, role) = if selected {
        ("›", Role::Focus)
    } else {
        (" ", Role::Text)
    };
    let rest = state
        .sign_in_rest()
        .filter(|_| door == DoorChoice::Password);
    let rest = rest.map(|rest| format!("! rests for {}", countdown(state.now, rest.until)));
    let rest = rest.unwrap_or_default();
    let name = pad(door.name(), columns.saturating_sub(4 + width(&rest)));
    Line::from(vec![
        Span::styled(format!("{mark} "), theme.style(role)),
        Span::styled(format!("{number} "), theme.style(Role::Key)),
        Span::styled(name, theme.style(role)),
        Span::styled(rest, theme.style(Role::Warn)),
    ])
}
