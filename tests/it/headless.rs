//! The real binary without a screen: exit codes, JSON, clean standard output.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use garminsync::simulator::{Fault, FaultKind, Scenario, SignInPolicy};
use serde_json::{Value, json};

use crate::support::{World, binary, run, scenario, with_mfa};

const LOGIN: [&str; 6] = [
    "login",
    "--email",
    "grace@example.com",
    "--password-stdin",
    "--format",
    "json",
];
const PASSWORD: &str = "correct-horse-battery\n";

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn password_then_code_then_sync_then_out() {
    let world = World::new(with_mfa()).await;
    let login = world.run(&LOGIN, PASSWORD).await;
    assert_eq!(login.code, 4, "{login:?}");
    assert_eq!(login.json()["status"], "MFA_REQUIRED");
    assert_eq!(login.json()["mfa"]["method"], "email");

    let wrong = world.run(&["mfa", "000000", "--format", "json"], "").await;
    assert_eq!(wrong.code, 4);
    assert_eq!(wrong.json()["status"], "FAILED");
    assert_eq!(wrong.json()["reason"], "MFA_CODE_INVALID");
    assert_eq!(wrong.json()["mfa"]["attempts"], 1);

    let pending = world.run(&["--sync", "--format", "json"], "").await;
    assert_eq!(pending.code, 4, "{pending:?}");
    assert_eq!(pending.json()["jobs"][0]["reason"], "MFA_REQUIRED");

    let right = world.run(&["mfa", "271 828", "--format", "json"], "").await;
    assert_eq!(
        (right.code, &right.json()["status"]),
        (0, &json!("SUCCESS")),
        "{right:?}"
    );

    let sync = world.run(&["--sync", "--format", "json"], "").await;
    assert_eq!(sync.code, 0, "{sync:?}");
    let job = &sync.json()["jobs"][0];
    assert_eq!(
        (&job["status"], &job["refreshed"]),
        (&json!("SUCCEEDED"), &json!(false))
    );
    assert_eq!(job["datasets"]["sleep"]["days"], 28);

    let out = world.run(&["logout", "--format", "json"], "").await;
    assert_eq!((out.code, &out.json()["had_session"]), (0, &json!(true)));
    let gone = world.run(&["--sync"], "").await;
    gone.complains(3, "not signed in");
}

#[tokio::test]
async fn the_json_shapes_keep_their_names() {
    let world = World::signed_in(scenario()).await;
    world.run(&["--sync"], "").await;
    let status = world.run(&["status", "--format", "json"], "").await.json();
    assert_eq!(status["schema"], 1);
    let account = &status["accounts"][0];
    for key in ["account", "status", "lanes", "mfa", "cool_down"] {
        assert!(keys(account).contains(&key), "{key}");
    }
    let promised = [
        "lane",
        "status",
        "user_id",
        "display_name",
        "access_expires_at",
        "refresh_expires_at",
        "last_validated_at",
        "generation",
        "needs_person_in_days",
    ];
    for key in promised {
        assert!(keys(&account["lanes"][0]).contains(&key), "{key}");
    }
    let at = account["lanes"][0]["access_expires_at"].as_str().unwrap();
    assert!(
        at.ends_with('Z') && at.parse::<jiff::Timestamp>().is_ok(),
        "{at}"
    );

    let sync = world.run(&["--sync", "--format", "json"], "").await.json();
    let job = &sync["jobs"][0];
    for key in [
        "job_id",
        "account",
        "status",
        "requests",
        "refreshed",
        "duration_ms",
        "datasets",
        "failures",
    ] {
        assert!(keys(job).contains(&key), "{key}");
    }
    assert_eq!(
        (job["requests"].as_u64(), &job["datasets"]),
        (Some(1), &json!({})),
        "nothing new"
    );
}

#[tokio::test]
async fn yaml_says_the_same_as_json() {
    let world = World::signed_in(scenario()).await;
    let yaml = world.run(&["status", "--format", "yaml"], "").await;
    assert_eq!(yaml.code, 0);
    assert!(yaml.out.starts_with("schema: 1\naccounts:\n"), "{yaml:?}");
    assert!(yaml.out.contains("status: VALID"), "{yaml:?}");
}

