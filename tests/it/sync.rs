//! Syncs against the simulator: what is asked, what is stored, what a fault costs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::fs;

use garminsync::{
    domain::{
        dataset::Dataset,
        dates::DateSpan,
        failure::FailureKind,
        job::{Goal, JobStatus, SyncRequest},
    },
    simulator::{Fault, FaultKind, Scenario},
};
use jiff::civil::date;

use crate::support::{World, only_recorded, scenario};

/// Everything a sync stores, but for when.
const TABLES: [&str; 4] = [
    "SELECT * FROM activity ORDER BY activity_id",
    "SELECT activity_id, state, path, size_bytes FROM activity_file ORDER BY activity_id",
    "SELECT * FROM daily_summary ORDER BY day_on",
    "SELECT * FROM sleep_night ORDER BY day_on",
];

fn stored(world: &World) -> Vec<Vec<String>> {
    TABLES.iter().map(|sql| world.rows(sql)).collect()
}

/// Both worlds have the same rows, with the same value wherever both have one:
/// some routes bring columns that others lack.
pub(crate) fn agree(one: &World, other: &World, table: &str, order: &str) {
    let columns = format!(
        "SELECT group_concat(name, ', ') FROM pragma_table_info('{table}') WHERE name <> 'payload_id'"
    );
    let sql = format!(
        "SELECT {} FROM {table} ORDER BY {order}",
        one.text(&columns)
    );
    let (left, right) = (one.rows(&sql), other.rows(&sql));
    assert_eq!(left.len(), right.len(), "{table}");
    for (left, right) in left.iter().zip(&right) {
        for (left, right) in left.split('|').zip(right.split('|')) {
            let is_in_both = left != "Null" && right != "Null";
            assert!(
                !is_in_both || left == right,
                "{table}: {left} is not {right}"
            );
        }
    }
}

fn only(dataset: Dataset) -> SyncRequest {
    SyncRequest {
        only: Some(vec![dataset]),
        ..SyncRequest::default()
    }
}

#[tokio::test]
async fn a_first_sync_brings_28_days_of_the_core_with_seven_requests() {
    let world = World::signed_in(scenario()).await;
    let core = SyncRequest {
        only: Some(Dataset::CORE.to_vec()),
        ..SyncRequest::default()
    };
    let report = world.sync_with(world.deps(), core).await;
    assert_eq!(
        (report.status, report.failures.len()),
        (JobStatus::Succeeded, 0),
        "{report:?}"
    );
    let counters = world.simulator.counters();
    let files = u64::try_from(world.number("SELECT count(*) FROM activity_file")).unwrap();
    assert_eq!(counters.of("activities.file"), files);
    assert_eq!(
        counters.total - files,
        7,
        "upload stamp, activities, yesterday, compact nights, scalars, Body Battery, weight"
    );
    assert_eq!(
        u64::from(report.requests),
        counters.total,
        "the report counts what the server counts"
    );
    for dataset in Dataset::CORE {
        assert_eq!(report.datasets[&dataset].days, 28, "{dataset}");
        assert!(report.datasets[&dataset].rows_new > 10, "{dataset}");
    }
    let covered = "SELECT count(*) FROM coverage WHERE state IN ('got', 'open', 'nothing')";
    assert_eq!(world.number(covered), 6 * 28);
}

#[tokio::test]
async fn a_second_sync_costs_one_request_and_changes_no_row() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    let before = (
        stored(&world),
        world.rows("SELECT * FROM payload"),
        world.rows("SELECT * FROM coverage"),
    );
    world.simulator.reset_counters();
    let report = world.sync().await;
    assert_eq!((report.status, report.requests), (JobStatus::Succeeded, 1));
    assert_eq!(world.simulator.counters().total, 1);
    assert_eq!(
        before,
        (
            stored(&world),
            world.rows("SELECT * FROM payload"),
            world.rows("SELECT * FROM coverage")
        )
    );
}

#[tokio::test]
async fn a_full_read_again_changes_no_row() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    let before = (
        stored(&world),
        world.rows("SELECT * FROM payload"),
        world.rows("SELECT * FROM coverage"),
    );
    world.db().execute("DELETE FROM sync_mark", []).unwrap();
    let report = world.sync().await;
    assert!(report.requests > 5, "everything is asked for");
    assert_eq!(report.rows(), 0, "{report:?}");
    assert_eq!(
        before,
        (
            stored(&world),
            world.rows("SELECT * FROM payload"),
            world.rows("SELECT * FROM coverage")
        )
    );
}

