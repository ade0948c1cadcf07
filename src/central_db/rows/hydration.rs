//! Table `hydration_day`.

use jiff::civil::Date;

use crate::central_db::table::table;

table! {
    /// What was drunk on a day, and what was sweated.
    pub struct HydrationDay in "hydration_day" by day_on {
        key { day_on: Date }
        values {
            intake_ml: Option<f64>,
            goal_ml: Option<f64>,
            /// Estimated from the day's activities.
            sweat_loss_ml: Option<f64>,
            /// The part of the intake that was entered with activities.
            activity_intake_ml: Option<f64>,
            /// Wall clock of the last entry; its offset is not told.
            last_entry_local: Option<String>,
        }
    }
}
