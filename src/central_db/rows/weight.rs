//! Table `weigh_in`.

use jiff::{Timestamp, civil::Date};

use crate::central_db::table::table;

table! {
    /// One weigh-in. What a scale measures beside the weight is missing from
    /// those entered by hand.
    pub struct WeighIn in "weigh_in" by day_on, listed {
        key {
            /// Garmin's `samplePk`.
            sample_id: i64
        }
        values {
            day_on: Date,
            measured_at: Option<Timestamp>,
            /// Wall clock minus UTC.
            utc_offset_s: Option<i64>,
            weight_kg: Option<f64>,
            /// Kilograms per square metre.
            bmi: Option<f64>,
            body_fat_percent: Option<f64>,
            body_water_percent: Option<f64>,
            bone_mass_kg: Option<f64>,
            muscle_mass_kg: Option<f64>,
            /// Garmin's rating, 1 to 9.
            physique_rating: Option<f64>,
            /// Garmin's rating, 1 to 59.
            visceral_fat: Option<f64>,
            metabolic_age_years: Option<f64>,
            /// Garmin's word: `INDEX_SCALE`, `MANUAL`, ...
            source: Option<String>,
        }
    }
}
