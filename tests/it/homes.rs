//! Homes that are read-only, full, locked, damaged, or in use: a true sentence
//! for each, and nothing lost.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "test code"
)]

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use crate::support::{Ran, World, run, scenario};

/// A mount that is gone when the test is.
struct Mount(tempfile::TempDir);

impl Mount {
    /// `None`, with a printed line, where nothing may be mounted.
    fn new(args: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let done = Command::new("mount").args(args).arg(folder.path()).output();
        match done {
            Ok(done) if done.status.success() => Some(Self(folder)),
            _ => {
                println!("skipped: nothing may be mounted here");
                None
            }
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).output();
    }
}

/// The home of `world`, seen through a mount that cannot be written.
fn read_only(world: &World) -> Option<Mount> {
    Mount::new(&["--bind", "-o", "ro", world.home().to_str().unwrap()])
}

fn run_in(world: &World, home: &Path, args: &[&str]) -> Ran {
    let mut command = world.command(args);
    command.env("GARMINSYNC_HOME", home);
    run(&mut command, "")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_home_still_answers() {
    let world = World::signed_in(scenario()).await;
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
    let Some(home) = read_only(&world) else {
        return;
    };
    world.simulator.reset_counters();
    // With its last changes in the main file, and in the WAL of an open app.
    for reader in [None, Some(world.db())] {
        if let Some(db) = &reader {
            db.execute("UPDATE account SET display_name = 'in the WAL'", [])
                .unwrap();
        }
        let status = run_in(&world, home.path(), &["status", "--format", "json"]);
        assert_eq!(
            status.json()["accounts"][0]["status"],
            "VALID",
            "{status:?}"
        );
        if reader.is_some() {
            assert!(status.out.contains("in the WAL"), "{status:?}");
        }
        let show = run_in(&world, home.path(), &["show", "home"]);
        assert!(show.out.contains("Last sync · job 1"), "{show:?}");
        let token = run_in(&world, home.path(), &["token"]);
        assert!(token.code == 0 && token.out.len() > 20, "{token:?}");
        let audit = run_in(&world, home.path(), &["audit"]);
        assert_eq!(audit.code, 0, "{audit:?}");
        let doctor = run_in(&world, home.path(), &["doctor", "--offline"]);
        assert_eq!(doctor.code, 1);
        assert!(doctor.out.contains("can only be read"), "{doctor:?}");
        assert!(doctor.out.contains("every page checked"), "{doctor:?}");
        for args in [
            &["--sync"][..],
            &["logout"],
            &["reparse"],
            &["status", "--check"],
        ] {
            run_in(&world, home.path(), args).complains(2, "The home can only be read here.");
        }
    }
    assert_eq!(world.simulator.counters().total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_writer_left_in_the_wal_is_read_too() {
    let world = World::signed_in(scenario()).await;
    let writer = world.db();
    writer
        .execute("UPDATE account SET display_name = 'in the WAL'", [])
        .unwrap();
    let left = World::new(scenario()).await;
    for name in ["central.db", "central.db-wal", "vault.key"] {
        fs::copy(world.file(name), left.file(name)).unwrap();
    }
    let Some(home) = read_only(&left) else { return };
    let temp = tempfile::tempdir().unwrap();
    let mut status = left.command(&["status"]);
    status
        .env("GARMINSYNC_HOME", home.path())
        .env("TMPDIR", temp.path());
    let ran = run(&mut status, "");
    assert!(ran.code == 0 && ran.out.contains("in the WAL"), "{ran:?}");
    assert_eq!(
        fs::read_dir(temp.path()).unwrap().count(),
        0,
        "nothing is left behind"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_home_refreshes_nothing() {
    let world = World::signed_in(scenario()).await;
    let Some(home) = read_only(&world) else {
        return;
    };
    world
        .db()
        .execute(
            "UPDATE garmin_authentication_state SET access_expires_at = 0",
            [],
        )
        .unwrap();
    world.simulator.expire_access_tokens();
    world.simulator.reset_counters();
    let mut late = world.command(&["token"]);
    late.env("GARMINSYNC_HOME", home.path())
        .env("GARMINSYNC_CLOCK_AHEAD_S", "9000000");
    let ran = run(&mut late, "");
    assert_ne!(ran.code, 0, "{ran:?}");
    assert_eq!(world.simulator.counters().of("diauth.refresh"), 0);
}

#[test]
fn a_read_only_home_without_a_database_says_so() {
    let Some(empty) = Mount::new(&["-t", "tmpfs", "-o", "ro", "tmpfs"]) else {
        return;
    };
    let mut command = crate::support::binary(&["status"]);
    command.env("GARMINSYNC_HOME", empty.path());
    run(&mut command, "").complains(2, "the file system is read-only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_seen_by_doctor_and_status_still_answers() {
    let world = World::signed_in(scenario()).await;
    let Some(home) = Mount::new(&["-t", "tmpfs", "-o", "size=6m", "tmpfs"]) else {
        return;
    };
    // The last one out leaves everything in the one file.
    assert_eq!(world.run(&["status"], "").await.code, 0);
    for name in ["central.db", "vault.key"] {
        fs::copy(world.file(name), home.path().join(name)).unwrap();
    }
    let doctor = run_in(&world, home.path(), &["doctor", "--offline"]);
    assert_eq!(doctor.code, 1, "{doctor:?}");
    assert!(
        doctor.out.contains("MiB free, less than 20 MiB"),
        "{doctor:?}"
    );
    // Until nothing at all fits any more.
    let filler = fs::File::create(home.path().join("filler")).unwrap();
    let mut filler = std::io::BufWriter::with_capacity(1024, filler);
    while std::io::Write::write_all(&mut filler, &[0; 1024]).is_ok() {}
    drop(filler);
    let status = run_in(&world, home.path(), &["status", "--format", "json"]);
    assert_eq!(
        status.json()["accounts"][0]["status"],
        "VALID",
        "{status:?}"
    );
    let doctor = run_in(&world, home.path(), &["doctor", "--offline"]);
    assert!(doctor.out.contains("only 0 MiB free"), "{doctor:?}");
    let sync = run_in(&world, home.path(), &["--sync"]);
    assert!(
        sync.code != 0 && sync.err.contains("disk is full"),
        "{sync:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_program_holds_is_told_as_that() {
    let world = World::signed_in(scenario()).await;
    let holder = world.db();
    holder
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE account SET display_name = 'x'")
        .unwrap();
    let start = Instant::now();
    for args in [&["status"][..], &["--sync"], &["doctor", "--offline"]] {
        world
            .run(args, "")
            .await
            .complains(8, "Another program holds the database locked.");
    }
    assert!(
        start.elapsed() < Duration::from_secs(40),
        "{:?}",
        start.elapsed()
    );
    drop(holder);
    assert_eq!(world.run(&["status"], "").await.code, 0);
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_reader_costs_no_time() {
    let world = World::signed_in(scenario()).await;
    let reader = world.db();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM account")
        .unwrap();
    let mut statement = reader.prepare("SELECT count(*) FROM account").unwrap();
    let _: i64 = statement.query_row([], |row| row.get(0)).unwrap();
    let start = Instant::now();
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
    assert_eq!(world.run(&["status"], "").await.code, 0);
    assert!(
        start.elapsed() < Duration::from_secs(12),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_or_damaged_database_is_no_empty_one() {
    let world = World::signed_in(scenario()).await;
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
    let path = world.file("central.db");
    let whole = fs::read(&path).unwrap();
    let half = whole.len() / 2 / 4096 * 4096;
    let mut scrambled = whole.clone();
    scrambled[100..8192].fill(0xa5);
    let mut beheaded = whole.clone();
    beheaded[..100].fill(0);
    for (bytes, words) in [
        (Some(&[][..]), "is empty, although"),
        (None, "is missing, although"),
        (Some(&whole[..half]), "is damaged"),
        (Some(&whole[..1000]), "damaged"),
        (Some(&scrambled[..]), "is damaged"),
        (Some(&beheaded[..]), "its beginning is damaged"),
    ] {
        fs::remove_file(&path).unwrap();
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).unwrap();
        }
        for args in [
            &["status"][..],
            &["--sync"],
            &["doctor", "--offline"],
            &["login"],
        ] {
            let ran = world.run(args, "").await;
            assert!(ran.code == 1 || ran.code == 2, "{words}: {ran:?}");
            ran.complains(ran.code, words);
            assert!(!ran.err.contains("copy "), "there is no backup: {ran:?}");
        }
        let now = fs::read(&path).ok();
        assert_eq!(now.as_deref(), bytes, "{words}: left as it was");
        if bytes.is_none() {
            fs::write(&path, "").unwrap();
        }
    }
    // The copy from before an upgrade is named where there is one.
    fs::write(world.file("central.v3.backup.db"), "x").unwrap();
    fs::write(&path, &whole[..half]).unwrap();
    world
        .run(&["status"], "")
        .await
        .complains(1, "central.v3.backup.db");
    fs::write(&path, &whole).unwrap();
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
}

#[test]
fn an_empty_file_in_an_empty_home_is_a_beginning() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("central.db"), "").unwrap();
    let mut command = crate::support::binary(&["status"]);
    command.env("GARMINSYNC_HOME", home.path());
    let ran = run(&mut command, "");
    assert!(
        ran.code == 0 && ran.out.contains("No account yet"),
        "{ran:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_database_that_is_no_file_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("central.db");
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    let mut command = crate::support::binary(&["status"]);
    command.env("GARMINSYNC_HOME", home.path());
    run(&mut command, "").complains(2, "not a garminsync database, not even a file");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_copied_where_there_is_nothing() {
    let world = World::new(scenario()).await;
    let at_version_3 = |rows: bool| {
        let db = Connection::open(world.file("central.db")).unwrap();
        for step in ["0001_foundation", "0002_doors", "0003_history"] {
            let file = format!(
                "{}/assets/migrations/{step}.sql",
                env!("CARGO_MANIFEST_DIR")
            );
            db.execute_batch(&fs::read_to_string(file).unwrap())
                .unwrap();
        }
        if rows {
            db.execute("INSERT INTO account (name, created_at) VALUES ('x', 0)", [])
                .unwrap();
        }
        db.pragma_update(None, "user_version", 3).unwrap();
    };
    let backup = world.file("central.v3.backup.db");
    at_version_3(false);
    assert_eq!(world.run(&["status"], "").await.code, 0);
    assert!(!backup.exists());
    fs::remove_file(world.file("central.db")).unwrap();
    at_version_3(true);
    assert_eq!(world.run(&["status"], "").await.code, 0);
    assert!(backup.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_another_garminsync_is_told() {
    let world = World::signed_in(scenario()).await;
    let lock = fs::File::options()
        .write(true)
        .open(world.file("locks/open.lock"))
        .unwrap();
    lock.lock().unwrap();
    let mut command = world.command(&["status"]);
    command
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    let mut err = std::io::BufReader::new(child.stderr.take().unwrap());
    std::io::BufRead::read_line(&mut err, &mut line).unwrap();
    assert!(line.contains("waiting for another garminsync"), "{line}");
    drop(lock);
    assert!(child.wait().unwrap().success());
}
