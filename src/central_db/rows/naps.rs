//! Table `sleep_nap`.

use jiff::{Timestamp, civil::Date};

use crate::central_db::table::table;

table! {
    /// One nap. It can be added, moved and deleted by hand.
    pub struct SleepNap in "sleep_nap" by day_on, listed {
        key { started_at: Timestamp }
        values {
            /// The day it counts for.
            day_on: Date,
            ended_at: Option<Timestamp>,
            /// Wall clock minus UTC at its start.
            utc_offset_s: Option<i64>,
            asleep_s: Option<i64>,
            /// Who noticed it: 0 Garmin, 1 the watch, 2 entered on the web.
            source: Option<i64>,
            feedback: Option<String>,
        }
    }
}
