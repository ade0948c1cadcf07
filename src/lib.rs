//! garminsync.
pub mod simulator;
