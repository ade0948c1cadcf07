//! The whole history: what it costs, how far back it goes, and that no gap stays unseen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::{collections::BTreeSet, fs, time::Duration};

use garminsync::{
    clock::Clock,
    domain::{
        dataset::Dataset,
        dates::{DateSpan, back},
        job::{Goal, JobReport, JobStatus, OpenReason, Price, SyncRequest},
    },
    engine::Deps,
    simulator::{Fault, FaultKind, Scenario},
    sync::{reparse, run},
};
use jiff::civil::{Date, date};

use crate::support::{World, account, only_recorded, scenario};

const TODAY: Date = date(2026, 11, 20);

/// Every typed table, by what its rows are told apart.
pub(crate) fn typed_tables(world: &World) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%payload_id%' ORDER BY name";
    let db = world.db();
    let mut statement = db.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

/// Everything a sync knows of the world, but for when and by which payload it was learnt.
pub(crate) fn known(world: &World) -> Vec<(String, Vec<String>)> {
    let mut tables = typed_tables(world);
    tables.extend(["coverage".to_owned(), "activity_file".to_owned()]);
    tables
        .into_iter()
        .map(|table| {
            let columns = world.text(&format!(
                "SELECT group_concat(name, ', ') FROM pragma_table_info('{table}')
                 WHERE name NOT IN ('payload_id', 'since_at', 'checked_at', 'retry_at', 'gone_at')"
            ));
            let sql = format!("SELECT {columns} FROM {table} ORDER BY {columns}");
            let rows = world.rows(&sql);
            (table, rows)
        })
        .collect()
}

/// `world` knows what is `expected`; says where not.
pub(crate) fn agrees(world: &World, expected: &[(String, Vec<String>)], what: &str) {
    for ((table, found), (_, expected)) in known(world).iter().zip(expected) {
        let of = (found.len(), expected.len());
        let lacks = |row: &&String| !found.contains(row);
        let lacks: Vec<_> = expected.iter().filter(lacks).take(3).collect();
        let other = |row: &&String| !expected.contains(row);
        let other: Vec<_> = found.iter().filter(other).take(3).collect();
        assert!(
            lacks.is_empty() && other.is_empty() && of.0 == of.1,
            "{what}: {table} {of:?} has {other:#?} and lacks {lacks:#?}"
        );
    }
}

fn without_files(world: &World) -> Deps {
    let mut deps = world.deps();
    deps.config.sync.files = false;
    deps
}

fn year(only: &[Dataset]) -> SyncRequest {
    SyncRequest {
        span: Some(DateSpan::ending(TODAY, 365)),
        only: Some(only.to_vec()),
        goal: Goal::Routine,
    }
}

fn backfill(only: &[Dataset]) -> SyncRequest {
    SyncRequest {
        span: None,
        only: Some(only.to_vec()),
        goal: Goal::Backfill,
    }
}

async fn year_of(scenario: Scenario, only: &[Dataset]) -> (World, JobReport) {
    let world = World::signed_in(Scenario {
        days: 500,
        ..scenario
    })
    .await;
    let report = world.sync_with(without_files(&world), year(only)).await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    assert_eq!(u64::from(report.requests), world.simulator.counters().total);
    (world, report)
}

/// Requests for legs of multisport activities are one per item, like files.
fn beside_legs(world: &World, report: &JobReport) -> u64 {
    u64::from(report.requests) - world.simulator.counters().of("activities.one")
}

#[tokio::test]
async fn a_year_of_the_core_stays_within_its_budget() {
    let (_, report) = year_of(scenario(), &Dataset::CORE[1..]).await;
    assert!(report.requests <= 30, "{}", report.requests);
    let wide = Scenario {
        report_days: 365,
        ..scenario()
    };
    let (_, report) = year_of(wide, &Dataset::CORE[1..]).await;
    assert!(
        report.requests <= 8,
        "what the server allows is used: {}",
        report.requests
    );
    let refused = Scenario {
        graphql: false,
        ..scenario()
    };
    let (_, report) = year_of(refused, &Dataset::CORE[1..]).await;
    assert!(report.requests <= 53, "{}", report.requests);
}

