//! The terminal: switched into the app's modes once, and back on every way out.
//!
//! `Session` undoes exactly what it switched on, when it is dropped, when the UI
//! thread panics, and never twice. A panic on another thread leaves the screen
//! alone: it would go on being drawn over the shell. Called by `app`; the loop
//! itself knows only a `Terminal`.

use std::{
    env,
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
use crossterm::{
    cursor,
    event::{DisableBracketedPaste, EnableBracketedPaste},
    execute,
    style::{ResetColor, force_color_output},
    terminal::{self, EnterAlternateScreen, LeaveAlternateScreen},
};
use ratatui::{Terminal, backend::CrosstermBackend};

static ACTIVE: AtomicBool = AtomicBool::new(false);

/// The screen while the app owns it.
///
/// `ManuallyDrop`, because the drop of ratatui's `Terminal` prints with
/// `eprintln!`, which panics when the terminal is gone.
pub struct Session(ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>);

impl Session {
    pub fn enter() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        ACTIVE.store(true, Ordering::SeqCst);
        // The theme decides on colour; crossterm's own NO_COLOR would reset
        // bold and reverse with it.
        force_color_output(true);
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)
            .and_then(|()| Terminal::new(CrosstermBackend::new(stdout())))
            .map(|terminal| Self(ManuallyDrop::new(terminal)))
            .inspect_err(|_| leave())
    }

    pub fn terminal(&mut self) -> &mut Terminal<CrosstermBackend<Stdout>> {
        &mut self.0
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        leave();
    }
}

/// Undoes every mode `enter` switched on; does nothing a second time. Errors
/// are of no use here: the terminal may be gone.
fn leave() {
    if ACTIVE.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            stdout(),
            ResetColor,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            cursor::Show
        );
        let _ = terminal::disable_raw_mode();
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
