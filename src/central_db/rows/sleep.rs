//! Table `sleep_night`.

use jiff::{Timestamp, civil::Date};

use crate::central_db::table::table;

table! {
    /// One night. It belongs to the day of waking.
    pub struct SleepNight in "sleep_night" by day_on {
        key { day_on: Date }
        values {
            started_at: Option<Timestamp>,
            ended_at: Option<Timestamp>,
            /// Wall clock minus UTC when falling asleep.
            utc_offset_s: Option<i64>,
            asleep_s: Option<i64>,
            nap_s: Option<i64>,
            deep_s: Option<i64>,
            light_s: Option<i64>,
            rem_s: Option<i64>,
            awake_s: Option<i64>,
            unmeasurable_s: Option<i64>,
            awake_count: Option<i64>,
            score: Option<i64>,
            score_qualifier: Option<String>,
            restlessness_qualifier: Option<String>,
            feedback: Option<String>,
            need_baseline_min: Option<i64>,
            need_actual_min: Option<i64>,
            need_next_min: Option<i64>,
            average_hr_bpm: Option<f64>,
            average_stress: Option<f64>,
            spo2_average_percent: Option<f64>,
            spo2_lowest_percent: Option<f64>,
            spo2_highest_percent: Option<f64>,
            respiration_average_brpm: Option<f64>,
            respiration_lowest_brpm: Option<f64>,
            respiration_highest_brpm: Option<f64>,
            breathing_disruption: Option<String>,
            /// Only the richer answers have what follows.
            hrv_average_ms: Option<f64>,
            resting_hr_bpm: Option<i64>,
            body_battery_change: Option<i64>,
            skin_temp_deviation_c: Option<f64>,
            /// Whether the person or the watch confirmed the window.
            is_confirmed: Option<bool>,
            /// How, in Garmin's word.
            confirmation: Option<String>,
        }
    }
}
