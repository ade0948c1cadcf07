//! Faults in heaps: nothing panics, nothing is lost, no day is called what it
//! is not, and calm heals it all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::{collections::BTreeMap, time::Duration};

use garminsync::{
    clock::Clock,
    domain::{
        dataset::Dataset,
        dates::{DateSpan, back},
        job::{Goal, JobReport, JobStatus, SyncRequest},
    },
    engine::Deps,
    simulator::{Fault, FaultKind, Scenario},
};
use jiff::civil::{Date, date};

use crate::{
    history::{agrees, known, typed_tables},
    processes::files_agree,
    support::{World, scenario},
};

const TODAY: Date = date(2026, 11, 20);

fn impatient(world: &World) -> Deps {
    let mut deps = world.deps();
    deps.config.http.timeout = Duration::from_millis(400);
    deps.config.http.download_timeout = Duration::from_millis(400);
    deps
}

fn span(days: u32, goal: Goal) -> SyncRequest {
    SyncRequest {
        span: Some(DateSpan::ending(TODAY, days)),
        goal,
        only: Some(Dataset::ALL.to_vec()),
    }
}

/// What is said of each day, dataset by dataset.
fn states(world: &World) -> BTreeMap<String, String> {
    let rows = world.rows("SELECT dataset || ' ' || day_on, state FROM coverage");
    let pair = |row: String| {
        row.split_once('|')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
    };
    rows.into_iter().filter_map(pair).collect()
}

/// Whether a state is one of those that no further look would change.
fn is_settled(state: &str) -> bool {
    ["got", "nothing"].contains(&state)
}

/// No day is called `got` or `nothing` that is something else in truth.
fn says_nothing_wrong(world: &World, truth: &BTreeMap<String, String>, what: &str) {
    for (day, state) in states(world) {
        // How long a day stays open depends on the route that brought it.
        if let Some(true_state) = truth
            .get(&day)
            .filter(|truth| is_settled(truth) && is_settled(&state))
        {
            assert_eq!(&state, true_state, "{what}: {day}");
        }
    }
}

fn rows_in(world: &World) -> BTreeMap<String, i64> {
    let count = |table: String| {
        let gone =
            format!("SELECT count(*) FROM pragma_table_info('{table}') WHERE name = 'gone_at'");
        let filter = if world.number(&gone) > 0 {
            "WHERE gone_at IS NULL"
        } else {
            ""
        };
        let rows = world.number(&format!("SELECT count(*) FROM {table} {filter}"));
        (table, rows)
    };
    typed_tables(world).into_iter().map(count).collect()
}

fn ends_as_it_says(world: &World, report: &JobReport, what: &str) {
    let failed = "SELECT count(*) FROM sync_task WHERE job = (SELECT max(id) FROM sync_job) AND status = 'FAILED'";
    let failed = world.number(failed);
    match report.status {
        JobStatus::Succeeded => {
            assert_eq!((failed, report.exit_code()), (0, 0), "{what}: {report:?}");
        }
        JobStatus::Partial => {
            assert!(failed > 0 && report.exit_code() == 7, "{what}: {report:?}");
        }
        JobStatus::RateLimited => {
            assert_eq!(report.exit_code(), 5, "{what}: {report:?}");
            assert!(
                world.number("SELECT count(*) FROM cool_down") > 0,
                "{what}: {report:?}"
            );
        }
        JobStatus::Failed => {
            assert!([1, 6].contains(&report.exit_code()), "{what}: {report:?}");
            assert!(report.failure.is_some(), "{what}: {report:?}");
        }
        _ => panic!("{what}: {report:?}"),
    }
    assert_eq!(
        world.text("SELECT status FROM sync_job ORDER BY id DESC LIMIT 1"),
        format!("{:?}", report.status)
            .to_uppercase()
            .replace("RATELIMITED", "RATE_LIMITED")
    );
}

