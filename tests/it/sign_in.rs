//! Signing in, over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::time::Duration;

use garminsync::{
    central_db::state,
    clock::Clock,
    domain::{
        failure::FailureKind, secret::Secret, session::SessionStatus, sign_in::SignInOutcome,
    },
    simulator::{Fault, FaultKind, Mfa, Scenario, SignInPolicy},
};

use crate::support::{World, account, scenario, with_mfa};

async fn status(world: &World) -> SessionStatus {
    let now = world.clock().now();
    let db = world.deps().central_db;
    db.read(move |db| state::all(db, &[], now)).await.unwrap()[0].status
}

fn refused(outcome: &SignInOutcome) -> (FailureKind, bool) {
    match outcome {
        SignInOutcome::Refused { failure, challenge } => (failure.kind, challenge.is_some()),
        other => panic!("{other:?}"),
    }
}

async fn answer(world: &World, code: &str) -> SignInOutcome {
    // Each answer from parts of its own, as from another process.
    let auth = world.deps().auth();
    auth.answer_challenge(&account(), &Secret::new(code)).await
}

#[tokio::test]
async fn a_password_alone_signs_in_and_proves_the_token() {
    let world = World::new(scenario()).await;
    assert!(matches!(
        world.sign_in().await,
        SignInOutcome::SignedIn { .. }
    ));
    assert_eq!(status(&world).await, SessionStatus::Valid);
    let counters = world.simulator.counters();
    assert_eq!(
        (counters.sign_in_attempts, counters.of("profile.social")),
        (1, 1)
    );
    assert_eq!(
        world.number("SELECT last_validated IS NOT NULL FROM garmin_authentication_state"),
        1
    );
    assert_eq!(world.text("SELECT time_zone FROM account"), "Europe/Berlin");
}

#[tokio::test]
async fn every_mfa_method_is_asked_for_and_echoed() {
    for method in [Mfa::Email, Mfa::Sms, Mfa::Authenticator] {
        let world = World::new(Scenario {
            mfa: Some(method),
            ..scenario()
        })
        .await;
        assert!(matches!(
            world.sign_in().await,
            SignInOutcome::MfaRequired(_)
        ));
        assert_eq!(status(&world).await, SessionStatus::MfaPending);
        assert_eq!(
            world.number("SELECT mfa_pending FROM garmin_authentication_state"),
            1
        );
        assert!(matches!(
            answer(&world, "271828").await,
            SignInOutcome::SignedIn { .. }
        ));
        assert_eq!(
            world.number("SELECT mfa_pending FROM garmin_authentication_state"),
            0
        );
        assert_eq!(world.simulator.counters().sign_in_attempts, 1);
    }
}

#[tokio::test]
async fn a_wrong_code_keeps_the_challenge_across_processes() {
    let world = World::new(with_mfa()).await;
    world.sign_in().await;
    assert_eq!(
        refused(&answer(&world, "000000").await),
        (FailureKind::MfaCodeInvalid, true)
    );
    assert_eq!(world.number("SELECT attempts FROM mfa_challenge"), 1);
    assert!(matches!(
        answer(&world, "271828").await,
        SignInOutcome::SignedIn { .. }
    ));
    assert_eq!(
        world.simulator.counters().sign_in_attempts,
        1,
        "no second sign-in was spent"
    );
}

#[tokio::test]
async fn too_many_wrong_codes_end_the_challenge() {
    let world = World::new(with_mfa()).await;
    world.sign_in().await;
    let mut kinds = Vec::new();
    while world.number("SELECT count(*) FROM mfa_challenge") == 1 {
        kinds.push(refused(&answer(&world, "000000").await).0);
        assert!(kinds.len() < 10);
    }
    assert_eq!(kinds.last(), Some(&FailureKind::MfaExpired));
    assert_eq!(
        refused(&answer(&world, "271828").await).0,
        FailureKind::NoChallenge
    );
}

#[tokio::test]
async fn an_expired_challenge_says_so_and_spends_nothing() {
    let world = World::new(with_mfa()).await;
    world.sign_in().await;
    let clock = Clock::manual(world.clock().now());
    clock.advance(Duration::from_mins(11));
    let before = world.simulator.counters().total;
    let late = world.deps_at(clock).auth();
    let outcome = late
        .answer_challenge(&account(), &Secret::new("271828"))
        .await;
    assert_eq!(refused(&outcome).0, FailureKind::MfaExpired);
    assert_eq!(world.simulator.counters().total, before);
}

#[tokio::test]
async fn the_network_s_trouble_is_not_the_code_s() {
    let world = World::new(with_mfa()).await;
    world.sign_in().await;
    world
        .simulator
        .inject(Fault::once("/mobile/api/mfa", FaultKind::Reset));
    assert_eq!(
        refused(&answer(&world, "271828").await),
        (FailureKind::Unreachable, true)
    );
    assert!(matches!(
        answer(&world, "271828").await,
        SignInOutcome::SignedIn { .. }
    ));
}

