//! The session keeper: what costs other tools their users' sessions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::time::Duration;

use garminsync::{
    clock::Clock,
    domain::{failure::FailureKind, job::JobStatus, session::Lane},
    garmin::client::Api,
    simulator::{Fault, FaultKind, Scenario},
    vault::Binding,
};
use jiff::Timestamp;

use crate::support::{World, account, scenario};

/// A clock by which the access token is over and the refresh token is not.
fn tomorrow() -> Clock {
    let clock = Clock::manual(Timestamp::now());
    clock.advance(Duration::from_hours(40));
    clock
}

async fn lend(world: &World, clock: Clock) -> Result<Api, FailureKind> {
    let auth = world.deps_at(clock).auth();
    let name = account();
    let known = auth
        .central_db
        .read(move |db| garminsync::central_db::accounts::by_name(db, &name))
        .await
        .unwrap()
        .unwrap();
    let client = auth.client(known.region).unwrap();
    auth.keeper(known, client)
        .api()
        .await
        .map_err(|failure| failure.kind)
}

#[tokio::test]
async fn a_good_token_is_lent_without_a_request() {
    let world = World::signed_in(scenario()).await;
    assert_eq!(lend(&world, world.clock()).await.unwrap().generation(), 1);
    assert_eq!(world.simulator.counters().total, 0);
}

#[tokio::test]
async fn twenty_keepers_at_once_make_one_refresh() {
    let world = World::signed_in(scenario()).await;
    let clock = tomorrow();
    let lent = futures_util::future::join_all((0..20).map(|_| lend(&world, clock.clone()))).await;
    assert!(
        lent.iter()
            .all(|api| api.as_ref().unwrap().generation() == 2)
    );
    let counters = world.simulator.counters();
    assert_eq!((counters.refreshes, counters.reused_refresh_tokens), (1, 0));
    assert_eq!(
        counters.of("profile.social"),
        1,
        "one proof is enough for all"
    );
}

#[tokio::test]
async fn a_passing_error_never_touches_the_session() {
    let kinds = [
        (FaultKind::ServerError(503), FailureKind::GarminDown),
        (FaultKind::Reset, FailureKind::Unreachable),
        (FaultKind::Hang, FailureKind::Unreachable),
        (FaultKind::ForbiddenHtml, FailureKind::Blocked),
        (FaultKind::Garbage, FailureKind::UnexpectedAnswer),
        (
            FaultKind::TooManyRequests {
                retry_after: Some(1),
            },
            FailureKind::RateLimited,
        ),
    ];
    let world = World::signed_in(scenario()).await;
    let before = world.rows("SELECT session_data, generation FROM garmin_authentication_state");
    for (kind, expected) in kinds {
        world
            .simulator
            .inject(Fault::always("/di-oauth2-service", kind.clone()));
        assert_eq!(
            lend(&world, tomorrow()).await.unwrap_err(),
            expected,
            "{kind:?}"
        );
        world.simulator.clear_faults();
        world.db().execute("DELETE FROM cool_down", []).unwrap();
        let after = world.rows("SELECT session_data, generation FROM garmin_authentication_state");
        assert_eq!(before, after, "{kind:?}");
    }
    assert_eq!(lend(&world, tomorrow()).await.unwrap().generation(), 2);
}

#[tokio::test]
async fn a_definite_refusal_ends_the_session_with_a_sentence() {
    let world = World::signed_in(scenario()).await;
    world.simulator.revoke_refresh_tokens();
    assert_eq!(
        lend(&world, tomorrow()).await.unwrap_err(),
        FailureKind::AuthExpired
    );
    let sql = "SELECT count(*) FROM garmin_authentication_state WHERE session_data IS NULL
               AND previous_session_data IS NULL AND refresh_started_at IS NULL AND ended_at IS NOT NULL";
    assert_eq!(world.number(sql), 1);
    let reason = world.text("SELECT ended_reason FROM garmin_authentication_state");
    assert_eq!(reason, "Garmin refused the refresh token.");
    assert_eq!(
        lend(&world, tomorrow()).await.unwrap_err(),
        FailureKind::AuthExpired
    );
    assert_eq!(
        world.simulator.counters().of("diauth.refresh"),
        1,
        "a dead session is not tried again"
    );
}

#[tokio::test]
async fn an_answer_lost_after_rotation_is_tried_once_and_then_said() {
    let world = World::signed_in(scenario()).await;
    world.simulator.lose_next_refresh_reply();
    assert_eq!(
        lend(&world, tomorrow()).await.unwrap_err(),
        FailureKind::AuthExpired
    );
    let counters = world.simulator.counters();
    assert_eq!((counters.refreshes, counters.reused_refresh_tokens), (1, 1));
}

