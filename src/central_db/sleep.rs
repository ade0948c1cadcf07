//! Table `sleep_night`.

use rusqlite::{Connection, types::Value};

use super::{RowChange, convert::opt_ms, upsert::Upsert};
use crate::domain::{account::AccountId, wellness::SleepNight};

pub fn store(
    connection: &Connection,
    account: AccountId,
    night: &SleepNight,
    payload_id: i64,
) -> rusqlite::Result<RowChange> {
    let n = night;
    Upsert {
        table: "sleep_night",
        key: &[
            ("account", account.get().into()),
            ("day_on", n.day.to_string().into()),
        ],
        values: &[
            ("started_at", opt_ms(n.started_at).into()),
            ("ended_at", opt_ms(n.ended_at).into()),
            ("utc_offset_s", n.utc_offset_s.into()),
            ("asleep_s", n.asleep_s.into()),
            ("nap_s", n.nap_s.into()),
            ("deep_s", n.deep_s.into()),
            ("light_s", n.light_s.into()),
            ("rem_s", n.rem_s.into()),
            ("awake_s", n.awake_s.into()),
            ("unmeasurable_s", n.unmeasurable_s.into()),
            ("awake_count", n.awake_count.into()),
            ("score", n.score.into()),
            ("score_qualifier", n.score_qualifier.clone().into()),
            ("need_baseline_min", n.need_baseline_min.into()),
            ("need_actual_min", n.need_actual_min.into()),
            ("average_hr_bpm", n.average_hr_bpm.into()),
            ("average_stress", n.average_stress.into()),
            ("spo2_average_percent", n.spo2_average_percent.into()),
            ("spo2_lowest_percent", n.spo2_lowest_percent.into()),
            (
                "respiration_average_brpm",
                n.respiration_average_brpm.into(),
            ),
            ("respiration_lowest_brpm", n.respiration_lowest_brpm.into()),
            (
                "respiration_highest_brpm",
                n.respiration_highest_brpm.into(),
            ),
            (
                "is_confirmed",
                n.is_confirmed.map_or(Value::Null, Value::from),
            ),
        ],
        payload_id,
    }
    .run(connection)
}
