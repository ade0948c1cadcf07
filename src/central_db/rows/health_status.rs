//! Table `health_metric`.

use jiff::civil::Date;

use crate::central_db::table::table;

table! {
    /// One reading of a night beside what is usual for this person.
    pub struct HealthMetric in "health_metric" by day_on {
        key {
            day_on: Date,
            /// Garmin's word: `HR`, `HRV`, `RESPIRATION`, `SPO2`, `SKIN_TEMP_C`, `SKIN_TEMP_F`.
            metric: String,
        }
        values {
            value: Option<f64>,
            /// Of the value and the limits.
            unit: Option<String>,
            /// Garmin's word: `IN_RANGE`, `ABOVE`, `BELOW`, `ONBOARDING`, `UNKNOWN`.
            status: Option<String>,
            usual_low: Option<f64>,
            usual_high: Option<f64>,
            /// Where the value lies between the limits, as a fraction; unverified.
            position: Option<f64>,
        }
    }
}