#[tokio::test]
async fn a_year_of_everything_stays_within_its_budget() {
    let (world, report) = year_of(scenario(), &Dataset::ALL).await;
    let requests = beside_legs(&world, &report);
    assert!(requests <= 80, "{requests}");
    for table in typed_tables(&world) {
        let rows = world.number(&format!("SELECT count(*) FROM {table}"));
        assert!(rows > 0, "{table} is empty");
    }
    let wide = Scenario {
        report_days: 365,
        ..scenario()
    };
    let (world, report) = year_of(wide, &Dataset::ALL).await;
    let requests = beside_legs(&world, &report);
    assert!(requests <= 45, "{requests}");
}

#[tokio::test]
async fn nothing_new_is_one_request_and_one_new_day_of_the_core_at_most_eight() {
    for scenario in [scenario(), only_recorded(60)] {
        let world = World::signed_in(scenario).await;
        let core = SyncRequest {
            only: Some(Dataset::CORE.to_vec()),
            ..SyncRequest::default()
        };
        world.simulator.hold_back_day(TODAY);
        world.sync_with(world.deps(), core.clone()).await;
        let report = world.sync_with(world.deps(), core.clone()).await;
        assert_eq!((report.requests, report.rows()), (1, 0));
        world.simulator.deliver_day(TODAY);
        world.simulator.upload_activity();
        let report = world.sync_with(world.deps(), core).await;
        assert_eq!(report.status, JobStatus::Succeeded);
        assert!(report.requests <= 8, "{}", report.requests);
        assert!(report.rows() >= 2, "{report:?}");
    }
}

/// The price of `request`, and what it then costs, legs aside.
async fn price_and_cost(world: &World, request: SyncRequest) -> (Price, u64) {
    let deps = without_files(world);
    let found = deps
        .central_db
        .read(|db| garminsync::central_db::accounts::by_name(db, &account()));
    let found = found.await.unwrap().unwrap();
    let mut shop = deps.workshop();
    shop.settings.files = false;
    let price = run::price(&shop, &found, &request).await.unwrap();
    world.simulator.reset_counters();
    let report = world.sync_with(deps, request).await;
    (price, beside_legs(world, &report))
}

#[tokio::test]
async fn a_price_is_what_the_sync_then_costs() {
    for (days, only) in [(28, Dataset::ALL.as_slice()), (365, &Dataset::CORE)] {
        let wide = Scenario {
            days: 400,
            report_days: 365,
            ..scenario()
        };
        let world = World::signed_in(wide).await;
        let request = SyncRequest {
            span: Some(DateSpan::ending(TODAY, days)),
            only: Some(only.to_vec()),
            goal: Goal::Routine,
        };
        let (price, cost) = price_and_cost(&world, request).await;
        assert_eq!(u64::from(price.requests()), cost, "{price:?}");
        assert_eq!(price.at_most(), Some(price.requests()));
    }
}

