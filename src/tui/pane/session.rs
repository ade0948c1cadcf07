//! The session pane: whether garminsync can work without a person, until when,
//! and if not, what to do.
//!
//! Rows are ordered by worth: what a low screen cuts off is what matters least.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    domain::{
        challenge::Challenge,
        cool_down::{CoolDown, CoolDownScope},
        coverage::Owed,
        printable::printable,
        session::{AccountState, Door, Lane, LaneState, SessionStatus},
        wording::{counted, in_days},
    },
    tui::{
        keymap::Action,
        state::State,
        text::{pad, wrap},
        theme::{Role, Theme},
        times::countdown,
        widget::{gauge, panel, said},
    },
};

/// Columns of a label, as far as the values stand.
pub const LABEL: usize = 11;

/// A refresh token lives about 30 days from its last use (`protocol.md` 5): a
/// full bar.
const REFRESH_LIFE_S: u64 = 30 * 86_400;

/// How a status looks; the word is its own.
pub const fn dress(status: SessionStatus) -> (&'static str, Role) {
    match status {
        SessionStatus::Missing => ("○", Role::Muted),
        SessionStatus::MfaPending => ("◐", Role::Warn),
        SessionStatus::Valid => ("●", Role::Ok),
        SessionStatus::Expired => ("✗", Role::Error),
    }
}

/// The lane that decides: `connect` where there is one.
pub fn main_lane(state: &AccountState) -> Option<&LaneState> {
    state
        .lanes
        .iter()
        .find(|lane| lane.lane == Lane::Connect)
        .or_else(|| state.lanes.first())
}

/// "in 23 days", "today", "now": when a person is needed.
pub fn needs_person(
    state: &AccountState,
    status: SessionStatus,
    now: jiff::Timestamp,
) -> Option<String> {
    match status {
        SessionStatus::Missing => None,
        SessionStatus::MfaPending | SessionStatus::Expired => Some("now".to_owned()),
        SessionStatus::Valid => state.needs_person_in_days(now).map(in_days),
    }
}

/// How loud the forecast is: a warning from seven days on.
pub fn forecast_role(state: &AccountState, now: jiff::Timestamp) -> Role {
    match state.needs_person_in_days(now) {
        Some(0) => Role::Error,
        Some(1..=7) => Role::Warn,
        _ => Role::Text,
    }
}

/// `last`: a line that is in sight however low the pane is.
pub fn view(
    state: &State,
    frame: &mut Frame<'_>,
    area: Rect,
    last: Option<Line<'static>>,
    theme: Theme,
) {
    let inside = panel::inside(area);
    let mut lines = lines(state, inside.width, theme);
    let rows = usize::from(inside.height).saturating_sub(usize::from(last.is_some()));
    lines.truncate(rows);
    lines.extend(last);
    frame.render_widget(panel::panel("Session", theme), area);
    frame.render_widget(Paragraph::new(lines), inside);
}

/// Rows of all there is to say.
pub fn rows(state: &State, area: Rect) -> u16 {
    said::rows(&lines(state, panel::inside(area).width, Theme::plain()))
}

fn lines(state: &State, width: u16, theme: Theme) -> Vec<Line<'static>> {
    let mut rows = Rows {
        lines: Vec::new(),
        value_width: usize::from(width).saturating_sub(LABEL),
        theme,
    };
    match state.status() {
        None => rows.text(
            "Status",
            &format!("{} reading CentralDB …", gauge::spinner(state.now)),
            Role::Muted,
        ),
        Some(status) => fill(&mut rows, state, status),
    }
    rows.lines
}

/// `3 days of sleep, next try in 6 h`: the report has the days and the reason.
fn missing(owed: &Owed, state: &State) -> String {
    let days = counted(owed.days.len(), "day");
    let again = owed.retry_at.filter(|at| *at > state.now);
    let again = again.map_or_else(
        || "with the next sync".to_owned(),
        |at| state.times().future(at),
    );
    format!("{days} of {}, next try {again}", owed.dataset)
}

