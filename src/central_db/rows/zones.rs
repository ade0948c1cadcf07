//! Table `zone_set`.

use crate::central_db::table::table;

table! {
    /// Where the zones of a sport begin. A zone ends where the next one begins.
    pub struct ZoneSet in "zone_set" {
        key {
            /// Garmin's word: `DEFAULT`, `RUNNING`, ...
            sport: String,
            /// `heart_rate` or `power`.
            kind: String,
        }
        values {
            zone_1_from: Option<f64>,
            zone_2_from: Option<f64>,
            zone_3_from: Option<f64>,
            zone_4_from: Option<f64>,
            zone_5_from: Option<f64>,
            /// Power only, like the next one.
            zone_6_from: Option<f64>,
            zone_7_from: Option<f64>,
            /// `bpm` or `w`.
            unit: Option<String>,
            /// Garmin's word: `HR_MAX`, `HR_RESERVE`, `LACTATE_THRESHOLD`, `CUSTOM`.
            method: Option<String>,
            /// What the zones were reckoned from, like those below.
            max_hr_bpm: Option<i64>,
            resting_hr_bpm: Option<i64>,
            lactate_hr_bpm: Option<i64>,
            functional_power_w: Option<f64>,
        }
    }
}