#[tokio::test]
async fn every_goal_costs_what_its_price_says() {
    let world = World::signed_in(Scenario {
        days: 400,
        report_days: 365,
        ..scenario()
    })
    .await;
    let routine = SyncRequest::default();
    let (first, cost) = price_and_cost(&world, routine.clone()).await;
    assert_eq!(
        u64::from(first.requests()),
        cost,
        "the first sync: {first:?}"
    );
    assert!(first.open.is_empty(), "{first:?}");
    let (nothing, cost) = price_and_cost(&world, routine.clone()).await;
    assert_eq!((nothing.requests(), cost), (1, 1), "{nothing:?}");
    assert_eq!(nothing.open[0].why, OpenReason::NewUpload);
    world.simulator.upload_activity();
    let (_, cost) = price_and_cost(&world, routine).await;
    assert!(cost > 1 && cost <= u64::from(nothing.at_most().unwrap()));

    let only = Some(vec![Dataset::Daily, Dataset::Hrv, Dataset::Weight]);
    let back = |goal| SyncRequest {
        only: only.clone(),
        goal,
        ..SyncRequest::default()
    };
    let (unknown, cost) = price_and_cost(&world, back(Goal::Backfill)).await;
    assert!(cost >= u64::from(unknown.requests()), "{unknown:?}, {cost}");
    assert!(cost <= u64::from(unknown.at_most().unwrap()));
    assert_eq!(unknown.open[0].why, OpenReason::FirstDay);
    let sql = "DELETE FROM coverage WHERE dataset IN ('daily', 'weight') AND day_on < '2026-06-01'";
    world.db().execute(sql, []).unwrap();
    for goal in [Goal::Repair, Goal::Backfill] {
        let (price, cost) = price_and_cost(&world, back(goal)).await;
        assert_eq!(u64::from(price.requests()), cost, "{goal:?}: {price:?}");
        assert!(price.open.is_empty(), "{price:?}");
        world.db().execute(sql, []).unwrap();
    }
}

#[tokio::test]
async fn what_was_refused_is_remembered_and_so_is_what_was_allowed() {
    let world = World::signed_in(only_recorded(200)).await;
    let span = |days| SyncRequest {
        span: Some(DateSpan::ending(TODAY, days)),
        only: Some(vec![Dataset::Daily, Dataset::Sleep]),
        goal: Goal::Routine,
    };
    let first = world.sync_with(world.deps(), span(112)).await;
    assert_eq!(
        first.requests,
        8 + 3,
        "one refusal each: sharing, 56 days, 31 nights"
    );
    let again = world.sync_with(world.deps(), span(112)).await;
    assert_eq!(
        again.requests, 2,
        "the healing window alone, and no refusal"
    );
    world.simulator.refuse_graphql();
    let report = world.sync_with(world.deps(), span(28)).await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    for (asked, why) in [
        (1, "the first refusal may have been a mistake"),
        (0, "not asked again"),
    ] {
        world.simulator.reset_counters();
        world.sync_with(world.deps(), span(28)).await;
        assert_eq!(world.simulator.counters().of("graphql"), asked, "{why}");
    }
    let reason = world.text("SELECT refused_reason FROM route_memory WHERE endpoint = 'graphql'");
    assert!(reason.contains("403"), "{reason}");
}

#[tokio::test]
async fn a_cap_below_the_documents_shrinks_the_windows() {
    let world = World::signed_in(scenario()).await;
    assert!(world.simulator.set_cap("body_battery.reports", 14));
    let only = SyncRequest {
        only: Some(vec![Dataset::BodyBattery]),
        ..SyncRequest::default()
    };
    let report = world.sync_with(world.deps(), only).await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    assert_eq!(report.datasets[&Dataset::BodyBattery].days, 28);
    assert_eq!(
        report.requests,
        1 + 1 + 2,
        "upload stamp, one refusal, two halves"
    );
}

