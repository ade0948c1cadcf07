//! One file per pane: its struct, how it changes, how it looks.

pub mod gains;
pub mod help;
pub mod home;
pub mod job;
pub mod login;
pub mod mfa;
pub mod session;
pub mod sign_out;
pub mod sync_log;