#[tokio::test]
async fn every_refusal_has_its_own_reason() {
    use FailureKind as K;
    let table = [
        (SignInPolicy::Locked, K::AccountLocked),
        (SignInPolicy::Captcha, K::CaptchaRequired),
        (SignInPolicy::ChildAccount, K::SignInRefused),
        (SignInPolicy::RenewPassword, K::SignInRefused),
        (SignInPolicy::ConsentRequired, K::SignInRefused),
        (SignInPolicy::RateLimited, K::RateLimited),
        (SignInPolicy::RateLimitedInBody, K::RateLimited),
        (SignInPolicy::Challenged, K::Blocked),
    ];
    for (sign_in, kind) in table {
        let world = World::new(Scenario {
            sign_in,
            ..scenario()
        })
        .await;
        assert_eq!(
            refused(&world.sign_in().await),
            (kind, false),
            "{sign_in:?}"
        );
        assert_eq!(world.simulator.counters().of("sso.login"), 1, "{sign_in:?}");
        assert_eq!(world.text("SELECT outcome FROM auth_event"), kind.reason());
    }
}

#[tokio::test]
async fn after_a_limit_no_process_asks_again_until_the_cool_down_ends() {
    let world = World::new(Scenario {
        sign_in: SignInPolicy::RateLimited,
        ..scenario()
    })
    .await;
    world.sign_in().await;
    let once = world.simulator.counters().total;
    assert_eq!(refused(&world.sign_in().await).0, FailureKind::CoolDown);
    assert_eq!(world.simulator.counters().total, once);
    let clock = Clock::manual(world.clock().now());
    clock.advance(Duration::from_hours(2) + Duration::from_secs(1));
    let again = world.sign_in_with(world.deps_at(clock), false).await;
    assert_eq!(refused(&again).0, FailureKind::RateLimited);
    assert_eq!(world.number("SELECT strikes FROM cool_down"), 2);
}

#[tokio::test]
async fn a_token_that_garmin_itself_refuses_is_not_stored() {
    let world = World::new(Scenario {
        refuse_fresh_tokens: true,
        ..scenario()
    })
    .await;
    assert_eq!(
        refused(&world.sign_in().await).0,
        FailureKind::TokenNotActive
    );
    assert_eq!(status(&world).await, SessionStatus::Missing);
}

#[tokio::test]
async fn a_passing_error_at_the_proof_does_not_waste_the_sign_in() {
    let world = World::new(scenario()).await;
    let fault = Fault::always("/userprofile-service", FaultKind::ServerError(503));
    world.simulator.inject(fault);
    assert!(matches!(
        world.sign_in().await,
        SignInOutcome::SignedIn { .. }
    ));
    world.simulator.clear_faults();
    let report = world.sync().await;
    assert_eq!(report.exit_code(), 0, "{report:?}");
    assert_eq!(world.simulator.counters().sign_in_attempts, 1);
}

#[tokio::test]
async fn another_garmin_user_cannot_take_over_an_account() {
    let world = World::signed_in(scenario()).await;
    world
        .db()
        .execute("UPDATE account SET user_id = '1'", [])
        .unwrap();
    assert_eq!(refused(&world.sign_in().await).0, FailureKind::OtherUser);
    assert_eq!(
        world.number("SELECT generation FROM garmin_authentication_state"),
        1
    );
}

#[tokio::test]
async fn signing_out_forgets_the_session_and_keeps_the_data() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    assert!(world.deps().auth().sign_out(&account()).await.unwrap());
    assert_eq!(status(&world).await, SessionStatus::Missing);
    let sql = "SELECT count(*) FROM garmin_authentication_state
               WHERE session_data IS NOT NULL OR previous_session_data IS NOT NULL";
    assert_eq!(world.number(sql), 0);
    assert!(world.number("SELECT count(*) FROM daily_summary") > 0);
    assert!(!world.deps().auth().sign_out(&account()).await.unwrap());
}

#[tokio::test]
async fn wrong_passwords_stop_here_before_they_lock_the_account() {
    let world = World::new(scenario()).await;
    let login = ["login", "--email", "grace@example.com", "--password-stdin"];
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(world.run(&login, "wrong\n").await.code);
    }
    assert_eq!(codes, [3, 3, 3, 3, 3]);
    let asked = world.simulator.counters().total;
    world
        .run(&login, "wrong\n")
        .await
        .complains(5, "wrong passwords");
    assert_eq!(world.simulator.counters().total, asked);
}

#[tokio::test]
async fn a_stale_ticket_does_not_cost_the_code_that_is_awaited() {
    let world = World::new(with_mfa()).await;
    world.sign_in().await;
    let ran = world
        .run(&["login", "--ticket-stdin"], "ST-1-stale-cas\n")
        .await;
    assert_eq!(ran.code, 3);
    let outcome = answer(&world, "271828").await;
    assert!(matches!(outcome, SignInOutcome::SignedIn { .. }));
}