#[tokio::test]
async fn the_first_day_is_found_by_halving_and_the_backfill_ends_there() {
    let world = World::signed_in(Scenario {
        days: 1500,
        ..scenario()
    })
    .await;
    let datasets = [
        Dataset::Activities,
        Dataset::Daily,
        Dataset::Hrv,
        Dataset::Weight,
    ];
    let routine = SyncRequest {
        only: Some(datasets.to_vec()),
        ..SyncRequest::default()
    };
    world.sync_with(without_files(&world), routine).await;
    world.simulator.reset_counters();
    let report = world
        .sync_with(without_files(&world), backfill(&datasets))
        .await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    assert!(beside_legs(&world, &report) <= 25, "{report:?}");
    let first = world.text("SELECT first_on FROM backfill WHERE dataset = 'daily'");
    let first: Date = first.parse().unwrap();
    assert!(
        (back(TODAY, 1499)..back(TODAY, 1440)).contains(&first),
        "{first}"
    );
    let here = "SELECT text FROM sync_log WHERE text LIKE 'the history is here back to%'";
    assert!(
        world.text(here).ends_with(&first.to_string()),
        "{}",
        world.text(here)
    );
    let days = DateSpan::new(first, TODAY).unwrap().len();
    for dataset in datasets {
        let frontier = format!("SELECT frontier_on FROM backfill WHERE dataset = '{dataset}'");
        assert_eq!(world.text(&frontier), first.to_string(), "{dataset}");
        let sql = format!(
            "SELECT count(*) FROM coverage WHERE dataset = '{dataset}' AND state <> 'failed' AND day_on >= '{first}'"
        );
        assert_eq!(world.number(&sql), i64::from(days), "{dataset}: no gap");
    }
    world.simulator.reset_counters();
    let report = world
        .sync_with(without_files(&world), backfill(&datasets))
        .await;
    assert_eq!(
        (report.requests, report.rows()),
        (0, 0),
        "it is all here: {report:?}"
    );
    let repair = SyncRequest {
        goal: Goal::Repair,
        ..backfill(&datasets)
    };
    let report = world.sync_with(without_files(&world), repair).await;
    assert_eq!(
        (report.requests, report.rows()),
        (0, 0),
        "and there is no hole: {report:?}"
    );
}

/// Runs `request` three times a day until the history is complete, and sees that
/// every day's requests are new ones.
async fn allowance_gets_to_the_first_day(
    scenario: Scenario,
    request: SyncRequest,
    (allowance, most_days): (u32, u64),
) {
    let world = World::signed_in(scenario).await;
    let deps_on = |day: u64| {
        let clock = Clock::manual(world.clock().now() + Duration::from_secs(day * 86_400));
        let mut deps = without_files(&world);
        deps.clock = clock;
        deps.config.sync.backfill_per_day = Some(allowance);
        deps
    };
    let frontiers =
        || world.rows("SELECT dataset, frontier_on, first_on FROM backfill ORDER BY dataset");
    let behind = "SELECT count(*) FROM backfill WHERE dataset IN ('daily', 'sleep', 'hrv')
         AND frontier_on = first_on";
    let mut day = 0;
    while world.number(behind) < 3 {
        assert!(day < most_days, "{allowance}: {:?}", frontiers());
        for _ in 0..3 {
            let report = world.sync_with(deps_on(day), request.clone()).await;
            assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
        }
        day += 1;
    }
    let spent = world.number("SELECT max(requests) FROM backfill_spent");
    assert!(spent <= i64::from(allowance) + 1, "{spent}");
    // No span of the history was asked for twice; every other sync looks it over once a week.
    let twice = "SELECT count(*) - count(DISTINCT endpoint || span) FROM sync_task
         JOIN sync_job ON sync_job.id = job
         WHERE goal = 'backfill' AND sync_task.status = 'DONE' AND span < '2026-10'";
    assert_eq!(world.number(twice), 0);
}

#[tokio::test]
async fn any_daily_allowance_gets_to_the_first_day_without_asking_twice() {
    let only = || Some(vec![Dataset::Daily, Dataset::Sleep, Dataset::Hrv]);
    let routine = || SyncRequest {
        only: only(),
        ..SyncRequest::default()
    };
    let shy = |graphql, days| Scenario {
        graphql,
        ..only_recorded(days)
    };
    allowance_gets_to_the_first_day(shy(true, 800), routine(), (5, 30)).await;
    allowance_gets_to_the_first_day(shy(false, 300), routine(), (10, 30)).await;
    let backfill = SyncRequest {
        goal: Goal::Backfill,
        ..routine()
    };
    allowance_gets_to_the_first_day(shy(true, 300), backfill, (5, 40)).await;
}

