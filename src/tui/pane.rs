//! One file per pane: its struct, how it changes, how it looks.

pub mod about;
pub mod accounts;
pub mod audit;
pub mod browser;
pub mod cool_down;
pub mod coverage;
pub mod doctor;
pub mod doors;
pub mod expiry;
pub mod gains;
pub mod help;
pub mod home;
pub mod job;
pub mod jobs;
pub mod key;
pub mod login;
pub mod mfa;
pub mod new_account;
pub mod palette;
pub mod price;
pub mod rename;
pub mod report;
pub mod session;
pub mod sign_out;
pub mod strip;
pub mod sync_log;
