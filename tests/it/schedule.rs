//! The open app's own syncs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use garminsync::engine::{
    self, Mode,
    event::{Event, SyncEvent},
};

use crate::support::{World, account, scenario};

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_opens_overdue_syncs_at_once_and_plans_the_next() {
    let world = World::signed_in(scenario()).await;
    let (_engine, mut events, running) = engine::spawn(world.deps(), Mode::Watching);
    let mut has_synced = false;
    loop {
        match events.recv().await.unwrap() {
            Event::Sync {
                event: SyncEvent::Finished(report),
                ..
            } => has_synced = report.exit_code() == 0,
            Event::Schedule {
                next_sync_at: Some(at),
            } if has_synced && at > world.clock().now() => break,
            _ => {}
        }
    }
    running.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_sync_that_finds_another_one_running_says_nothing() {
    let world = World::signed_in(scenario()).await;
    let deps = world.deps();
    let id = deps
        .central_db
        .read(|db| garminsync::central_db::accounts::by_name(db, &account()))
        .await
        .unwrap()
        .unwrap()
        .id;
    let _lease = deps.central_db.sync_lease(id).unwrap().unwrap();
    let (_engine, mut events, running) = engine::spawn(world.deps(), Mode::Watching);
    loop {
        match events.recv().await.unwrap() {
            Event::Sync { event, .. } => panic!("{event:?}"),
            Event::Schedule {
                next_sync_at: Some(at),
            } if at > world.clock().now() => break,
            _ => {}
        }
    }
    running.shut_down().await;
    assert_eq!(world.number("SELECT count(*) FROM sync_job"), 0);
}