#[tokio::test]
async fn both_lanes_give_the_same_athlete() {
    let connect = World::signed_in(scenario()).await;
    assert_eq!(connect.sync().await.status, JobStatus::Succeeded);
    let personal = World::new(scenario()).await;
    let key = format!("{}\n", personal.simulator.scenario().personal_key);
    assert_eq!(personal.run(&["login", "--key-stdin"], &key).await.code, 0);
    assert_eq!(personal.run(&["--sync"], "").await.code, 0);
    let mut shared = BTreeSet::new();
    for table in typed_tables(&connect) {
        let rows = personal.number(&format!("SELECT count(*) FROM {table}"));
        shared.extend((rows > 0).then(|| table.clone()));
        // Zones of power are not on the personal lane, and of a fitness age one day
        // of each month is asked for there.
        if rows == 0 || ["zone_set", "fitness_age"].contains(&table.as_str()) {
            continue;
        }
        let key = connect.text(&format!(
            "SELECT coalesce(group_concat(name, ', '), '') FROM pragma_table_info('{table}') WHERE pk > 1"
        ));
        let order = if key.is_empty() { "1".to_owned() } else { key };
        crate::sync::agree(&connect, &personal, &table, &order);
    }
    for table in [
        "activity",
        "daily_summary",
        "sleep_night",
        "hrv_night",
        "weigh_in",
        "body_battery_day",
        "fitness_age",
    ] {
        assert!(shared.contains(table), "{table} in {shared:?}");
    }
}

#[tokio::test]
async fn one_lane_s_trouble_does_not_stop_the_other() {
    let world = World::signed_in(scenario()).await;
    let key = format!("{}\n", world.simulator.scenario().personal_key);
    assert_eq!(world.run(&["login", "--key-stdin"], &key).await.code, 0);
    let limit = FaultKind::TooManyRequests {
        retry_after: Some(600),
    };
    world
        .simulator
        .inject(Fault::always("/graphql-gateway", limit));
    let report = world.sync().await;
    assert_eq!(report.status, JobStatus::RateLimited, "{report:?}");
    for table in ["daily_summary", "sleep_night", "hrv_night"] {
        let sql = format!(
            "SELECT count(*) FROM {table} JOIN payload ON payload.id = payload_id WHERE lane = 'personal'"
        );
        assert!(world.number(&sql) > 10, "{table} came by the other lane");
    }
    let scope = world.text("SELECT group_concat(scope) FROM cool_down");
    assert_eq!(scope, "requests", "only the lane that was limited rests");
    world.simulator.clear_faults();
    world.simulator.reset_counters();
    let report = world.sync().await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    assert_eq!(
        world.simulator.counters().of("graphql"),
        0,
        "it still rests"
    );
}

#[tokio::test]
async fn edits_keep_the_earlier_version_and_deletions_leave_a_tombstone() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    let ids = "SELECT group_concat(activity_id) FROM (SELECT activity_id FROM activity ORDER BY started_at DESC LIMIT 2)";
    let ids: Vec<i64> = world
        .text(ids)
        .split(',')
        .map(|id| id.parse().unwrap())
        .collect();
    let name = world.text(&format!(
        "SELECT name FROM activity WHERE activity_id = {}",
        ids[0]
    ));
    let weigh_in = world.number("SELECT max(sample_id) FROM weigh_in");
    world.simulator.rename_activity(ids[0], "Renamed");
    world.simulator.delete_activity(ids[1]);
    assert!(world.simulator.delete_weigh_in(weigh_in));
    world.db().execute("DELETE FROM sync_mark", []).unwrap();
    assert_eq!(world.sync().await.status, JobStatus::Succeeded);
    let was = format!(
        "SELECT name FROM activity_version WHERE activity_id = {}",
        ids[0]
    );
    assert_eq!(world.text(&was), name);
    let gone = format!(
        "SELECT count(*) FROM activity WHERE activity_id = {} AND gone_at IS NOT NULL",
        ids[1]
    );
    assert_eq!(world.number(&gone), 1, "kept, and marked");
    let shown = format!(
        "SELECT count(*) FROM v_activity WHERE activity_id = {}",
        ids[1]
    );
    assert_eq!(world.number(&shown), 0);
    assert_eq!(
        world.number("SELECT count(*) FROM weigh_in WHERE gone_at IS NOT NULL"),
        1
    );
    assert_eq!(
        world.number("SELECT count(*) FROM activity WHERE gone_at IS NOT NULL"),
        1,
        "and nothing else"
    );
}

