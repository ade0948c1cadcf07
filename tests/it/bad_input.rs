//! Bad input gets a sentence, the right exit code, and loses nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::fs;

use crate::support::{World, binary, run, scenario, with_mfa};

const LOGIN: [&str; 4] = ["login", "--email", "grace@example.com", "--password-stdin"];

#[test]
fn a_base_url_that_is_not_loopback_is_refused() {
    let home = tempfile::tempdir().unwrap();
    for url in [
        "http://10.1.2.3:80",
        "https://connectapi.garmin.com",
        "http://127.0.0.1.evil.example/",
    ] {
        let mut command = binary(&["status"]);
        command
            .env("GARMINSYNC_HOME", home.path())
            .env("GARMINSYNC_BASE_URL", url);
        run(&mut command, "").complains(2, "not a loopback address");
    }
}

#[test]
fn a_home_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let mut command = binary(&["status"]);
    command.env("GARMINSYNC_HOME", file.join("home"));
    run(&mut command, "").complains(2, file.to_str().unwrap());
    assert_eq!(fs::read_to_string(&file).unwrap(), "x");
}

#[test]
fn without_home_and_without_a_name_for_one_the_platform_decides() {
    // `directories` asks the password database; the run must not crash either way.
    let mut command = binary(&["--version"]);
    command.env_remove("HOME");
    assert_eq!(run(&mut command, "").code, 0);
}

#[test]
fn a_foreign_database_is_left_untouched() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("central.db");
    fs::write(&path, "not a database, but forty bytes long at least").unwrap();
    for args in [&["status"][..], &["--sync"], &["login"]] {
        let mut command = binary(args);
        command.env("GARMINSYNC_HOME", home.path());
        run(&mut command, "").complains(2, "not a garminsync database");
    }
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .starts_with("not a database")
    );
}

#[tokio::test]
async fn a_newer_database_is_left_untouched() {
    let world = World::signed_in(scenario()).await;
    world
        .db()
        .pragma_update(None, "user_version", 4711)
        .unwrap();
    world
        .run(&["--sync"], "")
        .await
        .complains(2, "newer garminsync");
    assert_eq!(world.number("PRAGMA user_version"), 4711);
}

#[tokio::test]
async fn a_damaged_key_file_is_a_sentence_and_nothing_is_lost() {
    let world = World::signed_in(scenario()).await;
    let key = fs::read(world.file("vault.key")).unwrap();
    fs::write(world.file("vault.key"), "rubbish").unwrap();
    for args in [&["--sync"][..], &["status", "--check"]] {
        world.run(args, "").await.complains(2, "vault.key");
    }
    assert_eq!(
        fs::read_to_string(world.file("vault.key")).unwrap(),
        "rubbish"
    );
    fs::write(world.file("vault.key"), key).unwrap();
    assert_eq!(
        world.run(&["--sync"], "").await.code,
        0,
        "the old key opens the old session"
    );
}

#[tokio::test]
async fn a_wrong_key_is_a_sentence_and_nothing_is_lost() {
    let world = World::signed_in(scenario()).await;
    let other = World::signed_in(scenario()).await;
    let key = fs::read(world.file("vault.key")).unwrap();
    fs::copy(other.file("vault.key"), world.file("vault.key")).unwrap();
    let ran = world.run(&["--sync", "--format", "json"], "").await;
    assert_eq!(
        (ran.code, ran.json()["jobs"][0]["reason"].as_str()),
        (2, Some("VAULT_KEY")),
        "{ran:?}"
    );
    assert!(ran.err.contains("another key"), "{ran:?}");
    assert_eq!(world.simulator.counters().total, 0);
    fs::write(world.file("vault.key"), key).unwrap();
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
}

#[tokio::test]
async fn closed_or_empty_standard_input_never_hangs() {
    let world = World::new(with_mfa()).await;
    world.run(&LOGIN, "").await.complains(2, "No password");
    world.run(&["login"], "").await.complains(2, "no terminal");
    world
        .run(&["login", "--email", "grace@example.com"], "")
        .await
        .complains(2, "no terminal");
    world
        .run(
            &["login", "--email", "not an address", "--password-stdin"],
            "x\n",
        )
        .await
        .complains(2, "e-mail");
    assert_eq!(
        world.simulator.counters().total,
        0,
        "nothing was sent to Garmin"
    );
    world
        .run(&["mfa"], "")
        .await
        .complains(3, "No MFA code is awaited");
    world.run(&LOGIN, "correct-horse-battery\n").await;
    let ran = world.run(&["mfa"], "").await;
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.out.contains("garminsync mfa CODE"), "{ran:?}");
    world
        .run(&["mfa", "12"], "")
        .await
        .complains(2, "six digits");
}

