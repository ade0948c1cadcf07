//! `reparse`: the typed rows built again from the kept answers.

use super::{Front, output::Output, report::ReparseReport};
use crate::{
    domain::{failure::Failure, job::Reparsed, wording::counted},
    engine::{command::Command, event::Event},
};

pub(super) async fn run(front: &mut Front, out: &Output) -> Result<u8, Failure> {
    let done = front
        .ask(Command::Reparse, |event| match event {
            Event::Reparsed { result } => Some(result),
            _ => None,
        })
        .await??;
    out.result(&text(&done), &ReparseReport::new(&done));
    Ok(0)
}

fn text(done: &Reparsed) -> String {
    let unread = match done.unread {
        0 => String::new(),
        1 => "; 1 still cannot be read, and is kept".to_owned(),
        many => format!("; {many} still cannot be read, and are kept"),
    };
    format!(
        "{} read again: {} new, {} changed{unread}.",
        counted(done.payloads, "answer"),
        counted(done.rows_new, "row"),
        done.rows_changed
    )
}
