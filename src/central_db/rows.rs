//! The typed rows, one file for each family of tables.

pub mod activities;
pub mod blood_pressure;
pub mod body_battery;
pub mod daily;
pub mod hrv;
pub mod hydration;
pub mod naps;
pub mod readiness;
pub mod sleep;
pub mod training_status;
pub mod vo2max;
pub mod weight;
