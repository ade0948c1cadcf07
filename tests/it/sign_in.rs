//! Signing in, over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::{sync::Mutex, time::Duration};

use garminsync::{
    central_db::state,
    clock::Clock,
    domain::{
        failure::FailureKind,
        secret::Secret,
        session::SessionStatus,
        sign_in::{SignInDoor, SignInOutcome, SignInStep},
    },
    engine::{self, Mode, command::Command, event::Event},
    simulator::{Fault, FaultKind, Mfa, Scenario, SignInPolicy},
};

use jiff::SignedDuration;

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
    let clock = world.clock_later(Duration::from_hours(2) + Duration::from_secs(1));
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

#[tokio::test]
async fn the_page_comes_first_and_a_person_sees_each_step() {
    let world = World::new(with_mfa()).await;
    let steps = Mutex::new(Vec::new());
    let before = world.clock().now();
    let door = SignInDoor::Password {
        email: "grace@example.com".to_owned(),
        password: Secret::new("correct-horse-battery"),
        despite_cool_down: false,
    };
    let on_step = |step: SignInStep| steps.lock().unwrap().push(step);
    let auth = world.deps().auth();
    let outcome = auth.sign_in(&account(), None, door, &on_step).await;
    assert!(matches!(outcome, SignInOutcome::MfaRequired(_)));
    let waited = world.clock().now().duration_since(before).as_secs_f64();
    assert!((2.0..7.0).contains(&waited), "{waited}");
    assert_eq!(
        steps.into_inner().unwrap(),
        [
            SignInStep::OpeningPage,
            SignInStep::Pausing,
            SignInStep::SigningIn
        ]
    );
    // The code goes with the same cookies and referrer, from another process too.
    let outcome = answer(&world, "271828").await;
    assert!(matches!(outcome, SignInOutcome::SignedIn { .. }));
    let counters = world.simulator.counters();
    assert_eq!((counters.of("sso.page"), counters.of("sso.login")), (1, 1));
    assert_eq!(counters.posts_without_page, 0);
}

/// The ways in which a page turns a client away.
fn page_refusals() -> [(FaultKind, FailureKind); 4] {
    let hidden = serde_json::json!({ "error": { "status-code": "429" } });
    let json = |status, body| FaultKind::Json { status, body };
    [
        (
            FaultKind::TooManyRequests { retry_after: None },
            FailureKind::RateLimited,
        ),
        (json(427, serde_json::json!({})), FailureKind::RateLimited),
        (json(200, hidden), FailureKind::RateLimited),
        (FaultKind::ForbiddenHtml, FailureKind::Blocked),
    ]
}

fn minutes_of_rest(world: &World, now: jiff::Timestamp) -> i64 {
    let until = world.number("SELECT until_at FROM cool_down");
    (until - now.as_millisecond() + 59_999) / 60_000
}

#[tokio::test]
async fn a_refused_page_costs_no_password_and_a_shorter_rest() {
    for (fault, kind) in page_refusals() {
        let world = World::new(scenario()).await;
        for aim in ["sso.page", "sso.embed"] {
            world.simulator.inject(Fault::always(aim, fault.clone()));
        }
        let outcome = world.sign_in().await;
        let SignInOutcome::Refused { failure, .. } = &outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(failure.kind, kind, "{fault:?}");
        assert!(failure.summary.contains("password was not sent"));
        assert!(failure.retry_at.is_some());
        assert_eq!(minutes_of_rest(&world, world.clock().now()), 30);
        let clock = world.clock_later(Duration::from_mins(31));
        world
            .sign_in_with(world.deps_at(clock.clone()), false)
            .await;
        assert_eq!(minutes_of_rest(&world, clock.now()), 60, "{fault:?}");
        let counters = world.simulator.counters();
        assert_eq!(counters.sign_in_attempts, 0);
        assert_eq!((counters.of("sso.login"), counters.of("sso.page")), (0, 2));
    }
}

#[tokio::test]
async fn a_refused_form_of_the_widget_costs_no_password_either() {
    let world = World::new(scenario()).await;
    let refused_page = || FaultKind::TooManyRequests { retry_after: None };
    for aim in ["sso.page", "sso.widget"] {
        world.simulator.inject(Fault::always(aim, refused_page()));
    }
    assert_eq!(refused(&world.sign_in().await).0, FailureKind::RateLimited);
    assert_eq!(minutes_of_rest(&world, world.clock().now()), 30);
    assert_eq!(world.simulator.counters().sign_in_attempts, 0);
}

#[tokio::test]
async fn a_refused_page_leads_to_the_widget() {
    for (fault, _) in page_refusals() {
        let world = World::new(scenario()).await;
        world.simulator.inject(Fault::always("sso.page", fault));
        assert!(matches!(
            world.sign_in().await,
            SignInOutcome::SignedIn { .. }
        ));
        assert_eq!(world.number("SELECT count(*) FROM cool_down"), 0);
        assert_eq!(world.simulator.counters().of("sso.login"), 0);
    }
}

#[tokio::test]
async fn a_password_that_was_spent_is_not_called_unsent() {
    let world = World::new(Scenario {
        sign_in: SignInPolicy::RateLimited,
        ..scenario()
    })
    .await;
    world
        .simulator
        .inject(Fault::always("sso.embed", FaultKind::ForbiddenHtml));
    let outcome = world.sign_in().await;
    assert_eq!(refused(&outcome).0, FailureKind::RateLimited);
    assert!(!format!("{outcome:?}").contains("not sent"));
    assert_eq!(minutes_of_rest(&world, world.clock().now()), 120);
}

