//! Table `gear`.

use jiff::civil::Date;

use crate::central_db::table::table;

table! {
    /// A pair of shoes, a bike or another thing whose use is counted.
    pub struct Gear in "gear", listed {
        key {
            /// Garmin's UUID, without hyphens where lists give it.
            gear_id: String,
        }
        values {
            gear_pk: Option<i64>,
            /// Garmin's word: `Shoes`, `Bike`, ...
            kind: Option<String>,
            /// As the person named it.
            name: Option<String>,
            make_model: Option<String>,
            /// Garmin's word: `active`, `retired`.
            status: Option<String>,
            begun_on: Option<Date>,
            ended_on: Option<Date>,
            /// The distance after which the person wants to replace it.
            limit_m: Option<f64>,
        }
    }
}
