//! `token`: a valid bearer on standard output, for scripts.

use std::io::{self, IsTerminal, Write};

use super::{Front, output::Output, report::TokenReport};
use crate::{
    domain::{failure::Failure, printable::io_reason, session::Lane},
    engine::{command::Command, event::Event},
};

/// Prints the bearer and nothing else. On a terminal only with `--yes`: there
/// it ends in the scroll-back.
pub(super) async fn run(
    front: &mut Front,
    out: &Output,
    lane: Lane,
    yes: bool,
) -> Result<u8, Failure> {
    if io::stdout().is_terminal() && !yes {
        return Err(Failure::usage(
            "The token would stay readable in this terminal.",
            "Add --yes if you want that, or hand it to a program: $(garminsync token)",
        ));
    }
    let account = front.account();
    let command = Command::Token {
        account: account.clone(),
        lane,
    };
    let bearer = front.ask(command, |event| match event {
        Event::Token { result } => Some(result),
        _ => None,
    });
    let bearer = bearer.await??;
    if !out.is_text() {
        out.value(&TokenReport::new(account, lane, bearer.expose()));
        return Ok(0);
    }
    let written = writeln!(io::stdout().lock(), "{}", bearer.expose());
    written.map(|()| 0).map_err(|e| {
        Failure::unexpected(format!(
            "The token could not be written: {}.",
            io_reason(&e)
        ))
    })
}
