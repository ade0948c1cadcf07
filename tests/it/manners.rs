//! How the binary behaves as a command among others.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use crate::support::{World, scenario};

#[tokio::test]
async fn options_stand_on_either_side_of_a_command() {
    let world = World::signed_in(scenario()).await;
    for args in [
        &["--format", "json", "--account", "default", "status"][..],
        &["status", "--format", "json", "--account", "default"],
        &["-v", "--format", "json", "status"],
        &[
            "--home",
            world.home().to_str().unwrap(),
            "--format",
            "json",
            "status",
        ],
    ] {
        let ran = world.run(args, "").await;
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
        assert_eq!(ran.json()["accounts"][0]["account"], "default", "{args:?}");
    }
}

#[tokio::test]
async fn sync_is_a_command_too() {
    let world = World::signed_in(scenario()).await;
    let ran = world
        .run(
            &["--only", "daily", "sync", "--plan", "--format", "json"],
            "",
        )
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.json()["plans"][0]["requests"].as_u64().unwrap() > 0);
    assert_eq!(world.simulator.counters().total, 0);
    let ran = world.run(&["sync", "--format", "json"], "").await;
    assert_eq!(ran.json()["jobs"][0]["status"], "SUCCEEDED", "{ran:?}");
    let ran = world.run(&["--sync", "status"], "").await;
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_not_there_is_told_with_those_that_are() {
    let world = World::signed_in(scenario()).await;
    let login = [
        "login",
        "--email",
        "grace@example.com",
        "--password-stdin",
        "--account",
        "work",
    ];
    assert_eq!(world.run(&login, "correct-horse-battery\n").await.code, 0);
    for args in [
        &["status"][..],
        &["status", "--check"],
        &["--sync"],
        &["sync", "--plan"],
        &["token"],
        &["audit"],
        &["logout"],
        &["mfa", "123456"],
        &["doctor", "--offline"],
        &["reparse"],
        &["show", "home"],
        &["session", "export", "--as", "garth-dumps"],
        &["session", "rekey"],
    ] {
        let mut args = args.to_vec();
        args.extend(["--account", "wrk"]);
        let ran = world.run(&args, "").await;
        ran.complains(2, "There is no account wrk; did you mean work?");
        assert!(ran.err.contains("default, work"), "{args:?}: {ran:?}");
    }
    world
        .db()
        .execute("UPDATE account SET name = 'ada' WHERE name = 'default'", [])
        .unwrap();
    world
        .run(&["token"], "")
        .await
        .complains(2, "There are: ada, work");
}