#[tokio::test]
async fn a_new_activity_a_rename_and_a_corrected_day_arrive_with_the_next_upload() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    let known = world.number("SELECT max(activity_id) FROM activity");
    world
        .simulator
        .rename_activity(known, "Renamed \u{1b}[2J run");
    world.simulator.edit_day_steps(date(2026, 11, 15), 4321);
    let id = world.simulator.upload_activity();
    let report = world.sync().await;
    let activities = report.datasets[&Dataset::Activities];
    assert_eq!(
        (activities.rows_new, activities.rows_changed),
        (1, 1),
        "{report:?}"
    );
    assert!(
        world
            .file(&world.text(&format!(
                "SELECT 'files/' || path FROM activity_file WHERE activity_id = {id}"
            )))
            .exists()
    );
    assert_eq!(
        world.number("SELECT steps FROM daily_summary WHERE day_on = '2026-11-15'"),
        4321
    );
    assert_eq!(
        world.number("SELECT count(*) FROM sync_log WHERE text LIKE '%' || char(27) || '%'"),
        0
    );
}

#[tokio::test]
async fn files_are_whole_fit_files_named_by_ids() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    let mut seen = 0;
    for row in world.rows("SELECT path, size_bytes FROM activity_file WHERE state = 'got'") {
        assert!(!row.contains(".."), "{row}");
    }
    for entry in fs::read_dir(world.file("files/activities/2026")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(&bytes[8..12], b".FIT", "{path:?}");
        let id: i64 = path.file_stem().unwrap().to_str().unwrap().parse().unwrap();
        let sql = format!("SELECT size_bytes FROM activity_file WHERE activity_id = {id}");
        assert_eq!(world.number(&sql), i64::try_from(bytes.len()).unwrap());
        seen += 1;
    }
    assert_eq!(
        seen,
        world.number("SELECT count(*) FROM activity_file WHERE state = 'got'")
    );
}

#[tokio::test]
async fn no_file_is_told_from_a_failed_one_and_not_asked_for_again() {
    let world = World::signed_in(scenario()).await;
    let missing = serde_json::json!({"message": "not found", "error": "NotFoundException"});
    world.simulator.inject(Fault {
        aim: "/download-service".to_owned(),
        kind: FaultKind::Json {
            status: 404,
            body: missing,
        },
        skip: 0,
        times: Some(1),
    });
    let torn = Fault {
        aim: "/download-service".to_owned(),
        kind: FaultKind::Garbage,
        skip: 1,
        times: Some(1),
    };
    world.simulator.inject(torn);
    let report = world.sync().await;
    assert_eq!(report.status, JobStatus::Partial, "{report:?}");
    assert_eq!(report.failures.len(), 1);
    let states =
        "SELECT group_concat(DISTINCT state) FROM (SELECT state FROM activity_file ORDER BY state)";
    assert_eq!(world.text(states), "failed,got,no_file");
    world.simulator.reset_counters();
    assert_eq!(world.sync().await.status, JobStatus::Succeeded);
    assert_eq!(
        world.simulator.counters().of("activities.file"),
        1,
        "only the failed one"
    );
}

#[tokio::test]
async fn without_graphql_the_other_routes_bring_the_same_rows() {
    let with = World::signed_in(scenario()).await;
    let without = World::signed_in(Scenario {
        graphql: false,
        ..scenario()
    })
    .await;
    assert_eq!(with.sync().await.status, JobStatus::Succeeded);
    let report = without.sync().await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    for table in ["daily_summary", "sleep_night"] {
        agree(&with, &without, table, "day_on");
    }
    let counters = without.simulator.counters();
    let asked = ["graphql", "stats.summaries", "stats.steps", "daily.day"];
    assert_eq!(asked.map(|endpoint| counters.of(endpoint)), [1, 1, 0, 1]);
    assert_eq!(without.simulator.counters().of("sleep.by_date"), 1);
}

#[tokio::test]
async fn a_year_is_asked_for_in_windows_the_server_allows() {
    let world = World::signed_in(only_recorded(365)).await;
    let span = DateSpan::new(date(2025, 11, 21), date(2026, 11, 20));
    let request = SyncRequest {
        span,
        only: Some(vec![Dataset::Daily, Dataset::Sleep]),
        goal: Goal::Routine,
    };
    let report = world.sync_with(world.deps(), request).await;
    assert_eq!(
        (report.status, report.requests),
        (JobStatus::Succeeded, 28 + 3),
        "14 windows each, sharing refused once, a longer span refused once each: {report:?}"
    );
    assert_eq!(report.datasets[&Dataset::Daily].days, 365);
}

