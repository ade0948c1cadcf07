//! Numbered, append-only steps from an empty file to today's schema.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::{CentralDbError, error::plain, scrub};
use crate::domain::printable::{excerpt, io_reason};

pub(super) struct Migration {
    /// 1, 2, 3, ...: `PRAGMA user_version` after it.
    pub(super) version: i64,
    pub(super) sql: &'static str,
}

pub(super) const MIGRATIONS: &[Migration] = &[
    step(
        1,
        include_str!("../../assets/migrations/0001_foundation.sql"),
    ),
    step(2, include_str!("../../assets/migrations/0002_doors.sql")),
    step(3, include_str!("../../assets/migrations/0003_history.sql")),
    step(4, include_str!("../../assets/migrations/0004_hrv.sql")),
    step(
        5,
        include_str!("../../assets/migrations/0005_body_battery.sql"),
    ),
    step(6, include_str!("../../assets/migrations/0006_weight.sql")),
    step(
        7,
        include_str!("../../assets/migrations/0007_blood_pressure.sql"),
    ),
    step(
        8,
        include_str!("../../assets/migrations/0008_hydration.sql"),
    ),
    step(
        9,
        include_str!("../../assets/migrations/0009_readiness.sql"),
    ),
    step(
        10,
        include_str!("../../assets/migrations/0010_training_status.sql"),
    ),
    step(11, include_str!("../../assets/migrations/0011_vo2max.sql")),
    step(
        12,
        include_str!("../../assets/migrations/0012_race_predictions.sql"),
    ),
    step(
        13,
        include_str!("../../assets/migrations/0013_endurance.sql"),
    ),
    step(14, include_str!("../../assets/migrations/0014_hill.sql")),
    step(
        15,
        include_str!("../../assets/migrations/0015_fitness_age.sql"),
    ),
    step(
        16,
        include_str!("../../assets/migrations/0016_thresholds.sql"),
    ),
    step(
        17,
        include_str!("../../assets/migrations/0017_health_status.sql"),
    ),
    step(18, include_str!("../../assets/migrations/0018_profile.sql")),
    step(
        19,
        include_str!("../../assets/migrations/0019_settings.sql"),
    ),
    step(20, include_str!("../../assets/migrations/0020_devices.sql")),
    step(21, include_str!("../../assets/migrations/0021_gear.sql")),
    step(22, include_str!("../../assets/migrations/0022_records.sql")),
    step(23, include_str!("../../assets/migrations/0023_zones.sql")),
    step(24, include_str!("../../assets/migrations/0024_naps.sql")),
    step(
        25,
        include_str!("../../assets/migrations/0025_log_of_job.sql"),
    ),
    step(26, include_str!("../../assets/migrations/0026_reads.sql")),
    step(
        27,
        include_str!("../../assets/migrations/0027_originals.sql"),
    ),
    step(
        28,
        include_str!("../../assets/migrations/0028_activity_details.sql"),
    ),
    step(
        29,
        include_str!("../../assets/migrations/0029_blood_pressure_time.sql"),
    ),
    step(30, include_str!("../../assets/migrations/0030_fences.sql")),
];

const fn step(version: i64, sql: &'static str) -> Migration {
    Migration { version, sql }
}

pub(super) fn latest(migrations: &[Migration]) -> i64 {
    migrations.last().map_or(0, |migration| migration.version)
}

/// Applies what is missing, each step in a transaction of its own. Before the
/// first step on a file that holds rows, a verified copy is laid beside it.
pub(super) fn apply(
    connection: &mut Connection,
    path: &Path,
    migrations: &[Migration],
) -> Result<(), CentralDbError> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let is_old = found > 0 && found < latest(migrations);
    let backup = if is_old && holds_rows(connection)? {
        Some(back_up(connection, path, found)?)
    } else {
        None
    };
    for migration in migrations
        .iter()
        .filter(|migration| migration.version > found)
    {
        let step = |connection: &mut Connection| -> rusqlite::Result<()> {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(migration.sql)?;
            transaction.pragma_update(None, "user_version", migration.version)?;
            transaction.commit()
        };
        step(connection).map_err(|e| match CentralDbError::from(e) {
            CentralDbError::Sqlite(e) => CentralDbError::Migration {
                why: format!("step {}: {}", migration.version, plain(&e)),
                backup: backup.clone(),
            },
            error => error,
        })?;
    }
    Ok(())
}