#[tokio::test]
async fn on_an_empty_home_no_account_is_a_wrong_name() {
    let world = World::new(scenario()).await;
    for args in [
        &["token", "--account", "ada"][..],
        &["--sync", "--account", "ada"],
    ] {
        world.run(args, "").await.complains(3, "not signed in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_ignores_a_format() {
    let world = World::signed_in(scenario()).await;
    let token = world.run(&["token"], "").await.out;
    let json = world.run(&["token", "--format", "json"], "").await.json();
    assert_eq!(
        (&json["token"], &json["lane"]),
        (&token.trim_end().into(), &"connect".into())
    );
    let yaml = world.run(&["token", "--format", "yaml"], "").await;
    assert!(
        yaml.out.contains(token.trim_end()) && yaml.out.contains("lane: connect"),
        "{yaml:?}"
    );

    let show = world
        .run(&["show", "home", "--size", "80x24", "--format", "json"], "")
        .await;
    let json = show.json();
    assert_eq!(
        (&json["screen"], json["lines"].as_array().unwrap().len()),
        (&"home".into(), 24)
    );
    assert!(
        json["lines"][0].as_str().unwrap().contains("VALID"),
        "{json}"
    );
    let yaml = world
        .run(&["--format", "yaml", "show", "sign-in"], "")
        .await;
    assert!(yaml.out.contains("screen: sign-in"), "{yaml:?}");

    for args in [
        &["show", "home", "--svg", "--format", "json"][..],
        &[
            "session",
            "export",
            "--as",
            "garth-dumps",
            "--format",
            "json",
        ],
    ] {
        world.run(args, "").await.complains(2, "--format");
    }
    for args in [
        &["status", "--format", "json"][..],
        &["audit", "--format", "json"],
        &["doctor", "--offline", "--format", "json"],
        &["sync", "--format", "json"],
        &["sync", "--plan", "--format", "json"],
        &["reparse", "--format", "json"],
        &["session", "rekey", "--format", "json"],
        &["logout", "--format", "json"],
    ] {
        let ran = world.run(args, "").await;
        assert_eq!(ran.json()["schema"], 1, "{args:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_singular_everywhere() {
    let world = World::signed_in(scenario()).await;
    let ran = world
        .run(
            &[
                "sync",
                "--only",
                "daily",
                "--from",
                "2026-11-19",
                "--to",
                "2026-11-19",
            ],
            "",
        )
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("    1 day "), "{ran:?}");
    let again = world.run(&["sync"], "").await;
    let texts = [
        ran.out,
        again.out,
        world.run(&["status"], "").await.out,
        world.run(&["reparse"], "").await.out,
        world.run(&["sync", "--plan"], "").await.out,
        world.run(&["show", "report"], "").await.out,
        world.run(&["doctor", "--offline"], "").await.out,
        world.run(&["session", "rekey"], "").await.out,
    ];
    for text in texts {
        let lines = text
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>());
        for pair in lines.flat_map(|words| words.windows(2).map(<[_]>::to_vec).collect::<Vec<_>>())
        {
            let thing = pair[1].trim_end_matches([',', ';', '.', ':']);
            let is_plural = thing.ends_with('s') && !matches!(thing, "is" | "s");
            assert!(pair[0] != "1" || !is_plural, "{pair:?}: {text}");
        }
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_crontab_line_runs_in_crons_environment_and_is_silent_when_all_is_well() {
    let readme = format!("{}/README.md", env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(readme).unwrap();
    let line = readme
        .lines()
        .find(|line| line.starts_with("7,37 * * * * "))
        .unwrap();
    let line = line.strip_prefix("7,37 * * * * ").unwrap();
    let world = World::signed_in(scenario()).await;
    let user = tempfile::tempdir().unwrap();
    let bin = user.path().join(".cargo/bin");
    std::fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_garminsync"), bin.join("garminsync")).unwrap();
    let cron = || {
        let mut sh = std::process::Command::new("/bin/sh");
        sh.args(["-c", line]).env_clear();
        for (name, value) in world.command(&[]).get_envs() {
            if let Some(value) = value.filter(|_| name.to_str().unwrap().starts_with("GARMINSYNC"))
            {
                sh.env(name, value);
            }
        }
        sh.env("PATH", "/usr/bin:/bin")
            .env("HOME", user.path())
            .env("SHELL", "/bin/sh");
        crate::support::Ran::from(sh.output().unwrap())
    };
    for _ in 0..2 {
        let ran = cron();
        assert_eq!(
            (ran.code, ran.out.as_str(), ran.err.as_str()),
            (0, "", ""),
            "{ran:?}"
        );
    }
    assert_eq!(
        world.text("SELECT group_concat(DISTINCT status) FROM sync_job"),
        "SUCCEEDED"
    );
    world.simulator.expire_access_tokens();
    world.simulator.revoke_refresh_tokens();
    let ran = cron();
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("garminsync login"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_sync_still_warns_of_what_is_near() {
    let world = World::signed_in(scenario()).await;
    world.run(&["sync"], "").await;
    let tomorrow = world.clock().now().as_millisecond() + 30 * 3_600_000;
    world
        .db()
        .execute(
            "UPDATE garmin_authentication_state SET refresh_expires_at = ?1",
            [tomorrow],
        )
        .unwrap();
    let ran = world.run(&["sync", "-q"], "").await;
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
    assert_eq!(
        ran.err,
        "garminsync: account default needs you tomorrow: garminsync login\n"
    );
}
