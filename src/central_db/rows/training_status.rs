//! Table `training_status`.

use jiff::{Timestamp, civil::Date};

use crate::central_db::table::table;

table! {
    /// What a watch thinks of the training up to a day.
    pub struct TrainingStatus in "training_status" by day_on {
        key {
            day_on: Date,
            device_id: i64,
        }
        values {
            computed_at: Option<Timestamp>,
            /// Garmin's word, taken from `feedback`: PRODUCTIVE, MAINTAINING, ...
            status: Option<String>,
            /// Garmin's number; not all of them are known (`protocol.md` 9.5.14).
            status_code: Option<i64>,
            feedback: Option<String>,
            since_on: Option<Date>,
            sport: Option<String>,
            sub_sport: Option<String>,
            fitness_trend: Option<i64>,
            fitness_trend_sport: Option<String>,
            is_paused: Option<bool>,
            /// Load of the last week, and of the last four.
            acute_load: Option<f64>,
            chronic_load: Option<f64>,
            /// Where the acute load should lie.
            optimal_load_from: Option<f64>,
            optimal_load_to: Option<f64>,
            load_ratio: Option<f64>,
            load_ratio_percent: Option<i64>,
            /// Garmin's word: LOW, OPTIMAL, HIGH, ...
            load_ratio_status: Option<String>,
            /// What follows comes by the day's own answer only: load of four
            /// weeks by its kind, with the bounds it should keep.
            aerobic_low_load: Option<f64>,
            aerobic_low_from: Option<f64>,
            aerobic_low_to: Option<f64>,
            aerobic_high_load: Option<f64>,
            aerobic_high_from: Option<f64>,
            aerobic_high_to: Option<f64>,
            anaerobic_load: Option<f64>,
            anaerobic_from: Option<f64>,
            anaerobic_to: Option<f64>,
            balance_feedback: Option<String>,
            /// Of the watch that leads, where there are several.
            is_primary: Option<bool>,
        }
    }
}
