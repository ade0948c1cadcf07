//! What comes out of `update`: the little that reaches beyond the screen.

use crate::engine::command::Command;

#[derive(Debug)]
pub enum Effect {
    Send(Command),
    /// Answered by `Msg::Opened`.
    Open(String),
    /// Answered by `Msg::Copied`.
    Copy(String),
    /// Stop, as Ctrl-Z in a shell does; `fg` comes back.
    Suspend,
    Quit,
}