#[tokio::test]
async fn every_refusal_of_a_sign_in_has_its_exit_code() {
    let table = [
        (SignInPolicy::Locked, 3, "ACCOUNT_LOCKED"),
        (SignInPolicy::Captcha, 3, "CAPTCHA_REQUIRED"),
        (SignInPolicy::RateLimited, 5, "RATE_LIMITED"),
        (SignInPolicy::Challenged, 5, "BLOCKED"),
    ];
    for (sign_in, code, reason) in table {
        let world = World::new(Scenario {
            sign_in,
            ..scenario()
        })
        .await;
        let ran = world.run(&LOGIN, PASSWORD).await;
        assert_eq!(
            (ran.code, &ran.json()["reason"]),
            (code, &json!(reason)),
            "{ran:?}"
        );
        assert_eq!(ran.json()["status"], "FAILED");
    }
    let world = World::new(scenario()).await;
    let wrong = world.run(&LOGIN, "wrong\n").await;
    assert_eq!(
        (wrong.code, &wrong.json()["reason"]),
        (3, &json!("INVALID_CREDENTIALS"))
    );
}

#[tokio::test]
async fn a_garmin_that_is_not_there_is_exit_6() {
    let world = World::signed_in(scenario()).await;
    let mut command = world.command(&["--sync", "--format", "json"]);
    // A port nobody listens on.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    command.env("GARMINSYNC_BASE_URL", format!("http://{free}"));
    let ran = run(&mut command, "");
    assert_eq!(ran.code, 6, "{ran:?}");
    assert_eq!(ran.json()["jobs"][0]["reason"], "UNREACHABLE");
    let status = world.run(&["status", "--format", "json"], "").await.json();
    assert_eq!(
        status["accounts"][0]["status"], "VALID",
        "the session is kept"
    );
}

#[tokio::test]
async fn an_expired_session_is_exit_3_and_status_says_so() {
    let world = World::signed_in(scenario()).await;
    world.simulator.expire_access_tokens();
    world.simulator.revoke_refresh_tokens();
    let ran = world.run(&["--sync", "--format", "json"], "").await;
    assert_eq!(
        (ran.code, &ran.json()["jobs"][0]["status"]),
        (3, &json!("AUTH_EXPIRED"))
    );
    let status = world.run(&["status", "--format", "json"], "").await;
    assert_eq!(status.code, 0);
    assert_eq!(status.json()["accounts"][0]["status"], "EXPIRED");
    assert_eq!(
        status.json()["accounts"][0]["lanes"][0]["needs_person_in_days"],
        0
    );
}

#[tokio::test]
async fn a_check_makes_one_light_request() {
    let world = World::signed_in(scenario()).await;
    let ran = world.run(&["status", "--check"], "").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let counters = world.simulator.counters();
    assert_eq!((counters.total, counters.of("profile.social")), (1, 1));
    world
        .simulator
        .inject(Fault::always("/userprofile-service", FaultKind::Reset));
    let ran = world.run(&["status", "--check"], "").await;
    assert_eq!(ran.code, 6, "{ran:?}");
}

#[tokio::test]
async fn a_plan_prints_the_price_and_asks_nothing() {
    let world = World::signed_in(scenario()).await;
    let ran = world
        .run(
            &[
                "--sync",
                "--plan",
                "--from",
                "2026-01-01",
                "--to",
                "2026-11-20",
                "--format",
                "json",
            ],
            "",
        )
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let plan = &ran.json()["plans"][0];
    let of = |endpoint: &str| plan["endpoints"][endpoint].as_u64();
    let asked = [
        "activities.list",
        "graphql.shared",
        "body_battery.range",
        "weight.range",
    ]
    .map(of);
    assert_eq!(asked, [Some(1), Some(4), Some(3), Some(1)], "{plan}");
    assert_eq!(world.simulator.counters().total, 0);
}

#[tokio::test]
async fn only_and_dates_limit_what_is_asked() {
    let world = World::signed_in(scenario()).await;
    let args = [
        "--sync",
        "--only",
        "sleep",
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-03",
        "--format",
        "json",
    ];
    let ran = world.run(&args, "").await;
    let requests = &ran.json()["jobs"][0]["requests"];
    assert_eq!(
        requests, 2,
        "nights, and what the compact call adds: {ran:?}"
    );
    assert_eq!(ran.json()["jobs"][0]["datasets"]["sleep"]["days"], 3);
    world
        .run(
            &[
                "--sync",
                "--from",
                "2026-11-03",
                "--to",
                "2026-11-01",
                "--format",
                "json",
            ],
            "",
        )
        .await
        .complains(2, "--from");
}