#[tokio::test]
async fn passing_faults_are_survived_within_the_run() {
    for kind in [
        FaultKind::ServerError(502),
        FaultKind::Reset,
        FaultKind::TornBody,
    ] {
        let world = World::signed_in(scenario()).await;
        world
            .simulator
            .inject(Fault::once("/graphql-gateway", kind.clone()));
        world
            .simulator
            .inject(Fault::once("/activitylist-service", kind.clone()));
        let report = world.sync().await;
        assert_eq!(report.status, JobStatus::Succeeded, "{kind:?}: {report:?}");
    }
}

#[tokio::test]
async fn one_bad_endpoint_costs_its_own_dataset_and_repair_heals_it() {
    let world = World::signed_in(scenario()).await;
    world.simulator.inject(Fault::always(
        "/activitylist-service",
        FaultKind::ServerError(500),
    ));
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.exit_code()),
        (JobStatus::Partial, 7),
        "{report:?}"
    );
    assert_eq!(report.datasets[&Dataset::Activities].failed, 1);
    assert_eq!(report.datasets[&Dataset::Sleep].days, 28);
    let failed = "SELECT count(*) FROM coverage WHERE dataset = 'activities' AND state = 'failed'";
    assert_eq!(world.number(failed), 28);
    world.simulator.clear_faults();
    let repair = SyncRequest {
        goal: Goal::Repair,
        ..SyncRequest::default()
    };
    let report = world.sync_with(world.deps(), repair).await;
    assert_eq!(report.status, JobStatus::Succeeded);
    assert_eq!(
        report.datasets.keys().collect::<Vec<_>>(),
        [&Dataset::Activities]
    );
    assert_eq!(world.number(failed), 0);
}

#[tokio::test]
async fn an_answer_nobody_can_read_is_kept_marked_and_reported() {
    let world = World::signed_in(scenario()).await;
    world
        .simulator
        .inject(Fault::once("/activitylist-service", FaultKind::Garbage));
    let report = world.sync().await;
    assert_eq!(report.status, JobStatus::Partial, "{report:?}");
    assert!(report.failures[0].summary.contains("kept"), "{report:?}");
    assert_eq!(
        world.number("SELECT count(*) FROM payload WHERE is_read = 0"),
        1
    );
    assert_eq!(world.sync().await.status, JobStatus::Succeeded);
    assert_eq!(
        world.number("SELECT count(*) FROM payload WHERE is_read = 0"),
        0
    );
}

#[tokio::test]
async fn wrong_types_cost_a_field_or_a_row_never_the_run() {
    let world = World::signed_in(scenario()).await;
    let body = serde_json::json!([
        {"activityId": 1, "startTimeLocal": "2026-11-20 07:00:00", "distance": {"km": 5}, "averageHR": []},
        {"activityId": {"no": 1}, "startTimeLocal": 7}, null, "what", 3,
    ]);
    world.simulator.inject(Fault::once(
        "/activitylist-service",
        FaultKind::Json { status: 200, body },
    ));
    let report = world
        .sync_with(world.deps(), only(Dataset::Activities))
        .await;
    assert_eq!(report.status, JobStatus::Partial, "{report:?}");
    assert_eq!(
        world.number("SELECT count(*) FROM activity WHERE distance_m IS NULL"),
        1
    );
    assert_eq!(
        world.number("SELECT count(*) FROM sync_log WHERE text LIKE '%averageHR%'"),
        1
    );
}

#[tokio::test]
async fn a_rate_limit_stops_everything_and_holds_for_every_process() {
    let world = World::signed_in(scenario()).await;
    let limit = FaultKind::TooManyRequests {
        retry_after: Some(120),
    };
    world
        .simulator
        .inject(Fault::always("/graphql-gateway", limit));
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.exit_code()),
        (JobStatus::RateLimited, 5),
        "{report:?}"
    );
    assert!(report.failure.unwrap().retry_at.is_some());
    assert_eq!(
        world.simulator.counters().of("graphql"),
        1,
        "never asked again"
    );
    world.simulator.reset_counters();
    let ran = world.run(&["--sync", "--format", "json"], "").await;
    assert_eq!(ran.code, 5, "{ran:?}");
    assert_eq!(ran.json()["jobs"][0]["reason"], "COOL_DOWN");
    assert_eq!(world.simulator.counters().total, 0);
}

