//! The typed rows, one file for each family of tables.

pub mod activities;
pub mod blood_pressure;
pub mod body_battery;
pub mod daily;
pub mod devices;
pub mod endurance;
pub mod fitness_age;
pub mod gear;
pub mod health_status;
pub mod hill;
pub mod hrv;
pub mod hydration;
pub mod naps;
pub mod profile;
pub mod race_predictions;
pub mod readiness;
pub mod records;
pub mod settings;
pub mod sleep;
pub mod thresholds;
pub mod training_status;
pub mod vo2max;
pub mod weight;
pub mod zones;
