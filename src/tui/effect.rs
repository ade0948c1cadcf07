//! What comes out of `update`: the little that reaches beyond the screen.

use crate::engine::command::Command;

#[derive(Debug)]
pub enum Effect {
    Send(Command),
    Quit,
}
