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
    step(31, include_str!("../../assets/migrations/0031_views.sql")),
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

    fn views() -> (Connection, Vec<(String, String)>) {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, Path::new("unused"), MIGRATIONS).unwrap();
        let views = schema(&connection)
            .into_iter()
            .filter(|sql| sql.starts_with("CREATE VIEW"))
            .map(|sql| (sql.split(' ').nth(2).unwrap().to_owned(), sql))
            .collect();
        (connection, views)
    }

    fn columns(connection: &Connection, of: &str) -> Vec<String> {
        let statement = connection.prepare(&format!("SELECT * FROM {of}")).unwrap();
        let names = statement.column_names();
        names.into_iter().map(str::to_owned).collect()
    }

    /// `DuckDB` lists no view of a file in which it cannot parse one of them. Its
    /// grammar is that of Postgres: IS takes no value, and few functions are common.
    #[test]
    fn views_keep_to_the_sql_that_duckdb_reads_too() {
        const FUNCTIONS: [&str; 3] = ["coalesce", "row_number", "over"];
        const WORDS: [&str; 6] = ["as", "in", "on", "and", "or", "using"];
        for (name, sql) in views().1 {
            let code: String = sql
                .lines()
                .map(|line| line.split("--").next().unwrap().to_lowercase() + " ")
                .collect();
            for strange in ["`", "[", "==", "\"", " glob ", " match ", "->"] {
                assert!(!code.contains(strange), "{name}: {strange}");
            }
            for (at, _) in code.match_indices(" is ") {
                let rest = code[at + 4..].trim_start();
                let rest = rest.strip_prefix("not ").unwrap_or(rest);
                assert!(rest.starts_with("null"), "{name}: IS {rest:.20}");
            }
            for (at, _) in code.match_indices('(') {
                let before = code[..at].trim_end();
                let word = before
                    .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .next()
                    .unwrap();
                assert!(
                    word.is_empty() || FUNCTIONS.contains(&word) || WORDS.contains(&word),
                    "{name}: {word}(...)"
                );
            }
        }
    }

    #[test]
    fn views_show_the_account_and_all_that_their_tables_have() {
        // Our own: who read a row from where, and what is still to be asked.
        const HIDDEN: [&str; 4] = ["account", "payload_id", "gone_at", "legs_asked"];
        let (connection, views) = views();
        for (name, sql) in views {
            let shown = columns(&connection, &name);
            assert_eq!(shown[0], "account", "{name}");
            let table = sql.split("\nFROM ").nth(1).unwrap();
            let table = table.split_whitespace().next().unwrap();
            if ["coverage", "activity_file"].contains(&table) {
                continue; // of our own work, not of Garmin's data
            }
            for column in columns(&connection, table) {
                assert!(
                    shown.contains(&column) || HIDDEN.contains(&column.as_str()),
                    "{name} hides {table}.{column}"
                );
            }
        }
    }

    #[test]
    fn a_start_has_its_wall_clock_as_text() {
        let (connection, _) = views();
        let local = || -> Option<String> {
            let sql = "SELECT started_local FROM v_activity";
            connection.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        connection
            .execute_batch(
                "INSERT INTO account (id, name, created_at) VALUES (1, 'me', 0);
                INSERT INTO payload VALUES (1, 1, 'activities', 'connect', 'x', 0, 200, 1, x'', NULL);
                INSERT INTO activity (account, activity_id, started_on, is_parent, payload_id)
                VALUES (1, 7, '2026-10-01', 0, 1)",
            )
            .unwrap();
        assert_eq!(local(), None);
        let moved = "UPDATE activity SET started_at = 1790893800999, utc_offset_s = -12600";
        assert_eq!(connection.execute(moved, []).unwrap(), 1);
        assert_eq!(local().unwrap(), "2026-10-01T19:00:00");
        let lost = "UPDATE activity SET utc_offset_s = NULL";
        connection.execute(lost, []).unwrap();
        assert_eq!(local(), None, "without an offset there is no wall clock");
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
