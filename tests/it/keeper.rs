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
    domain::{
        failure::FailureKind,
        job::{JobStatus, SyncRequest},
        session::Lane,
    },
    engine::{self, Mode, command::Command, event::Event},
    garmin::client::Api,
    simulator::{Fault, FaultKind, Scenario},
    vault::Binding,
};

use crate::support::{World, account, scenario};

/// A clock by which the access token is over and the refresh token is not.
fn tomorrow(world: &World) -> Clock {
    let clock = Clock::manual(world.clock().now());
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
    let clock = tomorrow(&world);
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
            lend(&world, tomorrow(&world)).await.unwrap_err(),
            expected,
            "{kind:?}"
        );
        world.simulator.clear_faults();
        world.db().execute("DELETE FROM cool_down", []).unwrap();
        let after = world.rows("SELECT session_data, generation FROM garmin_authentication_state");
        assert_eq!(before, after, "{kind:?}");
    }
    assert_eq!(
        lend(&world, tomorrow(&world)).await.unwrap().generation(),
        2
    );
}

#[tokio::test]
async fn a_definite_refusal_ends_the_session_with_a_sentence() {
    let world = World::signed_in(scenario()).await;
    world.simulator.revoke_refresh_tokens();
    assert_eq!(
        lend(&world, tomorrow(&world)).await.unwrap_err(),
        FailureKind::AuthExpired
    );
    let sql = "SELECT count(*) FROM garmin_authentication_state WHERE session_data IS NULL
               AND previous_session_data IS NULL AND refresh_started_at IS NULL AND ended_at IS NOT NULL";
    assert_eq!(world.number(sql), 1);
    let reason = world.text("SELECT ended_reason FROM garmin_authentication_state");
    assert_eq!(reason, "Garmin refused the refresh token.");
    assert_eq!(
        lend(&world, tomorrow(&world)).await.unwrap_err(),
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
        lend(&world, tomorrow(&world)).await.unwrap_err(),
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
    let api = lend(&world, tomorrow(&world)).await.unwrap();
    assert_eq!(api.generation(), 2, "stored before anything else, and used");
    assert_eq!(
        world.number("SELECT last_validated IS NULL FROM garmin_authentication_state"),
        1
    );
    world.simulator.clear_faults();
    world.simulator.reset_counters();
    assert_eq!(
        lend(&world, tomorrow(&world)).await.unwrap().generation(),
        2
    );
    assert_eq!(world.simulator.counters().of("profile.social"), 1);
    assert_eq!(
        world.number("SELECT last_validated IS NULL FROM garmin_authentication_state"),
        0
    );
}

/// The data service, or one endpoint of it, says 401.
fn unaccepted(aim: &str) -> Fault {
    let inactive = FaultKind::Json {
        status: 401,
        body: serde_json::json!({"error": "invalid_token"}),
    };
    Fault::always(aim, inactive)
}

fn has_session(world: &World) -> bool {
    world.number("SELECT session_data IS NOT NULL FROM garmin_authentication_state") == 1
}

#[tokio::test]
async fn a_moment_of_401s_on_fresh_tokens_is_outlived() {
    let world = World::signed_in(scenario()).await;
    world.simulator.inject(unaccepted("/userprofile-service"));
    let clock = tomorrow(&world);
    let minutes = || {
        let until = world.number("SELECT until_at FROM cool_down WHERE scope = 'requests'");
        (until - clock.now().as_millisecond()) / 60_000
    };
    let mut rests = Vec::new();
    for _ in 0..4 {
        assert_eq!(
            lend(&world, clock.clone()).await.unwrap_err(),
            FailureKind::CoolDown
        );
        rests.push(minutes());
        let asked = world.simulator.counters().total;
        assert_eq!(
            lend(&world, clock.clone()).await.unwrap_err(),
            FailureKind::CoolDown
        );
        assert_eq!(world.simulator.counters().total, asked, "it rests");
        clock.advance(Duration::from_mins(31));
    }
    assert_eq!(rests, [1, 5, 15, 30]);
    assert!(has_session(&world));
    let counters = world.simulator.counters();
    assert_eq!((counters.refreshes, counters.reused_refresh_tokens), (1, 0));
    world.simulator.clear_faults();
    assert_eq!(lend(&world, clock.clone()).await.unwrap().generation(), 2);
    // It was a row of its own: the next moment begins anew.
    world.simulator.inject(unaccepted("/userprofile-service"));
    clock.advance(Duration::from_hours(40));
    assert_eq!(
        lend(&world, clock.clone()).await.unwrap_err(),
        FailureKind::CoolDown
    );
    assert!(has_session(&world));
}

#[tokio::test]
async fn a_day_of_401s_on_fresh_tokens_ends_the_session_with_a_sentence() {
    let world = World::signed_in(scenario()).await;
    world.simulator.inject(unaccepted("/userprofile-service"));
    let clock = tomorrow(&world);
    let mut hours = 0;
    while lend(&world, clock.clone()).await.unwrap_err() == FailureKind::CoolDown {
        assert!(has_session(&world));
        clock.advance(Duration::from_hours(1));
        hours += 1;
        assert!(hours < 40);
    }
    assert!(hours >= 24, "{hours}");
    assert!(!has_session(&world));
    let reason = world.text("SELECT ended_reason FROM garmin_authentication_state");
    assert!(reason.contains("for a day"), "{reason}");
    assert!(world.simulator.counters().refreshes <= 3);
}

#[tokio::test]
async fn a_sync_tells_a_moment_of_401s_and_the_next_one_goes_on() {
    let world = World::signed_in(scenario()).await;
    for path in [
        "/userprofile-service",
        "/device-service",
        "/usersummary-service",
    ] {
        world.simulator.inject(unaccepted(path));
    }
    let ran = world.run(&["--sync"], "").await;
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.err.contains("The session is kept"), "{ran:?}");
    let status = world.run(&["status"], "").await;
    assert!(status.out.contains("VALID"), "{status:?}");
    world.simulator.clear_faults();
    let clock = world.clock_later(Duration::from_mins(2));
    let report = world
        .sync_with(world.deps_at(clock), SyncRequest::default())
        .await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
}

