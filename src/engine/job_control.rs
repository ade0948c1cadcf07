//! Job control: what Ctrl-Z and `fg` mean for a process that has the terminal in
//! modes of its own.
//!
//! Whoever listens must give the terminal back, call [`JobControl::stop`], and
//! take the terminal again once it returns. Stands below both fronts, because a
//! prompt needs it as much as the full-screen app.

use std::io;

/// What the shell wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobSignal {
    /// Ctrl-Z, or `kill -TSTP`: stop.
    Stop,
    /// Continued after a stop that could not be caught. The terminal's modes
    /// may be anything now.
    Continued,
}

#[cfg(unix)]
pub use unix::{JobControl, is_foreground, press_ctrl_z};

#[cfg(not(unix))]
pub use other::{JobControl, is_foreground, press_ctrl_z};

#[cfg(unix)]
mod unix {
    use rustix::{
        process::{self, Signal},
        stdio, termios,
    };
    use tokio::signal::unix::{self, SignalKind};

    use super::{JobSignal, io};

    /// The signals of job control, caught from here on for the life of the process.
    #[derive(Debug)]
    pub struct JobControl {
        stops: unix::Signal,
        continues: unix::Signal,
    }

    impl JobControl {
        /// # Errors
        /// When the signals cannot be caught.
        pub fn listen() -> io::Result<Self> {
            let caught = |signal: Signal| unix::signal(SignalKind::from_raw(signal.as_raw()));
            Ok(Self {
                stops: caught(Signal::TSTP)?,
                continues: caught(Signal::CONT)?,
            })
        }

        pub async fn next(&mut self) -> JobSignal {
            loop {
                tokio::select! {
                    // A stop that no shell could end is none.
                    Some(()) = self.stops.recv() => if has_shell() {
                        return JobSignal::Stop;
                    },
                    Some(()) = self.continues.recv() => return JobSignal::Continued,
                    else => std::future::pending::<()>().await,
                }
            }
        }

        /// Stops the process. Returns once the shell continues it.
        pub async fn stop(&mut self) {
            // SIGSTOP, because SIGTSTP is caught. The other processes of the
            // pipeline got theirs from the terminal.
            if process::kill_process(process::getpid(), Signal::STOP).is_ok() {
                self.continues.recv().await;
            }
        }
    }

    /// Whether somebody is there to continue us: the group of a session's
    /// leader has no shell above it, and the kernel would not stop it either.
    fn has_shell() -> bool {
        process::getsid(None).is_ok_and(|session| session != process::getpgrp())
    }

    /// Whether the terminal is ours. To change its modes from the background
    /// would change them under the shell, and stop this process.
    pub fn is_foreground() -> bool {
        termios::tcgetpgrp(stdio::stdin()).is_ok_and(|group| group == process::getpgrp())
    }

    /// What a terminal does on Ctrl-Z when it is not in raw mode.
    pub fn press_ctrl_z() {
        if has_shell() {
            // Nothing to be done where it fails: the app simply goes on.
            let _ = process::kill_current_process_group(Signal::TSTP);
        }
    }
}

#[cfg(not(unix))]
mod other {
    use super::{JobSignal, io};

    /// There is no job control here.
    #[derive(Debug)]
    pub struct JobControl;

    impl JobControl {
        pub fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        pub async fn next(&mut self) -> JobSignal {
            std::future::pending().await
        }

        pub async fn stop(&mut self) {}
    }

    pub const fn is_foreground() -> bool {
        true
    }

    pub const fn press_ctrl_z() {}
}