fn any_kind(random: &mut fastrand::Rng, wrong_types: bool) -> FaultKind {
    match random.u8(0..if wrong_types { 10 } else { 9 }) {
        0 => FaultKind::TooManyRequests {
            retry_after: Some(90),
        },
        1 => FaultKind::TooManyRequests { retry_after: None },
        2 => FaultKind::ForbiddenHtml,
        3 | 4 => FaultKind::ServerError(500),
        5 => FaultKind::ServerError(502),
        6 => FaultKind::Reset,
        7 => FaultKind::TornBody,
        8 => {
            if random.u8(0..4) == 0 {
                FaultKind::Hang
            } else {
                FaultKind::Garbage
            }
        }
        _ => FaultKind::WrongTypes,
    }
}

struct Storm {
    days: u32,
    wrong_types: bool,
    personal: bool,
    connect: bool,
}

impl Storm {
    fn scenario(&self) -> Scenario {
        Scenario {
            days: self.days + 60,
            ..scenario()
        }
    }

    async fn world(&self) -> World {
        let world = if self.connect {
            World::signed_in(self.scenario()).await
        } else {
            World::new(self.scenario()).await
        };
        if self.personal {
            let key = format!("{}\n", world.simulator.scenario().personal_key);
            assert_eq!(world.run(&["login", "--key-stdin"], &key).await.code, 0);
        }
        world
    }

    async fn calm(&self) -> World {
        let calm = self.world().await;
        calm.sync_with(calm.deps(), span(self.days, Goal::Routine))
            .await;
        calm
    }

