//! Table `activity`.

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, named_params};

use crate::{
    central_db::table::table,
    domain::{account::AccountId, activity::ActivityId},
};

table! {
    /// An activity, in SI units whatever lane and list it came by, typed as far as it could be typed.
    pub struct Activity in "activity" by started_on, listed {
        key { activity_id: ActivityId }
        values {
            /// As Garmin sent it: may hold anything, so it passes `printable` before a screen.
            name: Option<String>,
            /// Garmin's `typeKey`, unknown ones included.
            kind: Option<String>,
            event_kind: Option<String>,
            started_at: Option<Timestamp>,
            ended_at: Option<Timestamp>,
            /// The local start date: the day this activity counts for.
            started_on: Date,
            /// Wall clock minus UTC at the start.
            utc_offset_s: Option<i64>,
            place: Option<String>,
            start_latitude_deg: Option<f64>,
            start_longitude_deg: Option<f64>,
            duration_s: Option<f64>,
            moving_s: Option<f64>,
            elapsed_s: Option<f64>,
            distance_m: Option<f64>,
            elevation_gain_m: Option<f64>,
            elevation_loss_m: Option<f64>,
            min_elevation_m: Option<f64>,
            max_elevation_m: Option<f64>,
            average_speed_mps: Option<f64>,
            max_speed_mps: Option<f64>,
            grade_adjusted_speed_mps: Option<f64>,
            max_vertical_speed_mps: Option<f64>,
            average_hr_bpm: Option<f64>,
            max_hr_bpm: Option<f64>,
            energy_kcal: Option<f64>,
            energy_resting_kcal: Option<f64>,
            water_ml: Option<f64>,
            steps: Option<i64>,
            /// Steps of both feet.
            average_cadence_spm: Option<f64>,
            max_cadence_spm: Option<f64>,
            average_bike_cadence_rpm: Option<f64>,
            max_bike_cadence_rpm: Option<f64>,
            average_swim_cadence_spm: Option<f64>,
            average_swolf: Option<f64>,
            strokes: Option<i64>,
            stride_m: Option<f64>,
            vertical_oscillation_m: Option<f64>,
            vertical_ratio_percent: Option<f64>,
            ground_contact_s: Option<f64>,
            average_power_w: Option<f64>,
            max_power_w: Option<f64>,
            normalized_power_w: Option<f64>,
            training_stress_score: Option<f64>,
            intensity_factor: Option<f64>,
            training_load: Option<f64>,
            aerobic_effect: Option<f64>,
            anaerobic_effect: Option<f64>,
            effect_label: Option<String>,
            intensity_moderate_min: Option<i64>,
            intensity_vigorous_min: Option<i64>,
            body_battery_change: Option<i64>,
            vo2max_ml_kg_min: Option<f64>,
            average_respiration_brpm: Option<f64>,
            min_temperature_c: Option<f64>,
            max_temperature_c: Option<f64>,
            hr_zone_1_s: Option<f64>,
            hr_zone_2_s: Option<f64>,
            hr_zone_3_s: Option<f64>,
            hr_zone_4_s: Option<f64>,
            hr_zone_5_s: Option<f64>,
            power_zone_1_s: Option<f64>,
            power_zone_2_s: Option<f64>,
            power_zone_3_s: Option<f64>,
            power_zone_4_s: Option<f64>,
            power_zone_5_s: Option<f64>,
            laps: Option<i64>,
            device_id: Option<i64>,
            maker: Option<String>,
            /// Multisport: this row is the whole of several legs, or names its whole.
            is_parent: bool,
            parent_id: Option<i64>,
            is_favorite: Option<bool>,
            is_record: Option<bool>,
            is_manual: Option<bool>,
            has_track: Option<bool>,
        }
    }
}

/// A leg is gone, or there again, as its whole is.
pub fn legs_follow(connection: &Connection, account: AccountId) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE activity SET gone_at = whole.gone_at FROM activity AS whole
             WHERE activity.account = :account AND activity.parent_id IS NOT NULL
                 AND whole.account = activity.account AND whole.activity_id = activity.parent_id
                 AND activity.gone_at IS NOT whole.gone_at",
        )?
        .execute(named_params! { ":account": account.get() })?;
    Ok(())
}
