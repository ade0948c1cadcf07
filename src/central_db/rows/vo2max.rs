//! Tables `vo2max` and `acclimation`.

use jiff::civil::Date;

use crate::central_db::table::table;

table! {
    /// An estimate, on days that brought a new one.
    pub struct Vo2max in "vo2max" by day_on {
        key {
            day_on: Date,
            /// Garmin's word: generic (running and walking) or cycling.
            sport: String,
        }
        values {
            /// To the tenth.
            precise_ml_kg_min: Option<f64>,
            /// As the watch shows it.
            rounded_ml_kg_min: Option<f64>,
            fitness_age_years: Option<f64>,
            max_met_category: Option<i64>,
        }
    }
}

table! {
    /// How used the body is to heat and height.
    pub struct Acclimation in "acclimation" by day_on {
        key { day_on: Date }
        values {
            heat_percent: Option<i64>,
            /// Garmin's word: ACCLIMATIZING, ACCLIMATIZED, ...
            heat_trend: Option<String>,
            heat_on: Option<Date>,
            /// The height the body is used to.
            altitude_m: Option<f64>,
            altitude_percent: Option<i64>,
            altitude_trend: Option<String>,
            altitude_on: Option<Date>,
            /// Where the person was.
            current_altitude_m: Option<f64>,
        }
    }
}
