//! Nothing secret in any byte written or printed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use garminsync::simulator::{Fault, FaultKind, Scenario};

use crate::support::{World, bytes_below, with_mfa};

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes
        .windows(secret.len())
        .any(|window| window == secret.as_bytes())
}

#[tokio::test]
async fn a_whole_life_leaves_no_secret_behind() {
    let world = World::new(with_mfa()).await;
    let Scenario {
        email,
        password,
        mfa_code,
        ..
    } = world.simulator.scenario().clone();
    let mut said = Vec::new();
    let mut run = async |args: &[&str], input: &str| {
        let args: Vec<_> = args.iter().copied().chain(["-vv"]).collect();
        let ran = world.run(&args, input).await;
        said.push(ran.out.into_bytes());
        said.push(ran.err.into_bytes());
        ran.code
    };
    let login = ["login", "--email", &email, "--password-stdin"];
    run(&login, "a-wrong-password-9\n").await;
    assert_eq!(run(&login, &format!("{password}\n")).await, 4);
    assert_eq!(run(&["mfa", "918273"], "").await, 4);
    assert_eq!(run(&["mfa", &mfa_code], "").await, 0);
    world.simulator.expire_access_tokens();
    assert_eq!(run(&["--sync"], "").await, 0);
    run(&["status", "--check", "--format", "json"], "").await;
    for kind in [
        FaultKind::Garbage,
        FaultKind::TornBody,
        FaultKind::ServerError(500),
    ] {
        world
            .simulator
            .inject(Fault::once("/di-oauth2-service", kind));
        world.simulator.expire_access_tokens();
        run(&["status", "--check"], "").await;
    }
    // The refusal's body echoes the refresh token.
    world.simulator.revoke_refresh_tokens();
    world.simulator.expire_access_tokens();
    assert_eq!(run(&["--sync", "--from", "2026-11-01"], "").await, 3);

    // The other doors, and sessions on the move.
    let ticket = world
        .simulator
        .browser_ticket("https://sso.garmin.com/sso/embed");
    let pasted = format!("https://sso.garmin.com/sso/embed?ticket={ticket}\n");
    assert_eq!(run(&["login", "--ticket-stdin"], &pasted).await, 0);
    run(&["login", "--ticket-stdin"], &pasted).await;
    let key = world.simulator.scenario().personal_key.clone();
    assert_eq!(run(&["login", "--key-stdin"], &format!("{key}\n")).await, 0);
    run(&["login", "--key-stdin"], "GCDC_wrong_key_12345\n").await;
    world.simulator.expire_personal_bearers();
    run(&["status", "--check", "--format", "yaml"], "").await;
    run(&["session", "rekey"], "").await;
    run(
        &["session", "import", "-"],
        "{\"di_token\":\"tok-abcdefgh\"}",
    )
    .await;
    run(&["doctor"], "").await;
    run(&["audit"], "").await;
    run(&["logout"], "").await;

    let mut secrets = world.simulator.issued_secrets();
    secrets.extend([
        key,
        "GCDC_wrong_key_12345".to_owned(),
        "tok-abcdefgh".to_owned(),
    ]);
    secrets.extend([
        password,
        mfa_code,
        "a-wrong-password-9".to_owned(),
        "918273".to_owned(),
    ]);
    assert!(secrets.len() > 10, "{} secrets", secrets.len());
    let written = bytes_below(world.home());
    assert!(
        written
            .iter()
            .any(|(path, _)| path.to_string_lossy().contains("logs")),
        "a log was written"
    );
    for secret in secrets.iter().filter(|secret| secret.len() >= 6) {
        for (path, bytes) in &written {
            // Six digits may stand in any measurement of a FIT file.
            let is_measurement =
                secret.len() == 6 && path.extension().is_some_and(|ending| ending == "fit");
            assert!(
                is_measurement || !holds(bytes, secret),
                "{} holds a secret",
                path.display()
            );
        }
        for bytes in &said {
            assert!(
                !holds(bytes, secret),
                "output holds a secret: {}",
                String::from_utf8_lossy(bytes)
            );
        }
    }
}