fn fill(rows: &mut Rows, state: &State, status: SessionStatus) {
    let (glyph, role) = dress(status);
    rows.text("Status", &format!("{glyph} {}", status.word()), role);
    let account = state.account_state();
    if let Some(challenge) = state.challenge() {
        mfa(rows, state, challenge);
    }
    let lane = account.and_then(main_lane);
    let has_two = account.is_some_and(|account| account.lanes.len() > 1);
    let reason = lane.and_then(|lane| lane.ended_reason.as_deref());
    if let Some(reason) = reason.filter(|_| !has_two) {
        rows.text("Ended", &printable(reason), Role::Text);
    }
    if matches!(status, SessionStatus::Missing | SessionStatus::Expired) {
        let key = state.keymap.key_of(Action::SignIn);
        rows.text(
            "Next step",
            &format!("press {key} to sign in"),
            Role::Accent,
        );
    }
    if let Some(cool_down) = state.cool_down() {
        rest(rows, state, cool_down);
    }
    let Some(account) = account else { return };
    for owed in &account.owed {
        rows.text("Missing", &missing(owed, state), Role::Warn);
    }
    if let Some(needed) =
        needs_person(account, status, state.now).filter(|_| status == SessionStatus::Valid)
    {
        rows.text("Needs you", &needed, forecast_role(account, state.now));
    }
    if has_two {
        for lane in &account.lanes {
            one_of_two(rows, state, lane);
        }
    } else if let Some(lane) = lane.filter(|lane| lane.status == SessionStatus::Valid) {
        lasts(rows, state, lane);
    }
    if let Some(lane) = lane {
        tokens(rows, state, lane);
    }
    let mut label = "Signed in";
    for lane in &account.lanes {
        if let Some(at) = lane.signed_in_at {
            signed_in(rows, state, label, at, lane.door);
            label = "";
        }
    }
    if let Some(percent) = account.reuse.percent() {
        rows.text(
            "Reuse",
            &format!("{percent} % of {}", counted(account.reuse.jobs, "job")),
            Role::Text,
        );
    }
    about(rows, account);
}

fn mfa(rows: &mut Rows, state: &State, challenge: &Challenge) {
    if challenge.is_expired(state.now) {
        rows.text(
            "MFA code",
            &format!(
                "its time ran out, press {} to sign in again",
                state.keymap.key_of(Action::SignIn)
            ),
            Role::Warn,
        );
    } else {
        let left = countdown(state.now, challenge.expires_at);
        rows.text(
            "MFA code",
            &format!(
                "awaited, {left} left: press {} to enter it",
                state.keymap.key_of(Action::EnterCode)
            ),
            Role::Accent,
        );
    }
}

fn rest(rows: &mut Rows, state: &State, cool_down: &CoolDown) {
    let what = match cool_down.scope {
        CoolDownScope::SignIn => "no sign-in",
        CoolDownScope::Requests => "no request",
        CoolDownScope::RequestsPersonal => "no request by key",
    };
    let left = countdown(state.now, cool_down.until);
    rows.text("Cool-down", &format!("{what} for {left}"), Role::Warn);
    rows.text("", &printable(&cool_down.reason), Role::Muted);
}

/// A lane beside the other one: its status, and until when it lasts.
fn one_of_two(rows: &mut Rows, state: &State, lane: &LaneState) {
    let label = match lane.lane {
        Lane::Connect => "Connect",
        Lane::Personal => "Personal",
    };
    let (glyph, role) = dress(lane.status);
    let status = format!("{glyph} {}", lane.status.word());
    let ends = match lane.refresh_expires_at {
        _ if lane.status != SessionStatus::Valid => None,
        Some(at) => Some(format!("ends {}", state.times().future(at))),
        None => Some("end not known".to_owned()),
    };
    let Some(ends) = ends else {
        rows.text(label, &status, role);
        let reason = lane.ended_reason.as_deref().unwrap_or_default();
        rows.text("", &printable(reason), Role::Muted);
        return;
    };
    let ends = Span::styled(ends, rows.theme.style(end_role(lane, state.now)));
    let status = Span::styled(status, rows.theme.style(role));
    if status.width() + 2 + ends.width() <= rows.value_width {
        rows.spans(label, vec![status, Span::raw("  "), ends]);
    } else {
        rows.spans(label, vec![status]);
        rows.spans("", vec![ends]);
    }
}

fn end_role(lane: &LaneState, now: jiff::Timestamp) -> Role {
    match lane.needs_person_in_days(now) {
        Some(0..=1) => Role::Error,
        Some(2..=7) => Role::Warn,
        _ => Role::Text,
    }
}

/// Until when the only lane lasts.
fn lasts(rows: &mut Rows, state: &State, lane: &LaneState) {
    match (lane.lane, lane.refresh_expires_at) {
        (Lane::Connect, Some(at)) => refresh(rows, state, at),
        (Lane::Connect, None) => {}
        (Lane::Personal, Some(at)) => {
            let text = format!("ends {}", state.times().future(at));
            rows.text("Key", &text, end_role(lane, state.now));
        }
        (Lane::Personal, None) => {
            rows.text("Key", "its end is not known", Role::Muted);
        }
    }
}

