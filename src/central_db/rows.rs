//! The typed rows, one file for each family of tables.

pub mod activities;
pub mod daily;
pub mod sleep;
