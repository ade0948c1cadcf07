//! garminsync.
pub mod auth;
pub mod central_db;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod garmin;
pub mod simulator;
pub mod sync;
pub mod tui;
pub mod vault;
