#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "x")]
use crate::support::{World, scenario};
use garminsync::simulator::Scenario;
use garminsync::domain::{dataset::Dataset, job::SyncRequest, dates::DateSpan};
use jiff::civil::date;
#[tokio::test]
async fn dbg() {
    for (name, s) in [
        ("plain", Scenario { days: 800, ..scenario() }),
        ("alias", Scenario { days: 800, graphql_aliases: true, ..scenario() }),
        ("alias365", Scenario { days: 800, graphql_aliases: true, graphql_range_days: 365, graphql_summary_days: 365, graphql_sleep_days: 31, report_days: 365, ..scenario() }),
        ("nogql", Scenario { days: 800, graphql: false, ..scenario() }),
    ] {
        for (what, only) in [("core5", Dataset::CORE[1..].to_vec()), ("all", Dataset::ALL.to_vec())] {
            if name == "nogql" && what == "all" { continue; }
            let world = World::signed_in(s.clone()).await;
            let mut deps = world.deps();
            deps.config.sync.files = false;
            let t = std::time::Instant::now();
            let report = world.sync_with(deps, SyncRequest { span: Some(DateSpan::ending(date(2026,11,21), 365)), only: Some(only), ..SyncRequest::default() }).await;
            println!("{name} {what}: {:?} {} requests {:?} {:?}", report.status, report.requests, t.elapsed(), report.failures);
            if report.requests > 30 { println!("{:?}", world.simulator.counters().requests); }
        }
    }
}
