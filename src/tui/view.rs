//! State to frame, without changing anything.
//!
//! Each screen has the same four regions, top to bottom: the title bar, the
//! body, the corner note if there is one, the hints.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    ascii,
    keymap::{Action, Binding, Scope},
    pane::{cool_down, home, session, sign_out},
    state::{Overlay, Screen, State},
    text::wrap,
    theme::{Role, Theme},
    widget::{gauge, hints, note, status_bar},
};
use crate::domain::session::SessionStatus;

const MIN_WIDTH: u16 = 60;
const MIN_HEIGHT: u16 = 16;

#[derive(Clone, Copy)]
pub struct Regions {
    title: Rect,
    pub body: Rect,
    corner: Rect,
    pub hints: Rect,
}

/// Where everything goes on a screen of the state's size.
pub fn regions(state: &State) -> Regions {
    let screen = Rect::new(0, 0, state.size.width, state.size.height);
    let corner_rows = note::lines(&state.corner, screen.width, Theme::plain()).len();
    let [title, body, corner, hints] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(u16::try_from(corner_rows).unwrap_or(u16::MAX)),
        Constraint::Length(1),
    ])
    .areas(screen);
    Regions {
        title,
        body,
        corner,
        hints,
    }
}

pub fn view(state: &State, theme: Theme, frame: &mut Frame<'_>) {
    if state.size.width < MIN_WIDTH || state.size.height < MIN_HEIGHT {
        too_small(state, frame, theme);
        return;
    }
    let regions = regions(state);
    status_bar::view(
        frame,
        regions.title,
        title(state, theme),
        forecast(state, theme),
        next(state, theme),
    );
    match &state.screen {
        Screen::Home => home::view(state, frame, regions.body, theme),
        Screen::Doors(pane) => pane.view(state, frame, regions.body, theme),
        Screen::Login(pane) => pane.view(state, frame, regions.body, theme),
        Screen::Browser(pane) => pane.view(state, frame, regions.body, theme),
        Screen::Key(pane) => pane.view(state, frame, regions.body, theme),
        Screen::Mfa(pane) => pane.view(state, frame, regions.body, theme),
        Screen::Accounts(pane) => pane.view(state, frame, regions.body, theme),
        Screen::NewAccount(pane) => pane.view(state, frame, regions.body, theme),
        Screen::Audit(pane) => pane.view(state, frame, regions.body, theme),
        Screen::Jobs(pane) => pane.view(state, frame, regions.body, theme),
        Screen::Report(pane) => pane.view(state, frame, regions.body, theme),
        Screen::Coverage(pane) => pane.view(state, frame, regions.body, theme),
        Screen::Rename(pane) => pane.view(state, frame, regions.body, theme),
        Screen::Doctor(pane) => pane.view(state, frame, regions.body, theme),
        Screen::About(pane) => pane.view(state, frame, regions.body, theme),
    }
    frame.render_widget(
        Paragraph::new(note::lines(&state.corner, regions.corner.width, theme)),
        regions.corner,
    );
    let shown: Vec<(String, &str)> = hints(state).iter().map(hint).collect();
    frame.render_widget(
        hints::line(&shown, regions.hints.width, theme),
        regions.hints,
    );
    match &state.overlay {
        Some(Overlay::Price(pane)) => pane.view(state, frame, regions.body, theme),
        Some(Overlay::Help(pane)) => pane.view(state, frame, regions.body, theme),
        Some(Overlay::Palette(pane)) => pane.view(state, frame, regions.body, theme),
        Some(Overlay::SignOut(account)) => {
            sign_out::view(account, state, frame, regions.body, theme);
        }
        Some(Overlay::CoolDown) => cool_down::view(state, frame, regions.body, theme),
        // The filter is typed on the log's own edge.
        Some(Overlay::Filter) | None => {}
    }
    state.toasts.view(frame, regions.body, theme);
    if !state.unicode {
        ascii::flatten(frame.buffer_mut());
    }
}