#[tokio::test]
async fn a_bot_block_is_a_rest_without_a_named_end() {
    let world = World::signed_in(scenario()).await;
    world.simulator.inject(Fault::always(
        "/activitylist-service",
        FaultKind::ForbiddenHtml,
    ));
    let report = world.sync().await;
    assert_eq!(report.failure.unwrap().kind, FailureKind::Blocked);
    let minutes =
        "SELECT (until_at - (SELECT max(finished_at) FROM sync_job)) / 60000 FROM cool_down";
    assert!((29..=30).contains(&world.number(minutes)));
}

#[tokio::test]
async fn a_dead_network_ends_the_run_early_and_keeps_everything() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    let before = stored(&world);
    world.simulator.upload_activity();
    for path in [
        "/graphql-gateway",
        "/activitylist-service",
        "/device-service",
        "/usersummary-service",
    ] {
        world
            .simulator
            .inject(Fault::always(path, FaultKind::Reset));
    }
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.exit_code()),
        (JobStatus::Failed, 6),
        "{report:?}"
    );
    assert_eq!(stored(&world), before);
    let got = "SELECT count(*) FROM coverage WHERE state = 'failed'";
    assert_eq!(world.number(got), 0, "days that are here stay here");
}

#[tokio::test]
async fn a_dead_session_is_auth_expired_and_cleared() {
    let world = World::signed_in(scenario()).await;
    world.simulator.expire_access_tokens();
    world.simulator.revoke_refresh_tokens();
    let report = world.sync().await;
    assert_eq!(
        (report.status, report.exit_code()),
        (JobStatus::AuthExpired, 3)
    );
    assert_eq!(
        world.number("SELECT session_data IS NULL FROM garmin_authentication_state"),
        1
    );
    assert_eq!(
        world.simulator.counters().sign_in_attempts,
        0,
        "nothing signs in by itself"
    );
}

#[tokio::test]
async fn late_days_arrive_and_settle() {
    let world = World::signed_in(scenario()).await;
    let day = date(2026, 11, 17);
    world.simulator.hold_back_day(day);
    world.sync().await;
    let state = "SELECT state FROM coverage WHERE dataset = 'daily' AND day_on = '2026-11-17'";
    assert_eq!(world.text(state), "open", "a recent empty day is not final");
    world.simulator.deliver_days();
    let report = world.sync().await;
    assert_eq!(report.datasets[&Dataset::Daily].rows_new, 1, "{report:?}");
}

#[tokio::test]
async fn an_item_without_a_day_makes_holes_and_not_empty_days() {
    let world = World::signed_in(scenario()).await;
    let body = serde_json::json!({"data": {"sleepSummariesScalar": [{"sleepTimeSeconds": 3600}]}});
    let kind = FaultKind::Json { status: 200, body };
    world
        .simulator
        .inject(Fault::once("/graphql-gateway", kind));
    let report = world.sync_with(world.deps(), only(Dataset::Sleep)).await;
    assert_eq!(report.status, JobStatus::Partial, "{report:?}");
    assert_eq!(
        world.number("SELECT count(*) FROM coverage WHERE state = 'failed'"),
        28
    );
}

#[tokio::test]
async fn a_server_that_repeats_its_pages_is_left_after_two() {
    let world = World::signed_in(scenario()).await;
    let rows: Vec<_> = (0..1000)
        .map(|id| serde_json::json!({"activityId": id, "startTimeLocal": "2020-01-01 07:00:00"}))
        .collect();
    let kind = FaultKind::Json {
        status: 200,
        body: serde_json::json!(rows),
    };
    world
        .simulator
        .inject(Fault::always("/activitylist-service", kind));
    let report = world
        .sync_with(world.deps(), only(Dataset::Activities))
        .await;
    assert_eq!(world.simulator.counters().of("activities.list"), 2);
    assert_eq!(report.status, JobStatus::Partial, "{report:?}");
    assert_eq!(
        world.number("SELECT count(*) FROM coverage WHERE state = 'failed'"),
        1,
        "nothing is known of the day behind the page"
    );
}

#[tokio::test]
async fn one_unanswered_dataset_is_unreachable_not_partly_done() {
    let world = World::signed_in(scenario()).await;
    world
        .simulator
        .inject(Fault::always("/graphql-gateway", FaultKind::Reset));
    let report = world
        .sync_with(world.deps(), only(Dataset::Readiness))
        .await;
    assert_eq!(
        (report.status, report.exit_code()),
        (JobStatus::Failed, 6),
        "{report:?}"
    );
}
