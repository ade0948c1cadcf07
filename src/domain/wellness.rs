//! One day of health data, in SI units whatever lane it came by.

use jiff::{Timestamp, civil::Date};

/// A day's totals. Every reading is optional: not each watch has each sensor.
#[derive(Clone, Debug, PartialEq)]
pub struct DailySummary {
    pub day: Date,
    pub steps: Option<i64>,
    pub step_goal: Option<i64>,
    pub distance_m: Option<f64>,
    pub energy_total_kcal: Option<f64>,
    pub energy_active_kcal: Option<f64>,
    pub energy_resting_kcal: Option<f64>,
    pub floors_up: Option<f64>,
    pub floors_down: Option<f64>,
    pub intensity_moderate_min: Option<i64>,
    pub intensity_vigorous_min: Option<i64>,
    pub resting_hr_bpm: Option<i64>,
    pub min_hr_bpm: Option<i64>,
    pub max_hr_bpm: Option<i64>,
    pub stress_average: Option<i64>,
    pub stress_max: Option<i64>,
    pub stress_rest_s: Option<i64>,
    pub stress_low_s: Option<i64>,
    pub stress_medium_s: Option<i64>,
    pub stress_high_s: Option<i64>,
    pub body_battery_highest: Option<i64>,
    pub body_battery_lowest: Option<i64>,
    pub body_battery_charged: Option<i64>,
    pub body_battery_drained: Option<i64>,
    pub spo2_average_percent: Option<f64>,
    pub spo2_lowest_percent: Option<f64>,
    pub respiration_waking_brpm: Option<f64>,
    pub respiration_lowest_brpm: Option<f64>,
    pub respiration_highest_brpm: Option<f64>,
}

/// One night. It belongs to the day of waking.
#[derive(Clone, Debug, PartialEq)]
pub struct SleepNight {
    pub day: Date,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Wall clock minus UTC when falling asleep.
    pub utc_offset_s: Option<i64>,
    pub asleep_s: Option<i64>,
    pub nap_s: Option<i64>,
    pub deep_s: Option<i64>,
    pub light_s: Option<i64>,
    pub rem_s: Option<i64>,
    pub awake_s: Option<i64>,
    pub unmeasurable_s: Option<i64>,
    pub awake_count: Option<i64>,
    pub score: Option<i64>,
    pub score_qualifier: Option<String>,
    pub need_baseline_min: Option<i64>,
    pub need_actual_min: Option<i64>,
    pub average_hr_bpm: Option<f64>,
    pub average_stress: Option<f64>,
    pub spo2_average_percent: Option<f64>,
    pub spo2_lowest_percent: Option<f64>,
    pub respiration_average_brpm: Option<f64>,
    pub respiration_lowest_brpm: Option<f64>,
    pub respiration_highest_brpm: Option<f64>,
    /// Whether the person or the watch confirmed the window.
    pub is_confirmed: Option<bool>,
}
