//! Whatever a server does, a sync ends, gets on, and says what it owes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{Request, StatusCode, header},
    response::Response,
};
use garminsync::{
    config::LoopbackUrl,
    domain::{
        dataset::Dataset,
        dates::DateSpan,
        job::{Goal, JobReport, JobStatus, SyncRequest},
        session::Lane,
    },
    simulator::{Fault, FaultKind, Scenario},
    sync::plan::{self, Holding, Known},
};
use jiff::civil::{Date, date};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    cases::Case,
    history::{agrees, known},
    support::{World, scenario},
};

const TODAY: Date = date(2026, 11, 20);

/// A Garmin that answers at random, each endpoint and age of day in its own way,
/// until it changes its mind.
struct Chaos {
    base_url: String,
    server: JoinHandle<()>,
}

impl Drop for Chaos {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Moods {
    seed: u64,
    requests: AtomicU32,
}

/// Statuses that say something about one request only.
const STATUSES: [u16; 26] = [
    301, 302, 303, 307, 400, 400, 401, 402, 403, 404, 404, 405, 406, 407, 408, 409, 410, 411, 412,
    415, 418, 422, 451, 500, 501, 503,
];
/// Bodies of a 200.
const BODIES: [&str; 12] = [
    "",
    "[]",
    "{}",
    "null",
    "<html><title>hello</title></html>",
    "[{\"calendarDa",
    "{\"message\":\"HTTP 400 Bad Request\",\"error\":\"BadRequestException\"}",
    "{\"data\":null,\"errors\":[{\"message\":\"range too long\"}]}",
    "{\"data\":{}}",
    "[{\"calendarDate\":\"2026-11-10\"}]",
    "[[[[]]]]",
    "\"text\"",
];

impl Chaos {
    async fn start(seed: u64) -> Self {
        let moods = Arc::new(Moods {
            seed,
            requests: AtomicU32::new(0),
        });
        let app = Router::new().fallback(answer).with_state(moods);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            axum::serve(listener, app).await.unwrap();
        });
        Self { base_url, server }
    }
}

async fn answer(State(moods): State<Arc<Moods>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let count = moods.requests.fetch_add(1, Ordering::Relaxed);
    let text = format!("{}{}", parts.uri, String::from_utf8_lossy(&body));
    if text.contains("/oauth/token") {
        // A session that cannot be refreshed is another story.
        return reply(503, "");
    }
    // The same question by its kind and age gets the same answer for a while.
    let is_old = text.contains("2025-");
    let kind: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let mut hasher = DefaultHasher::new();
    (moods.seed, kind, is_old, count / 40).hash(&mut hasher);
    let mut random = fastrand::Rng::with_seed(hasher.finish());
    if random.u8(..) < 110 {
        reply(200, BODIES[random.usize(..BODIES.len())])
    } else {
        let status = STATUSES[random.usize(..STATUSES.len())];
        let body = if random.bool() || status == 403 {
            "{\"message\":\"no\",\"error\":\"SomeException\"}"
        } else {
            "<html><title>no</title></html>"
        };
        reply(status, body)
    }
}

fn reply(status: u16, body: &'static str) -> Response {
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap()
}

/// The most requests that a first sync of `days` days can make, tries of the same
/// request and what precedes the plan included.
fn bound(days: u32) -> u32 {
    let holding = Holding {
        span: DateSpan::ending(TODAY, days),
        coverage: BTreeMap::new(),
        again: None,
    };
    let mut known = Known::nothing(TODAY, Goal::Routine, [Lane::Connect].into());
    known.holdings = Dataset::ALL
        .into_iter()
        .map(|dataset| (dataset, holding.clone()))
        .collect();
    let batches = plan::plan(&known).batches;
    3 * plan::most_requests(&known, &batches) + 20
}

