//! Tracing: a file for us, never the screen.
//!
//! Three logs, never mixed: the sync log (rows, for the person), this one (a
//! daily file, for us), and the toast. Fields are names, counts and reasons;
//! no body, header, URL or typed text is ever traced.

use std::{io, path::Path};

use tracing_appender::{
    non_blocking::NonBlocking,
    non_blocking::WorkerGuard,
    rolling::{RollingFileAppender, Rotation},
};
use tracing_subscriber::{
    EnvFilter, Layer, filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::domain::failure::Failure;

/// Days of log files that are kept.
const KEPT: usize = 7;

/// Starts tracing into `logs/garminsync.DATE.log`; with `verbose`, headless
/// commands also speak on standard error. Without `logs` no file is written.
/// Dropping the guard flushes the file.
///
/// # Errors
/// When the filter of the configuration cannot be read, or the folder not written.
pub fn start(
    logs: Option<&Path>,
    filter: &str,
    stderr: Option<u8>,
) -> Result<Option<WorkerGuard>, Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|_| {
        Failure::config(
            "The log setting is no filter.",
            "Use error, warn, info or debug in config.toml or GARMINSYNC_LOG.",
        )
    })?;
    let (writer, guard) = logs.map(file).transpose()?.unzip();
    let to_file = writer.map(|writer| {
        tracing_subscriber::fmt::layer()
            .json()
            .with_writer(writer)
            .with_filter(filter)
    });
    let level = match stderr {
        None => LevelFilter::OFF,
        Some(0) => LevelFilter::ERROR,
        Some(1) => LevelFilter::INFO,
        Some(_) => LevelFilter::DEBUG,
    };
    let to_stderr = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .with_filter(level);
    // A second start (tests in one process) keeps the first subscriber.
    let _ = tracing_subscriber::registry()
        .with(to_file)
        .with(to_stderr)
        .try_init();
    Ok(guard)
}

fn file(logs: &Path) -> Result<(NonBlocking, WorkerGuard), Failure> {
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("garminsync")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(logs)
        .map_err(|_| {
            Failure::config(
                format!("The log folder {} cannot be written.", logs.display()),
                "Check its permissions and free space.",
            )
        })?;
    Ok(tracing_appender::non_blocking(file))
}