/// Whether there is anything to lose.
fn holds_rows(connection: &Connection) -> rusqlite::Result<bool> {
    let mut names = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    )?;
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in names {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM \"{}\")",
            name.replace('"', "\"\"")
        );
        if connection.query_row(&sql, [], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where the copy from before leaving `version` lies.
fn backup_path(path: &Path, version: i64) -> PathBuf {
    path.with_extension(format!("v{version}.backup.db"))
}

/// The copy of the highest version that lies beside `path`.
pub(super) fn newest_backup(path: &Path) -> Option<PathBuf> {
    let found = (1..=latest(MIGRATIONS)).rev();
    found
        .map(|version| backup_path(path, version))
        .find(|backup| backup.is_file())
}

fn back_up(connection: &Connection, path: &Path, version: i64) -> Result<PathBuf, CentralDbError> {
    let failed = |why: String| CentralDbError::Migration {
        why: format!("no backup could be made: {why}"),
        backup: None,
    };
    let target = backup_path(path, version);
    let folder = target.parent().unwrap_or_else(|| Path::new("."));
    // Written under a temporary name (0600 from tempfile), so that a backup under its final name is whole.
    let draft = tempfile::Builder::new()
        .prefix(".backup-")
        .tempfile_in(folder)
        .map_err(|e| failed(io_reason(&e)))?
        .into_temp_path();
    let copy = || -> rusqlite::Result<String> {
        let mut copy = Connection::open(&draft)?;
        rusqlite::backup::Backup::new(connection, &mut copy)?.run_to_completion(
            1024,
            std::time::Duration::ZERO,
            None,
        )?;
        // Sessions have no business in a copy that nobody signs out of.
        scrub::strip(&copy)?;
        copy.query_row("PRAGMA integrity_check", [], |row| row.get(0))
    };
    match copy()
        .map_err(|e| failed(CentralDbError::from(e).to_string()))?
        .as_str()
    {
        "ok" => draft
            .persist(&target)
            .map(|()| target.clone())
            .map_err(|e| failed(io_reason(&e.error))),
        problem => Err(failed(format!(
            "the copy is damaged: {}",
            excerpt(problem, 80)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(connection: &Connection) -> Vec<String> {
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
            .unwrap();
        statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    #[test]
    fn versions_count_up_from_one() {
        let versions: Vec<_> = MIGRATIONS
            .iter()
            .map(|migration| migration.version)
            .collect();
        assert_eq!(versions, (1..=latest(MIGRATIONS)).collect::<Vec<_>>());
    }

    #[test]
    fn every_table_is_strict() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, Path::new("unused"), MIGRATIONS).unwrap();
        for table in schema(&connection)
            .iter()
            .filter(|sql| sql.starts_with("CREATE TABLE"))
        {
            assert!(table.contains("STRICT"), "{table}");
        }
    }

    #[test]
    fn every_view_can_be_read_and_says_what_its_columns_are() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, Path::new("unused"), MIGRATIONS).unwrap();
        for view in schema(&connection)
            .iter()
            .filter(|sql| sql.starts_with("CREATE VIEW"))
        {
            let name = view.split(' ').nth(2).unwrap();
            connection
                .prepare(&format!("SELECT * FROM {name}"))
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(view.contains("-- "), "{name}");
        }
    }

    #[test]
    fn a_failing_step_leaves_the_file_as_it_was_with_a_backup_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("central.db");
        let mut connection = Connection::open(&path).unwrap();
        let good = Migration {
            version: 1,
            sql: "CREATE TABLE a (x) STRICT",
        };
        let good = Migration {
            sql: "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (7)",
            ..good
        };
        apply(&mut connection, &path, std::slice::from_ref(&good)).unwrap();
        let bad = Migration {
            version: 2,
            sql: "CREATE TABLE b (x INTEGER) STRICT; DROP TABLE nowhere",
        };
        assert!(apply(&mut connection, &path, &[good, bad]).is_err());
        assert_eq!(schema(&connection).len(), 1);
        let copy = Connection::open(backup_path(&path, 1)).unwrap();
        assert_eq!(
            copy.query_row("SELECT x FROM a", [], |row| row.get::<_, i64>(0))
                .unwrap(),
            7
        );
    }
}
