//! The binary: arguments in, exit code out. Everything else is in the library.

use std::process::ExitCode;

use garminsync::{app, config::args::Args, tui::terminal};

fn main() -> color_eyre::Result<ExitCode> {
    // Whatever creates a file, it is born private.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let args = Args::of_process();
    terminal::install_hooks()?;
    Ok(ExitCode::from(app::run(args)))
}
