//! One frame without a terminal: for pipes, `watch`, READMEs.
//!
//! The same state, update and view as the app; the engine is asked what the
//! screen reads, and the frame is drawn once all of it is there.

mod paint;

use std::time::Duration;

use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, layout::Size};
use tokio::{sync::mpsc, time::timeout};

pub use self::paint::{ansi, svg, text};
use super::{
    Options,
    effect::Effect,
    keymap::Action,
    msg::Msg,
    state::State,
    update::{act, update},
    view::view,
};
use crate::{
    config::args::ScreenName,
    domain::failure::Failure,
    engine::{command::Command, event::Event, handle::EngineHandle},
};

/// CentralDB answers at once; a host that the doctor asks may not.
const PATIENCE: Duration = Duration::from_secs(20);

/// Draws a screen. The engine only reads ([`crate::engine::Mode::Reading`]).
///
/// # Errors
/// When the engine ends, or nothing comes of what was asked.
pub async fn still(
    engine: &EngineHandle,
    mut events: mpsc::Receiver<Event>,
    options: Options,
    screen: ScreenName,
    size: Size,
) -> Result<Buffer, Failure> {
    let theme = options.theme;
    let mut state = options.state();
    state.size = size;
    send(engine, Command::Reload)?;
    // The schedule is the last thing told; it is not this process's own.
    loop {
        match next(&mut events).await? {
            Event::Schedule { .. } => break,
            event => take(engine, &mut state, event)?,
        }
    }
    for action in way_to(screen) {
        settle(engine, &mut events, &mut state).await?;
        perform(engine, act(&mut state, *action))?;
    }
    settle(engine, &mut events, &mut state).await?;
    let Ok(mut terminal) = Terminal::new(TestBackend::new(size.width, size.height));
    let Ok(frame) = terminal.draw(|frame| view(&state, theme, frame));
    Ok(frame.buffer.clone())
}

/// The actions that lead from home to a screen.
const fn way_to(screen: ScreenName) -> &'static [Action] {
    match screen {
        ScreenName::Home => &[],
        ScreenName::Coverage => &[Action::Coverage],
        ScreenName::Jobs => &[Action::Jobs],
        ScreenName::Report => &[Action::Jobs, Action::Choose],
        ScreenName::Accounts => &[Action::Accounts],
        ScreenName::Events => &[Action::Audit],
        ScreenName::Doctor => &[Action::Doctor],
        ScreenName::About => &[Action::About],
        ScreenName::Keys => &[Action::Help],
        ScreenName::SignIn => &[Action::SignIn],
    }
}

/// Until all that is on screen was read.
async fn settle(
    engine: &EngineHandle,
    events: &mut mpsc::Receiver<Event>,
    state: &mut State,
) -> Result<(), Failure> {
    while state.is_reading() {
        let event = next(events).await?;
        take(engine, state, event)?;
    }
    Ok(())
}

async fn next(events: &mut mpsc::Receiver<Event>) -> Result<Event, Failure> {
    let event = timeout(PATIENCE, events.recv()).await.ok().flatten();
    event.ok_or_else(|| Failure::unexpected("The engine did not say what the screen shows."))
}

fn take(engine: &EngineHandle, state: &mut State, event: Event) -> Result<(), Failure> {
    if let Event::Trouble(failure) = event {
        return Err(failure);
    }
    perform(engine, update(state, Msg::Engine(event)))
}

fn perform(engine: &EngineHandle, effect: Option<Effect>) -> Result<(), Failure> {
    match effect {
        Some(Effect::Send(command)) => send(engine, command),
        _ => Ok(()),
    }
}

fn send(engine: &EngineHandle, command: Command) -> Result<(), Failure> {
    let sent = engine.send(command);
    sent.map_err(|e| Failure::unexpected(format!("The engine did not answer: {e}.")))
}