#[tokio::test]
async fn a_pair_that_was_stored_but_never_proven_is_proven_before_it_is_lent() {
    let world = World::signed_in(scenario()).await;
    world.simulator.inject(Fault::always(
        "/userprofile-service",
        FaultKind::ServerError(500),
    ));
    let api = lend(&world, tomorrow()).await.unwrap();
    assert_eq!(api.generation(), 2, "stored before anything else, and used");
    assert_eq!(
        world.number("SELECT last_validated IS NULL FROM garmin_authentication_state"),
        1
    );
    world.simulator.clear_faults();
    world.simulator.reset_counters();
    assert_eq!(lend(&world, tomorrow()).await.unwrap().generation(), 2);
    assert_eq!(world.simulator.counters().of("profile.social"), 1);
    assert_eq!(
        world.number("SELECT last_validated IS NULL FROM garmin_authentication_state"),
        0
    );
}

#[tokio::test]
async fn a_fresh_token_that_is_not_active_ends_the_session() {
    let world = World::signed_in(scenario()).await;
    let inactive = FaultKind::Json {
        status: 401,
        body: serde_json::json!({"error": "invalid_token"}),
    };
    world
        .simulator
        .inject(Fault::always("/userprofile-service", inactive));
    assert_eq!(
        lend(&world, tomorrow()).await.unwrap_err(),
        FailureKind::AuthExpired
    );
    assert_eq!(
        world.number("SELECT session_data IS NULL FROM garmin_authentication_state"),
        1
    );
}

#[tokio::test]
async fn a_401_in_mid_run_is_answered_with_one_refresh() {
    let world = World::signed_in(scenario()).await;
    world.simulator.expire_access_tokens();
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.refreshed),
        (JobStatus::Succeeded, true),
        "{report:?}"
    );
    assert_eq!(world.simulator.counters().refreshes, 1);
}

#[tokio::test]
async fn short_tokens_are_refreshed_once_per_expiry() {
    let world = World::signed_in(Scenario {
        access_ttl: Duration::from_secs(5),
        ..scenario()
    })
    .await;
    let clock = Clock::manual(Timestamp::now());
    for generation in 1..=4 {
        for _ in 0..3 {
            assert_eq!(
                lend(&world, clock.clone()).await.unwrap().generation(),
                generation
            );
        }
        clock.advance(Duration::from_secs(6));
    }
    let counters = world.simulator.counters();
    assert_eq!((counters.refreshes, counters.reused_refresh_tokens), (3, 0));
}

#[tokio::test]
async fn a_session_sealed_with_a_lost_key_is_a_sentence_and_signing_in_heals_it() {
    let world = World::signed_in(scenario()).await;
    std::fs::remove_file(world.file("vault.key")).unwrap();
    assert_eq!(
        lend(&world, world.clock()).await.unwrap_err(),
        FailureKind::VaultKey
    );
    assert!(!world.file("vault.key").exists(), "asking makes no new key");
    assert_eq!(
        world.number("SELECT session_data IS NOT NULL FROM garmin_authentication_state"),
        1,
        "nothing is lost"
    );
    world.sign_in().await;
    assert_eq!(lend(&world, world.clock()).await.unwrap().generation(), 2);
}

#[tokio::test]
async fn a_sealed_session_opens_for_nobody_else() {
    let world = World::signed_in(scenario()).await;
    let blob: Vec<u8> = world
        .db()
        .query_row(
            "SELECT session_data FROM garmin_authentication_state",
            [],
            |row| row.get(0),
        )
        .unwrap();
    for secret in world.simulator.issued_secrets() {
        assert!(
            !blob
                .windows(secret.len())
                .any(|window| window == secret.as_bytes())
        );
    }
    let vault = world.deps().vault;
    let id = |n| garminsync::domain::account::AccountId::new(n);
    let own = Binding::Session {
        account: id(1),
        lane: Lane::Connect,
        generation: 1,
    };
    assert!(vault.open(own, &blob).is_ok());
    for other in [
        Binding::Session {
            account: id(2),
            lane: Lane::Connect,
            generation: 1,
        },
        Binding::Session {
            account: id(1),
            lane: Lane::Personal,
            generation: 1,
        },
        Binding::Session {
            account: id(1),
            lane: Lane::Connect,
            generation: 2,
        },
    ] {
        assert!(vault.open(other, &blob).is_err(), "{other:?}");
    }
}

#[tokio::test]
async fn garmin_is_not_asked_for_tokens_that_could_not_be_sealed() {
    let world = World::signed_in(scenario()).await;
    let mut command = world.command(&["status", "--check"]);
    command.env("GARMINSYNC_KEY_FILE", "/nowhere/at/all/vault.key");
    world.simulator.expire_access_tokens();
    let ran = tokio::task::spawn_blocking(move || crate::support::run(&mut command, ""))
        .await
        .unwrap();
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(world.simulator.counters().refreshes, 0);
    assert_eq!(world.run(&["status", "--check"], "").await.code, 0);
}