#[tokio::test]
async fn the_app_without_a_terminal_says_what_to_use() {
    let world = World::new(scenario()).await;
    world.run(&[], "").await.complains(2, "garminsync --sync");
    let mut demo = binary(&["--demo"]);
    run(&mut demo, "").complains(2, "needs a terminal");
}

#[test]
fn wrong_arguments_are_exit_2() {
    for args in [
        &["--nonsense"][..],
        &["--sync", "--only", "steps"],
        &["--from", "2026-01-01"],
        &["login", "--password", "x"],
    ] {
        let ran = run(&mut binary(args), "");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}: {ran:?}");
    }
}

#[test]
fn a_wrong_setting_names_file_and_line() {
    let home = tempfile::tempdir().unwrap();
    fs::write(
        home.path().join("config.toml"),
        "[sync]\nevery_minutes = \"often\"\n",
    )
    .unwrap();
    let mut command = binary(&["status"]);
    command.env("GARMINSYNC_HOME", home.path());
    run(&mut command, "").complains(2, "line 2");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_loses_nothing() {
    // /dev/full stands in for a log folder on a full disk: the run must still end well.
    let world = World::signed_in(scenario()).await;
    let ran = world.run(&["--sync"], "").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let mut command = world.command(&["status", "--format", "json"]);
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let status = command.stdout(full).status().unwrap();
    assert!(
        status.code().is_some(),
        "no crash when the result cannot be written"
    );
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_a_secret() {
    let world = World::new(scenario()).await;
    let ran = world.run(&LOGIN, "\u{feff}correct-horse-battery\r\n").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let key = world.simulator.scenario().personal_key.clone();
    let ran = world
        .run(&["login", "--key-stdin"], &format!("\u{feff}{key}\n"))
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let embed = "https://sso.garmin.com/sso/embed";
    let ticket = world.simulator.browser_ticket(embed);
    let pasted = format!("\u{feff}{embed}?ticket={ticket}\n");
    let ran = world.run(&["login", "--ticket-stdin"], &pasted).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = world.run(&LOGIN, "\u{feff}\r\n").await;
    ran.complains(2, "No password came");
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_not_read_as_files() {
    let home = tempfile::tempdir().unwrap();
    let pipe = home.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for path in [pipe.to_str().unwrap(), "/dev/zero"] {
        for args in [
            &["status", "--key-file", path][..],
            &["session", "import", path],
            &[
                "session",
                "export",
                "--as",
                "transfer",
                "--passphrase-file",
                path,
            ],
        ] {
            let mut command = binary(args);
            command.env("GARMINSYNC_HOME", home.path());
            run(&mut command, "").complains(2, "it is a pipe or a device, not a file");
        }
        let config = home.path().join("config.toml");
        std::os::unix::fs::symlink(path, &config).unwrap();
        let mut command = binary(&["status"]);
        command.env("GARMINSYNC_HOME", home.path());
        run(&mut command, "").complains(2, "it is a pipe or a device, not a file");
        fs::remove_file(config).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn standard_input_without_an_end_is_refused() {
    let world = World::new(scenario()).await;
    for args in [
        &LOGIN[..],
        &["login", "--key-stdin"],
        &["session", "import", "-"],
    ] {
        let mut command = world.command(args);
        command.stdin(fs::File::open("/dev/zero").unwrap());
        let ran = crate::support::Ran::from(command.output().unwrap());
        ran.complains(2, "longer than 1 MiB");
    }
    assert_eq!(world.simulator.counters().total, 0);
}

#[tokio::test]
async fn the_pause_between_requests_is_obeyed_at_a_base_url() {
    let world = World::signed_in(scenario()).await;
    fs::write(world.file("config.toml"), "[sync]\ngap_ms = 400\n").unwrap();
    let start = std::time::Instant::now();
    let ran = world
        .run(
            &[
                "--sync",
                "--only",
                "sleep,weight,body_battery",
                "--format",
                "json",
            ],
            "",
        )
        .await;
    let requests = ran.json()["jobs"][0]["requests"].as_u64().unwrap();
    assert!(requests >= 3, "{ran:?}");
    let least = std::time::Duration::from_millis(400 * (requests - 1));
    assert!(
        start.elapsed() >= least,
        "{requests} in {:?}",
        start.elapsed()
    );
}
