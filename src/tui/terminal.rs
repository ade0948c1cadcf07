//! The terminal: switched into the app's modes once, and back on every way out.
//!
//! `Session` undoes exactly what it switched on, when it is dropped, when the UI
//! thread panics, and never twice. A panic on another thread leaves the screen
//! alone: it would go on being drawn over the shell. Called by `app`; the loop
//! itself knows only a `Terminal`.

use std::{
    env, fmt,
    io::{self, IsTerminal, Stdout, Write, stderr, stdout},
    mem::ManuallyDrop,
    panic,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use color_eyre::{
    config::{HookBuilder, Theme},
    eyre,
};
#[cfg(windows)]
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::{
    Command, cursor,
    event::{DisableBracketedPaste, EnableBracketedPaste},
    execute,
    style::{ResetColor, force_color_output},
    terminal::{self, EnterAlternateScreen, LeaveAlternateScreen},
};
use ratatui::{Terminal, backend::CrosstermBackend};
use tokio_util::sync::CancellationToken;

use crate::engine::job_control::{JobControl, JobSignal, is_foreground};

mod bounded;

use bounded::Bounded;
pub use bounded::bounded;

/// The terminal that the app draws on.
pub type Screen = Terminal<Bounded<CrosstermBackend<Stdout>>>;

static ACTIVE: AtomicBool = AtomicBool::new(false);
/// Whether clicks are wanted, for [`suspend`] to switch them on again.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// The screen while the app owns it.
///
/// `ManuallyDrop`, because the drop of ratatui's `Terminal` prints with
/// `eprintln!`, which panics when the terminal is gone.
pub struct Session(ManuallyDrop<Screen>);

impl Session {
    /// `mouse`: whether clicks and the wheel are wanted.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        MOUSE.store(mouse, Ordering::SeqCst);
        // The theme decides on colour; crossterm's own NO_COLOR would reset
        // bold and reverse with it.
        force_color_output(true);
        take()
            .and_then(|()| Terminal::new(Bounded(CrosstermBackend::new(stdout()))))
            .map(|terminal| Self(ManuallyDrop::new(terminal)))
            .inspect_err(|_| leave())
    }

    pub fn terminal(&mut self) -> &mut Screen {
        &mut self.0
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        leave();
    }
}

/// Switches every mode of the app on.
fn take() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    ACTIVE.store(true, Ordering::SeqCst);
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
    if MOUSE.load(Ordering::SeqCst) {
        execute!(stdout(), Clicks(true))?;
    }
    Ok(())
}

/// Gives the terminal to the shell while it wants it, and takes it again.
/// `false` when `stop` was cancelled meanwhile: then the shell keeps it.
pub async fn suspend(jobs: &mut JobControl, signal: JobSignal, stop: &CancellationToken) -> bool {
    if signal == JobSignal::Stop {
        leave();
        jobs.stop().await;
    }
    while !is_foreground() {
        // Continued in the background: `fg` sends another signal.
        tokio::select! {
            _ = jobs.next() => {}
            () = stop.cancelled() => return false,
        }
    }
    // After a stop that was not caught the modes are whatever the shell left.
    leave();
    // A terminal that is gone will tell at the next frame.
    let _ = take();
    true
}

/// Undoes every mode `enter` switched on; does nothing a second time. Errors
/// are of no use here: the terminal may be gone.
fn leave() {
    if ACTIVE.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            stdout(),
            ResetColor,
            Clicks(false),
            DisableBracketedPaste,
            LeaveAlternateScreen,
            cursor::Show
        );
        let _ = terminal::disable_raw_mode();
    }
}

/// Clicks and the wheel. Not crossterm's own mode: that one also reports each
/// move of the pointer, and wakes an idle app for nothing.
struct Clicks(bool);

impl Command for Clicks {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str(if self.0 {
            "\x1b[?1000h\x1b[?1006h"
        } else {
            "\x1b[?1006l\x1b[?1000l"
        })
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        if self.0 {
            EnableMouseCapture.execute_winapi()
        } else {
            DisableMouseCapture.execute_winapi()
        }
    }
}

/// Reports of errors and panics that leave a usable terminal behind.
///
/// Call it on the main thread, and run the app there with `block_on`: the hook
/// takes the calling thread for the UI thread.
pub fn install_hooks() -> eyre::Result<()> {
    let plain =
        env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || !stderr().is_terminal();
    let theme = if plain { Theme::new() } else { Theme::dark() };
    let (on_panic, on_error) = HookBuilder::default()
        .display_env_section(false)
        .theme(theme)
        .into_hooks();
    on_error.install()?;
    let ui = thread::current().id();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == ui || !ACTIVE.load(Ordering::SeqCst) {
            leave();
            // Not eprintln!: it panics itself when stderr is gone.
            let _ = writeln!(stderr(), "{}", on_panic.panic_report(info));
        }
        // After printing: the panic may have come from inside the log writer.
        tracing::error!(panic = %info, "panic");
    }));
    Ok(())
}
