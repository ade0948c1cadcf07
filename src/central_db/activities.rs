//! Tables `activity` and `activity_file`.

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, named_params, types::Value};

use super::{
    RowChange,
    convert::{day, ms, opt_ms},
    upsert::Upsert,
};
use crate::domain::{
    account::AccountId,
    activity::{Activity, ActivityId, FileState},
    dates::DateSpan,
};

pub fn store(
    connection: &Connection,
    account: AccountId,
    activity: &Activity,
    payload_id: i64,
) -> rusqlite::Result<RowChange> {
    let a = activity;
    Upsert {
        table: "activity",
        key: &[
            ("account", account.get().into()),
            ("activity_id", a.id.get().into()),
        ],
        values: &[
            ("name", a.name.clone().into()),
            ("kind", a.kind.clone().into()),
            ("started_at", opt_ms(a.started_at).into()),
            ("started_on", a.started_on.to_string().into()),
            ("utc_offset_s", a.utc_offset_s.into()),
            ("duration_s", a.duration_s.into()),
            ("moving_s", a.moving_s.into()),
            ("elapsed_s", a.elapsed_s.into()),
            ("distance_m", a.distance_m.into()),
            ("elevation_gain_m", a.elevation_gain_m.into()),
            ("elevation_loss_m", a.elevation_loss_m.into()),
            ("average_speed_mps", a.average_speed_mps.into()),
            ("max_speed_mps", a.max_speed_mps.into()),
            ("average_hr_bpm", a.average_hr_bpm.into()),
            ("max_hr_bpm", a.max_hr_bpm.into()),
            ("energy_kcal", a.energy_kcal.into()),
            ("steps", a.steps.into()),
            ("average_power_w", a.average_power_w.into()),
            ("training_load", a.training_load.into()),
            ("vo2max_ml_kg_min", a.vo2max_ml_kg_min.into()),
            ("device_id", a.device_id.into()),
            ("is_parent", a.is_parent.into()),
            ("parent_id", a.parent_id.into()),
            (
                "is_favorite",
                a.is_favorite.map_or(Value::Null, Value::from),
            ),
        ],
        payload_id,
    }
    .run(connection)
}

/// An activity whose original file is still to be fetched.
#[derive(Clone, Debug)]
pub struct WithoutFile {
    pub id: ActivityId,
    pub day: Date,
    pub name: Option<String>,
}

/// Activities of `span` whose original file was never fetched, or failed
/// before; newest first.
pub fn without_file(
    connection: &Connection,
    account: AccountId,
    span: DateSpan,
) -> rusqlite::Result<Vec<WithoutFile>> {
    connection
        .prepare_cached(
            "SELECT activity_id, started_on, name FROM activity LEFT JOIN activity_file USING (account, activity_id)
             WHERE account = :account AND started_on BETWEEN :first AND :last
                 AND (state IS NULL OR state = 'failed')
             ORDER BY started_on DESC, started_at DESC, activity_id DESC",
        )?
        .query_map(
            named_params! {
                ":account": account.get(), ":first": span.first().to_string(), ":last": span.last().to_string(),
            },
            |row| {
                Ok(WithoutFile {
                    id: ActivityId::new(row.get("activity_id")?),
                    day: day(row, "started_on")?,
                    name: row.get("name")?,
                })
            },
        )?
        .collect()
}

/// What became of an original file.
#[derive(Clone, Debug)]
pub struct FileRow {
    pub activity: ActivityId,
    pub state: FileState,
    /// Below the files folder.
    pub path: Option<String>,
    pub size_bytes: Option<i64>,
    pub reason: Option<String>,
}

pub fn store_file(
    connection: &Connection,
    account: AccountId,
    file: &FileRow,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO activity_file (account, activity_id, state, path, size_bytes, checked_at, reason)
             VALUES (:account, :activity_id, :state, :path, :size_bytes, :now, :reason)",
        )?
        .execute(named_params! {
            ":account": account.get(),
            ":activity_id": file.activity.get(),
            ":state": file.state.name(),
            ":path": file.path,
            ":size_bytes": file.size_bytes,
            ":now": ms(now),
            ":reason": file.reason,
        })?;
    Ok(())
}
