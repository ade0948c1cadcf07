//! Table `blood_pressure`.

use jiff::{Timestamp, civil::Date};

use crate::central_db::table::table;

table! {
    /// One reading, by a cuff or entered by hand.
    pub struct BloodPressure in "blood_pressure" by day_on, listed {
        key {
            /// Garmin's `version`, by which its own clients delete a reading. That
            /// an edit gives it a new one is likely (unverified); the old is then
            /// gone. Several readings may carry the same one.
            reading_id: i64,
            /// The wall clock: `2026-10-01T07:10:00`.
            measured_local: String
        }
        values {
            /// The local day.
            day_on: Date,
            measured_at: Option<Timestamp>,
            /// Wall clock minus UTC.
            utc_offset_s: Option<i64>,
            systolic_mmhg: Option<i64>,
            diastolic_mmhg: Option<i64>,
            pulse_bpm: Option<i64>,
            /// Garmin's word: `MANUAL`, ...
            source: Option<String>,
            notes: Option<String>,
        }
    }
}
