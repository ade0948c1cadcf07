//! Table `daily_summary`.

use jiff::{Timestamp, civil::Date};

use crate::central_db::table::table;

table! {
    /// A day's totals, in SI units whatever lane they came by. Every reading is
    /// optional: not each watch has each sensor.
    pub struct DailySummary in "daily_summary" by day_on {
        key { day_on: Date }
        values {
            /// The day's bounds: not 24 hours apart where clocks changed.
            started_at: Option<Timestamp>,
            ended_at: Option<Timestamp>,
            /// Wall clock minus UTC at its start.
            utc_offset_s: Option<i64>,
            steps: Option<i64>,
            step_goal: Option<i64>,
            distance_m: Option<f64>,
            energy_total_kcal: Option<f64>,
            energy_active_kcal: Option<f64>,
            energy_resting_kcal: Option<f64>,
            highly_active_s: Option<i64>,
            active_s: Option<i64>,
            sedentary_s: Option<i64>,
            sleeping_s: Option<i64>,
            floors_up: Option<f64>,
            floors_down: Option<f64>,
            floor_goal: Option<i64>,
            intensity_moderate_min: Option<i64>,
            intensity_vigorous_min: Option<i64>,
            /// For the whole week.
            intensity_goal_min: Option<i64>,
            resting_hr_bpm: Option<i64>,
            resting_hr_week_bpm: Option<i64>,
            min_hr_bpm: Option<i64>,
            max_hr_bpm: Option<i64>,
            stress_average: Option<i64>,
            stress_max: Option<i64>,
            stress_rest_s: Option<i64>,
            stress_low_s: Option<i64>,
            stress_medium_s: Option<i64>,
            stress_high_s: Option<i64>,
            stress_activity_s: Option<i64>,
            stress_uncategorized_s: Option<i64>,
            stress_qualifier: Option<String>,
            body_battery_highest: Option<i64>,
            body_battery_lowest: Option<i64>,
            body_battery_charged: Option<i64>,
            body_battery_drained: Option<i64>,
            body_battery_latest: Option<i64>,
            body_battery_at_wake: Option<i64>,
            spo2_average_percent: Option<f64>,
            spo2_lowest_percent: Option<f64>,
            respiration_waking_brpm: Option<f64>,
            respiration_lowest_brpm: Option<f64>,
            respiration_highest_brpm: Option<f64>,
            /// The watch's last upload for this day.
            synced_at: Option<Timestamp>,
        }
    }
}