#[tokio::test]
async fn a_session_that_cannot_be_proven_is_tried_once_per_job() {
    let world = World::new(scenario()).await;
    let fault = || Fault::always("/userprofile-service", FaultKind::ServerError(503));
    world.simulator.inject(fault());
    world.sign_in().await;
    world.simulator.reset_counters();
    let auth = world.deps().auth();
    let name = account();
    let known = auth
        .central_db
        .read(move |db| garminsync::central_db::accounts::by_name(db, &name))
        .await
        .unwrap()
        .unwrap();
    let client = auth.client(known.region).unwrap();
    let keeper = auth.keeper(known.clone(), client.clone());
    for _ in 0..5 {
        keeper.api().await.unwrap();
    }
    assert_eq!(world.simulator.counters().of("profile.social"), 1);
    world.simulator.clear_faults();
    auth.keeper(known, client).api().await.unwrap();
    assert_eq!(world.simulator.counters().of("profile.social"), 2);
    assert_eq!(
        world.number("SELECT last_validated IS NOT NULL FROM garmin_authentication_state"),
        1
    );
}

#[tokio::test]
async fn many_401s_that_a_refresh_heals_cost_no_data() {
    let world = World::signed_in(scenario()).await;
    for _ in 0..5 {
        // Every other file, once.
        let fault = Fault {
            skip: 1,
            times: Some(1),
            ..unaccepted("activities.file")
        };
        world.simulator.inject(fault);
    }
    let report = world.sync().await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    assert_eq!(world.simulator.counters().refreshes, 5);
    let missing = "SELECT count(*) FROM activity_file WHERE state = 'failed'";
    assert_eq!(world.number(missing), 0);
}

#[tokio::test]
async fn a_lane_that_says_401_to_everything_is_left_soon_and_rests() {
    let world = World::signed_in(scenario()).await;
    // Only the proof is answered.
    let paths = [
        "/usersummary-service",
        "/wellness-service",
        "/device-service",
        "/activitylist-service",
        "/graphql-gateway",
        "/sleep-service",
        "/hrv-service",
        "/weight-service",
    ];
    for path in paths {
        world.simulator.inject(unaccepted(path));
    }
    let report = world.sync().await;
    assert_eq!(report.exit_code(), 5, "{report:?}");
    assert!(world.simulator.counters().refreshes <= 4);
    assert!(has_session(&world));
    assert_eq!(world.number("SELECT count(*) FROM cool_down"), 1);
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
    let clock = Clock::manual(world.clock().now());
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

#[tokio::test]
async fn a_check_waits_its_turn_and_obeys_a_rest() {
    let world = World::signed_in(scenario()).await;
    let limit = FaultKind::TooManyRequests { retry_after: None };
    world.simulator.inject(Fault::always("/", limit));
    assert_eq!(world.run(&["--sync"], "").await.code, 5);
    let asked = world.simulator.counters().total;
    let ran = world.run(&["status", "--check"], "").await;
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.err.contains("must rest until"), "{ran:?}");
    assert_eq!(world.simulator.counters().total, asked);
    world.simulator.clear_faults();
    world.db().execute("DELETE FROM cool_down", []).unwrap();

    // The moment is taken from the row that all processes share.
    let mut deps = world.deps();
    deps.config.sync.gap = Duration::from_millis(300);
    let before = std::time::Instant::now();
    for _ in 0..3 {
        let (engine, mut events, running) = engine::spawn(deps.clone(), Mode::OneShot);
        let account = account();
        engine.send(Command::Check { account }).unwrap();
        loop {
            if let Event::Checked { result, .. } = events.recv().await.unwrap() {
                result.unwrap();
                break;
            }
        }
        running.shut_down().await;
    }
    assert!(before.elapsed() >= Duration::from_millis(600));
    assert_eq!(world.simulator.counters().total, asked + 3);
}

