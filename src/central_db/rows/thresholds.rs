//! Table `threshold`.

use jiff::civil::Date;

use crate::central_db::table::table;

table! {
    /// The thresholds found or set on a day. Days without a new one have no row.
    pub struct Threshold in "threshold" by day_on {
        key {
            day_on: Date,
            /// Garmin's word: `running`, `cycling`.
            sport: String,
        }
        values {
            lactate_speed_mps: Option<f64>,
            lactate_hr_bpm: Option<f64>,
            functional_power_w: Option<f64>,
        }
    }
}
