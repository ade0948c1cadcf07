//! `audit`: the trail of sign-ins, refreshes and refusals.

use super::{Front, output::Output, report::AuditReport};
use crate::{
    domain::{audit::AuthEvent, failure::Failure},
    engine::{command::Command, event::Event},
};

pub(super) async fn run(front: &mut Front, out: &Output) -> Result<u8, Failure> {
    let account = front.account();
    let events = front
        .ask(
            Command::Audit {
                account: account.clone(),
            },
            |event| match event {
                Event::Audit { events, .. } => Some(events),
                _ => None,
            },
        )
        .await?;
    let text = match events.as_slice() {
        [] => format!("Nothing has happened yet on account {account}."),
        events => events.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    out.result(&text, &AuditReport::new(account, events));
    Ok(0)
}

fn line(event: &AuthEvent) -> String {
    let detail = event.detail.as_deref().unwrap_or_default();
    let line = format!(
        "{:.0}  {:<12} {:<20} {detail}",
        event.at, event.what, event.outcome
    );
    line.trim_end().to_owned()
}
