//! Table `hill_score`.

use jiff::civil::Date;

use crate::central_db::table::table;

table! {
    /// How well the person runs uphill, by Garmin's reckoning.
    pub struct HillScore in "hill_score" by day_on {
        key { day_on: Date }
        values {
            score: Option<i64>,
            strength_score: Option<i64>,
            endurance_score: Option<i64>,
            /// Garmin's number of the level.
            classification: Option<i64>,
            /// Garmin's number of a phrase.
            feedback: Option<i64>,
            /// The estimate the score was made with.
            vo2max_ml_kg_min: Option<f64>,
            device_id: Option<i64>,
        }
    }
}