/// ` garminsync   ada  ● VALID`
fn title(state: &State, theme: Theme) -> Line<'static> {
    let mut spans = vec![
        Span::styled(" garminsync", theme.style(Role::Title)),
        Span::styled(format!("   {}  ", state.account), theme.style(Role::Accent)),
    ];
    if let Some(status) = state.status() {
        let (glyph, role) = session::dress(status);
        spans.push(Span::styled(
            format!("{glyph} {}", status.word()),
            theme.style(role),
        ));
    }
    Line::from(spans)
}

/// When a person is needed; louder in the last days.
fn forecast(state: &State, theme: Theme) -> Line<'static> {
    let (text, role) = match (state.status(), state.account_state()) {
        (Some(SessionStatus::Missing), _) => {
            let key = state.keymap.key_of(Action::SignIn);
            (format!("press {key} to sign in"), Role::Muted)
        }
        (Some(status), Some(account)) => {
            let Some(when) = session::needs_person(account, status, state.now) else {
                return Line::default();
            };
            let role = match session::forecast_role(account, state.now) {
                Role::Text => Role::Muted,
                louder => louder,
            };
            (format!("needs you {when}"), role)
        }
        (_, _) => return Line::default(),
    };
    Line::styled(format!("   {text}"), theme.style(role))
}

/// What comes next, or what is going on.
fn next(state: &State, theme: Theme) -> Line<'static> {
    let spinner = || {
        Span::styled(
            format!("{} ", gauge::spinner(state.now)),
            theme.style(Role::Accent),
        )
    };
    if state.desk.waiting.is_some() {
        return Line::from(vec![spinner(), Span::raw("asking Garmin ")]);
    }
    if state.desk.job.is_running() {
        let tally = state.desk.job.tally();
        let tally = tally.map(|(done, planned)| format!("{done} of {planned} "));
        let text = format!("syncing {}", tally.unwrap_or_default());
        return Line::from(vec![spinner(), Span::raw(text)]);
    }
    match state.next_sync_at {
        Some(at) => Line::styled(
            format!("next sync {} ", state.times().future(at)),
            theme.style(Role::Muted),
        ),
        None => Line::default(),
    }
}

/// The keys worth a place on the bottom line: those that make sense now.
pub fn hints(state: &State) -> Vec<Binding> {
    let bindings = state.keymap.within(state.scopes());
    bindings
        .filter(|binding| binding.hint.is_some() && state.why_not(binding.action).is_none())
        .filter(|binding| is_worth_a_hint(state, binding))
        .copied()
        .collect()
}

/// A key and its short words.
pub fn hint(binding: &Binding) -> (String, &'static str) {
    (binding.key_name(), binding.hint.unwrap_or_default())
}

/// The ways to other screens are told at home; elsewhere the help has them.
fn is_worth_a_hint(state: &State, binding: &Binding) -> bool {
    let at_home = matches!(state.screen, Screen::Home);
    match binding.action {
        Action::SignIn => state.status() != Some(SessionStatus::Valid),
        Action::Help => true,
        _ => at_home || binding.scope != Scope::Browse,
    }
}

fn too_small(state: &State, frame: &mut Frame<'_>, theme: Theme) {
    let area = frame.area();
    let sentence = format!(
        "garminsync needs {MIN_WIDTH} columns and {MIN_HEIGHT} rows; here are {} and {}.",
        state.size.width, state.size.height
    );
    let lines: Vec<Line<'_>> = wrap(&sentence, area.width.into())
        .into_iter()
        .map(|line| Line::styled(line, theme.style(Role::Text)).centered())
        .collect();
    let rows = u16::try_from(lines.len())
        .unwrap_or(area.height)
        .min(area.height);
    let middle = Rect {
        y: area.y + (area.height - rows) / 2,
        height: rows,
        ..area
    };
    frame.render_widget(Paragraph::new(lines), middle);
}
