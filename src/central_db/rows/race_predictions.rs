//! Table `race_prediction`.

use jiff::civil::Date;

use crate::central_db::table::table;

table! {
    /// What Garmin thought on a day that the person could run.
    pub struct RacePrediction in "race_prediction" by day_on {
        key { day_on: Date }
        values {
            five_km_s: Option<i64>,
            ten_km_s: Option<i64>,
            half_marathon_s: Option<i64>,
            marathon_s: Option<i64>,
        }
    }
}
