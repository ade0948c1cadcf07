//! Tables `body_battery_day` and `body_battery_event`.

use jiff::{Timestamp, civil::Date};

use crate::central_db::table::table;

table! {
    /// How a day filled and emptied the body battery. Its curve is not here.
    pub struct BodyBatteryDay in "body_battery_day" by day_on {
        key { day_on: Date }
        values {
            /// The day's bounds: not 24 hours apart where clocks changed.
            started_at: Option<Timestamp>,
            ended_at: Option<Timestamp>,
            /// Wall clock minus UTC at its start.
            utc_offset_s: Option<i64>,
            charged: Option<i64>,
            drained: Option<i64>,
            /// Levels at the turning points that the report holds, 5 to 100.
            highest: Option<i64>,
            lowest: Option<i64>,
            first: Option<i64>,
            last: Option<i64>,
        }
    }
}

table! {
    /// What moved it: a night, a nap, an activity, stress, rest. Not `listed`:
    /// old days come without their events, which must not make them gone.
    pub struct BodyBatteryEvent in "body_battery_event" by day_on {
        key {
            started_at: Timestamp,
            /// Garmin's word: SLEEP, ACTIVITY, NAP, RECOVERY, STRESS.
            kind: String,
        }
        values {
            /// The day in whose report it stands; a night starts on the day before.
            day_on: Date,
            utc_offset_s: Option<i64>,
            duration_s: Option<i64>,
            /// Points: what drains is negative.
            impact: Option<i64>,
            activity_id: Option<i64>,
            feedback: Option<String>,
        }
    }
}
