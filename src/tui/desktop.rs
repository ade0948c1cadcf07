//! What lies beyond the terminal's screen: the browser and the clipboard.
//!
//! The app hands these to the loop, tests hand in their own: no test opens a
//! browser, and none writes to the terminal it runs in.

use std::{
    io::{self, Write, stdout},
    process::{Command, Stdio},
    thread,
};

use base64::{Engine, engine::general_purpose::STANDARD};

/// Opens `address` in the person's browser, without waiting for it.
pub fn open(address: &str) -> io::Result<()> {
    let mut command = opener(address)?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // Somebody has to hear of its end, or it stays as a zombie.
    thread::spawn(move || child.wait());
    Ok(())
}

#[cfg(target_os = "macos")]
fn opener(address: &str) -> io::Result<Command> {
    let mut command = Command::new("open");
    command.arg(address);
    Ok(command)
}

#[cfg(windows)]
fn opener(address: &str) -> io::Result<Command> {
    let mut command = Command::new("rundll32");
    command.args(["url.dll,FileProtocolHandler", address]);
    Ok(command)
}

#[cfg(not(any(target_os = "macos", windows)))]
fn opener(address: &str) -> io::Result<Command> {
    // Without a screen `xdg-open` would start a text browser in our terminal.
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
        return Err(io::Error::other("there is no desktop here"));
    }
    let mut command = Command::new("xdg-open");
    command.arg(address);
    Ok(command)
}

/// Asks the terminal to put `text` into the clipboard (OSC 52). It works over
/// SSH too; a terminal that does not know it says nothing.
pub fn copy(text: &str) -> io::Result<()> {
    let mut terminal = stdout().lock();
    terminal.write_all(osc52(text).as_bytes())?;
    terminal.flush()
}

fn osc52(text: &str) -> String {
    format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clipboard_gets_its_text_encoded() {
        assert_eq!(osc52("a\x1b\\b"), "\x1b]52;c;YRtcYg==\x1b\\");
    }
}
