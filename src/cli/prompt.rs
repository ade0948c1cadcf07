//! Asking a person, where there is one.
//!
//! The terminal's modes belong to the task that asks, not to the thread that
//! reads: whatever ends the question (an answer, a signal, a panic) drops
//! [`Question`], and that puts the modes back before the process can end.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::domain::{
    failure::{Failure, FailureKind},
    printable::io_reason,
    secret::{Secret, without_bom},
};

/// More than any secret, ticket or session has.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// Whether somebody sits at both ends of standard input and standard error.
pub(super) fn has_person() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// A visible line, asked for on standard error so that standard output stays clean.
pub(super) async fn line(question: &str) -> Result<String, Failure> {
    answer(question, false).await
}

/// A line that is not shown.
pub(super) async fn secret(question: &str) -> Result<Secret, Failure> {
    #[cfg(unix)]
    let text = answer(question, true).await?;
    #[cfg(not(unix))]
    let text = {
        let question = format!("{question}: ");
        reading(move || rpassword::prompt_password(question)).await?
    };
    Ok(Secret::new(text))
}

/// The first line of standard input, for scripts. A person at a terminal is
/// asked for it, unseen.
pub(super) async fn secret_from_stdin(what: &'static str) -> Result<Secret, Failure> {
    let text = if io::stdin().is_terminal() {
        secret(&format!("The {what} (not shown)")).await?
    } else {
        reading(first_line).await.map(Secret::new)?
    };
    if text.is_empty() {
        return Err(Failure::usage(
            format!("No {what} came from standard input."),
            format!("Give the {what} as the first line of standard input."),
        ));
    }
    Ok(text)
}

/// All of standard input, as text.
pub(super) async fn all_of_stdin() -> Result<Secret, Failure> {
    let text = reading(|| {
        let mut text = String::new();
        bounded(io::stdin().lock(), |from| from.read_to_string(&mut text))?;
        Ok(without_bom(&text).to_owned())
    });
    text.await.map(Secret::new)
}

/// What to say when a person is needed and there is no terminal.
pub(super) fn nobody(needed: &str, instead: &str) -> Failure {
    Failure::new(
        FailureKind::NoTerminal,
        format!("There is no terminal to ask for {needed}."),
        instead,
    )
}

async fn answer(question: &str, is_hidden: bool) -> Result<String, Failure> {
    let question = Question::ask(question, is_hidden).map_err(|e| unreadable(&e))?;
    let answer = reading(first_line).await?;
    question.answered();
    Ok(answer)
}

fn first_line() -> io::Result<String> {
    let mut text = String::new();
    bounded(io::stdin().lock(), |from| from.read_line(&mut text))?;
    Ok(without_bom(&text).trim_end_matches(['\r', '\n']).to_owned())
}

/// Input without an end must not fill the memory.
fn bounded(
    from: impl BufRead,
    read: impl FnOnce(&mut dyn BufRead) -> io::Result<usize>,
) -> io::Result<()> {
    let mut from = from.take(MAX_BYTES);
    read(&mut from)?;
    if from.limit() == 0 {
        return Err(io::Error::other("it is longer than 1 MiB"));
    }
    Ok(())
}

/// Runs what blocks on a thread that nobody waits for once the task is dropped.
async fn reading<T: Send + 'static>(
    read: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(read).await {
        Ok(answer) => answer.map_err(|e| unreadable(&e)),
        Err(_) => Err(unreadable(&io::Error::other("reading was interrupted"))),
    }
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::usage(
        format!("Standard input cannot be read: {}.", io_reason(error)),
        "Give one line of text, or try again in a terminal.",
    )
}

/// The question that stands on the terminal, for a stop and `fg` in between.
static ASKED: Mutex<Option<Asked>> = Mutex::new(None);

struct Asked {
    text: String,
    /// What typing looked like before it was hidden.
    hidden: Option<echo::Modes>,
}

fn asked() -> MutexGuard<'static, Option<Asked>> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the question when it is dropped.
struct Question {
    is_answered: bool,
}

impl Question {
    fn ask(question: &str, is_hidden: bool) -> io::Result<Self> {
        let text = format!("{question}: ");
        let hidden = if is_hidden { echo::hide()? } else { None };
        write(&text);
        *asked() = Some(Asked { text, hidden });
        Ok(Self { is_answered: false })
    }

    /// The person has ended the line, so that it need not be ended here.
    fn answered(mut self) {
        self.is_answered = true;
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        if let Some(asked) = asked().take()
            && let Some(modes) = &asked.hidden
        {
            echo::restore(modes);
        }
        if !self.is_answered {
            write("\n");
        }
    }
}

/// The process is about to stop: the shell gets the terminal as it was.
pub(crate) fn give_way() {
    if let Some(modes) = asked().as_ref().and_then(|asked| asked.hidden.as_ref()) {
        echo::restore(modes);
    }
}

/// The process goes on: what was typed before the stop is gone.
pub(crate) fn ask_again() {
    if let Some(asked) = asked().as_mut() {
        if asked.hidden.is_some() {
            // Where it fails the terminal is gone, and reading will tell.
            let _ = echo::hide();
        }
        write(&asked.text);
    }
}

fn write(text: &str) {
    let mut to = io::stderr().lock();
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

#[cfg(unix)]
mod echo {
    use std::io;

    use rustix::{
        stdio::stdin,
        termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr},
    };

    use crate::engine::job_control::is_foreground;

    pub(super) type Modes = Termios;

    /// Hides what is typed; gives back how it was.
    pub(super) fn hide() -> io::Result<Option<Modes>> {
        let before = tcgetattr(stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        // Enter still moves on to the next line.
        hidden.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(stdin(), OptionalActions::Now, &hidden)?;
        Ok(Some(before))
    }

    /// A process in the background leaves the modes alone: they are the
    /// shell's, and to touch them would stop the process.
    pub(super) fn restore(before: &Modes) {
        if is_foreground() {
            let _ = tcsetattr(stdin(), OptionalActions::Now, before);
        }
    }
}

#[cfg(not(unix))]
mod echo {
    use std::io;

    pub(super) enum Modes {}

    pub(super) fn hide() -> io::Result<Option<Modes>> {
        Ok(None)
    }

    pub(super) fn restore(modes: &Modes) {
        match *modes {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_without_an_end_is_refused() {
        let mut line = String::new();
        let endless = io::BufReader::new(io::repeat(b'x'));
        let error = bounded(endless, |from| from.read_line(&mut line)).unwrap_err();
        assert_eq!(error.to_string(), "it is longer than 1 MiB");
        let mut line = String::new();
        bounded(&b"\xef\xbb\xbfST-1\r\nmore"[..], |from| {
            from.read_line(&mut line)
        })
        .unwrap();
        assert_eq!(without_bom(&line), "ST-1\r\n");
    }
}
