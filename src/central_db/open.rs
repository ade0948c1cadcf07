//! Opening the file: born private, recognised as ours, brought up to date.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{
    CentralDbError, NotWritable,
    error::plain,
    lease::Lease,
    migrations::{self, MIGRATIONS},
};
use crate::config::paths::{Paths, create_private};

/// Marks a file as a CentralDB: "GRMS". Set by the first migration.
const APPLICATION_ID: i64 = 0x4752_4d53;

/// How long a statement waits for another process's transaction.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(15);
/// The same while opening: a program that holds the whole file rarely lets go soon.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// The two connections of a [`super::CentralDb`].
pub(super) struct Opened {
    pub(super) writer: Connection,
    pub(super) reader: Connection,
    pub(super) not_writable: Option<NotWritable>,
    /// Where they are, if that is a copy.
    pub(super) aside: Option<tempfile::TempDir>,
}

/// For reading and writing; for reading alone where the home allows no more.
pub(super) fn open(paths: &Paths, waits: &dyn Fn()) -> Result<Opened, CentralDbError> {
    match open_writable(paths, waits) {
        Ok(writer) => Ok(Opened {
            writer,
            reader: open_again(paths)?,
            not_writable: None,
            aside: None,
        }),
        Err(CentralDbError::NotWritable(why)) if paths.central_db.is_file() => {
            read_only(paths, why)
        }
        Err(e) => Err(e),
    }
}

fn read_only(paths: &Paths, why: NotWritable) -> Result<Opened, CentralDbError> {
    let (aside, writer, reader) = match open_read_only(paths, why) {
        Ok(writer) => (None, writer, open_read_only(paths, why)?),
        Err(e @ CentralDbError::Open { .. }) if has_wal(&paths.central_db) => {
            let (folder, copy) = copy_aside(paths).map_err(|_| e)?;
            let first = open_read_only(&copy, why)?;
            (Some(folder), first, open_read_only(&copy, why)?)
        }
        Err(e) => return Err(e),
    };
    Ok(Opened {
        writer,
        reader,
        not_writable: Some(why),
        aside,
    })
}

