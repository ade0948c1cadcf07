//! The vocabulary: what garminsync talks about, and nothing it does.
//!
//! No I/O, no async, no reqwest, rusqlite or ratatui. Every floor above speaks
//! in these words (`design.md` section 2), so one thing has one name in code,
//! SQL, log lines and README.

pub mod account;
pub mod activity;
pub mod audit;
pub mod challenge;
pub mod cool_down;
pub mod coverage;
pub mod dataset;
pub mod dates;
pub mod failure;
pub mod finding;
pub mod job;
pub mod log;
pub mod parking;
pub mod printable;
pub mod redact;
pub mod secret;
pub mod session;
pub mod sign_in;
pub mod suggest;
pub mod wording;
