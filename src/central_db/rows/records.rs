//! Table `record`.

use jiff::{Timestamp, civil::Date};

use crate::{central_db::table::table, domain::activity::ActivityId};

table! {
    /// A personal record as it stands now.
    pub struct Record in "record", listed {
        key { type_id: i64 }
        values {
            /// `running`, `cycling`, `steps`, `swimming`, `strength`.
            sport: Option<String>,
            /// Where it is known what the type means, and so its unit.
            label: Option<String>,
            value: Option<f64>,
            /// `s`, `m`, `w`, `steps`, `days`.
            unit: Option<String>,
            activity_id: Option<ActivityId>,
            /// Garmin's `typeKey`.
            activity_kind: Option<String>,
            /// Where in the activity it began, or the begin of its day, week or month.
            achieved_at: Option<Timestamp>,
            achieved_on: Option<Date>,
            /// Garmin's word: `ACCEPTED`, ...
            status: Option<String>,
        }
    }
}
