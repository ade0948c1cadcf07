//! The running app with a hand on each of its ends.

use std::{
    convert::Infallible,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use crossterm::event::{
    Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind,
};
use garminsync::{
    clock::Clock,
    domain::account::Region,
    engine::{command::Command, event::Event, handle::EngineHandle},
    tui::{self, Ended, Options, keymap::Keymap, theme::Theme},
};
use jiff::tz::TimeZone;
use ratatui::{
    Terminal,
    backend::{Backend, ClearType, TestBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{
    fixtures::{BROWSER_URL, account, now},
    keyboard::Keyboard,
};

const DEADLINE: Duration = Duration::from_secs(10);

pub(super) struct App {
    keyboard: Keyboard,
    engine: mpsc::Sender<Event>,
    commands: mpsc::Receiver<Command>,
    frames: watch::Receiver<String>,
    /// Every frame that was ever drawn.
    pub(super) all_frames: Arc<Mutex<String>>,
    pub(super) stop: CancellationToken,
    pub(super) clock: Clock,
    run: JoinHandle<Ended>,
}

impl App {
    pub(super) fn start(size: (u16, u16), corner: &[(&str, &str)]) -> Self {
        Self::start_with(size, corner, Keymap::default(), true)
    }

    pub(super) fn start_with(
        size: (u16, u16),
        corner: &[(&str, &str)],
        keymap: Keymap,
        unicode: bool,
    ) -> Self {
        let keyboard = Keyboard::default();
        let (engine, events) = mpsc::channel(64);
        let (command_sender, commands) = mpsc::channel(64);
        let (frame_sender, frames) = watch::channel(String::new());
        let all_frames = Arc::default();
        let screen = Screen {
            inner: TestBackend::new(size.0, size.1),
            frames: frame_sender,
            all: Arc::clone(&all_frames),
        };
        let (stop, clock) = (CancellationToken::new(), Clock::manual(now()));
        let options = Options {
            account: account(),
            corner: corner
                .iter()
                .map(|(label, value)| ((*label).to_owned(), (*value).to_owned()))
                .collect(),
            about: vec![
                ("SQLite".to_owned(), "3.51.0".to_owned()),
                (
                    "CentralDB".to_owned(),
                    format!("/home/ada/{}/central.db", "long-".repeat(20)),
                ),
            ],
            theme: Theme::colour(),
            keymap,
            unicode,
            clock: clock.clone(),
            zone: TimeZone::UTC,
            browser_urls: [Region::International, Region::China]
                .map(|region| (region, BROWSER_URL.to_owned())),
            opener: |address| {
                assert_eq!(address, BROWSER_URL);
                Err(io::Error::other("there is no desktop here"))
            },
            copier: |text| {
                assert_eq!(text, BROWSER_URL);
                Ok(())
            },
            job_control: None,
        };
        let (stopped, input) = (stop.clone(), keyboard.clone());
        let run = tokio::spawn(async move {
            let mut terminal = Terminal::new(screen).unwrap();
            tui::run(
                &mut terminal,
                input,
                EngineHandle::new(command_sender),
                events,
                stopped,
                options,
            )
            .await
            .unwrap()
        });
        Self {
            keyboard,
            engine,
            commands,
            frames,
            all_frames,
            stop,
            clock,
            run,
        }
    }

    pub(super) async fn tell(&self, event: Event) {
        self.engine.send(event).await.unwrap();
    }

    pub(super) fn press(&self, code: KeyCode) {
        self.keyboard
            .press(TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    pub(super) fn mouse(&self, kind: MouseEventKind, column: u16, row: u16) {
        self.keyboard.press(TerminalEvent::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
    }

    pub(super) fn ctrl(&self, c: char) {
        self.keyboard.press(TerminalEvent::Key(KeyEvent::new(
            KeyCode::Char(c),
            KeyModifiers::CONTROL,
        )));
    }

    pub(super) fn keys(&self, text: &str) {
        text.chars().for_each(|c| self.press(KeyCode::Char(c)));
    }

    pub(super) fn paste(&self, text: &str) {
        self.keyboard.press(TerminalEvent::Paste(text.to_owned()));
    }

    /// Waits for a frame with `text` in it, and answers that frame.
    pub(super) async fn shows(&mut self, text: &str) -> String {
        self.frame(text, |frame| frame.contains(text)).await
    }

    pub(super) async fn hides(&mut self, text: &str) -> String {
        self.frame(text, |frame| !frame.contains(text)).await
    }

    async fn frame(&mut self, what: &str, mut wanted: impl FnMut(&str) -> bool) -> String {
        let seen =
            tokio::time::timeout(DEADLINE, self.frames.wait_for(|frame| wanted(frame))).await;
        let found = seen.map(|frame| frame.unwrap().clone());
        found.unwrap_or_else(|_| panic!("{what:?} is not as wanted in\n{}", *self.frames.borrow()))
    }

    /// The next command but those that only read for the home screen.
    pub(super) async fn command(&mut self) -> Command {
        loop {
            let command = tokio::time::timeout(DEADLINE, self.commands.recv())
                .await
                .expect("a command")
                .unwrap();
            if !matches!(command, Command::Reload | Command::Coverage { .. }) {
                return command;
            }
        }
    }

    /// Closes the keyboard, as a closed terminal does.
    pub(super) async fn hang_up(self) -> Ended {
        self.keyboard.unplug();
        self.run.await.unwrap()
    }

    pub(super) async fn engine_gone(self) -> Ended {
        drop(self.engine);
        self.run.await.unwrap()
    }

    pub(super) async fn ended(self) -> Ended {
        tokio::time::timeout(DEADLINE, self.run)
            .await
            .expect("the app ends")
            .unwrap()
    }
}

/// A test screen that hands out each frame it drew.
struct Screen {
    inner: TestBackend,
    frames: watch::Sender<String>,
    all: Arc<Mutex<String>>,
}

impl Backend for Screen {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Infallible> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, Infallible> {
        self.inner.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        self.inner.window_size()
    }

    /// Called once at the end of each frame.
    fn flush(&mut self) -> Result<(), Infallible> {
        let frame = self.inner.to_string();
        self.all.lock().unwrap().push_str(&frame);
        self.frames.send_replace(frame);
        self.inner.flush()
    }
}
