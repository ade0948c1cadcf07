//! Table `hrv_night`.

use jiff::{Timestamp, civil::Date};

use crate::central_db::table::table;

table! {
    /// Heart-rate variability of one night, and the week and baseline it is judged by.
    pub struct HrvNight in "hrv_night" by day_on {
        key {
            /// The day of waking.
            day_on: Date
        }
        values {
            last_night_average_ms: Option<i64>,
            /// The highest mean of five minutes.
            last_night_highest_ms: Option<i64>,
            /// Over the seven nights up to this one.
            weekly_average_ms: Option<i64>,
            /// Below this it is low.
            baseline_low_ms: Option<i64>,
            /// Between these two it is balanced.
            baseline_balanced_from_ms: Option<i64>,
            baseline_balanced_to_ms: Option<i64>,
            /// Where the week lies on Garmin's scale, 0 to 1.
            baseline_marker: Option<f64>,
            /// Garmin's word: BALANCED, UNBALANCED, LOW, ...
            status: Option<String>,
            feedback: Option<String>,
            computed_at: Option<Timestamp>,
        }
    }
}
