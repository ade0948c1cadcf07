//! Table `device`.

use jiff::Timestamp;

use crate::central_db::table::table;

table! {
    /// A watch, sensor or scale that is, or was, registered.
    pub struct Device in "device", listed {
        key { device_id: i64 }
        values {
            product: Option<String>,
            /// As the person named it.
            nickname: Option<String>,
            /// Garmin's short name of the model.
            application_key: Option<String>,
            part_number: Option<String>,
            firmware: Option<String>,
            /// Garmin's word: `active`, ...
            status: Option<String>,
            registered_at: Option<Timestamp>,
            /// Whether its steps and nights count when several are worn.
            is_activity_tracker: Option<bool>,
            /// JSON: the names of the flags that are true.
            capabilities: Option<String>,
        }
    }
}
