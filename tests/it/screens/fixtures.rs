//! One athlete and her account in the states that a screen can meet.

use std::collections::BTreeMap;

use garminsync::{
    domain::{
        account::{Account, AccountId, AccountName, Region},
        audit::AuthEvent,
        challenge::{Challenge, MfaMethod},
        cool_down::{CoolDown, CoolDownScope},
        coverage::{Coverage, CoverageMap, DayFact, Owed},
        dataset::Dataset,
        dates::DateSpan,
        finding::{Finding, Health},
        job::{
            DatasetCount, JobId, JobRecord, JobReport, JobStatus, JobSummary, OpenPrice,
            OpenReason, Price, TaskFailure, Trigger,
        },
        log::{LogEntry, LogLevel},
        session::{AccountState, Door, Lane, LaneState, Reuse, SessionStatus},
    },
    engine::event::{Event, SyncEvent, SyncProgress},
};
use jiff::{SignedDuration, Timestamp, civil::date};

/// 2026-11-20 14:07:12 UTC.
pub(super) fn now() -> Timestamp {
    "2026-11-20T14:07:12Z".parse().unwrap()
}

/// `seconds` from now; negative is the past.
pub(super) fn at(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

pub(super) const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 86_400;

/// As the real one: long.
pub(super) const BROWSER_URL: &str = "https://sso.garmin.com/sso/signin?id=gauth%2Dwidget&embedWidget=true&gauthHost=https%3A%2F%2Fsso%2Egarmin%2Ecom%2Fsso&service=https%3A%2F%2Fsso%2Egarmin%2Ecom%2Fsso%2Fembed&source=https%3A%2F%2Fsso%2Egarmin%2Ecom%2Fsso%2Fembed&redirectAfterAccountLoginUrl=https%3A%2F%2Fsso%2Egarmin%2Ecom%2Fsso%2Fembed&redirectAfterAccountCreationUrl=https%3A%2F%2Fsso%2Egarmin%2Ecom%2Fsso%2Fembed";

pub(super) fn account() -> AccountName {
    "ada".parse().unwrap()
}

pub(super) fn state(status: SessionStatus) -> AccountState {
    AccountState {
        account: Account {
            id: AccountId::new(1),
            name: account(),
            region: Region::International,
            user_id: Some("90210".to_owned()),
            display_name: Some("ada.lovelace".to_owned()),
            time_zone: Some("Europe/London".to_owned()),
        },
        status,
        lanes: vec![LaneState {
            lane: Lane::Connect,
            status,
            door: Some(Door::Password),
            signed_in_at: Some(at(-39 * DAY)),
            access_expires_at: Some(at(17 * HOUR)),
            refresh_expires_at: Some(at(23 * DAY + HOUR)),
            last_validated_at: Some(at(-2 * MINUTE)),
            generation: 14,
            ended_reason: None,
        }],
        mfa: None,
        cool_downs: Vec::new(),
        reuse: Reuse {
            reused: 121,
            jobs: 124,
        },
        owed: Vec::new(),
    }
}

/// Signed in, but two datasets lack days.
pub(super) fn days_missing() -> Event {
    let mut state = state(SessionStatus::Valid);
    let days = |span: DateSpan| span.days().collect();
    state.owed = vec![
        Owed {
            days: days(DateSpan::ending(date(2026, 11, 20), 3)),
            reason: Some("Garmin's server has trouble of its own (HTTP 502)".to_owned()),
            retry_at: None,
            ..Owed::of(Dataset::Sleep)
        },
        Owed {
            days: days(DateSpan::ending(date(2024, 3, 31), 90)),
            reason: Some("Garmin refused the request (HTTP 404)".to_owned()),
            retry_at: Some(at(6 * HOUR)),
            ..Owed::of(Dataset::Weight)
        },
    ];
    Event::State(vec![state])
}

pub(super) fn valid() -> Event {
    Event::State(vec![state(SessionStatus::Valid)])
}

pub(super) fn missing() -> Event {
    Event::State(Vec::new())
}

pub(super) fn expired() -> Event {
    let mut state = state(SessionStatus::Expired);
    state.lanes[0].ended_reason =
        Some("Garmin no longer accepts the session of account ada.".to_owned());
    Event::State(vec![state])
}

pub(super) fn cooling_down(scope: CoolDownScope) -> Event {
    let mut state = state(if scope == CoolDownScope::SignIn {
        SessionStatus::Missing
    } else {
        SessionStatus::Valid
    });
    if scope == CoolDownScope::SignIn {
        state.lanes.clear();
    }
    let reason = "Garmin has had too many requests from here.".to_owned();
    state.cool_downs.push(CoolDown {
        entered_at: None,
        is_overridden: false,
        scope,
        until: at(14 * MINUTE + 31),
        reason,
        strikes: 2,
    });
    Event::State(vec![state])
}

/// Asked despite the cool-down once, in vain.
pub(super) fn overridden() -> Event {
    let Event::State(mut states) = cooling_down(CoolDownScope::SignIn) else {
        unreachable!()
    };
    for cool_down in states
        .iter_mut()
        .filter_map(|state| state.cool_downs.first_mut())
    {
        cool_down.is_overridden = true;
    }
    Event::State(states)
}

fn personal_lane() -> LaneState {
    LaneState {
        lane: Lane::Personal,
        status: SessionStatus::Valid,
        door: Some(Door::Key),
        signed_in_at: Some(at(-6 * DAY)),
        access_expires_at: Some(at(20 * HOUR)),
        refresh_expires_at: Some(at(84 * DAY + HOUR)),
        last_validated_at: Some(at(-HOUR)),
        generation: 6,
        ended_reason: None,
    }
}

/// Both lanes of one account.
pub(super) fn both_lanes() -> Event {
    let mut state = state(SessionStatus::Valid);
    state.lanes.push(personal_lane());
    Event::State(vec![state])
}

/// A key, and little time left.
pub(super) fn ending_soon() -> Event {
    let mut state = state(SessionStatus::Valid);
    state.lanes = vec![LaneState {
        refresh_expires_at: Some(at(6 * DAY + HOUR)),
        ..personal_lane()
    }];
    Event::State(vec![state])
}

/// Ada is fine, grace is not, and the third has a name as long as names get.
pub(super) fn three_accounts() -> Event {
    let named = |name: &str, status| {
        let mut state = state(status);
        state.account.name = name.parse().unwrap();
        state
    };
    let mut long = named(
        "the-longest-name-an-account-has-",
        SessionStatus::MfaPending,
    );
    long.lanes.clear();
    Event::State(vec![
        state(SessionStatus::Valid),
        named("grace", SessionStatus::Expired),
        long,
    ])
}

/// Newest first.
pub(super) fn audit(count: i64) -> Event {
    let kinds = [
        ("refresh", "OK", None),
        ("mfa_answer", "OK", Some("password")),
        ("code_request", "OK", None),
        ("mfa_answer", "MFA_CODE_INVALID", None),
        ("sign_in", "MFA_REQUIRED", None),
        ("sign_in", "INVALID_CREDENTIALS", None),
        ("sign_in", "RATE_LIMITED", None),
        ("import", "OK", Some("garth")),
    ];
    let events = (0..count)
        .zip(kinds.iter().cycle())
        .map(|(n, kind)| AuthEvent {
            at: at(-7 * MINUTE * n * (n + 1)),
            what: kind.0.to_owned(),
            outcome: kind.1.to_owned(),
            detail: kind.2.map(str::to_owned),
        });
    Event::Audit {
        account: account(),
        events: events.collect(),
    }
}

pub(super) fn challenge() -> Challenge {
    Challenge {
        method: MfaMethod::from_wire(Some("email")),
        sent_to: Some("a•••@example.com".to_owned()),
        created_at: at(-6),
        expires_at: at(4 * MINUTE + 31),
        attempts: 0,
    }
}

pub(super) fn mfa_pending() -> Event {
    let mut state = state(SessionStatus::MfaPending);
    state.lanes.clear();
    state.mfa = Some(challenge());
    Event::State(vec![state])
}

pub(super) fn schedule() -> Event {
    Event::Schedule {
        next_sync_at: Some(at(22 * MINUTE + 48)),
    }
}

pub(super) fn sync(event: SyncEvent) -> Event {
    Event::Sync {
        account: account(),
        event,
    }
}

pub(super) fn progress() -> Event {
    sync(SyncEvent::Progress(SyncProgress {
        job: JobId::new(183),
        done: 12,
        planned: 31,
        requests: 14,
        current: Some((Dataset::Sleep, "2026-10-24 … 11-20".to_owned())),
    }))
}

pub(super) fn report(status: JobStatus) -> JobReport {
    JobReport {
        job_id: Some(JobId::new(182)),
        account: account(),
        status,
        requests: 9,
        refreshed: true,
        duration_ms: 3249,
        datasets: BTreeMap::from([
            (
                Dataset::Activities,
                DatasetCount {
                    days: 2,
                    rows_new: 1,
                    rows_changed: 0,
                    failed: 0,
                },
            ),
            (
                Dataset::Daily,
                DatasetCount {
                    days: 28,
                    rows_new: 1,
                    rows_changed: 1,
                    failed: 0,
                },
            ),
            (
                Dataset::Sleep,
                DatasetCount {
                    days: 2,
                    rows_new: 2,
                    rows_changed: 0,
                    failed: 0,
                },
            ),
        ]),
        warnings: Vec::new(),
        failures: Vec::new(),
        owed: Vec::new(),
        older_days: None,
        failure: None,
    }
}

pub(super) fn partial() -> JobReport {
    let failure = TaskFailure {
        dataset: Dataset::Sleep,
        span: "2026-11-19 … 2026-11-20".to_owned(),
        summary: "Garmin's server has trouble of its own (HTTP 502).".to_owned(),
    };
    JobReport {
        failures: vec![failure],
        ..report(JobStatus::Partial)
    }
}

pub(super) fn finished(report: JobReport) -> Event {
    sync(SyncEvent::Finished(Box::new(report)))
}

fn record(report: JobReport) -> Box<JobRecord> {
    Box::new(JobRecord {
        report,
        trigger: Trigger::Schedule,
        started_at: at(-32),
        finished_at: Some(at(-26)),
    })
}

/// What CentralDB remembers of the job before this app was opened.
pub(super) fn last_job() -> Event {
    Event::LastJob(record(partial()))
}

pub(super) fn job_with_lines() -> Event {
    let Event::Log(lines) = log() else {
        unreachable!()
    };
    Event::Job {
        account: account(),
        record: Some(record(partial())),
        lines: lines.into_iter().skip(40).collect(),
    }
}

/// Every state there is, from a year ago on.
fn coverage_of(span: DateSpan) -> Event {
    let today = date(2026, 11, 20);
    let mut map = CoverageMap::new(span);
    map.first = Some(date(2024, 2, 11));
    for (n, dataset) in Dataset::ALL.into_iter().enumerate() {
        let n = i16::try_from(n).unwrap();
        let days = span
            .days()
            .filter(|day| *day <= today && *day >= date(2025, 3, 9));
        let facts = days.filter_map(|day| {
            let number = day.day_of_year() + 7 * n;
            let state = match number {
                _ if day >= date(2026, 11, 18) => Coverage::Open,
                n if n % 97 == 0 => Coverage::Failed,
                n if (40..44).contains(&(n % 211)) => return None,
                n if n % 19 == 0 => Coverage::Nothing,
                _ => Coverage::Got,
            };
            let reason = (state == Coverage::Failed)
                .then(|| "Garmin's server has trouble of its own (HTTP 502).".to_owned());
            let since = at(-2 * DAY);
            Some((
                day,
                DayFact {
                    state,
                    since,
                    reason,
                    retry_at: (state == Coverage::Failed).then(|| at(4 * HOUR)),
                },
            ))
        });
        map.days.insert(dataset, facts.collect());
    }
    Event::Coverage {
        account: account(),
        coverage: map,
    }
}

pub(super) fn coverage(year: i16) -> Event {
    let first = date(year, 1, 1);
    coverage_of(DateSpan::new(first, first.last_of_year()).unwrap())
}

/// What the home screen reads.
pub(super) fn strip() -> Event {
    coverage_of(DateSpan::ending(date(2026, 11, 20), 60))
}

/// The same before the first sync.
pub(super) fn no_days() -> Event {
    Event::Coverage {
        account: account(),
        coverage: CoverageMap::new(DateSpan::ending(date(2026, 11, 20), 60)),
    }
}

pub(super) fn planned(price: &[(&'static str, u32)]) -> Event {
    Event::Planned {
        account: account(),
        result: Ok(Price {
            endpoints: price.iter().copied().collect(),
            seconds: 502,
            open: vec![OpenPrice {
                why: OpenReason::FirstDay,
                at_most: Some(210),
            }],
        }),
    }
}

pub(super) fn findings() -> Event {
    use Health::{Bad, Ok, Warn};
    let findings = [
        (
            "database",
            Ok,
            "/home/ada/.local/share/garminsync/central.db",
        ),
        (
            "files",
            Warn,
            "/home/ada/.local/share/garminsync/files is open to others (mode …55): chmod go= it",
        ),
        ("vault key", Ok, "key file, opens 2 of 2 sessions"),
        ("integrity", Ok, "schema version 3, every page checked"),
        (
            "reachable",
            Bad,
            "sso host: the connection was refused\u{1b}[31m",
        ),
    ];
    Event::Examined {
        findings: findings
            .map(|(what, health, detail)| Finding::new(what, health, detail))
            .to_vec(),
    }
}

/// Newest first, in every state.
pub(super) fn jobs(count: i64) -> Event {
    let kinds = [
        (JobStatus::Running, Trigger::Person, 14, 0),
        (JobStatus::Partial, Trigger::Schedule, 9, 5),
        (JobStatus::Succeeded, Trigger::Headless, 1, 0),
        (JobStatus::RateLimited, Trigger::Schedule, 3, 0),
        (JobStatus::AuthExpired, Trigger::Headless, 2, 0),
        (JobStatus::Cancelled, Trigger::Person, 1240, 28_391),
        (JobStatus::Failed, Trigger::Schedule, 6, 0),
    ];
    let jobs = (0..count)
        .zip(kinds.iter().cycle())
        .map(|(n, kind)| JobSummary {
            id: JobId::new(183 - n),
            status: kind.0,
            trigger: kind.1,
            started_at: at(-60 - n * n * 17 * MINUTE),
            finished_at: (kind.0 != JobStatus::Running).then(|| at(-56 - n * n * 17 * MINUTE + n)),
            requests: kind.2,
            rows: kind.3,
        });
    Event::Jobs {
        account: account(),
        before: None,
        jobs: jobs.collect(),
        is_last_page: false,
    }
}

fn entry(id: i64, seconds: i64, level: LogLevel, dataset: Option<Dataset>, text: &str) -> LogEntry {
    LogEntry {
        id,
        at: at(seconds),
        account: account(),
        job: None,
        level,
        dataset,
        text: text.to_owned(),
    }
}

/// Two days of syncing, oldest first.
pub(super) fn log() -> Event {
    use LogLevel::{Detail, Done, Error, Session, Warn};
    let mut entries: Vec<LogEntry> = (0..40)
        .map(|n| {
            entry(
                n,
                n * 1800 - 20 * HOUR,
                Done,
                None,
                &format!("job {}: nothing new, 1 request", 141 + n),
            )
        })
        .collect();
    entries.extend([
        entry(40, -32, Session, None, "session renewed, generation 14"),
        entry(
            41,
            -31,
            Detail,
            Some(Dataset::Activities),
            "Morning run 10.2 km: new, file kept",
        ),
        entry(
            42,
            -30,
            Detail,
            Some(Dataset::Daily),
            "28 days healed, 1 changed",
        ),
        entry(
            43,
            -29,
            Warn,
            Some(Dataset::Sleep),
            "Garmin asked to slow down; pausing 2 s",
        ),
        entry(
            44,
            -27,
            Error,
            Some(Dataset::Sleep),
            "2026-11-18: Garmin's server has trouble of its own (HTTP 502)",
        ),
        entry(
            45,
            -26,
            Detail,
            Some(Dataset::Sleep),
            "2026-11-19 … 11-20: 2 nights",
        ),
        entry(46, -26, Done, None, "job 182: 9 requests, 5 rows, 3.2 s"),
    ]);
    for (entry, job) in entries.iter_mut().zip(141..) {
        entry.job = Some(JobId::new(job.min(182)));
    }
    Event::Log(entries)
}

/// Lines after those of [`log`].
pub(super) fn more_log(ids: std::ops::Range<i64>) -> Event {
    Event::Log(
        ids.map(|id| {
            entry(
                id,
                0,
                LogLevel::Detail,
                Some(Dataset::Daily),
                &format!("line {id}"),
            )
        })
        .collect(),
    )
}

/// What a person may be called, and what an activity may be named.
pub(super) fn hostile() -> [Event; 2] {
    let mut state = state(SessionStatus::Valid);
    state.account.display_name =
        Some("\u{202e}evil\u{1b}[31m 👩\u{200d}🚀 日本語の名前はとても長いです".to_owned());
    let names = [
        "👩\u{200d}🚀🏃🏽\u{200d}♀️ emoji run 🇩🇪 with flags and 日本語の長い名前がここにあります、本当に長い名前です、まだ続きます",
        "جري الصباح في الحديقة with \u{202e}reversed\u{202c} text",
        "bell \u{7} clear \u{1b}[2J title \u{1b}]0;owned\u{7} c1 \u{9b}31m",
        "line one\r\nline two\u{2028}line three",
        "e\u{301}\u{302}\u{303}\u{304} zalgo",
    ];
    let entries = names.iter().zip(0..).map(|(name, id)| {
        entry(
            id,
            id - 9,
            LogLevel::Detail,
            Some(Dataset::Activities),
            name,
        )
    });
    [Event::State(vec![state]), Event::Log(entries.collect())]
}