    async fn rage(&self, seed: u64, calm: &World) {
        let mut random = fastrand::Rng::with_seed(seed);
        let truth = states(calm);
        let mut aims: Vec<String> = calm.simulator.counters().requests.into_keys().collect();
        aims.retain(|aim| {
            !aim.starts_with("sso") && !aim.contains("token") && !aim.starts_with("graphql.")
        });
        aims.extend(
            [
                "/",
                "graphql",
                "graphql",
                "sleep.by_date",
                "daily.day",
                "hrv.range",
            ]
            .map(str::to_owned),
        );
        let world = self.world().await;
        let mut rows = rows_in(&world);
        for round in 0..3 {
            let mut told = Vec::new();
            for _ in 0..random.u8(1..6) {
                let fault = Fault {
                    aim: random.choice(&aims).unwrap().clone(),
                    kind: any_kind(&mut random, self.wrong_types),
                    skip: random.u32(0..4),
                    times: Some(random.u32(1..5)),
                };
                told.push(format!("{fault:?}"));
                world.simulator.inject(fault);
            }
            let request = match random.u8(0..4) {
                0 => SyncRequest::default(),
                1 => span(self.days / 2, Goal::Routine),
                2 => SyncRequest {
                    goal: Goal::Repair,
                    ..SyncRequest::default()
                },
                _ => span(self.days, Goal::Routine),
            };
            let what = format!("seed {seed}, round {round}, {request:?}, {told:#?}");
            let report = world.sync_with(impatient(&world), request).await;
            ends_as_it_says(&world, &report, &what);
            says_nothing_wrong(&world, &truth, &what);
            let now = rows_in(&world);
            for (table, before) in &rows {
                assert!(
                    now[table] >= *before,
                    "{what}: {table} had {before} rows, and has {}",
                    now[table]
                );
            }
            rows = now;
            world.simulator.clear_faults();
            world.db().execute("DELETE FROM cool_down", []).unwrap();
        }
        let what = format!("seed {seed}");
        let report = world
            .sync_with(world.deps(), span(self.days, Goal::Routine))
            .await;
        assert_eq!(report.status, JobStatus::Succeeded, "{what}: {report:?}");
        let report = world
            .sync_with(world.deps(), span(self.days, Goal::Repair))
            .await;
        assert_eq!(report.status, JobStatus::Succeeded, "{what}: {report:?}");
        files_agree(&world);
        let failed =
            world.rows("SELECT dataset, day_on, reason FROM coverage WHERE state = 'failed'");
        assert!(failed.is_empty(), "{what}: {failed:?}");
        if !(self.personal && self.connect) {
            return agrees(&world, &known(calm), &what);
        }
        // Each lane brings columns that the other one lacks.
        for table in typed_tables(&world)
            .into_iter()
            .filter(|it| it != "zone_set")
        {
            let key = format!(
                "SELECT coalesce(group_concat(name, ', '), '1') FROM pragma_table_info('{table}') WHERE pk > 1"
            );
            crate::sync::agree(calm, &world, &table, &world.text(&key));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes: run by hand, with SEEDS=40 and a FIRST"]
async fn many_storms_pass_without_a_trace() {
    let number = |name, other| std::env::var(name).map_or(other, |text| text.parse().unwrap());
    let (first, seeds) = (number("FIRST", 0), number("SEEDS", 8));
    let lanes = std::env::var("LANES").unwrap_or_else(|_| "connect".to_owned());
    let storm = std::sync::Arc::new(Storm {
        days: 100,
        wrong_types: std::env::var("WRONG").is_ok(),
        personal: lanes != "connect",
        connect: lanes != "personal",
    });
    let calm = std::sync::Arc::new(storm.calm().await);
    let mut bad = 0;
    for chunk in (first..first + seeds).collect::<Vec<u64>>().chunks(4) {
        let raging: Vec<_> = chunk
            .iter()
            .map(|&seed| {
                let (storm, calm) = (storm.clone(), calm.clone());
                tokio::spawn(async move { storm.rage(seed, &calm).await })
            })
            .collect();
        for one in raging {
            bad += u32::from(one.await.is_err());
        }
    }
    assert_eq!(bad, 0);
}

fn activities(rows: impl Iterator<Item = (i64, Date)>) -> FaultKind {
    let row = |(id, day)| serde_json::json!({"activityId": id, "startTimeLocal": format!("{day} 07:00:00")});
    let body = rows.map(row).collect::<Vec<_>>().into();
    FaultKind::Json { status: 200, body }
}

fn only(datasets: &[Dataset], days: u32, goal: Goal) -> SyncRequest {
    SyncRequest {
        only: Some(datasets.to_vec()),
        ..span(days, goal)
    }
}

#[tokio::test]
async fn a_day_with_more_rows_than_a_page_is_neither_empty_nor_deleted() {
    let world = World::signed_in(scenario()).await;
    let day = back(TODAY, 20);
    // A page all of one day, and what else there is behind it.
    let pages = [
        activities((0..1000).map(|id| (id, day))),
        activities([(5000, back(day, 3))].into_iter()),
    ];
    for kind in pages {
        world.simulator.inject(Fault::once("activities.list", kind));
    }
    let mut deps = world.deps();
    deps.config.sync.files = false;
    let report = world
        .sync_with(deps, only(&[Dataset::Activities], 28, Goal::Routine))
        .await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    assert_eq!(world.number("SELECT count(*) FROM v_activity"), 1001);
    let state = format!("SELECT state FROM coverage WHERE day_on = '{day}'");
    assert_eq!(world.text(&state), "got");
}

#[tokio::test]
async fn an_empty_list_by_mistake_is_asked_for_once_more() {
    let world = World::signed_in(Scenario {
        days: 200,
        ..scenario()
    })
    .await;
    let only = |goal| only(&[Dataset::Activities, Dataset::Weight], 150, goal);
    let without_files = || {
        let mut deps = world.deps();
        deps.config.sync.files = false;
        deps
    };
    world.sync_with(without_files(), only(Goal::Routine)).await;
    let before = rows_in(&world);
    // As after a week: the whole history is looked over, and the list is empty.
    world
        .db()
        .execute(
            "UPDATE coverage SET state = 'failed' WHERE dataset IN ('activities', 'weight')",
            [],
        )
        .unwrap();
    let empty = |body| FaultKind::Json { status: 200, body };
    world
        .simulator
        .inject(Fault::once("activities.list", empty(serde_json::json!([]))));
    world.simulator.inject(Fault::once(
        "weight.range",
        empty(serde_json::json!({"dailyWeightSummaries": []})),
    ));
    world.sync_with(without_files(), only(Goal::Repair)).await;
    assert_eq!(
        (rows_in(&world)["activity"], rows_in(&world)["weigh_in"]),
        (0, 0)
    );
    let routine = SyncRequest {
        span: None,
        ..only(Goal::Routine)
    };
    let report = world.sync_with(without_files(), routine).await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    assert_eq!(
        rows_in(&world),
        before,
        "they come back with the next good answer"
    );
}

#[tokio::test]
async fn columns_that_could_not_be_read_leave_their_days_to_be_asked_again() {
    let scenario = Scenario {
        graphql: false,
        summary_days: None,
        days: 100,
        ..scenario()
    };
    let calm = World::signed_in(scenario.clone()).await;
    let request = |goal| only(&[Dataset::Daily], 60, goal);
    calm.sync_with(calm.deps(), request(Goal::Routine)).await;
    let world = World::signed_in(scenario).await;
    world
        .simulator
        .inject(Fault::once("user_stats.daily", FaultKind::Garbage));
    let report = world.sync_with(world.deps(), request(Goal::Routine)).await;
    assert_eq!(report.status, JobStatus::Partial, "{report:?}");
    assert_eq!(
        world.number("SELECT count(*) FROM coverage WHERE state = 'got'"),
        0
    );
    let report = world.sync_with(world.deps(), request(Goal::Repair)).await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    agrees(&world, &known(&calm), "");
}

#[tokio::test]
async fn legs_that_cannot_be_read_are_asked_for_again() {
    let scenario = Scenario {
        days: 420,
        ..scenario()
    };
    let world = World::signed_in(scenario).await;
    let deps = || {
        let mut deps = world.deps();
        deps.config.sync.files = false;
        deps
    };
    let request = || only(&[Dataset::Activities], 365, Goal::Routine);
    for (skip, kind) in [(0, FaultKind::Garbage), (2, FaultKind::WrongTypes)] {
        let fault = Fault {
            skip,
            ..Fault::once("activities.one", kind)
        };
        world.simulator.inject(fault);
        let report = world.sync_with(deps(), request()).await;
        assert_eq!(report.status, JobStatus::Partial, "{report:?}");
    }
    let report = world.sync_with(deps(), request()).await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    let parents = world.number("SELECT count(*) FROM activity WHERE is_parent = 1");
    let legs = world.number("SELECT count(*) FROM activity WHERE parent_id IS NOT NULL");
    assert!(parents > 0 && legs >= 3 * parents, "{parents} {legs}");
}

#[tokio::test]
async fn a_first_day_that_cannot_be_asked_for_is_not_made_up() {
    let scenario = Scenario {
        days: 700,
        ..scenario()
    };
    let calm = World::signed_in(scenario.clone()).await;
    let datasets = [Dataset::Daily, Dataset::Weight];
    let request = || SyncRequest {
        span: None,
        ..only(&datasets, 1, Goal::Backfill)
    };
    calm.sync_with(calm.deps(), request()).await;
    let world = World::signed_in(scenario).await;
    for skip in [1, 4] {
        let mut broken = Fault::always("/graphql-gateway", FaultKind::ServerError(502));
        broken.skip = skip;
        world.simulator.inject(broken);
        world
            .simulator
            .inject(Fault::once("activities.list", FaultKind::Garbage));
        let report = world.sync_with(world.deps(), request()).await;
        assert_eq!(report.status, JobStatus::Partial, "{report:?}");
        world.simulator.clear_faults();
        assert_eq!(world.number("SELECT count(first_on) FROM backfill"), 0);
    }
    // An allowance that does not even last for the search.
    let sql = "DELETE FROM backfill_spent";
    world.db().execute(sql, []).unwrap();
    for day in 0..5 {
        let clock = Clock::manual(world.clock().now() + Duration::from_secs(day * 60));
        let mut deps = world.deps_at(clock);
        deps.config.sync.backfill_per_day = Some(3);
        world.sync_with(deps, request()).await;
        let spent = world.number("SELECT coalesce(max(requests), 0) FROM backfill_spent");
        assert!(spent <= 4, "{spent}");
        world.db().execute(sql, []).unwrap();
    }
    let report = world.sync_with(world.deps(), request()).await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    agrees(&world, &known(&calm), "");
    let first = "SELECT group_concat(first_on || frontier_on) FROM backfill";
    assert_eq!(world.text(first), calm.text(first));
}

#[tokio::test]
async fn a_backfill_without_its_lane_has_not_reached_the_first_day() {
    let world = World::signed_in(Scenario {
        days: 300,
        ..scenario()
    })
    .await;
    let key = format!("{}\n", world.simulator.scenario().personal_key);
    assert_eq!(world.run(&["login", "--key-stdin"], &key).await.code, 0);
    let request = || SyncRequest {
        span: None,
        ..only(&[Dataset::Hrv, Dataset::Vo2max], 1, Goal::Backfill)
    };
    let limit = FaultKind::TooManyRequests {
        retry_after: Some(60),
    };
    world
        .simulator
        .inject(Fault::always("/graphql-gateway", limit));
    let report = world.sync_with(world.deps(), request()).await;
    assert_eq!(report.status, JobStatus::RateLimited, "{report:?}");
    let reached = |dataset: &str| {
        world.number(&format!(
            "SELECT coalesce(sum(frontier_on = first_on), 0) FROM backfill WHERE dataset = '{dataset}'"
        ))
    };
    assert_eq!((reached("hrv"), reached("vo2max")), (1, 0));
    world.simulator.clear_faults();
    world.db().execute("DELETE FROM cool_down", []).unwrap();
    let report = world.sync_with(world.deps(), request()).await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    assert_eq!((reached("hrv"), reached("vo2max")), (1, 1));
}

#[tokio::test]
async fn a_person_who_repairs_is_not_told_to_come_back_tomorrow() {
    let world = World::signed_in(scenario()).await;
    let gone = serde_json::json!({"message": "not found", "error": "NotFoundException"});
    let refused = FaultKind::Json {
        status: 404,
        body: gone,
    };
    world.simulator.inject(Fault::once("weight.range", refused));
    let request = |goal| SyncRequest {
        span: None,
        ..only(&[Dataset::Weight], 1, goal)
    };
    let report = world.sync_with(world.deps(), request(Goal::Routine)).await;
    assert_eq!(report.status, JobStatus::Partial, "{report:?}");
    let report = world.sync_with(world.deps(), request(Goal::Repair)).await;
    assert_eq!(
        (report.status, report.requests),
        (JobStatus::Succeeded, 1),
        "{report:?}"
    );
    assert_eq!(
        world.number("SELECT count(*) FROM coverage WHERE state = 'failed'"),
        0
    );
    assert!(world.number("SELECT count(*) FROM weigh_in") > 0);
}

#[tokio::test]
async fn a_clock_set_back_does_not_make_old_news_of_everything() {
    let world = World::signed_in(scenario()).await;
    let next_year = Clock::manual(world.clock().now() + Duration::from_hours(400 * 24));
    world
        .sync_with(world.deps_at(next_year), SyncRequest::default())
        .await;
    let report = world.sync().await;
    assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
    assert!(
        report.rows() > 100,
        "the mark of next year proves nothing: {report:?}"
    );
}

#[tokio::test]
async fn caps_that_change_between_runs_and_in_mid_run_leave_no_day_out() {
    let datasets = [
        Dataset::Daily,
        Dataset::Sleep,
        Dataset::Hrv,
        Dataset::Vo2max,
        Dataset::BodyBattery,
    ];
    let request = || only(&datasets, 300, Goal::Routine);
    let scenario = Scenario {
        days: 360,
        ..scenario()
    };
    let calm = World::signed_in(scenario.clone()).await;
    calm.sync_with(calm.deps(), request()).await;
    let truth = states(&calm);
    let scalars = [
        "graphql.userDailySummaryV2Scalar",
        "graphql.sleepSummariesScalar",
        "graphql.heartRateVariabilityScalar",
        "body_battery.reports",
    ];
    let seeds = std::env::var("SEEDS").map_or(1, |text| text.parse().unwrap());
    for seed in 0..seeds {
        let world = World::signed_in(scenario.clone()).await;
        let mut random = fastrand::Rng::with_seed(seed);
        for round in 0..5 {
            for name in scalars {
                let cap = random.choice([7, 9, 14, 28, 31, 100, 365]).unwrap();
                assert!(world.simulator.set_cap(name, cap), "{name}");
            }
            match random.u8(0..5) {
                0 => world.simulator.refuse_graphql(),
                1 => _ = world.simulator.refuse_scalar("heartRateVariabilityScalar"),
                _ => world.simulator.allow_graphql(),
            }
            world.simulator.reset_counters();
            // Killed, as it were, after a while: the rest is for the next run.
            let mut deps = world.deps();
            deps.config.sync.backfill_per_day = (round < 4).then_some(random.u32(5..30));
            let report = world
                .sync_with(
                    deps,
                    SyncRequest {
                        span: None,
                        goal: Goal::Backfill,
                        ..request()
                    },
                )
                .await;
            assert!(
                report.requests < 150,
                "seed {seed}, round {round}: {report:?}"
            );
            says_nothing_wrong(&world, &truth, &format!("seed {seed}, round {round}"));
            world
                .db()
                .execute("DELETE FROM backfill_spent", [])
                .unwrap();
        }
        let report = world.sync_with(world.deps(), request()).await;
        assert_eq!(
            report.status,
            JobStatus::Succeeded,
            "seed {seed}: {report:?}"
        );
        assert!(report.requests < 150, "seed {seed}: {report:?}");
        for dataset in ["daily", "sleep", "hrv", "body_battery"] {
            let days = format!(
                "SELECT count(*) FROM coverage WHERE dataset = '{dataset}' AND state <> 'failed' AND day_on > '{}'",
                back(TODAY, 300)
            );
            assert_eq!(world.number(&days), 300, "seed {seed}: {dataset}");
        }
        for (table, order) in [
            ("daily_summary", "day_on"),
            ("sleep_night", "day_on"),
            ("hrv_night", "day_on"),
            ("body_battery_day", "day_on"),
        ] {
            let newest = format!(
                "SELECT count(*) FROM {table} WHERE day_on > '{}'",
                back(TODAY, 300)
            );
            assert_eq!(
                world.number(&newest),
                calm.number(&newest),
                "seed {seed}: {table} by {order}"
            );
        }
    }
}

#[tokio::test]
async fn a_day_that_loses_its_data_keeps_what_is_here() {
    let world = World::signed_in(scenario()).await;
    let only = || SyncRequest {
        span: None,
        ..only(
            &[Dataset::Daily, Dataset::Sleep, Dataset::Hrv],
            1,
            Goal::Routine,
        )
    };
    world.sync_with(world.deps(), only()).await;
    // Naps come as a list: what is missing from it was deleted.
    let rows = || {
        let mut rows = rows_in(&world);
        rows.remove("sleep_nap");
        rows
    };
    let held = rows();
    let day = back(TODAY, 20);
    let states = format!("SELECT dataset, state FROM coverage WHERE day_on = '{day}'");
    let before = world.rows(&states);
    assert!(before.iter().all(|row| row.ends_with("got")), "{before:?}");
    world.simulator.hold_back_day(day);
    for _ in 0..2 {
        world.db().execute("DELETE FROM sync_mark", []).unwrap();
        let report = world.sync_with(world.deps(), only()).await;
        assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
        assert_eq!((&rows(), &world.rows(&states)), (&held, &before));
    }
}

#[tokio::test]
async fn a_weigh_in_that_was_deleted_may_come_back() {
    let world = World::signed_in(scenario()).await;
    let sync = async || {
        world.db().execute("DELETE FROM sync_mark", []).unwrap();
        let weight = SyncRequest {
            span: None,
            ..only(&[Dataset::Weight], 1, Goal::Routine)
        };
        let report = world.sync_with(world.deps(), weight).await;
        assert_eq!(report.status, JobStatus::Succeeded, "{report:?}");
        rows_in(&world)["weigh_in"]
    };
    let before = sync().await;
    let day = back(TODAY, 20);
    let id = world.simulator.add_weigh_in(day, 71_000);
    assert_eq!(sync().await, before + 1);
    assert!(world.simulator.delete_weigh_in(id));
    assert_eq!(sync().await, before);
    let state = format!("SELECT state FROM coverage WHERE dataset = 'weight' AND day_on = '{day}'");
    assert_eq!(world.text(&state), "open", "looked at once more");
    assert_eq!(sync().await, before);
    assert_ne!(world.text(&state), "open");
    world.simulator.add_weigh_in(day, 72_000);
    assert_eq!(sync().await, before + 1);
}
