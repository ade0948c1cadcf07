//! Signals become one token: whoever works, ends in good order.

use tokio_util::sync::CancellationToken;

use crate::domain::failure::Failure;

/// Cancelled by Ctrl-C, SIGTERM or a closed terminal.
pub(super) fn stop_token() -> Result<CancellationToken, Failure> {
    let stop = CancellationToken::new();
    let told = stop.clone();
    let wait =
        listen().map_err(|e| Failure::unexpected(format!("Signals cannot be received: {e}.")))?;
    tokio::spawn(async move {
        wait.await;
        told.cancel();
    });
    Ok(stop)
}

#[cfg(unix)]
fn listen() -> std::io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn listen() -> std::io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        // Without the handler Ctrl-C simply ends the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
