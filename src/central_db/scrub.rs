//! After a sign-out or a re-keying: nothing that was sealed stays in any byte of the home.

use std::{fs, path::Path, time::Duration};

use rusqlite::{Connection, OptionalExtension};

/// How long a scrub waits for others who read. Their end, or the next one, does the rest.
const PATIENCE: Duration = Duration::from_secs(2);

/// A database up to this size is written anew, which also reaches what is left between
/// the rows of a page; of a larger one, the free pages are filled.
const VACUUMED: i64 = 256 << 20;

/// At most this much of the free pages is filled at a time.
const STRIDE: i64 = 64 << 20;

/// Zeroes what is free and empties the WAL. Deleted rows are zeroed as they go
/// (`secure_delete`); this is for what was deleted before it was set.
pub(super) fn scrub(connection: &Connection, waits: Duration) -> rusqlite::Result<()> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let page = number("PRAGMA page_size")?;
    let is_anew = number("PRAGMA page_count")? * page <= VACUUMED
        && connection.execute_batch("VACUUM").is_ok();
    let mut free = number("PRAGMA freelist_count")? * page;
    if !is_anew && free > 0 {
        connection
            .execute_batch("BEGIN IMMEDIATE; CREATE TABLE scrub (filler BLOB NOT NULL) STRICT;")?;
        while free > 0 {
            let fill = "INSERT INTO scrub (filler) VALUES (zeroblob(?1))";
            if let Err(e) = connection.execute(fill, [free.min(STRIDE)]) {
                connection.execute_batch("ROLLBACK")?;
                return Err(e);
            }
            free -= STRIDE;
        }
        connection.execute_batch("DROP TABLE scrub; COMMIT;")?;
    }
    connection.busy_timeout(PATIENCE)?;
    let emptied = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    connection.busy_timeout(waits)?;
    emptied
}

/// Takes what is sealed out of a copy, for good.
pub(super) fn strip(copy: &Connection) -> rusqlite::Result<()> {
    copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    copy.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    let has = |table: &str| {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        copy.query_row(sql, [table], |_| Ok(())).optional()
    };
    if has("garmin_authentication_state")?.is_some() {
        copy.execute_batch(
            "UPDATE garmin_authentication_state SET session_data = NULL, previous_session_data = NULL",
        )?;
    }
    if has("mfa_challenge")?.is_some() {
        copy.execute_batch("DELETE FROM mfa_challenge")?;
    }
    copy.execute_batch("VACUUM")
}

/// [`strip`] for the copies beside the database that older versions left.
pub(super) fn strip_backups(central_db: &Path) {
    let entries = central_db.parent().and_then(|home| fs::read_dir(home).ok());
    for path in entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
    {
        let is_backup = path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with("central.v") && name.ends_with(".backup.db"));
        if is_backup && let Err(e) = Connection::open(&path).and_then(|copy| strip(&copy)) {
            tracing::error!(error = %e, "a backup could not be stripped of its sessions");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central_db::fixture;

    fn holds(path: &Path, needle: &[u8]) -> bool {
        let bytes = fs::read(path).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    }

    #[test]
    fn what_was_freed_before_is_gone_after() {
        let f = fixture::connection();
        let (db, path) = (&f.connection, &f.paths.central_db);
        db.pragma_update_and_check(None, "secure_delete", false, |_| Ok(()))
            .unwrap();
        let secret = b"sealed-with-care".repeat(1000);
        let sql = "INSERT INTO garmin_authentication_state (account, lane, session_data)
                   VALUES (?1, 'connect', ?2)";
        db.execute(sql, rusqlite::params![f.account.get(), secret])
            .unwrap();
        db.execute(
            "UPDATE garmin_authentication_state SET session_data = NULL",
            [],
        )
        .unwrap();
        scrub(db, PATIENCE).unwrap();
        db.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))
            .unwrap();
        scrub(db, PATIENCE).unwrap();
        assert!(!holds(path, b"sealed-with-care"));
        let wal = path.with_extension("db-wal");
        assert_eq!(fs::metadata(wal).unwrap().len(), 0);
    }

    #[test]
    fn a_backup_keeps_the_history_and_no_session() {
        let f = fixture::connection();
        let path = f.paths.central_db.with_file_name("central.v9.backup.db");
        let sql = "INSERT INTO garmin_authentication_state (account, lane, session_data)
                   VALUES (?1, 'connect', ?2)";
        let secret = b"sealed-with-care".to_vec();
        f.connection
            .execute(sql, rusqlite::params![f.account.get(), secret])
            .unwrap();
        f.connection
            .execute("VACUUM INTO ?1", [path.to_str().unwrap()])
            .unwrap();
        assert!(holds(&path, b"sealed-with-care"));
        strip_backups(&f.paths.central_db);
        assert!(!holds(&path, b"sealed-with-care"));
        let copy = Connection::open(&path).unwrap();
        let names = "SELECT count(*) FROM account";
        assert_eq!(
            copy.query_row(names, [], |row| row.get::<_, i64>(0))
                .unwrap(),
            1
        );
    }
}
