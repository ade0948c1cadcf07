//! garminsync.
pub mod clock;
pub mod domain;
pub mod engine;
pub mod simulator;
pub mod tui;