#[tokio::test]
async fn two_accounts_are_kept_apart_and_the_worst_code_wins() {
    let world = World::signed_in(scenario()).await;
    let mut login = LOGIN.to_vec();
    login.extend(["--account", "work"]);
    assert_eq!(world.run(&login, PASSWORD).await.code, 0);
    let ran = world.run(&["--sync", "--format", "json"], "").await;
    assert_eq!(
        (ran.code, ran.json()["jobs"].as_array().unwrap().len()),
        (0, 2),
        "{ran:?}"
    );
    world.db().execute(
        "UPDATE garmin_authentication_state SET session_data = NULL, ended_reason = 'x' WHERE account = 2", [],
    ).unwrap();
    let ran = world.run(&["--sync", "--format", "json"], "").await;
    assert_eq!(ran.code, 3);
    assert_eq!(ran.json()["jobs"][0]["status"], "SUCCEEDED");
    assert_eq!(ran.json()["jobs"][1]["status"], "AUTH_EXPIRED");
    let one = world
        .run(&["--sync", "--account", "default", "--format", "json"], "")
        .await;
    assert_eq!(
        (one.code, one.json()["jobs"].as_array().unwrap().len()),
        (0, 1)
    );
}

#[test]
fn the_demo_needs_no_account_and_leaves_nothing_behind() {
    let temp = tempfile::tempdir().unwrap();
    let mut command = binary(&["--demo", "--sync", "--format", "json"]);
    command.env("TMPDIR", temp.path()).env_remove("HOME");
    let ran = run(&mut command, "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let job = &ran.json()["jobs"][0];
    assert_eq!(job["status"], "SUCCEEDED");
    assert!(job["datasets"]["activities"]["rows_new"].as_u64().unwrap() > 5);
    assert_eq!(
        std::fs::read_dir(temp.path()).unwrap().count(),
        0,
        "the throw-away home is thrown away"
    );
}

#[test]
fn the_simulator_runs_alone_and_prints_its_address_first() {
    use std::io::{BufRead, BufReader};
    let mut child = binary(&["simulator", "--days", "10", "--access-ttl", "5"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.next().unwrap().unwrap();
    let home = tempfile::tempdir().unwrap();
    let mut login = binary(&["login", "--email", "ada@example.com", "--password-stdin"]);
    login
        .env("GARMINSYNC_HOME", home.path())
        .env("GARMINSYNC_BASE_URL", &url);
    assert_eq!(run(&mut login, "demo-run-2026\n").code, 4);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_is_shown_in_a_pipe() {
    let world = World::signed_in(scenario()).await;
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
    for (screen, word) in [
        ("home", "Last sync · job 1"),
        ("coverage", "Coverage of default"),
        ("jobs", "--sync"),
        ("report", "SUCCEEDED"),
        ("accounts", "needs you"),
        ("events", "Sign-in events"),
        ("doctor", "integrity"),
        ("about", "not affiliated"),
        ("keys", "sync now"),
        ("sign-in", "Personal API key"),
    ] {
        let ran = world.run(&["show", screen, "--size", "80x24"], "").await;
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.out.contains(word), "{screen}:\n{}", ran.out);
        assert_eq!(ran.out.lines().count(), 24);
        assert!(!ran.out.contains('\x1b'), "plain into a pipe");
    }
    let picture = world.run(&["show", "home", "--svg"], "").await;
    assert!(picture.out.starts_with("<svg") && picture.out.contains("SUCCEEDED"));
    let wrong = world.run(&["show", "home", "--size", "9x9"], "").await;
    assert_eq!(wrong.code, 2);
    assert_eq!(
        world.number("SELECT count(*) FROM sync_job"),
        1,
        "it only reads"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_or_colour_is_told_with_its_line() {
    let world = World::new(scenario()).await;
    let config = world.home().join("config.toml");
    for (text, words) in [
        ("[keys]\nfly = \"x\"\n", "line 2"),
        ("[ui]\n\n[theme]\naccent = \"reddish\"\n", "line 4"),
    ] {
        std::fs::write(&config, text).unwrap();
        let ran = world.run(&["show", "home"], "").await;
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}