#[tokio::test]
async fn a_multisport_activity_has_its_legs() {
    let world = World::signed_in(Scenario {
        days: 420,
        ..scenario()
    })
    .await;
    let report = world
        .sync_with(without_files(&world), year(&[Dataset::Activities]))
        .await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    let parents = world.number("SELECT count(*) FROM activity WHERE is_parent = 1");
    let legs = world
        .number("SELECT count(*) FROM activity WHERE parent_id IS NOT NULL AND distance_m > 0");
    assert!(parents > 0 && legs >= 3 * parents, "{parents} {legs}");
    world.simulator.reset_counters();
    world
        .db()
        .execute("UPDATE activity SET gone_at = NULL", [])
        .unwrap();
    let report = world
        .sync_with(without_files(&world), year(&[Dataset::Activities]))
        .await;
    assert_eq!(
        (report.requests, report.rows()),
        (1, 0),
        "legs are asked for once: {report:?}"
    );
    assert_eq!(
        world.number("SELECT count(*) FROM activity WHERE gone_at IS NOT NULL"),
        0
    );
}

#[tokio::test]
async fn a_late_upload_of_any_age_is_found_by_the_weekly_look() {
    let world = World::signed_in(Scenario {
        days: 200,
        ..scenario()
    })
    .await;
    let late = back(TODAY, 120);
    world.simulator.hold_back_day(late);
    let datasets = [Dataset::Daily, Dataset::Sleep, Dataset::Hrv];
    let half_year = SyncRequest {
        span: Some(DateSpan::ending(TODAY, 180)),
        ..year(&datasets)
    };
    world.sync_with(world.deps(), half_year).await;
    let routine = SyncRequest {
        only: Some(datasets.to_vec()),
        ..SyncRequest::default()
    };
    world.sync_with(world.deps(), routine.clone()).await;
    let on = format!("day_on = '{late}'");
    let state = format!("SELECT group_concat(DISTINCT state) FROM coverage WHERE {on}");
    assert_eq!(world.text(&state), "nothing");
    world.simulator.deliver_day(late);
    let days_later = |days: u64| {
        let now = world.clock().now() + Duration::from_secs(days * 86_400);
        world.deps_at(Clock::manual(now))
    };
    let report = world.sync_with(days_later(8), routine).await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    for table in ["daily_summary", "sleep_night", "hrv_night"] {
        assert_eq!(
            world.number(&format!("SELECT count(*) FROM {table} WHERE {on}")),
            1,
            "{table}"
        );
    }
    assert_eq!(world.text(&state), "got", "and settled again");
}

