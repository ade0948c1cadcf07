//! Signals become one token: whoever works, ends in good order.

use std::io;

use tokio_util::sync::CancellationToken;

use crate::{
    cli,
    domain::{failure::Failure, printable::io_reason},
    engine::job_control::{JobControl, JobSignal},
};

/// Ctrl-Z and `fg`.
pub(super) fn job_control() -> Result<JobControl, Failure> {
    JobControl::listen().map_err(|e| unheard(&e))
}

/// Ctrl-Z at a prompt: the terminal is given back before the process stops, and
/// the question asked again when it goes on.
pub(super) fn stop_at_prompts() -> Result<(), Failure> {
    let mut jobs = job_control()?;
    tokio::spawn(async move {
        loop {
            if jobs.next().await == JobSignal::Stop {
                cli::prompt::give_way();
                jobs.stop().await;
            }
            cli::prompt::ask_again();
        }
    });
    Ok(())
}

fn unheard(error: &io::Error) -> Failure {
    Failure::unexpected(format!("Signals cannot be received: {}.", io_reason(error)))
}

/// Cancelled by Ctrl-C, Ctrl-\, SIGTERM or a closed terminal.
pub(super) fn stop_token() -> Result<CancellationToken, Failure> {
    let stop = CancellationToken::new();
    let told = stop.clone();
    let wait = listen().map_err(|e| unheard(&e))?;
    tokio::spawn(async move {
        wait.await;
        told.cancel();
    });
    Ok(stop)
}

#[cfg(unix)]
fn listen() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut quit = signal(SignalKind::quit())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = quit.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn listen() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        // Without the handler Ctrl-C simply ends the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
