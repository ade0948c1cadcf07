//! Standard output and standard error, in the format asked for.

use std::io::{self, Write};

use serde::Serialize;

use crate::{config::args::Format, domain::failure::Failure};

/// Writes a command's result.
#[derive(Debug)]
pub(crate) struct Output {
    format: Format,
}

impl Output {
    pub(crate) const fn new(format: Format) -> Self {
        Self { format }
    }

    /// Whether a person reads along, rather than a program.
    pub(crate) fn is_text(&self) -> bool {
        self.format == Format::Text
    }

    /// The result: `text` for people, `value` for programs.
    pub(super) fn result(&self, text: &str, value: &impl Serialize) {
        if self.is_text() {
            print(text);
        } else {
            self.value(value);
        }
    }

    /// The result for programs, where people get something else.
    pub(crate) fn value(&self, value: &impl Serialize) {
        // Reports are strings, numbers and lists: they always serialise.
        print(&match self.format {
            Format::Yaml => serde_saphyr::to_string(value).unwrap_or_default(),
            Format::Text | Format::Json => serde_json::to_string_pretty(value).unwrap_or_default(),
        });
    }
}

fn print(text: &str) {
    // A reader that went away (`| head`) is no failure of ours.
    let _ = writeln!(io::stdout().lock(), "{}", text.trim_end());
}

/// A line on standard error.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// A failure on standard error: what failed, and what to do.
pub(crate) fn complain(failure: &Failure) {
    say(&format!(
        "garminsync: {} {}",
        failure.summary, failure.remedy
    ));
    if let Some(at) = failure.retry_at {
        say(&format!("garminsync: try again after {at:.0}"));
    }
}