#[tokio::test]
async fn a_poisoned_day_is_parked_longer_each_time_and_stops_nothing() {
    let world = World::signed_in(scenario()).await;
    world
        .simulator
        .inject(Fault::always("hrv.range", FaultKind::ServerError(503)));
    world.simulator.refuse_scalar("heartRateVariabilityScalar");
    let only = SyncRequest {
        only: Some(vec![Dataset::Hrv, Dataset::Weight]),
        ..SyncRequest::default()
    };
    for (run, asked) in [(1, true), (2, true), (3, false)] {
        world.simulator.reset_counters();
        let report = world.sync_with(world.deps(), only.clone()).await;
        let counters = world.simulator.counters();
        assert_eq!(
            counters.of("hrv.range") > 0,
            asked,
            "run {run}: {counters:?}"
        );
        assert_eq!(report.status, JobStatus::Partial, "run {run}");
        let owed = report.owed.first().unwrap();
        assert_eq!((owed.dataset, owed.days.len()), (Dataset::Hrv, 28));
        assert_eq!(owed.retry_at.unwrap() > world.clock().now(), run > 1);
    }
    let parked =
        "SELECT count(*) FROM coverage WHERE dataset = 'hrv' AND state = 'failed' AND retry_at > 0";
    assert_eq!(world.number(parked), 28);
    assert!(world.number("SELECT count(*) FROM weigh_in") > 0);
    world.simulator.clear_faults();
    let repair = SyncRequest {
        goal: Goal::Repair,
        ..only
    };
    let report = world.sync_with(world.deps(), repair).await;
    assert_eq!(
        (report.status, report.requests),
        (JobStatus::Succeeded, 1),
        "a person insists: {report:?}"
    );
}

#[tokio::test]
async fn reparse_builds_the_same_rows_from_payloads_alone() {
    let world = World::signed_in(Scenario {
        days: 100,
        ..scenario()
    })
    .await;
    world.sync().await;
    let before = known(&world);
    let requests = world.simulator.counters().total;
    for table in typed_tables(&world) {
        world
            .db()
            .execute(&format!("UPDATE {table} SET payload_id = payload_id"), [])
            .unwrap();
    }
    world
        .db()
        .execute("UPDATE hrv_night SET last_night_average_ms = NULL", [])
        .unwrap();
    world.db().execute("DELETE FROM weigh_in", []).unwrap();
    world
        .db()
        .execute("UPDATE daily_summary SET steps = 1 WHERE steps > 1", [])
        .unwrap();
    let done = reparse::all(&world.deps().central_db).await.unwrap();
    assert_eq!(done.unread, 0);
    assert!(done.rows_new > 0 && done.rows_changed > 0, "{done:?}");
    assert_eq!(before, known(&world));
    assert_eq!(world.simulator.counters().total, requests, "offline");
    let again = reparse::all(&world.deps().central_db).await.unwrap();
    assert_eq!((again.rows_new, again.rows_changed), (0, 0));
    world
        .db()
        .execute("UPDATE reader SET version = 0", [])
        .unwrap();
    world
        .db()
        .execute("UPDATE daily_summary SET steps = 1 WHERE steps > 1", [])
        .unwrap();
    world.sync().await;
    assert_eq!(before, known(&world), "by itself after an upgrade");
}

#[tokio::test]
async fn clocks_that_change_and_trips_leave_days_and_nights_where_they_belong() {
    let world = World::signed_in(Scenario {
        days: 500,
        ..scenario()
    })
    .await;
    let report = world
        .sync_with(
            without_files(&world),
            year(&[Dataset::Daily, Dataset::Sleep]),
        )
        .await;
    assert_eq!(report.status, JobStatus::Succeeded);
    let hours = |day: &str| {
        world.number(&format!(
            "SELECT (ended_at - started_at) / 3600000 FROM daily_summary WHERE day_on = '{day}'"
        ))
    };
    let lengths = world.rows(
        "SELECT DISTINCT (ended_at - started_at) / 3600000 AS h FROM daily_summary WHERE ended_at IS NOT NULL ORDER BY h",
    );
    assert!(lengths.iter().any(|h| h.contains("23")), "{lengths:?}");
    assert!(lengths.iter().any(|h| h.contains("25")), "{lengths:?}");
    assert_eq!((hours("2026-03-29"), hours("2026-10-25")), (23, 25));
    let offsets = world.number("SELECT count(DISTINCT utc_offset_s) FROM sleep_night");
    assert!(offsets >= 3, "summer, winter and a trip: {offsets}");
}

