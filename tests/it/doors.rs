//! The other two doors, the widget fallback, and sessions that move.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::{fs, time::Duration};

use garminsync::{
    domain::{failure::FailureKind, secret::Secret, sign_in::SignInOutcome},
    simulator::{CodeDelivery, Scenario, SignInPolicy},
};
use serde_json::json;

use crate::support::{World, account, scenario, with_mfa};

const IOS: &str = "GCM_IOS_DARK";
const EMBED: &str = "https://sso.garmin.com/sso/embed";

fn kind(outcome: &SignInOutcome) -> FailureKind {
    match outcome {
        SignInOutcome::Refused { failure, .. } => failure.kind,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_shut_mobile_door_leads_through_the_widget() {
    let world = World::new(scenario()).await;
    world.simulator.block_sign_ins(IOS);
    assert!(matches!(
        world.sign_in().await,
        SignInOutcome::SignedIn { .. }
    ));
    let counters = world.simulator.counters();
    assert_eq!(
        (counters.of("sso.login"), counters.attempts_while_blocked),
        (1, 0)
    );
    assert_eq!(world.number("SELECT count(*) FROM cool_down"), 0);
}

#[tokio::test]
async fn the_widget_s_code_is_asked_for_once_and_can_be_sent_again() {
    for delivery in [CodeDelivery::OnRequest, CodeDelivery::AtOnce] {
        let world = World::new(Scenario {
            widget_code: delivery,
            ..with_mfa()
        })
        .await;
        world.simulator.block_sign_ins(IOS);
        assert!(
            matches!(world.sign_in().await, SignInOutcome::MfaRequired(_)),
            "{delivery:?}"
        );
        assert_eq!(world.simulator.counters().mfa_codes_sent, 1, "{delivery:?}");

        let early = world
            .deps()
            .auth()
            .resend_code(&account())
            .await
            .unwrap_err();
        assert_eq!(
            early.kind,
            FailureKind::CoolDown,
            "Garmin sends one every 30 seconds"
        );
        let clock = world.clock_later(Duration::from_secs(31));
        world
            .deps_at(clock)
            .auth()
            .resend_code(&account())
            .await
            .unwrap();
        assert_eq!(world.simulator.counters().mfa_codes_sent, 2);

        let auth = world.deps().auth();
        let wrong = auth
            .answer_challenge(&account(), &Secret::new("000000"))
            .await;
        assert_eq!(kind(&wrong), FailureKind::MfaCodeInvalid);
        let right = auth
            .answer_challenge(&account(), &Secret::new("271828"))
            .await;
        assert!(matches!(right, SignInOutcome::SignedIn { .. }), "{right:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_never_reaches_the_second_flavour() {
    let world = World::new(scenario()).await;
    let ran = world
        .run(
            &["login", "--email", "grace@example.com", "--password-stdin"],
            "wrong\n",
        )
        .await;
    assert_eq!(ran.code, 3);
    assert_eq!(world.simulator.counters().of("sso.widget"), 0);
}

#[tokio::test]
async fn when_both_flavours_are_shut_the_browser_is_the_way_in() {
    let world = World::new(scenario()).await;
    world.simulator.block_sign_ins(IOS);
    world.simulator.block_sign_ins("");
    assert_eq!(kind(&world.sign_in().await), FailureKind::RateLimited);
    assert_eq!(kind(&world.sign_in().await), FailureKind::CoolDown);
    let ticket = world.simulator.browser_ticket(EMBED);
    let ran = world
        .run(
            &["login", "--ticket-stdin", "--format", "json"],
            &format!("{EMBED}?ticket={ticket}\n"),
        )
        .await;
    assert_eq!(
        (ran.code, &ran.json()["status"]),
        (0, &json!("SUCCESS")),
        "{ran:?}"
    );
    let status = world.run(&["status", "--format", "json"], "").await.json();
    assert_eq!(status["accounts"][0]["lanes"][0]["door"], "browser");
    assert_eq!(
        status["accounts"][0]["cool_down"],
        json!(null),
        "a session is all the proof needed"
    );
}

#[tokio::test]
async fn a_cool_down_can_be_overridden_once() {
    let world = World::new(Scenario {
        sign_in: SignInPolicy::RateLimited,
        ..scenario()
    })
    .await;
    world.sign_in().await;
    let before = world.simulator.counters().of("sso.login");
    let again = world.sign_in_with(world.deps(), true).await;
    assert_eq!(kind(&again), FailureKind::RateLimited, "Garmin was asked");
    assert_eq!(world.simulator.counters().of("sso.login"), before + 1);
    assert_eq!(
        world.number("SELECT strikes FROM cool_down"),
        2,
        "and its refusal counts"
    );
}

#[tokio::test]
async fn tickets_of_either_service_work_once_and_spent_ones_are_explained() {
    for service in [EMBED, "https://mobile.integration.garmin.com/gcm/android"] {
        let world = World::new(scenario()).await;
        let ticket = world.simulator.browser_ticket(service);
        let address = format!("{service}?ticket={ticket}\n");
        assert_eq!(
            world.run(&["login", "--ticket-stdin"], &address).await.code,
            0,
            "{service}"
        );
        world
            .run(&["login", "--ticket-stdin"], &address)
            .await
            .complains(3, "service ticket");
    }
    let world = World::new(scenario()).await;
    let bare = world.simulator.browser_ticket(EMBED);
    assert_eq!(
        world
            .run(&["login", "--ticket-stdin"], &format!("{bare}\n"))
            .await
            .code,
        0
    );
    let late = world.simulator.browser_ticket(EMBED);
    world.simulator.expire_tickets();
    world
        .run(&["login", "--ticket-stdin"], &format!("{late}\n"))
        .await
        .complains(3, "over a minute");
    let before = world.simulator.counters().total;
    for (text, words) in [
        ("hello\n", "no service ticket"),
        (
            "https://connect.garmin.com/app?ticket=ST-1-abc\n",
            "used the ticket up itself",
        ),
        (
            "https://evil.example/?ticket=ST-1-abc\n",
            "no address of this account",
        ),
    ] {
        world
            .run(&["login", "--ticket-stdin"], text)
            .await
            .complains(2, words);
    }
    assert_eq!(world.simulator.counters().total, before, "nothing was sent");
}

#[tokio::test]
async fn a_key_is_checked_by_one_exchange_and_one_settings_call() {
    let world = World::new(scenario()).await;
    let key = world.simulator.scenario().personal_key.clone();
    let ran = world
        .run(
            &[
                "login",
                "--key-stdin",
                "--key-expires",
                "2099-01-31",
                "--format",
                "json",
            ],
            &format!("  {key} \n"),
        )
        .await;
    assert_eq!(
        (ran.code, &ran.json()["status"]),
        (0, &json!("SUCCESS")),
        "{ran:?}"
    );
    let counters = world.simulator.counters();
    assert_eq!(
        (
            counters.total,
            counters.of("personal.key"),
            counters.of("personal.settings")
        ),
        (2, 1, 1)
    );
    let status = world.run(&["status", "--format", "json"], "").await.json();
    let lane = &status["accounts"][0]["lanes"][0];
    assert_eq!(
        (&lane["lane"], &lane["status"], &lane["door"]),
        (&json!("personal"), &json!("VALID"), &json!("key"))
    );
    assert!(
        lane["refresh_expires_at"]
            .as_str()
            .unwrap()
            .starts_with("2099-01-31T"),
        "{lane}"
    );

    let token = world.run(&["token", "--lane", "personal"], "").await;
    assert_eq!(token.code, 0);
    assert!(
        world
            .simulator
            .issued_secrets()
            .contains(&token.out.trim().to_owned())
    );
    assert_eq!(
        world.simulator.counters().total,
        2,
        "a good day token needs no request"
    );
}

#[tokio::test]
async fn an_account_with_only_a_key_syncs_what_the_key_opens() {
    let world = World::new(scenario()).await;
    let key = format!("{}\n", world.simulator.scenario().personal_key);
    assert_eq!(world.run(&["login", "--key-stdin"], &key).await.code, 0);
    let ran = world.run(&["--sync", "--only", "core"], "").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    for table in [
        "activity",
        "daily_summary",
        "sleep_night",
        "hrv_night",
        "weigh_in",
    ] {
        let rows = world.number(&format!("SELECT count(*) FROM {table}"));
        assert!(rows > 5, "{table}: {rows}");
    }
    let lanes = "SELECT group_concat(DISTINCT lane) FROM payload";
    assert_eq!(world.text(lanes), "personal");
    assert_eq!(world.simulator.counters().of("graphql"), 0);
    world.simulator.reset_counters();
    assert_eq!(world.run(&["--sync", "--only", "core"], "").await.code, 0);
    assert_eq!(world.simulator.counters().total, 1, "nothing new");
}

#[tokio::test]
async fn a_rejected_key_is_a_sentence_and_stores_nothing() {
    let world = World::new(scenario()).await;
    world
        .run(&["login", "--key-stdin"], "GCDC_wrong\n")
        .await
        .complains(3, "wrong, expired or deleted");
    assert_eq!(
        world.number(
            "SELECT count(*) FROM garmin_authentication_state WHERE session_data IS NOT NULL"
        ),
        0
    );
}

#[tokio::test]
async fn a_day_token_is_exchanged_anew_and_a_deleted_key_ends_the_lane() {
    let world = World::new(scenario()).await;
    let key = format!("{}\n", world.simulator.scenario().personal_key);
    assert_eq!(world.run(&["login", "--key-stdin"], &key).await.code, 0);
    world.simulator.expire_personal_bearers();
    assert_eq!(world.run(&["status", "--check"], "").await.code, 0);
    assert_eq!(
        world.number("SELECT generation FROM garmin_authentication_state WHERE lane = 'personal'"),
        2
    );
    world.simulator.revoke_personal_key();
    assert_eq!(world.run(&["status", "--check"], "").await.code, 3);
    let status = world.run(&["status", "--format", "json"], "").await.json();
    assert_eq!(status["accounts"][0]["lanes"][0]["status"], "EXPIRED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_lying_about_is_used_only_when_asked_for() {
    let world = World::new(scenario()).await;
    let key = world.simulator.scenario().personal_key.clone();
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/garmin");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("connect-personal-api-key"), format!("{key}\n")).unwrap();
    let mut status = world.command(&["status"]);
    status.env("HOME", home.path());
    assert_eq!(crate::support::run(&mut status, "").code, 0);
    assert_eq!(world.simulator.counters().total, 0);
    let mut login = world.command(&["login", "--found-key"]);
    login.env("HOME", home.path());
    assert_eq!(crate::support::run(&mut login, "").code, 0);
    world
        .run(&["login", "--found-key"], "")
        .await
        .complains(2, "No personal API key");
}

#[tokio::test]
async fn an_account_holds_both_lanes_and_signs_out_of_both() {
    let world = World::signed_in(scenario()).await;
    let key = format!("{}\n", world.simulator.scenario().personal_key);
    assert_eq!(world.run(&["login", "--key-stdin"], &key).await.code, 0);
    let status = world.run(&["status", "--format", "json"], "").await.json();
    assert_eq!(status["accounts"][0]["lanes"].as_array().unwrap().len(), 2);
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
    world.run(&["logout"], "").await;
    assert_eq!(
        world.number(
            "SELECT count(*) FROM garmin_authentication_state WHERE session_data IS NOT NULL"
        ),
        0
    );
}

#[tokio::test]
async fn a_chinese_account_stays_in_its_region() {
    let region = garminsync::simulator::Region::Cn;
    let world = World::new(Scenario {
        region,
        ..scenario()
    })
    .await;
    let login = [
        "login",
        "--email",
        "grace@example.com",
        "--password-stdin",
        "--domain",
        "garmin.cn",
    ];
    assert_eq!(world.run(&login, "correct-horse-battery\n").await.code, 0);
    world.simulator.expire_access_tokens();
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
    assert_eq!(world.text("SELECT region FROM account"), "garmin.cn");
    let other = ["login", "--ticket-stdin", "--domain", "garmin.com"];
    world
        .run(&other, "ST-1-abc-cas\n")
        .await
        .complains(2, "accounts never cross");
}

#[tokio::test]
async fn clocks_ten_minutes_apart_cost_nothing() {
    for minutes in [-10, 10] {
        let clock_skew = jiff::SignedDuration::from_mins(minutes);
        let access_ttl = Duration::from_mins(5);
        let world = World::signed_in(Scenario {
            clock_skew,
            access_ttl,
            ..scenario()
        })
        .await;
        assert_eq!(world.sync().await.exit_code(), 0);
        assert_eq!(
            world.simulator.counters().refreshes,
            0,
            "lifetimes count by our own clock"
        );
        let doctor = world.run(&["doctor", "--format", "json"], "").await;
        let findings = doctor.json()["findings"].clone();
        let clock = findings
            .as_array()
            .unwrap()
            .iter()
            .find(|finding| finding["what"] == "clock")
            .unwrap()
            .clone();
        assert_eq!(clock["health"], "warn", "{clock}");
    }
}

#[tokio::test]
async fn a_bearer_for_scripts_is_refreshed_under_the_lease() {
    let world = World::signed_in(scenario()).await;
    let first = world.run(&["token"], "").await;
    assert_eq!((first.code, world.simulator.counters().total), (0, 0));
    let client = reqwest::Client::new();
    let url = format!(
        "{}/userprofile-service/socialProfile",
        world.simulator.base_url()
    );
    let answer = client
        .get(&url)
        .bearer_auth(first.out.trim())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    world.run(&["logout"], "").await;
    world
        .run(&["token"], "")
        .await
        .complains(3, "not signed in");
}

#[tokio::test]
async fn a_session_moves_to_another_home_and_back_from_other_programs() {
    let world = World::signed_in(scenario()).await;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    for (shape, file) in [
        ("garminconnect", "garmin_tokens.json"),
        ("garth", "oauth2_token.json"),
    ] {
        assert_eq!(
            world
                .run(&["session", "export", "--as", shape, "--to", at], "")
                .await
                .code,
            0
        );
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &fs::metadata(folder.path().join(file))
                .unwrap()
                .permissions(),
        );
        assert_eq!(mode & 0o777, 0o600);
    }
    let from = folder.path().join("garmin_tokens.json");
    let there = [
        "session",
        "import",
        from.to_str().unwrap(),
        "--account",
        "moved",
    ];
    let moved = world.run(&there, "").await;
    assert_eq!(moved.code, 0, "{moved:?}");
    assert!(moved.err.contains("cannot share"), "{moved:?}");
    assert_eq!(
        world.run(&["--sync", "--account", "moved"], "").await.code,
        0
    );
    // The chain has one owner now: the copy left behind is spent.
    world.simulator.expire_access_tokens();
    assert_eq!(
        world
            .run(&["--sync", "--account", "default"], "")
            .await
            .code,
        3
    );
    world
        .run(&there, "")
        .await
        .complains(3, "no longer accepts the session");
    let empty = tempfile::tempdir().unwrap();
    world
        .run(&["session", "import", empty.path().to_str().unwrap()], "")
        .await
        .complains(2, "no session");
    world
        .run(&["session", "import", "-"], "rubbish")
        .await
        .complains(2, "");
}

#[tokio::test]
async fn a_transfer_text_needs_its_passphrase() {
    let world = World::signed_in(scenario()).await;
    let secret = world.file("passphrase");
    fs::write(&secret, "open sesame\n").unwrap();
    let secret = secret.to_str().unwrap();
    let text = world
        .run(
            &[
                "session",
                "export",
                "--as",
                "transfer",
                "--passphrase-file",
                secret,
            ],
            "",
        )
        .await;
    assert_eq!(text.code, 0, "{text:?}");
    assert!(text.out.starts_with("garminsync-session-1"), "{text:?}");
    let import = ["session", "import", "-", "--account", "laptop"];
    world
        .run(&import, &text.out)
        .await
        .complains(2, "passphrase");
    let wrong = world.file("wrong");
    fs::write(&wrong, "open barley").unwrap();
    let args = [&import[..], &["--passphrase-file", wrong.to_str().unwrap()]].concat();
    assert_ne!(world.run(&args, &text.out).await.code, 0);
    let args = [&import[..], &["--passphrase-file", secret]].concat();
    assert_eq!(world.run(&args, &text.out).await.code, 0);
}

#[tokio::test]
async fn a_garth_session_lives_on_its_oauth1_token() {
    let world = World::new(scenario()).await;
    let oauth1 = world.simulator.oauth1_token();
    let folder = tempfile::tempdir().unwrap();
    let document = json!({
        "oauth_token": oauth1.token, "oauth_token_secret": oauth1.secret, "mfa_token": oauth1.mfa_token,
        "mfa_expiration_timestamp": null, "domain": "garmin.com",
    });
    fs::write(
        folder.path().join("oauth1_token.json"),
        document.to_string(),
    )
    .unwrap();
    let import = world
        .run(&["session", "import", folder.path().to_str().unwrap()], "")
        .await;
    assert_eq!(import.code, 0, "{import:?}");
    assert_eq!(world.simulator.counters().oauth1_exchanges, 1);
    // When the refresh token dies, the OAuth1 token buys new ones.
    world.simulator.revoke_refresh_tokens();
    world.simulator.expire_access_tokens();
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
    assert_eq!(world.simulator.counters().oauth1_exchanges, 2);
    world.simulator.revoke_oauth1_tokens();
    world.simulator.revoke_refresh_tokens();
    world.simulator.expire_access_tokens();
    assert_eq!(world.run(&["--sync"], "").await.code, 3);
}

#[tokio::test]
async fn a_new_key_opens_everything_and_the_old_one_nothing() {
    let world = World::signed_in(scenario()).await;
    let old = fs::read(world.file("vault.key")).unwrap();
    let ran = world
        .run(&["session", "rekey", "--format", "json"], "")
        .await;
    assert_eq!(
        (ran.code, &ran.json()["resealed"]),
        (0, &json!(1)),
        "{ran:?}"
    );
    assert_ne!(fs::read(world.file("vault.key")).unwrap(), old);
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
    fs::write(world.file("vault.key"), old).unwrap();
    assert_eq!(
        world
            .run(&["--sync", "--from", "2026-11-01"], "")
            .await
            .code,
        2
    );
}

#[tokio::test]
async fn the_doctor_is_frank_and_discreet() {
    let world = World::signed_in(scenario()).await;
    world.run(&["--sync"], "").await;
    world.simulator.reset_counters();
    let ran = world.run(&["doctor", "--format", "json"], "").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let counters = world.simulator.counters();
    assert_eq!((counters.total, counters.sign_in_attempts), (3, 0));
    assert_eq!((counters.of("sso.page"), counters.of("sso.login")), (1, 0));
    assert!(ran.out.contains("vault.key"), "{ran:?}");
    for secret in world.simulator.issued_secrets() {
        assert!(secret.len() < 6 || !ran.out.contains(&secret));
    }
    fs::write(world.file("vault.key"), "rubbish").unwrap();
    let ran = world
        .run(&["doctor", "--offline", "--format", "json"], "")
        .await;
    assert_ne!(ran.code, 0, "{ran:?}");
}

#[tokio::test]
async fn the_audit_trail_tells_who_was_let_in_and_who_was_not() {
    let world = World::new(with_mfa()).await;
    world
        .run(
            &["login", "--email", "grace@example.com", "--password-stdin"],
            "wrong\n",
        )
        .await;
    world.sign_in().await;
    world.run(&["mfa", "000000"], "").await;
    world.run(&["mfa", "271828"], "").await;
    let events = world.run(&["audit", "--format", "json"], "").await.json()["events"].clone();
    let outcomes: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        [
            "OK",
            "MFA_CODE_INVALID",
            "MFA_REQUIRED",
            "INVALID_CREDENTIALS"
        ]
    );
}
