//! One quiet line on standard error while a sync runs, redrawn in place.
//!
//! Only for a person: where standard error is a terminal that can go back to the
//! beginning of a line. Nothing of it is left when the sync is over.

use std::io::{self, IsTerminal, Write};

use crate::domain::{
    account::AccountName, job::SyncProgress, printable::excerpt, wording::counted,
};

/// Where a terminal does not tell.
const COLUMNS: u16 = 80;

#[derive(Debug)]
pub(super) struct Progress {
    is_wanted: bool,
    is_drawn: bool,
}

impl Progress {
    pub(super) fn new(is_wanted: bool) -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self {
            is_wanted: is_wanted && !is_dumb && io::stderr().is_terminal(),
            is_drawn: false,
        }
    }

    pub(super) fn show(&mut self, account: &AccountName, progress: &SyncProgress) {
        if self.is_wanted {
            let columns = crossterm::terminal::size().map_or(COLUMNS, |(columns, _)| columns);
            // A line that fills the last column would wrap.
            let line = line(account, progress, usize::from(columns).saturating_sub(1));
            write(&format!("\r{line}\x1b[K"));
            self.is_drawn = true;
        }
    }

    pub(super) fn clear(&mut self) {
        if self.is_drawn {
            write("\r\x1b[K");
            self.is_drawn = false;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

fn line(account: &AccountName, progress: &SyncProgress, columns: usize) -> String {
    let SyncProgress {
        done,
        planned,
        requests,
        ..
    } = *progress;
    let tasks = match planned {
        0 => "planning".to_owned(),
        planned => format!("{done} of {}", counted(planned, "task")),
    };
    let requests = counted(requests, "request");
    let current = match &progress.current {
        Some((dataset, span)) => format!("  {dataset} {span}"),
        None => String::new(),
    };
    excerpt(&format!("{account}  {tasks}  {requests}{current}"), columns)
}

fn write(text: &str) {
    let mut to = io::stderr().lock();
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{dataset::Dataset, job::JobId};

    #[test]
    fn the_line_says_how_far_it_is_and_never_wraps() {
        let progress = SyncProgress {
            job: JobId::new(1),
            done: 3,
            planned: 40,
            requests: 1,
            current: Some((Dataset::Sleep, "日本\x1b[2J 2026-11-20".to_owned())),
        };
        let account = AccountName::default();
        assert_eq!(
            line(&account, &progress, 79),
            "default  3 of 40 tasks  1 request  sleep 日本 [2J 2026-11-20"
        );
        assert_eq!(
            line(&account, &progress, 44),
            "default  3 of 40 tasks  1 request  sleep 日…"
        );
        assert_eq!(line(&account, &progress, 0), "");
    }
}
