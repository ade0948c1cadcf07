//! The full-screen app: a cockpit that is left open.
//!
//! `run` is the loop: draw, wait for one thing, take in what else is ready,
//! draw again. Everything that decides is pure and lies below: `update` turns a
//! message into state and at most one effect, `view` turns state into a frame.
//! Speaks only with the engine, in commands and events; knows no HTTP and no
//! SQL. Generic over backend and input, so that a test, a PTY and a person run
//! the same loop. Called by `app`.

pub mod ascii;
pub mod desktop;
pub mod effect;
pub mod keymap;
pub mod msg;
pub mod pane;
pub mod state;
pub mod still;
pub mod terminal;
pub mod text;
pub mod theme;
pub mod times;
pub mod update;
pub mod view;
pub mod widget;

use std::{future::poll_fn, io, task::Poll, time::Duration};

use crossterm::event::Event as TerminalEvent;
use futures_util::{Stream, StreamExt};
use jiff::tz::TimeZone;
use ratatui::{Terminal, backend::Backend};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::{
    effect::Effect, keymap::Keymap, msg::Msg, state::State, theme::Theme, update::update,
    view::view,
};
use crate::{
    clock::Clock,
    domain::{
        account::{AccountName, Region},
        printable::io_reason,
    },
    engine::{
        command::Command,
        event::Event,
        handle::EngineHandle,
        job_control::{self, JobControl, JobSignal},
    },
};

/// How many waiting messages are taken in before the next frame.
const BURST: usize = 64;

pub struct Options {
    pub account: AccountName,
    /// Label and value pairs that stay in sight, e.g. the demo's credentials.
    pub corner: Vec<(String, String)>,
    /// Label and value pairs of the about screen: versions and files.
    pub about: Vec<(String, String)>,
    pub theme: Theme,
    pub keymap: Keymap,
    /// Whether more than ASCII may be drawn.
    pub unicode: bool,
    pub clock: Clock,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// Where a person signs in with the browser.
    pub browser_urls: [(Region, String); 2],
    /// Opens an address in the browser: [`desktop::open`], but not in tests.
    pub opener: fn(&str) -> io::Result<()>,
    /// Puts a text into the clipboard: [`desktop::copy`], but not in tests.
    pub copier: fn(&str) -> io::Result<()>,
    /// Ctrl-Z and `fg`; `None` where nobody can press it, as in tests.
    pub job_control: Option<JobControl>,
}

impl Options {
    /// The state the app begins with.
    fn state(self) -> State {
        let now = self.clock.now();
        let mut state = State::new(self.account, self.corner, self.zone, self.browser_urls, now);
        state.about = self.about;
        state.keymap = self.keymap;
        state.unicode = self.unicode;
        state
    }
}

/// Why the app is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A key.
    Quit,
    /// `stop` was cancelled: a signal.
    Stopped,
    /// The terminal is gone.
    InputClosed,
    /// The engine ended while the app was open, which it never should.
    EngineGone,
}

/// Runs until a key, a signal, or the end of the terminal or the engine.
///
/// `terminal` is expected to be in raw mode on its alternate screen
/// ([`terminal::Session`]). Fails only where drawing fails.
pub async fn run<B, S>(
    terminal: &mut Terminal<B>,
    input: S,
    engine: EngineHandle,
    mut events: mpsc::Receiver<Event>,
    stop: CancellationToken,
    mut options: Options,
) -> Result<Ended, B::Error>
where
    B: Backend,
    S: Stream<Item = io::Result<TerminalEvent>> + Unpin,
{
    let (theme, clock) = (options.theme, options.clock.clone());
    let (opener, copier) = (options.opener, options.copier);
    let mut job_control = options.job_control.take();
    let mut input = input.fuse();
    let mut state = options.state();
    send(Command::Reload, &engine, &mut state);
    loop {
        update(&mut state, Msg::Resized(terminal.size()?));
        terminal.draw(|frame| view(&state, theme, frame))?;

        let mut next = tokio::select! {
            woken = wait(&mut input, &mut events, &stop, state.cadence()) => match woken {
                Ok(msg) => msg,
                Err(ended) => return Ok(ended),
            },
            (jobs, signal) = job_signal(job_control.as_mut()) => {
                if !terminal::suspend(jobs, signal, &stop).await {
                    return Ok(Ended::Stopped);
                }
                terminal.backend_mut().clear()?;
                // Forgets the last frame: all of the next one is drawn.
                terminal.swap_buffers();
                None
            }
        };
        // The time first: what follows may start a toast or a countdown.
        update(&mut state, Msg::Tick(clock.now()));
        for _ in 0..BURST {
            let Some(msg) = next else { break };
            match update(&mut state, msg) {
                Some(Effect::Suspend) => job_control::press_ctrl_z(),
                Some(Effect::Quit) => return Ok(Ended::Quit),
                Some(Effect::Send(command)) => send(command, &engine, &mut state),
                Some(Effect::Open(address)) => {
                    let result = opener(&address).map_err(|e| io_reason(&e));
                    update(&mut state, Msg::Opened(result));
                }
                Some(Effect::Copy(address)) => {
                    let result = copier(&address).map_err(|e| io_reason(&e));
                    update(&mut state, Msg::Copied(result));
                }
                None => {}
            }
            next = ready(&mut input, &mut events).await;
        }
    }
}

fn send(command: Command, engine: &EngineHandle, state: &mut State) {
    if engine.send(command).is_err() {
        update(state, Msg::NotSent);
    }
}

/// The next thing that happens; `None` for the passing of time, and for input
/// the app does not listen to.
async fn wait<S>(
    input: &mut S,
    events: &mut mpsc::Receiver<Event>,
    stop: &CancellationToken,
    cadence: Duration,
) -> Result<Option<Msg>, Ended>
where
    S: Stream<Item = io::Result<TerminalEvent>> + Unpin,
{
    tokio::select! {
        () = stop.cancelled() => Err(Ended::Stopped),
        event = input.next() => match event {
            Some(Ok(event)) => Ok(Msg::from_terminal(event)),
            Some(Err(_)) | None => Err(Ended::InputClosed),
        },
        event = events.recv() => event.map(|event| Some(Msg::Engine(event))).ok_or(Ended::EngineGone),
        () = tokio::time::sleep(cadence) => Ok(None),
    }
}

async fn job_signal(jobs: Option<&mut JobControl>) -> (&mut JobControl, JobSignal) {
    match jobs {
        Some(jobs) => {
            let signal = jobs.next().await;
            (jobs, signal)
        }
        None => std::future::pending().await,
    }
}

/// What is there already, without waiting. The end of either is for `wait`.
///
/// Polls with the task's own waker, not with `now_or_never`: crossterm's stream
/// keeps the waker of the first poll that found nothing, and would wake nobody.
async fn ready<S>(input: &mut S, events: &mut mpsc::Receiver<Event>) -> Option<Msg>
where
    S: Stream<Item = io::Result<TerminalEvent>> + Unpin,
{
    let typed = poll_fn(|context| match input.poll_next_unpin(context) {
        Poll::Ready(typed) => Poll::Ready(typed),
        Poll::Pending => Poll::Ready(None),
    });
    let typed = typed
        .await
        .and_then(Result::ok)
        .and_then(Msg::from_terminal);
    typed.or_else(|| events.try_recv().ok().map(Msg::Engine))
}
