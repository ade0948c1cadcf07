//! Table `daily_summary`.

use rusqlite::Connection;

use super::{RowChange, upsert::Upsert};
use crate::domain::{account::AccountId, wellness::DailySummary};

pub fn store(
    connection: &Connection,
    account: AccountId,
    daily: &DailySummary,
    payload_id: i64,
) -> rusqlite::Result<RowChange> {
    let d = daily;
    Upsert {
        table: "daily_summary",
        key: &[
            ("account", account.get().into()),
            ("day_on", d.day.to_string().into()),
        ],
        values: &[
            ("steps", d.steps.into()),
            ("step_goal", d.step_goal.into()),
            ("distance_m", d.distance_m.into()),
            ("energy_total_kcal", d.energy_total_kcal.into()),
            ("energy_active_kcal", d.energy_active_kcal.into()),
            ("energy_resting_kcal", d.energy_resting_kcal.into()),
            ("floors_up", d.floors_up.into()),
            ("floors_down", d.floors_down.into()),
            ("intensity_moderate_min", d.intensity_moderate_min.into()),
            ("intensity_vigorous_min", d.intensity_vigorous_min.into()),
            ("resting_hr_bpm", d.resting_hr_bpm.into()),
            ("min_hr_bpm", d.min_hr_bpm.into()),
            ("max_hr_bpm", d.max_hr_bpm.into()),
            ("stress_average", d.stress_average.into()),
            ("stress_max", d.stress_max.into()),
            ("stress_rest_s", d.stress_rest_s.into()),
            ("stress_low_s", d.stress_low_s.into()),
            ("stress_medium_s", d.stress_medium_s.into()),
            ("stress_high_s", d.stress_high_s.into()),
            ("body_battery_highest", d.body_battery_highest.into()),
            ("body_battery_lowest", d.body_battery_lowest.into()),
            ("body_battery_charged", d.body_battery_charged.into()),
            ("body_battery_drained", d.body_battery_drained.into()),
            ("spo2_average_percent", d.spo2_average_percent.into()),
            ("spo2_lowest_percent", d.spo2_lowest_percent.into()),
            ("respiration_waking_brpm", d.respiration_waking_brpm.into()),
            ("respiration_lowest_brpm", d.respiration_lowest_brpm.into()),
            (
                "respiration_highest_brpm",
                d.respiration_highest_brpm.into(),
            ),
        ],
        payload_id,
    }
    .run(connection)
}
