//! One actor that owns the work; fronts send [`command::Command`]s and read
//! [`event::Event`]s.

pub mod command;
pub mod event;
pub mod handle;
