//! `doctor`: is everything as it should be. The report holds no secret.

use super::{Front, output::Output, report::DoctorReport};
use crate::{
    domain::{
        failure::Failure,
        finding::{Finding, Health},
    },
    engine::{command::Command, event::Event},
};

/// Exit code 0 when nothing is bad, else 1.
pub(super) async fn run(front: &mut Front, out: &Output, is_offline: bool) -> Result<u8, Failure> {
    let findings = front.ask(Command::Examine { is_offline }, |event| match event {
        Event::Examined { findings } => Some(findings),
        _ => None,
    });
    let findings = findings.await?;
    let text: Vec<_> = findings.iter().map(line).collect();
    let is_bad = findings.iter().any(|finding| finding.health == Health::Bad);
    out.result(&text.join("\n"), &DoctorReport::new(findings));
    Ok(u8::from(is_bad))
}

fn line(finding: &Finding) -> String {
    let glyph = match finding.health {
        Health::Ok => "✓ ok  ",
        Health::Warn => "! warn",
        Health::Bad => "✗ bad ",
    };
    format!("{glyph}  {:<10} {}", finding.what, finding.detail)
}
