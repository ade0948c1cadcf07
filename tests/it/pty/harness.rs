//! A pseudo-terminal with a screen model: type, wait for text, look at the modes.

use std::{
    io::{Read, Write},
    num::NonZeroU16,
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::{
    process::{Pid, Signal, kill_process},
    termios::{LocalModes, tcgetattr},
};

/// Generous: the machines are slow and noisy. A condition that comes true is seen at once.
const DEADLINE: Duration = Duration::from_secs(30);

pub(super) struct Pty {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// Every byte the program ever wrote.
    written: Arc<Mutex<Vec<u8>>>,
}

impl Pty {
    pub(super) fn start(command: &Command, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let mut builder = CommandBuilder::new(command.get_program());
        builder.args(command.get_args());
        builder.env_clear();
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                builder.env(name, value);
            }
        }
        builder.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(builder).unwrap();
        // Kept open, the slave end would hide the end of the program.
        drop(pair.slave);
        let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
        let screen = Arc::new(Mutex::new(parser));
        let written = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (to_screen, to_written) = (Arc::clone(&screen), Arc::clone(&written));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                to_screen.lock().unwrap().process(&buffer[..length]);
                to_written
                    .lock()
                    .unwrap()
                    .extend_from_slice(&buffer[..length]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self {
            master: pair.master,
            writer,
            child,
            screen,
            written,
        }
    }

    pub(super) fn types(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// As a terminal with bracketed paste hands it over.
    pub(super) fn pastes(&mut self, text: &str) {
        self.types(&format!("\x1b[200~{text}\x1b[201~"));
    }

    pub(super) fn resizes(&mut self, columns: u16, rows: u16) {
        self.screen
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// The window's size as the program sees it, without a screen to match.
    #[cfg(target_os = "linux")]
    pub(super) fn tells_size(&self, columns: u16, rows: u16) {
        self.master.resize(size(columns, rows)).unwrap();
    }

    #[cfg(target_os = "linux")]
    pub(super) fn peak_memory_kib(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.process_id().unwrap());
        let text = std::fs::read_to_string(status).unwrap();
        let peak = text
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        peak.trim().trim_end_matches(" kB").parse().unwrap()
    }

    pub(super) fn shows(&self, text: &str) {
        self.until(|screen| screen.contents().contains(text), text);
    }

    pub(super) fn hides(&self, text: &str) {
        self.until(|screen| !screen.contents().contains(text), text);
    }

    pub(super) fn never_showed(&self, text: &str) {
        let written = self.written.lock().unwrap();
        assert!(
            !written
                .windows(text.len())
                .any(|window| window == text.as_bytes()),
            "{text:?} was on screen"
        );
    }

    pub(super) fn gets(&self, signal: Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// How the terminal treats typed keys: (shown, a line at a time, Ctrl-C and Ctrl-Z are signals).
    pub(super) fn modes(&self) -> (bool, bool, bool) {
        let tty = std::fs::File::open(self.master.tty_name().unwrap()).unwrap();
        let modes = tcgetattr(tty).unwrap().local_modes;
        let has = |mode| modes.contains(mode);
        (
            has(LocalModes::ECHO),
            has(LocalModes::ICANON),
            has(LocalModes::ISIG),
        )
    }

    /// Waits until typed keys are shown, or not.
    pub(super) fn echoes(&self, wanted: bool) {
        self.until(|_| self.modes().0 == wanted, "another echo");
    }

    pub(super) fn is_full_screen(&self) -> bool {
        let screen = self.screen.lock().unwrap();
        let screen = screen.screen();
        screen.alternate_screen()
            && screen.bracketed_paste()
            && screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// Waits until the program has a handler of its own for `signal`.
    #[cfg(target_os = "linux")]
    pub(super) fn catches(&self, signal: Signal) {
        let status = format!("/proc/{}/status", self.child.process_id().unwrap());
        let caught = || {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let mask = text.lines().find_map(|line| line.strip_prefix("SigCgt:"));
            mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        };
        let bit = 1 << (signal.as_raw() - 1);
        self.until(
            |_| caught().is_some_and(|mask| mask & bit != 0),
            "a handler",
        );
    }

    /// The program left with `code`, and left the terminal as it found it.
    pub(super) fn ended(&mut self, code: u32) {
        assert_eq!(self.wait(), Some(code));
        self.until(
            |screen| {
                !screen.alternate_screen()
                    && !screen.bracketed_paste()
                    && !screen.hide_cursor()
                    && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
            },
            "every mode switched off",
        );
    }

    fn wait(&mut self) -> Option<u32> {
        let end = Instant::now() + DEADLINE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status.exit_code());
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }

    fn until(&self, holds: impl Fn(&vt100::Screen) -> bool, what: &str) {
        let end = Instant::now() + DEADLINE;
        while Instant::now() < end {
            if holds(self.screen.lock().unwrap().screen()) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let screen = self.screen.lock().unwrap();
        panic!("never came: {what}\n{}", screen.screen().contents());
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}