#[tokio::test]
async fn originals_are_checked_and_damaged_ones_kept_and_marked() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    let got = world.number("SELECT count(*) FROM activity_file WHERE state = 'got'");
    assert!(got > 3);
    assert_eq!(
        world.number("SELECT count(*) FROM activity_file WHERE damage IS NOT NULL"),
        0
    );
    let kept = world.rows("SELECT path FROM activity_file WHERE state = 'got'");
    assert!(kept.iter().all(|path| !path.contains("..")));
    for entry in fs::read_dir(world.file("files/activities/2026")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let (id, ending) = name.split_once('.').unwrap();
        assert!(
            id.parse::<i64>().is_ok() && ["fit", "gpx", "tcx"].contains(&ending),
            "{name}"
        );
    }
}

#[tokio::test]
async fn views_explain_themselves() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    let db = world.db();
    let mut statement = db
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY name")
        .unwrap();
    let views = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    let views: Vec<(String, String)> = views.map(Result::unwrap).collect();
    assert!(views.len() > 20, "{}", views.len());
    for (name, sql) in views {
        assert!(
            name.starts_with("v_") && sql.contains("-- "),
            "{name} explains no column"
        );
        let rows: i64 = db
            .query_row(&format!("SELECT count(*) FROM {name}"), [], |row| {
                row.get(0)
            })
            .unwrap();
        assert!(rows >= 0);
    }
}

#[tokio::test]
async fn the_queries_of_the_readme_have_answers() {
    let world = World::signed_in(Scenario {
        days: 120,
        ..scenario()
    })
    .await;
    let quarter = SyncRequest {
        span: Some(DateSpan::ending(TODAY, 100)),
        ..year(&[
            Dataset::Activities,
            Dataset::Daily,
            Dataset::Hrv,
            Dataset::Devices,
        ])
    };
    world.sync_with(without_files(&world), quarter).await;
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let sql = readme
        .split("```sql")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let queries: Vec<_> = sql
        .split(';')
        .map(str::trim)
        .filter(|query| !query.is_empty())
        .collect();
    assert_eq!(queries.len(), 4);
    for query in queries {
        assert!(!world.rows(query).is_empty(), "{query}");
    }
}

#[tokio::test]
async fn reparse_from_the_command_line_says_what_it_did() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    world.db().execute("DELETE FROM hrv_night", []).unwrap();
    world.simulator.reset_counters();
    let ran = world.run(&["reparse", "--format", "json"], "").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.json()["rows_new"].as_u64().unwrap() > 10, "{ran:?}");
    assert_eq!(ran.json()["unread"], 0);
    assert_eq!(world.simulator.counters().total, 0, "no network");
}

#[tokio::test]
async fn a_damaged_answer_stops_neither_reparse_nor_a_sync() {
    let world = World::signed_in(scenario()).await;
    world.sync().await;
    let damage = |sql: &str| world.db().execute(sql, []).unwrap();
    let some = |n: u32, set: &str| {
        let which = format!("SELECT id FROM payload WHERE is_read ORDER BY id LIMIT 1 OFFSET {n}");
        assert_eq!(
            damage(&format!("UPDATE payload SET {set} WHERE id = ({which})")),
            1
        );
    };
    some(0, "body = x''");
    some(1, "body = x'00ff00ff'");
    some(2, "body = substr(body, 1, length(body) / 2)");
    some(3, "dataset = 'no such dataset'");
    let ran = world.run(&["reparse", "--format", "json"], "").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["unread"], 4, "{ran:?}");
    assert_eq!(
        world.rows("SELECT id FROM payload WHERE NOT is_read").len(),
        4
    );
    // A sync by newer readers reads everything again first.
    damage("UPDATE reader SET version = 0");
    let ran = world.run(&["sync"], "").await;
    assert_eq!(ran.code, 0, "{ran:?}");
}