fn tokens(rows: &mut Rows, state: &State, lane: &LaneState) {
    let times = state.times();
    if lane.status == SessionStatus::Valid
        && let Some(at) = lane.access_expires_at
    {
        let text = if at > state.now {
            format!("ends {}", times.future(at))
        } else {
            "renewed at next use".into()
        };
        rows.text("Access", &text, Role::Text);
    }
    if let Some(at) = lane.last_validated_at {
        rows.text("Checked", &times.past(at), Role::Text);
    }
}

/// When and through which door: `12 Oct, password`.
fn signed_in(rows: &mut Rows, state: &State, label: &str, at: jiff::Timestamp, door: Option<Door>) {
    let times = state.times();
    let day = if state.exact_times {
        times.past(at)
    } else {
        times.day(at)
    };
    let door = door.map(|door| format!(", {}", door.name()));
    let text = format!("{day}{}", door.unwrap_or_default());
    rows.text(label, &text, Role::Text);
}

/// The time left, with a bar that fills what the line leaves free.
fn refresh(rows: &mut Rows, state: &State, at: jiff::Timestamp) {
    let left_s = u64::try_from(at.duration_since(state.now).as_secs()).unwrap_or(0);
    let role = match left_s / 86_400 {
        0..2 => Role::Error,
        2..8 => Role::Warn,
        _ => Role::Accent,
    };
    let text = format!("ends {}  ", state.times().future(at));
    let room = rows.value_width.saturating_sub(text.len());
    let mut spans = vec![Span::raw(text)];
    if room >= 5 {
        let width = u16::try_from(room.min(20)).unwrap_or(0);
        spans.extend(gauge::bar(left_s, REFRESH_LIFE_S, width, role, rows.theme));
    }
    rows.spans("Refresh", spans);
}

fn about(rows: &mut Rows, account: &AccountState) {
    if let Some(lane) = main_lane(account) {
        rows.text("Generation", &lane.generation.to_string(), Role::Text);
    }
    if let Some(name) = account.account.display_name.as_deref().map(printable) {
        rows.text(
            "Garmin",
            &format!("{name}, {}", account.account.region.domain()),
            Role::Text,
        );
    }
    if let Some(zone) = account.account.time_zone.as_deref().map(printable) {
        rows.text("Time zone", &zone, Role::Text);
    }
}

/// Labelled values in two columns; long ones wrap within theirs.
struct Rows {
    lines: Vec<Line<'static>>,
    value_width: usize,
    theme: Theme,
}

impl Rows {
    fn text(&mut self, label: &str, value: &str, role: Role) {
        for (n, text) in wrap(value, self.value_width).into_iter().enumerate() {
            let label = if n == 0 { label } else { "" };
            let span = Span::styled(text, self.theme.style(role));
            self.spans(label, vec![span]);
        }
    }

    fn spans(&mut self, label: &str, value: Vec<Span<'static>>) {
        let mut spans = vec![Span::styled(
            pad(label, LABEL),
            self.theme.style(Role::Muted),
        )];
        spans.extend(value);
        self.lines.push(Line::from(spans));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        account::{Account, AccountId, AccountName, Region},
        session::Reuse,
    };
    use jiff::Timestamp;

    const DAY: i64 = 86_400;

    fn lane(lane: Lane, days: i64) -> LaneState {
        LaneState {
            lane,
            status: SessionStatus::Valid,
            door: None,
            signed_in_at: None,
            access_expires_at: None,
            refresh_expires_at: Timestamp::from_second(days * DAY).ok(),
            last_validated_at: None,
            generation: 1,
            ended_reason: None,
        }
    }

    fn account(lanes: Vec<LaneState>) -> AccountState {
        AccountState {
            account: Account {
                id: AccountId::new(1),
                name: AccountName::default(),
                region: Region::International,
                user_id: None,
                display_name: None,
                time_zone: None,
            },
            status: SessionStatus::Valid,
            lanes,
            mfa: None,
            cool_downs: Vec::new(),
            reuse: Reuse::default(),
            owed: Vec::new(),
        }
    }

    #[test]
    fn the_forecast_warns_from_seven_days_on() {
        let now = Timestamp::UNIX_EPOCH;
        for (days, role) in [
            (8, Role::Text),
            (7, Role::Warn),
            (1, Role::Warn),
            (0, Role::Error),
        ] {
            let account = account(vec![lane(Lane::Connect, days)]);
            assert_eq!(forecast_role(&account, now), role, "{days}");
        }
    }

    #[test]
    fn the_lane_that_syncs_live_on_decides() {
        let account = account(vec![lane(Lane::Connect, 2), lane(Lane::Personal, 84)]);
        let now = Timestamp::UNIX_EPOCH;
        let needed = needs_person(&account, SessionStatus::Valid, now);
        assert_eq!(needed.as_deref(), Some("in 2 days"));
        assert_eq!(forecast_role(&account, now), Role::Warn);
    }
}