/// What holds of every report.
fn tells_the_truth(world: &World, report: &JobReport, what: &str) {
    let failed = world.number(
        "SELECT count(*) FROM coverage WHERE state = 'failed' OR (state = 'open' AND retry_at > 0)",
    );
    if failed > 0 || !report.failures.is_empty() {
        assert_ne!(report.status, JobStatus::Succeeded, "{what}: {report:?}");
        assert_ne!(report.exit_code(), 0, "{what}");
    }
    if report.status == JobStatus::Succeeded {
        assert!(report.owed.is_empty() && report.failure.is_none(), "{what}");
    }
    if !matches!(report.status, JobStatus::Succeeded | JobStatus::Partial) {
        return;
    }
    // Every wanted day was answered, or says why not.
    for dataset in Dataset::ALL.into_iter().filter(|it| !it.is_snapshot()) {
        let sql = format!("SELECT count(*) FROM coverage WHERE dataset = '{dataset}'");
        assert!(world.number(&sql) >= 28, "{what}: {dataset}\n{report:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_ends_and_tells_the_truth_whatever_the_server_says() {
    let runs = (0..8).map(|seed| {
        tokio::spawn(async move {
            let world = World::signed_in(scenario()).await;
            let chaos = Chaos::start(seed).await;
            let mut requests = Vec::new();
            for round in 0..3 {
                let mut deps = world.deps_at(world.clock_later(Duration::from_secs(round * 4000)));
                deps.config.base_url = Some(LoopbackUrl::parse(&chaos.base_url).unwrap());
                let sync = world.sync_with(deps, SyncRequest::default());
                let ended = tokio::time::timeout(Duration::from_mins(4), sync).await;
                let what = format!("seed {seed}, round {round}");
                let report = ended.unwrap_or_else(|_| panic!("{what} does not end"));
                assert!(report.requests <= bound(28), "{what}: {}", report.requests);
                tells_the_truth(&world, &report, &what);
                requests.push(report.requests);
            }
            requests
        })
    });
    for run in runs.collect::<Vec<_>>() {
        let requests = run.await.unwrap();
        assert!(requests.iter().all(|&count| count < 700), "{requests:?}");
    }
}

/// Runs again and again, each time with `most` requests before Garmin has had
/// enough, until one gets to its end.
async fn runs_until_done(world: &World, lane_aim: &str, most: u32, runs: u64) -> Vec<JobReport> {
    let mut reports = Vec::new();
    for run in 0..runs {
        let mut limit = Fault::always(
            lane_aim,
            FaultKind::TooManyRequests {
                retry_after: Some(60),
            },
        );
        limit.skip = most;
        world.simulator.inject(limit);
        let deps = world.deps_at(world.clock_later(Duration::from_secs(run * 1800)));
        let report = world.sync_with(deps, SyncRequest::default()).await;
        world.simulator.clear_faults();
        let is_done = report.status == JobStatus::Succeeded;
        reports.push(report);
        if is_done {
            break;
        }
    }
    reports
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cut_short_gets_on_at_the_next() {
    let calm = World::signed_in(scenario()).await;
    calm.sync().await;
    let expected = known(&calm);
    for most in [4, 6, 14] {
        let world = World::signed_in(scenario()).await;
        let reports = runs_until_done(&world, "/", most, 40).await;
        let statuses: Vec<_> = reports.iter().map(|it| (it.status, it.requests)).collect();
        let last = reports.last().unwrap();
        assert_eq!(last.status, JobStatus::Succeeded, "{most}: {statuses:?}");
        agrees(&world, &expected, &format!("{most} requests a run"));
        // Nothing but the upload stamp was asked for again.
        let total: u32 = reports.iter().map(|report| report.requests).sum();
        let whole = calm.simulator.counters().total;
        let again = u32::try_from(reports.len()).unwrap() * 3;
        assert!(
            u64::from(total) <= whole + u64::from(again),
            "{most}: {total} in {} runs, {whole} in one",
            reports.len()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_a_limiter_gets_to_its_files() {
    let world = World::new(scenario()).await;
    let key = format!("{}\n", world.simulator.scenario().personal_key);
    assert_eq!(world.run(&["login", "--key-stdin"], &key).await.code, 0);
    let reports = runs_until_done(&world, "/", 5, 60).await;
    let last = reports.last().unwrap();
    assert_eq!(last.status, JobStatus::Succeeded, "{last:?}");
    assert!(world.number("SELECT count(*) FROM activity_file WHERE state = 'got'") > 10);
}

#[tokio::test]
async fn days_that_came_thin_are_filled_in_when_the_better_route_is_open() {
    let without = Scenario {
        summary_days: None,
        days: 100,
        ..scenario()
    };
    let calm = World::signed_in(Scenario {
        days: 100,
        ..scenario()
    })
    .await;
    let world = World::signed_in(without).await;
    world.simulator.refuse_graphql();
    let request = |days, goal| SyncRequest {
        span: days,
        only: Some(vec![Dataset::Daily]),
        goal,
    };
    let span = Some(DateSpan::ending(TODAY, 84));
    calm.sync_with(calm.deps(), request(span, Goal::Routine))
        .await;
    let report = world
        .sync_with(world.deps(), request(span, Goal::Routine))
        .await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    // Most is there already.
    for column in [
        "stress_average",
        "floors_up",
        "resting_hr_bpm",
        "intensity_moderate_min",
        "body_battery_highest",
        "respiration_waking_brpm",
        "energy_total_kcal",
    ] {
        let sql = format!("SELECT count({column}) FROM daily_summary");
        assert_eq!(world.number(&sql), calm.number(&sql), "{column}");
    }
    let thin = "SELECT count(*) FROM coverage WHERE is_thin = 1";
    assert_eq!(world.number(thin), 84);
    world.simulator.allow_graphql();
    let deps = |days: u64| world.deps_at(world.clock_later(Duration::from_secs(days * 86_400)));
    // The second refusal is remembered for a day.
    let report = world.sync_with(deps(2), request(None, Goal::Routine)).await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    assert_eq!(world.number(thin), 0);
    let columns = "day_on, stress_max, body_battery_charged, spo2_lowest_percent, min_hr_bpm";
    let rows = format!("SELECT {columns} FROM daily_summary ORDER BY day_on");
    assert_eq!(world.rows(&rows), calm.rows(&rows));
    world.simulator.reset_counters();
    let report = world.sync_with(deps(2), request(None, Goal::Routine)).await;
    assert_eq!(report.requests, 1, "nothing is thin any more: {report:?}");
}

#[tokio::test]
async fn a_refused_part_of_a_route_costs_itself_alone() {
    let world = World::signed_in(scenario()).await;
    let refusal = FaultKind::Json {
        status: 400,
        body: serde_json::json!({"message": "HTTP 400 Bad Request", "error": "BadRequestException"}),
    };
    let power = "/biometric-service/stats/functionalThresholdPower";
    world.simulator.inject(Fault::always(power, refusal));
    let request = SyncRequest {
        span: Some(DateSpan::ending(TODAY, 90)),
        only: Some(vec![Dataset::Thresholds]),
        goal: Goal::Routine,
    };
    let report = world.sync_with(world.deps(), request).await;
    // Two parts are halved down to a week each, two are asked once.
    assert!(report.requests <= 12, "{report:?}");
    assert_eq!(report.status, JobStatus::Partial);
    assert!(world.number("SELECT count(lactate_hr_bpm) FROM threshold") > 0);
}

#[tokio::test]
async fn the_next_start_closes_a_job_whose_process_died() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    world
        .db()
        .execute(
            "UPDATE sync_job SET status = 'RUNNING', finished_at = NULL, message = NULL",
            [],
        )
        .unwrap();
    let before = world.number("SELECT requests FROM sync_job");
    assert_eq!(world.run(&["status"], "").await.code, 0);
    let row = "SELECT status, requests, finished_at >= started_at, message FROM sync_job";
    let row = world.rows(row).remove(0);
    let expected = format!("CANCELLED|Integer({before})|Integer(1)|Interrupted: ");
    assert!(row.starts_with(&expected), "{row}");
}

#[tokio::test]
async fn the_first_sync_says_that_there_is_more() {
    let world = World::signed_in(scenario()).await;
    let first = world.run(&["--sync", "--only", "daily"], "").await;
    assert_eq!(first.code, 0, "{first:?}");
    assert!(first.err.contains("--backfill"), "{first:?}");
    let second = world.run(&["--sync", "--only", "daily"], "").await;
    assert!(!second.err.contains("--backfill"), "{second:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a01_a_gateway_in_trouble_ends_and_the_rest_is_asked_elsewhere() {
    let Some(case) = Case::named("a01").await else {
        return;
    };
    let ran = case.run(&["--sync", "--only", "daily,hydration"]).await;
    // The stub knows no other route either, and that is told.
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.err.contains("hydration is missing 28 days"), "{ran:?}");
    // Three tries of one request, and no more.
    assert!(case.asked("/graphql") <= 3, "{}", case.asked("/graphql"));
    assert!(case.asked("/usersummary-service/") > 1, "REST was tried");
    let whole = case.run(&["--sync"]).await;
    assert!([0, 7].contains(&whole.code), "{whole:?}");
    assert!(case.asked("/graphql") <= 9, "{}", case.asked("/graphql"));
}

#[tokio::test(flavor = "multi_thread")]
async fn any_trouble_of_the_gateway_ends_and_days_come_by_rest() {
    let statuses = [
        301, 302, 400, 401, 402, 406, 407, 408, 409, 410, 411, 412, 415, 418, 422, 451, 500,
    ];
    let cases = statuses.map(|status| {
        tokio::spawn(async move {
            let rules = serde_json::json!([
                {"path": "/graphql", "status": status, "text": "<html>no</html>"},
                {"path": "/v2/dailysummaries", "json": {"data": [{
                    "calendarDate": "@D-2@", "movement": {"steps": {"value": 9000}},
                    "hydration": {"consumedInMl": 500}}]}},
                {"path": "/stats/hydration/", "json": [{"calendarDate": "@D-2@", "valueInML": 500.0}]},
            ]);
            let case = Case::from_json(rules).await;
            let ran = case.run(&["--sync", "--only", "daily,hydration"]).await;
            assert_eq!(ran.code, 0, "{status}: {ran:?}");
            assert_eq!(case.rows("SELECT steps FROM daily_summary"), ["Integer(9000)"], "{status}");
            assert_eq!(case.rows("SELECT count(*) FROM hydration_day"), ["Integer(1)"], "{status}");
            assert!(case.asked("/graphql") <= 4, "{status}: {}", case.asked("/graphql"));
        })
    });
    for case in cases {
        case.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a03_a_first_refusal_is_asked_again_by_the_next_run() {
    let Some(case) = Case::named("a03").await else {
        return;
    };
    let args = ["--sync", "--only", "activities"];
    let first = case.run(&args).await;
    assert_eq!(first.code, 7, "{first:?}");
    assert!(
        first.err.contains("next try with the next sync"),
        "{first:?}"
    );
    let second = case.run(&args).await;
    assert_eq!(second.code, 0, "{second:?}");
    assert_eq!(case.rows("SELECT count(*) FROM activity"), ["Integer(2)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_again_and_again_is_never_a_success() {
    let rules = serde_json::json!([
        {"path": "/weight-service/", "status": 404, "json": {"message": "no", "error": "NotFoundException"}},
    ]);
    let case = Case::from_json(rules).await;
    let args = ["--sync", "--only", "weight", "--format", "json"];
    for (run, ahead) in [0, 0, 1800, 7200, 100_000].into_iter().enumerate() {
        let ran = case.run_ahead(ahead, &args, "").await;
        assert_eq!(ran.code, 7, "run {run}: {ran:?}");
        let job = &ran.json()["jobs"][0];
        assert_eq!(job["status"], "PARTIAL", "run {run}");
        assert_eq!(job["owed"][0]["dataset"], "weight", "run {run}");
        assert!(job["owed"][0]["days"].as_u64().unwrap() >= 28, "run {run}");
        assert!(job["owed"][0]["retry_at"].is_string(), "run {run}");
    }
    let asked = case.asked("/weight-service/");
    assert!((2..=4).contains(&asked), "left alone in between: {asked}");
    let status = case.run_ahead(100_000, &["status"], "").await;
    assert!(status.out.contains("weight is missing"), "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a04_a_refusal_of_old_days_is_remembered_for_old_days_only() {
    let Some(case) = Case::named("a04").await else {
        return;
    };
    let only = "weight,activities";
    let first = case.run(&["--sync", "--only", only]).await;
    assert_eq!(first.code, 0, "{first:?}");
    let back = case.run(&["--sync", "--backfill", "--only", only]).await;
    assert_eq!(back.code, 7, "{back:?}");
    let before = case.asked("/weight-service/");
    let third = case
        .run_ahead(25_200, &["--sync", "--only", only], "")
        .await;
    assert!(
        case.asked("/weight-service/") > before,
        "weight was asked for today"
    );
    assert_eq!(third.code, 7, "the old days are still missing: {third:?}");
    let recent = "SELECT * FROM coverage WHERE dataset = 'weight' AND state = 'failed'
         AND day_on > date('now', '-28 days')";
    assert_eq!(case.rows(recent), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_download_service_is_not_asked_for_every_file() {
    let world = World::signed_in(scenario()).await;
    let broken = FaultKind::ServerError(500);
    world
        .simulator
        .inject(Fault::always("activities.file", broken));
    let only = SyncRequest {
        only: Some(vec![Dataset::Activities]),
        ..SyncRequest::default()
    };
    let report = world.sync_with(world.deps(), only.clone()).await;
    assert_eq!(report.status, JobStatus::Partial, "{report:?}");
    // Three files, two tries each.
    assert_eq!(world.simulator.counters().of("activities.file"), 6);
    let doctor = world.run(&["doctor", "--offline"], "").await;
    assert_eq!(doctor.code, 0, "{doctor:?}");
    world.simulator.clear_faults();
    let later = world.deps_at(world.clock_later(Duration::from_hours(1)));
    let report = world.sync_with(later, only).await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    let missing =
        "SELECT count(*) FROM activity LEFT JOIN activity_file USING (account, activity_id)
         WHERE state IS NOT 'got' AND parent_id IS NULL AND is_manual IS NOT 1";
    assert_eq!(world.number(missing), 0);
}
