//! Table `training_readiness`.

use jiff::{Timestamp, civil::Date};

use crate::central_db::table::table;

table! {
    /// One snapshot; a watch makes several a day. Which of them is the day's
    /// newest and which the morning's is said by the view, over all of them.
    pub struct ReadinessSnapshot in "training_readiness" by day_on {
        key {
            day_on: Date,
            /// 0 where Garmin does not name it.
            device_id: i64,
            computed_at: Timestamp,
        }
        values {
            /// Wall clock minus UTC.
            utc_offset_s: Option<i64>,
            score: Option<i64>,
            /// Garmin's word: LOW, MODERATE, HIGH, PRIME, ...
            level: Option<String>,
            feedback: Option<String>,
            feedback_long: Option<String>,
            /// What made Garmin compute it: `AFTER_WAKEUP_RESET` is the morning's.
            /// Null in old data.
            context: Option<String>,
            sleep_score: Option<i64>,
            sleep_factor_percent: Option<i64>,
            sleep_history_factor_percent: Option<i64>,
            /// A countdown from `computed_at`.
            recovery_min: Option<i64>,
            recovery_factor_percent: Option<i64>,
            acute_load: Option<f64>,
            load_factor_percent: Option<i64>,
            stress_factor_percent: Option<i64>,
            hrv_weekly_average_ms: Option<i64>,
            hrv_factor_percent: Option<i64>,
            /// Whether the night was good enough to count.
            is_sleep_valid: Option<bool>,
            /// Of the watch that leads, where there are several.
            is_primary: Option<bool>,
        }
    }
}