#[tokio::test]
async fn a_pair_that_the_database_refuses_waits_in_the_spool() {
    let world = World::signed_in(scenario()).await;
    let refuse = "CREATE TRIGGER full BEFORE UPDATE OF session_data ON garmin_authentication_state
                  BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    world.db().execute_batch(refuse).unwrap();
    let clock = tomorrow(&world);
    assert_eq!(
        lend(&world, clock.clone()).await.unwrap_err(),
        FailureKind::CentralDb
    );
    assert_eq!(
        world.number("SELECT generation FROM garmin_authentication_state"),
        1
    );
    // Somebody without the spool would have ended it meanwhile.
    world
        .db()
        .execute_batch(
            "DROP TRIGGER full; UPDATE garmin_authentication_state
             SET session_data = NULL, ended_at = 1, ended_reason = 'Refused.'",
        )
        .unwrap();
    assert_eq!(lend(&world, clock).await.unwrap().generation(), 2);
    let counters = world.simulator.counters();
    assert_eq!((counters.refreshes, counters.reused_refresh_tokens), (1, 0));
    let spool = std::fs::read(world.file("spool/1-connect")).unwrap();
    assert!(spool.iter().all(|byte| *byte == 0), "wiped once stored");
}

#[tokio::test]
async fn garmin_is_not_asked_when_the_answer_could_not_be_kept() {
    let world = World::signed_in(scenario()).await;
    let refuse = "CREATE TRIGGER full BEFORE UPDATE OF reserved ON garmin_authentication_state
                  BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    world.db().execute_batch(refuse).unwrap();
    let clock = tomorrow(&world);
    assert_eq!(
        lend(&world, clock.clone()).await.unwrap_err(),
        FailureKind::CentralDb
    );
    assert_eq!(world.simulator.counters().total, 0);
    world.db().execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(lend(&world, clock).await.unwrap().generation(), 2);
}

#[tokio::test]
async fn an_intent_under_a_deleted_lock_file_is_waited_out() {
    let world = World::signed_in(scenario()).await;
    let clock = tomorrow(&world);
    let intent = |by: &str| {
        let sql = "UPDATE garmin_authentication_state SET refresh_by = ?1, refresh_started_at = ?2";
        let now = clock.now().as_millisecond();
        world.db().execute(sql, rusqlite::params![by, now]).unwrap();
    };
    intent("another:file");
    let before = clock.now();
    assert_eq!(lend(&world, clock.clone()).await.unwrap().generation(), 2);
    assert!(clock.now().duration_since(before).as_secs() >= 149);
    // Its owner spent the pair: a refusal of it is not definite.
    world.simulator.revoke_refresh_tokens();
    clock.advance(Duration::from_hours(40));
    intent("another:file");
    assert_eq!(
        lend(&world, clock.clone()).await.unwrap_err(),
        FailureKind::Busy
    );
    assert!(has_session(&world));
}

#[tokio::test]
async fn signing_out_leaves_nothing_that_a_key_opens() {
    let world = World::signed_in(scenario()).await;
    lend(&world, tomorrow(&world)).await.unwrap();
    let sealed: Vec<Vec<u8>> = ["session_data", "previous_session_data"]
        .map(|column| {
            let sql = format!("SELECT {column} FROM garmin_authentication_state");
            world.db().query_row(&sql, [], |row| row.get(0)).unwrap()
        })
        .to_vec();
    let found = |world: &World| {
        crate::support::bytes_below(world.home())
            .iter()
            .any(|(_, bytes)| {
                let has = |blob: &Vec<u8>| bytes.windows(64).any(|window| window == &blob[40..104]);
                sealed.iter().any(has)
            })
    };
    assert!(found(&world), "the search finds what is there");
    let auth = world.deps().auth();
    assert!(auth.sign_out(&account()).await.unwrap());
    assert!(!found(&world));
}
