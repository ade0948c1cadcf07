//! Asking a person, where there is one.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::domain::{
    failure::{Failure, FailureKind},
    secret::{Secret, without_bom},
};

/// Whether somebody sits at both ends of standard input and standard error.
pub(super) fn has_person() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// A visible line, asked for on standard error so that standard output stays clean.
pub(super) async fn line(question: &'static str) -> Result<String, Failure> {
    blocking(move || {
        let mut to = io::stderr().lock();
        write!(to, "{question}: ")?;
        to.flush()?;
        first_line()
    })
    .await
}

/// A line that is not shown.
pub(super) async fn secret(question: &'static str) -> Result<Secret, Failure> {
    blocking(move || rpassword::prompt_password(format!("{question}: ")))
        .await
        .map(Secret::new)
}

/// The first line of standard input, for scripts.
pub(super) async fn secret_from_stdin(what: &'static str) -> Result<Secret, Failure> {
    let text = blocking(first_line).await.map(Secret::new)?;
    if text.is_empty() {
        return Err(Failure::usage(
            format!("No {what} came from standard input."),
            format!("Give the {what} as the first line of standard input."),
        ));
    }
    Ok(text)
}

/// What to say when a person is needed and there is no terminal.
pub(super) fn nobody(needed: &str, instead: &str) -> Failure {
    Failure::new(
        FailureKind::NoTerminal,
        format!("There is no terminal to ask for {needed}."),
        instead,
    )
}

fn first_line() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().read_line(&mut text)?;
    Ok(without_bom(&text).trim_end_matches(['\r', '\n']).to_owned())
}

async fn blocking<T: Send + 'static>(
    ask: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    let unreadable = |why: String| {
        Failure::usage(
            format!("Standard input cannot be read: {why}."),
            "Try again in a terminal.",
        )
    };
    match tokio::task::spawn_blocking(ask).await {
        Ok(answer) => answer.map_err(|e| unreadable(e.to_string())),
        Err(_) => Err(unreadable("asking was interrupted".to_owned())),
    }
}
