//! The typed rows, one file for each family of tables.

pub mod activities;
pub mod daily;
pub mod devices;
pub mod endurance;
pub mod fitness_age;
pub mod gear;
pub mod health_status;
pub mod hill;
pub mod profile;
pub mod race_predictions;
pub mod records;
pub mod settings;
pub mod sleep;
pub mod thresholds;
pub mod zones;
