//! Table `profile`.

use jiff::civil::Date;

use crate::central_db::table::table;

table! {
    /// The person of an account: one row, filled by two answers. What was said
    /// once and is left out later stays.
    #[derive(Default)]
    pub struct Profile in "profile" {
        key {}
        values {
            /// What Garmin also calls the user profile PK.
            profile_id: Option<i64>,
            /// Goes into addresses: a nick or a UUID.
            display_name: Option<String>,
            full_name: Option<String>,
            /// As the person typed it.
            place: Option<String>,
            primary_activity: Option<String>,
            gender: Option<String>,
            born_on: Option<Date>,
            weight_kg: Option<f64>,
            height_m: Option<f64>,
            handedness: Option<String>,
            /// Garmin's 0 to 10.
            activity_class: Option<i64>,
            vo2max_running_ml_kg_min: Option<f64>,
            vo2max_cycling_ml_kg_min: Option<f64>,
            lactate_speed_mps: Option<f64>,
            lactate_hr_bpm: Option<f64>,
            /// After midnight, like the next one.
            bed_time_s: Option<i64>,
            wake_time_s: Option<i64>,
        }
    }
}
