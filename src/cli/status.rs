//! `status`: the session of every account, or of one.

use std::fmt::Write;

use jiff::Timestamp;

use super::{
    Front,
    output::{Output, complain},
    report::StatusReport,
    times::{since, until},
    worst::worse,
};
use crate::{
    domain::{
        failure::Failure,
        session::{AccountState, Lane, LaneState, SessionStatus},
        wording::{counted, in_days},
    },
    engine::{command::Command, event::Event},
};

pub(super) async fn run(front: &mut Front, out: &Output, check: bool) -> Result<u8, Failure> {
    let mut code = 0;
    if check {
        for state in wanted(front).await? {
            code = worse(code, check_one(front, &state).await?);
        }
    }
    let states = wanted(front).await?;
    let now = front.clock.now();
    out.result(&text(&states, now), &StatusReport::new(&states, now));
    Ok(code)
}

async fn check_one(front: &mut Front, state: &AccountState) -> Result<u8, Failure> {
    let account = state.account.name.clone();
    let checked = front.ask(Command::Check { account }, |event| match event {
        Event::Checked { result, .. } => Some(result),
        _ => None,
    });
    Ok(match checked.await? {
        Ok(()) => 0,
        Err(failure) => {
            complain(&failure);
            failure.kind.exit_code()
        }
    })
}

/// All accounts, or the one that was named.
async fn wanted(front: &Front) -> Result<Vec<AccountState>, Failure> {
    let states = front.states().await?;
    Ok(match &front.config.account {
        None => states,
        Some(name) => {
            let named: Vec<_> = states
                .into_iter()
                .filter(|state| state.account.name == *name)
                .collect();
            if named.is_empty() {
                return Err(Failure::signed_out(name));
            }
            named
        }
    })
}

fn text(states: &[AccountState], now: Timestamp) -> String {
    if states.is_empty() {
        return "No account yet. Sign in with: garminsync login".to_owned();
    }
    states
        .iter()
        .map(|state| account_text(state, now))
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn account_text(state: &AccountState, now: Timestamp) -> String {
    let mut text = format!(
        "{}  {} {}",
        state.account.name,
        glyph(state.status),
        state.status.word()
    );
    if let Some(name) = &state.account.display_name {
        let _ = write!(text, "  {}", crate::domain::printable::printable(name));
    }
    for lane in &state.lanes {
        for (label, value) in lane_lines(lane, now) {
            let _ = write!(text, "\n  {label:<12} {value}");
        }
    }
    if let Some(percent) = state.reuse.percent() {
        let _ = write!(
            text,
            "\n  {:<12} {percent} % of {} in the last 30 days needed no person",
            "Reuse",
            counted(state.reuse.jobs, "job")
        );
    }
    for owed in &state.owed {
        let _ = write!(text, "\n  {:<12} {}", "Missing", owed.sentence(now));
    }
    if let Some(mfa) = &state.mfa {
        let wait = until(mfa.expires_at, now);
        let _ = write!(
            text,
            "\n  {:<12} awaited {}, ends {wait}: garminsync mfa",
            "MFA code",
            mfa.method.sentence()
        );
    }
    for cool_down in &state.cool_downs {
        let _ = write!(
            text,
            "\n  {:<12} {} until {:.0}",
            "Resting", cool_down.reason, cool_down.until
        );
    }
    if matches!(
        state.status,
        SessionStatus::Missing | SessionStatus::Expired
    ) {
        let _ = write!(text, "\n  {:<12} garminsync login", "Next step");
    }
    text
}

fn lane_lines(lane: &LaneState, now: Timestamp) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(reason) = &lane.ended_reason {
        lines.push(("Ended", reason.clone()));
    }
    if lane.status != SessionStatus::Valid {
        return lines;
    }
    let times = [
        ("Signed in", lane.signed_in_at.map(|at| since(at, now))),
        ("Checked", lane.last_validated_at.map(|at| since(at, now))),
        (
            "Access",
            lane.access_expires_at
                .map(|at| format!("expires {}", until(at, now))),
        ),
        (
            match lane.lane {
                Lane::Connect => "Refresh",
                Lane::Personal => "Key",
            },
            lane.refresh_expires_at
                .map(|at| format!("expires {}", until(at, now))),
        ),
    ];
    lines.extend(
        times
            .into_iter()
            .filter_map(|(label, value)| Some((label, value?))),
    );
    lines.push(("Generation", lane.generation.to_string()));
    if let Some(days) = lane.needs_person_in_days(now) {
        lines.push((
            "Needs you",
            match lane.lane {
                Lane::Connect => format!("{}, unless a sync refreshes it before", in_days(days)),
                // No sync makes a key last longer.
                Lane::Personal => in_days(days),
            },
        ));
    }
    lines
}

const fn glyph(status: SessionStatus) -> &'static str {
    match status {
        SessionStatus::Valid => "●",
        SessionStatus::MfaPending => "◐",
        SessionStatus::Expired => "✗",
        SessionStatus::Missing => "○",
    }
}
