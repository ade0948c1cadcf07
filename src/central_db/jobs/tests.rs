use super::*;
use crate::central_db::fixture;

#[test]
fn totals_and_reuse_are_folded_from_rows() {
    let f = fixture::connection();
    let db = &f.connection;
    let now = Timestamp::UNIX_EPOCH;
    let job = start(db, f.account, Trigger::Headless, Goal::Routine, now).unwrap();
    for (ordinal, failed) in [(0, None), (1, Some("torn".to_owned()))] {
        let count = DatasetCount {
            days: 28,
            rows_new: 3,
            rows_changed: 1,
            failed: 0,
        };
        let span = "2026-01-01".to_owned();
        let task = TaskRow {
            ordinal,
            requests: 1 + ordinal,
            dataset: Dataset::Sleep,
            endpoint: "x",
            span,
            failed,
            warning: None,
            count,
        };
        record_task(db, job, &task, now).unwrap();
    }
    let total = totals(db, job).unwrap();
    assert_eq!(
        total[&Dataset::Sleep],
        DatasetCount {
            days: 56,
            rows_new: 6,
            rows_changed: 2,
            failed: 1
        }
    );
    assert_eq!(failures(db, job).unwrap()[0].summary, "torn");

    assert_eq!(
        reuse(db, f.account, now).unwrap().percent(),
        None,
        "a running job is no experience yet"
    );
    let ending = |status| Ending {
        status,
        requests: 1,
        refreshed: false,
        message: None,
    };
    finish(db, job, &ending(JobStatus::Partial), now).unwrap();
    let expired = start(db, f.account, Trigger::Headless, Goal::Routine, now).unwrap();
    finish(db, expired, &ending(JobStatus::AuthExpired), now).unwrap();
    assert_eq!(reuse(db, f.account, now).unwrap().percent(), Some(50));
}

#[test]
fn a_job_is_remembered_and_pages_go_back_in_time() {
    let f = fixture::connection();
    let db = &f.connection;
    let account = crate::central_db::accounts::all(db).unwrap().remove(0);
    let at = |second| Timestamp::from_second(second).unwrap();
    for second in 0..5 {
        let job = start(db, f.account, Trigger::Schedule, Goal::Routine, at(second)).unwrap();
        let ending = Ending {
            status: JobStatus::Cancelled,
            requests: 3,
            refreshed: true,
            message: Some("It was cancelled.".to_owned()),
        };
        finish(db, job, &ending, at(second + 2)).unwrap();
    }
    start(db, f.account, Trigger::Person, Goal::Routine, at(9)).unwrap();
    let ids = |page: Vec<JobSummary>| page.iter().map(|job| job.id.get()).collect::<Vec<_>>();
    assert_eq!(ids(page(db, f.account, None, 2).unwrap()), [6, 5]);
    let before = Some(JobId::new(3));
    assert_eq!(ids(page(db, f.account, before, 9).unwrap()), [2, 1]);

    let last = last_ended(db, f.account).unwrap().unwrap();
    assert_eq!(last.get(), 5, "the sixth still runs");
    let record = record(db, &account, last).unwrap().unwrap();
    assert_eq!(record.trigger, Trigger::Schedule);
    assert_eq!(record.report.duration_ms, 2000);
    assert_eq!(record.report.failure.unwrap().summary, "It was cancelled.");
    assert!(
        super::record(db, &account, JobId::new(99))
            .unwrap()
            .is_none()
    );
}

#[test]
fn an_orphaned_job_is_closed_once_with_what_it_did() {
    let f = fixture::connection();
    let db = &f.connection;
    let at = |second| Timestamp::from_second(second).unwrap();
    let job = start(db, f.account, Trigger::Schedule, Goal::Routine, at(10)).unwrap();
    let task = TaskRow {
        ordinal: 0,
        requests: 7,
        dataset: Dataset::Sleep,
        endpoint: "x",
        span: "2026-01-01".to_owned(),
        failed: None,
        warning: None,
        count: DatasetCount::default(),
    };
    record_task(db, job, &task, at(25)).unwrap();
    assert_eq!(close_orphans(db, f.account).unwrap(), 1);
    assert_eq!(close_orphans(db, f.account).unwrap(), 0);
    let closed = newest(db, f.account, 5).unwrap().remove(0);
    assert_eq!(closed.status, JobStatus::Cancelled);
    assert_eq!((closed.finished_at, closed.requests), (Some(at(25)), 7));
    assert_eq!(
        last_status(db, f.account, None).unwrap(),
        Some(JobStatus::Cancelled)
    );
    assert_eq!(last_status(db, f.account, Some(job)).unwrap(), None);
}
