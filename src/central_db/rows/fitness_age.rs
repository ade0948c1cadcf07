//! Table `fitness_age`.

use jiff::civil::Date;

use crate::central_db::table::table;

table! {
    /// How old the body is by Garmin's reckoning, and what that was made of.
    pub struct FitnessAge in "fitness_age" by day_on {
        key { day_on: Date }
        values {
            fitness_age_years: Option<f64>,
            achievable_age_years: Option<f64>,
            /// Only a single day's answer says it.
            actual_age_years: Option<i64>,
            resting_hr_bpm: Option<i64>,
            /// Where there is a scale; otherwise the index below.
            body_fat_percent: Option<f64>,
            bmi: Option<f64>,
            vigorous_days_per_week: Option<f64>,
            vigorous_per_week_min: Option<f64>,
        }
    }
}