/// Creates or migrates, under a lock: twenty processes may start on an empty home.
fn open_writable(paths: &Paths, waits: &dyn Fn()) -> Result<Connection, CentralDbError> {
    create_private(&paths.locks).map_err(|e| CentralDbError::of_file(&paths.locks, &e))?;
    let _lease = Lease::wait_blocking(&paths.locks.join("open.lock"), waits)?;
    let path = &paths.central_db;
    check_file(paths)?;
    born_private(path).map_err(|e| CentralDbError::of_file(path, &e))?;
    let mut connection = Connection::open(path).map_err(|e| refused(path, e))?;
    connection.busy_timeout(OPEN_TIMEOUT)?;
    recognise(&connection, path, refused)?;
    configure(&connection).map_err(|e| refused(path, e))?;
    migrations::apply(&mut connection, path, MIGRATIONS)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// A further connection to a file that [`open_writable`] has brought up to date.
fn open_again(paths: &Paths) -> Result<Connection, CentralDbError> {
    let path = &paths.central_db;
    let connection = Connection::open(path).map_err(|e| refused(path, e))?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    configure(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Without a lock, a folder or a side file of our own. Without a WAL nobody
/// writes, and SQLite may take the file as it is; with one it needs the index
/// that its writer keeps beside it.
fn open_read_only(paths: &Paths, why: NotWritable) -> Result<Connection, CentralDbError> {
    let path = &paths.central_db;
    check_file(paths)?;
    let named = percent_encode(path.as_os_str().as_encoded_bytes(), PATH);
    let immutable = if has_wal(path) { "" } else { "&immutable=1" };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(format!("file:{named}?mode=ro{immutable}"), flags)
        .map_err(|e| unreadable(path, e))?;
    connection.busy_timeout(OPEN_TIMEOUT)?;
    let version = recognise(&connection, path, unreadable)?;
    if version < migrations::latest(MIGRATIONS) {
        return Err(CentralDbError::Migration {
            why: why.to_string(),
            backup: None,
        });
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// A writer that was killed leaves a WAL, and perhaps no index for it; SQLite
/// makes one where it may write.
fn copy_aside(paths: &Paths) -> io::Result<(tempfile::TempDir, Paths)> {
    let folder = tempfile::Builder::new().prefix("garminsync-").tempdir()?;
    let copy = Paths {
        central_db: folder.path().join("central.db"),
        ..paths.clone()
    };
    fs::copy(&paths.central_db, &copy.central_db)?;
    fs::copy(wal_of(&paths.central_db), wal_of(&copy.central_db))?;
    Ok((folder, copy))
}

/// What a path may hold in a `file:` URI as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Whether something is committed that the main file does not hold yet.
fn has_wal(path: &Path) -> bool {
    fs::metadata(wal_of(path)).is_ok_and(|wal| wal.len() > 0)
}

fn wal_of(path: &Path) -> PathBuf {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    wal.into()
}

/// Nothing but a file is opened, and a file that was lost is not begun anew as
/// if nobody had ever signed in.
fn check_file(paths: &Paths) -> Result<(), CentralDbError> {
    let path = &paths.central_db;
    let found = match fs::metadata(path) {
        Ok(found) => Some(found),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(CentralDbError::of_file(path, &e)),
    };
    let what = match &found {
        None => "missing",
        Some(found) if !found.is_file() => {
            return Err(CentralDbError::Foreign {
                path: path.display().to_string(),
                but: Some("not even a file"),
            });
        }
        Some(found) if found.len() == 0 && !has_wal(path) => "empty",
        Some(_) => return Ok(()),
    };
    let backup = migrations::newest_backup(path);
    let key = Some(&paths.vault_key).filter(|key| key.exists());
    match key.or(backup.as_ref()) {
        None => Ok(()),
        Some(beside) => Err(CentralDbError::Lost {
            path: path.display().to_string(),
            what,
            beside: beside.clone(),
            backup,
        }),
    }
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
///
/// Gives its schema version.
fn recognise(
    connection: &Connection,
    path: &Path,
    refused: fn(&Path, rusqlite::Error) -> CentralDbError,
) -> Result<i64, CentralDbError> {
    let foreign = |but| CentralDbError::Foreign {
        path: path.display().to_string(),
        but,
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
        Some(ErrorCode::NotADatabase) => foreign(Some("or its beginning is damaged")),
        _ => refused(path, e),
    })?;
    if tables > 0 && application_id != APPLICATION_ID {
        return Err(foreign(None));
    }
    let known = migrations::latest(MIGRATIONS);
    if version > known {
        return Err(CentralDbError::Newer {
            path: path.display().to_string(),
            found: version,
            known,
        });
    }
    Ok(version)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // FULL: a commit is on disk when it returns. A rotated refresh token that
    // only reached a buffer is a lost session.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is gone: a session that was signed out must not linger in a free page.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// SQLite's refusal of this very file.
fn refused(path: &Path, error: rusqlite::Error) -> CentralDbError {
    // SQLite says so when it cannot write its side files.
    match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen) => CentralDbError::NotWritable(NotWritable::ReadOnly),
        Some(ErrorCode::SystemIoFailure) => CentralDbError::NotWritable(NotWritable::Full),
        _ => unreadable(path, error),
    }
}

/// The same where nothing is to be written.
fn unreadable(path: &Path, error: rusqlite::Error) -> CentralDbError {
    match CentralDbError::from(error) {
        CentralDbError::Damaged { .. } => CentralDbError::Damaged {
            path: path.display().to_string(),
            backup: migrations::newest_backup(path),
        },
        CentralDbError::Sqlite(error) => CentralDbError::Open {
            path: path.display().to_string(),
            why: plain(&error),
        },
        error => error,
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
        assert!(matches!(
            open(&paths, &|| {}),
            Err(CentralDbError::Foreign { .. })
        ));
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
        assert!(matches!(
            open(&paths, &|| {}),
            Err(CentralDbError::Foreign { .. })
        ));
        assert_eq!(fs::read(&paths.central_db).unwrap(), before);
    }

    #[test]
    fn a_newer_file_is_left_untouched() {
        let (_dir, paths) = home();
        drop(open(&paths, &|| {}).unwrap());
        Connection::open(&paths.central_db)
            .unwrap()
            .pragma_update(None, "user_version", 9999)
            .unwrap();
        assert!(matches!(
            open(&paths, &|| {}),
            Err(CentralDbError::Newer { found: 9999, .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn every_file_of_the_database_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, paths) = home();
        let connection = open(&paths, &|| {}).unwrap().writer;
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
