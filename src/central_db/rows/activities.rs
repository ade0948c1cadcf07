//! Table `activity`.

use jiff::{Timestamp, civil::Date};

use crate::{central_db::table::table, domain::activity::ActivityId};

table! {
    /// A list row, in SI units whatever lane it came by, typed as far as it could be typed.
    pub struct Activity in "activity" by started_on {
        key { activity_id: ActivityId }
        values {
            /// As Garmin sent it: may hold anything, so it passes `printable` before a screen.
            name: Option<String>,
            /// Garmin's `typeKey`, unknown ones included.
            kind: Option<String>,
            started_at: Option<Timestamp>,
            /// The local start date: the day this activity counts for.
            started_on: Date,
            /// Wall clock minus UTC at the start.
            utc_offset_s: Option<i64>,
            duration_s: Option<f64>,
            moving_s: Option<f64>,
            elapsed_s: Option<f64>,
            distance_m: Option<f64>,
            elevation_gain_m: Option<f64>,
            elevation_loss_m: Option<f64>,
            average_speed_mps: Option<f64>,
            max_speed_mps: Option<f64>,
            average_hr_bpm: Option<f64>,
            max_hr_bpm: Option<f64>,
            energy_kcal: Option<f64>,
            steps: Option<i64>,
            average_power_w: Option<f64>,
            training_load: Option<f64>,
            vo2max_ml_kg_min: Option<f64>,
            device_id: Option<i64>,
            /// Multisport: this row is the parent of others, or has a parent.
            is_parent: bool,
            parent_id: Option<i64>,
            is_favorite: Option<bool>,
        }
    }
}
