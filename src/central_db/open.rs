//! Opening the file: born private, recognised as ours, brought up to date.

use std::{fs, io, path::Path, time::Duration};

use rusqlite::{Connection, ErrorCode};

use super::{
    CentralDbError,
    lease::Lease,
    migrations::{self, MIGRATIONS},
};
use crate::config::paths::Paths;

/// Marks a file as a CentralDB: "GRMS". Set by the first migration.
const APPLICATION_ID: i64 = 0x4752_4d53;

/// How long a statement waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);

/// Creates or migrates, under a lock: twenty processes may start on an empty home.
pub(super) fn open(paths: &Paths) -> Result<Connection, CentralDbError> {
    let _lease = Lease::wait_blocking(&paths.locks.join("open.lock"))?;
    let path = &paths.central_db;
    born_private(path).map_err(|e| failed(path, &e.to_string()))?;
    let mut connection = Connection::open(path).map_err(|e| failed(path, &e.to_string()))?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    recognise(&connection, path)?;
    configure(&connection).map_err(|e| failed(path, &e.to_string()))?;
    migrations::apply(&mut connection, path, MIGRATIONS)?;
    Ok(connection)
}

/// A further connection to a file that [`open`] has brought up to date.
pub(super) fn open_again(paths: &Paths) -> Result<Connection, CentralDbError> {
    let path = &paths.central_db;
    let connection = Connection::open(path).map_err(|e| failed(path, &e.to_string()))?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    configure(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// SQLite gives its `-wal` and `-shm` files the mode of the main file.
fn born_private(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Before anything is written: an empty file, or one of ours no newer than us.
fn recognise(connection: &Connection, path: &Path) -> Result<(), CentralDbError> {
    let foreign = || CentralDbError::Foreign {
        path: path.display().to_string(),
    };
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let read = || -> rusqlite::Result<(i64, i64, i64)> {
        Ok((
            number("SELECT count(*) FROM sqlite_schema")?,
            number("PRAGMA application_id")?,
            number("PRAGMA user_version")?,
        ))
    };
    let (tables, application_id, version) = read().map_err(|e| match e.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => foreign(),
        _ => failed(path, &e.to_string()),
    })?;
    if tables > 0 && application_id != APPLICATION_ID {
        return Err(foreign());
    }
    let known = migrations::latest(MIGRATIONS);
    if version > known {
        return Err(CentralDbError::Newer {
            path: path.display().to_string(),
            found: version,
            known,
        });
    }
    Ok(())
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // FULL: a commit is on disk when it returns. A rotated refresh token that
    // only reached a buffer is a lost session.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn failed(path: &Path, why: &str) -> CentralDbError {
    CentralDbError::Open {
        path: path.display().to_string(),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> (tempfile::TempDir, Paths) {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::inside(dir.path());
        paths.create().unwrap();
        (dir, paths)
    }

    #[test]
    fn a_foreign_file_is_left_untouched() {
        let (_dir, paths) = home();
        fs::write(
            &paths.central_db,
            "this is a shopping list, not a database at all",
        )
        .unwrap();
        assert!(matches!(open(&paths), Err(CentralDbError::Foreign { .. })));
        assert!(
            fs::read_to_string(&paths.central_db)
                .unwrap()
                .starts_with("this is a shopping list")
        );

        let (_dir, paths) = home();
        Connection::open(&paths.central_db)
            .unwrap()
            .execute_batch("CREATE TABLE mine (x)")
            .unwrap();
        let before = fs::read(&paths.central_db).unwrap();
        assert!(matches!(open(&paths), Err(CentralDbError::Foreign { .. })));
        assert_eq!(fs::read(&paths.central_db).unwrap(), before);
    }

    #[test]
    fn a_newer_file_is_left_untouched() {
        let (_dir, paths) = home();
        drop(open(&paths).unwrap());
        Connection::open(&paths.central_db)
            .unwrap()
            .pragma_update(None, "user_version", 9999)
            .unwrap();
        assert!(matches!(
            open(&paths),
            Err(CentralDbError::Newer { found: 9999, .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn every_file_of_the_database_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, paths) = home();
        let connection = open(&paths).unwrap();
        connection
            .execute("INSERT INTO account (name, created_at) VALUES ('x', 0)", [])
            .unwrap();
        let mut seen = 0;
        for entry in fs::read_dir(dir.path()).unwrap().map(Result::unwrap) {
            if entry
                .file_name()
                .to_string_lossy()
                .starts_with("central.db")
            {
                assert_eq!(
                    entry.metadata().unwrap().permissions().mode() & 0o777,
                    0o600,
                    "{entry:?}"
                );
                seen += 1;
            }
        }
        assert!(seen >= 2, "main file and WAL");
    }
}