#[tokio::test]
async fn trouble_of_the_page_is_no_cool_down() {
    for fault in [FaultKind::ServerError(503), FaultKind::Reset] {
        let world = World::new(scenario()).await;
        world
            .simulator
            .inject(Fault::always("sso.page", fault.clone()));
        let outcome = world.sign_in().await;
        assert!(format!("{outcome:?}").contains("The password was not sent."));
        assert_eq!(
            world.number("SELECT count(*) FROM cool_down"),
            0,
            "{fault:?}"
        );
        assert_eq!(world.simulator.counters().sign_in_attempts, 0);
        world.simulator.clear_faults();
        assert!(matches!(
            world.sign_in().await,
            SignInOutcome::SignedIn { .. }
        ));
    }
}

#[tokio::test]
async fn a_limit_by_427_is_a_limit() {
    let world = World::new(scenario()).await;
    let body = serde_json::json!({});
    let limit = |aim| {
        Fault::always(
            aim,
            FaultKind::Json {
                status: 427,
                body: body.clone(),
            },
        )
    };
    world.simulator.inject(limit("sso.login"));
    assert!(matches!(
        world.sign_in().await,
        SignInOutcome::SignedIn { .. }
    ));
    world.simulator.inject(limit("/"));
    let ran = world.run(&["--sync"], "").await;
    assert_eq!(ran.code, 5, "{ran:?}");
    assert_eq!(world.number("SELECT count(*) FROM cool_down"), 1);
}

#[tokio::test]
async fn a_flavour_that_refuses_the_account_leads_to_the_other_one() {
    let world = World::new(scenario()).await;
    let body = serde_json::json!({ "error": { "status-code": "427" } });
    let fault = Fault::always("sso.login", FaultKind::Json { status: 200, body });
    world.simulator.inject(fault);
    assert!(matches!(
        world.sign_in().await,
        SignInOutcome::SignedIn { .. }
    ));
}

#[tokio::test]
async fn the_binary_truly_waits() {
    let world = World::new(scenario()).await;
    let login = ["login", "--email", "grace@example.com", "--password-stdin"];
    let before = std::time::Instant::now();
    let ran = world.run(&login, "correct-horse-battery\n").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(before.elapsed() >= Duration::from_secs(2));
    assert_eq!(world.simulator.counters().posts_without_page, 0);
    assert!(
        !ran.err.contains("Waiting"),
        "only a terminal is told: {ran:?}"
    );
}

/// Signs in through an engine that is told to stop at `step`; pages, passwords and sessions.
async fn stopped_at(step: SignInStep) -> (u64, u64, i64) {
    let world = World::new(scenario()).await;
    let deps = engine::Deps {
        // The pause is a real one: only the stop ends it early.
        clock: Clock::shifted(SignedDuration::ZERO),
        ..world.deps()
    };
    let (engine, mut events, running) = engine::spawn(deps, Mode::OneShot);
    let Scenario {
        email, password, ..
    } = world.simulator.scenario().clone();
    engine
        .send(Command::SignIn {
            account: account(),
            region: None,
            door: SignInDoor::Password {
                email,
                password: Secret::new(password),
                despite_cool_down: false,
            },
        })
        .unwrap();
    while let Some(event) = events.recv().await {
        if matches!(event, Event::SignInStep { step: at, .. } if at == step) {
            break;
        }
    }
    running.shut_down().await;
    let counters = world.simulator.counters();
    let sessions = "SELECT count(*) FROM garmin_authentication_state WHERE generation = 1";
    let sessions = world.number(sessions);
    (counters.of("sso.page"), counters.of("sso.login"), sessions)
}

#[tokio::test]
async fn a_stop_during_the_pause_keeps_the_password_here() {
    assert_eq!(stopped_at(SignInStep::Pausing).await, (1, 0, 0));
}

#[tokio::test]
async fn a_stop_after_the_password_was_sent_waits_for_the_session() {
    assert_eq!(stopped_at(SignInStep::SigningIn).await, (1, 1, 1));
}

#[tokio::test]
async fn what_garmin_echoes_of_our_secrets_is_not_kept() {
    let world = World::new(scenario()).await;
    let password = world.simulator.scenario().password.clone();
    let verdict = serde_json::json!({ "responseStatus": {
        "type": format!("ODD_{password}"), "httpStatus": "OK",
        "message": format!("{password} and {} and eyJhbGciOiJIUzI1NiJ9.eyJ", &password[3..12]),
    }});
    let kind = FaultKind::Json {
        status: 400,
        body: verdict,
    };
    world
        .simulator
        .inject(Fault::always("/mobile/api/login", kind));
    let outcome = world.sign_in().await;
    assert_eq!(refused(&outcome).0, FailureKind::SignInRefused);
    let shown = format!("{outcome:?}");
    assert!(shown.contains("ODD_…"), "{shown}");
    for piece in [password.as_str(), &password[3..12], "eyJhbGci"] {
        assert!(!shown.contains(piece), "{piece} in {shown}");
        for (path, bytes) in crate::support::bytes_below(world.home()) {
            let has = bytes.windows(piece.len()).any(|w| w == piece.as_bytes());
            assert!(!has, "{piece} in {}", path.display());
        }
    }
}
