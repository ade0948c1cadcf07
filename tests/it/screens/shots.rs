//! Snapshots of each screen at four sizes, from "usable" to "generous".

use crossterm::event::KeyCode;
use garminsync::{
    domain::{
        challenge::Challenge,
        cool_down::CoolDownScope,
        coverage::CoverageMap,
        dates::DateSpan,
        failure::Failure,
        job::{JobReport, JobStatus},
    },
    engine::event::{Event, SignInOutcome},
    tui::keymap::Keymap,
};

use jiff::civil::date;

use super::{app::App, fixtures::*};

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 36), (200, 60)];

const DEMO: [(&str, &str); 3] = [
    ("demo", "ada@example.com"),
    ("password", "analytical-engine"),
    ("code", "409123"),
];

/// Tells and types until the screen shows what it is about, at each size.
async fn shoot(name: &str, corner: &[(&str, &str)], scene: impl AsyncFn(&mut App) -> String) {
    for size in SIZES {
        let mut app = App::start(size, corner);
        let frame = scene(&mut app).await;
        snapshot(name, size, &frame);
    }
}

fn snapshot(name: &str, size: (u16, u16), frame: &str) {
    // TestBackend quotes its lines, and remarks on wide characters behind them.
    let text = |line: &str| {
        line.split('"')
            .nth(1)
            .unwrap_or_default()
            .trim_end()
            .to_owned()
    };
    let frame: Vec<String> = frame.lines().map(text).collect();
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), frame.join("\n"));
    });
}

fn sign_in(outcome: SignInOutcome) -> Event {
    Event::SignIn {
        account: account(),
        outcome,
    }
}

fn refused(failure: Failure) -> Event {
    sign_in(SignInOutcome::Refused {
        failure,
        challenge: None,
    })
}

async fn open_door(app: &mut App, number: &str) {
    app.tell(missing()).await;
    app.shows("MISSING").await;
    app.keys("l");
    app.keys(number);
    app.shows("F1").await;
}

async fn open_cool_down(app: &mut App, state: Event) {
    app.tell(state).await;
    app.shows("14:31").await;
    app.keys("l1");
    app.shows("is in a cool-down").await;
}

async fn open_login(app: &mut App) {
    app.tell(missing()).await;
    app.shows("MISSING").await;
    app.keys("l1");
    app.shows("E-mail").await;
}

async fn submit_login(app: &mut App) {
    open_login(app).await;
    app.keys("ada@example.com");
    app.press(KeyCode::Tab);
    app.keys("hunter2");
    app.press(KeyCode::Enter);
    app.shows("Asking Garmin").await;
}

async fn open_jobs(app: &mut App, count: i64) {
    app.tell(valid()).await;
    app.shows("VALID").await;
    app.keys("h");
    app.shows("Jobs of ada").await;
    app.tell(jobs(count)).await;
}

async fn open_coverage(app: &mut App) {
    app.tell(valid()).await;
    app.shows("VALID").await;
    app.keys("c");
    app.shows("Coverage of ada").await;
    app.tell(coverage(2026)).await;
    app.shows("Fri 20 Nov 2026").await;
}

async fn open_mfa(app: &mut App) {
    app.tell(mfa_pending()).await;
    app.tell(sign_in(SignInOutcome::MfaRequired(challenge())))
        .await;
    app.shows("expires in 4:31").await;
}

#[tokio::test]
async fn home_loading() {
    shoot("home_loading", &[], async |app| {
        app.shows("reading CentralDB").await
    })
    .await;
}

#[tokio::test]
async fn home_valid_idle() {
    shoot("home_valid_idle", &[], async |app| {
        for event in [
            valid(),
            schedule(),
            log(),
            strip(),
            finished(report(JobStatus::Succeeded)),
        ] {
            app.tell(event).await;
        }
        app.shows("SUCCEEDED").await
    })
    .await;
}

#[tokio::test]
async fn home_days_missing() {
    shoot("home_days_missing", &[], async |app| {
        app.tell(days_missing()).await;
        app.shows("Missing").await
    })
    .await;
}

#[tokio::test]
async fn home_exact_times() {
    shoot("home_exact_times", &[], async |app| {
        for event in [valid(), schedule(), log(), finished(partial())] {
            app.tell(event).await;
        }
        app.shows("PARTIAL").await;
        app.keys("t");
        app.shows("next sync 14:30:00").await
    })
    .await;
}

#[tokio::test]
async fn home_running() {
    shoot("home_running", &DEMO, async |app| {
        for event in [valid(), schedule(), log(), progress()] {
            app.tell(event).await;
        }
        app.shows("12 of 31").await;
        app.press(KeyCode::Up);
        app.shows("1 below").await;
        app.tell(more_log(50..53)).await;
        app.shows("3 new below").await
    })
    .await;
}

#[tokio::test]
async fn home_missing() {
    shoot("home_missing", &DEMO, async |app| {
        app.tell(missing()).await;
        app.shows("MISSING").await
    })
    .await;
}

#[tokio::test]
async fn home_expired() {
    shoot("home_expired", &[], async |app| {
        let report = JobReport {
            failure: Some(Failure::auth_expired(&account())),
            ..report(JobStatus::AuthExpired)
        };
        for event in [expired(), log(), finished(report)] {
            app.tell(event).await;
        }
        app.shows("AUTH_EXPIRED").await
    })
    .await;
}

#[tokio::test]
async fn home_mfa_pending() {
    shoot("home_mfa_pending", &DEMO, async |app| {
        app.tell(mfa_pending()).await;
        app.shows("MFA_PENDING").await
    })
    .await;
}

#[tokio::test]
async fn home_cool_down() {
    shoot("home_cool_down", &[], async |app| {
        let report = JobReport {
            failure: Some(Failure::rate_limited(Some(at(871)))),
            ..report(JobStatus::RateLimited)
        };
        for event in [
            cooling_down(CoolDownScope::Requests),
            log(),
            finished(report),
        ] {
            app.tell(event).await;
        }
        app.shows("RATE_LIMITED").await
    })
    .await;
}

#[tokio::test]
async fn home_trouble() {
    shoot("home_trouble", &[], async |app| {
        app.tell(valid()).await;
        app.tell(log()).await;
        app.tell(Event::Trouble(Failure::rate_limited(Some(at(871)))))
            .await;
        app.shows("too many requests").await
    })
    .await;
}

#[tokio::test]
async fn home_hostile_names() {
    shoot("home_hostile_names", &[], async |app| {
        let [state, log] = hostile();
        app.tell(state).await;
        app.tell(log).await;
        app.shows("zalgo").await
    })
    .await;
}

#[tokio::test]
async fn login_empty() {
    shoot("login_empty", &DEMO, async |app| {
        open_login(app).await;
        app.shows("E-mail").await
    })
    .await;
}

#[tokio::test]
async fn login_slip() {
    shoot("login_slip", &[], async |app| {
        open_login(app).await;
        app.keys("ada.example.com");
        app.press(KeyCode::Enter);
        app.shows("has an @ in it").await
    })
    .await;
}

#[tokio::test]
async fn login_checking() {
    shoot("login_checking", &DEMO, async |app| {
        submit_login(app).await;
        app.shows("Asking Garmin").await
    })
    .await;
}

#[tokio::test]
async fn login_refused() {
    shoot("login_refused", &DEMO, async |app| {
        submit_login(app).await;
        let failure = Failure::invalid_credentials();
        app.tell(sign_in(SignInOutcome::Refused {
            failure,
            challenge: None,
        }))
        .await;
        app.shows("does not know").await;
        app.keys("secret");
        app.shows("••••••").await
    })
    .await;
}

#[tokio::test]
async fn login_blocked() {
    shoot("login_blocked", &DEMO, async |app| {
        submit_login(app).await;
        app.tell(cooling_down(CoolDownScope::SignIn)).await;
        app.tell(refused(Failure::rate_limited(Some(at(14 * MINUTE + 31)))))
            .await;
        app.shows("Ctrl-B").await
    })
    .await;
}

#[tokio::test]
async fn login_despite_cool_down() {
    shoot("login_despite_cool_down", &[], async |app| {
        open_cool_down(app, cooling_down(CoolDownScope::SignIn)).await;
        app.keys("y");
        app.shows("will be asked once").await
    })
    .await;
}

#[tokio::test]
async fn doors() {
    shoot("doors", &DEMO, async |app| {
        app.tell(missing()).await;
        app.shows("MISSING").await;
        app.keys("l");
        app.shows("3 Personal API key").await
    })
    .await;
}

#[tokio::test]
async fn doors_cool_down() {
    shoot("doors_cool_down", &[], async |app| {
        app.tell(cooling_down(CoolDownScope::SignIn)).await;
        app.shows("14:31").await;
        app.keys("l");
        app.shows("rests for").await
    })
    .await;
}

#[tokio::test]
async fn cool_down_warning() {
    shoot("cool_down_warning", &DEMO, async |app| {
        open_cool_down(app, cooling_down(CoolDownScope::SignIn)).await;
        app.shows("ask once all the same").await
    })
    .await;
}

#[tokio::test]
async fn cool_down_overridden() {
    shoot("cool_down_overridden", &[], async |app| {
        open_cool_down(app, overridden()).await;
        app.shows("have asked once").await
    })
    .await;
}

#[tokio::test]
async fn browser_empty() {
    shoot("browser_empty", &DEMO, async |app| {
        open_door(app, "2").await;
        app.shows("Address").await
    })
    .await;
}

#[tokio::test]
async fn browser_not_opened() {
    shoot("browser_not_opened", &[], async |app| {
        open_door(app, "2").await;
        app.ctrl('o');
        app.shows("No browser could be opened").await
    })
    .await;
}

#[tokio::test]
async fn browser_checking() {
    shoot("browser_checking", &[], async |app| {
        open_door(app, "2").await;
        app.paste("ST-1-abc-cas");
        app.shows("Asking Garmin").await
    })
    .await;
}

#[tokio::test]
async fn browser_refused() {
    shoot("browser_refused", &DEMO, async |app| {
        open_door(app, "2").await;
        app.paste("ST-1-abc-cas");
        app.shows("Asking Garmin").await;
        app.tell(refused(Failure::ticket_refused())).await;
        app.shows("✗ Garmin did not accept").await
    })
    .await;
}

#[tokio::test]
async fn key_empty() {
    shoot("key_empty", &DEMO, async |app| {
        open_door(app, "3").await;
        app.shows("not known").await
    })
    .await;
}

#[tokio::test]
async fn key_found() {
    shoot("key_found", &[], async |app| {
        open_door(app, "3").await;
        let place = "/home/ada/.config/garmin/connect-personal-api-key";
        app.tell(Event::KeyFound {
            place: Some(place.to_owned()),
        })
        .await;
        app.shows("Ctrl-F").await
    })
    .await;
}

#[tokio::test]
async fn key_taken() {
    shoot("key_taken", &[], async |app| {
        open_door(app, "3").await;
        let place = "GARMIN_PERSONAL_API_KEY".to_owned();
        app.tell(Event::KeyFound { place: Some(place) }).await;
        app.shows("Ctrl-F").await;
        app.ctrl('f');
        app.press(KeyCode::Tab);
        app.press(KeyCode::Right);
        app.press(KeyCode::Right);
        app.shows("in 90 days").await
    })
    .await;
}

#[tokio::test]
async fn key_rejected() {
    shoot("key_rejected", &DEMO, async |app| {
        open_door(app, "3").await;
        app.paste("GCDC_abc");
        app.press(KeyCode::Enter);
        app.shows("Asking Garmin").await;
        app.tell(refused(Failure::key_rejected())).await;
        app.shows("rejected").await
    })
    .await;
}

#[tokio::test]
async fn home_both_lanes() {
    shoot("home_both_lanes", &[], async |app| {
        for event in [both_lanes(), schedule(), log()] {
            app.tell(event).await;
        }
        app.shows("job 182").await;
        app.shows("Personal").await
    })
    .await;
}

#[tokio::test]
async fn home_ending_soon() {
    shoot("home_ending_soon", &[], async |app| {
        app.tell(ending_soon()).await;
        app.shows("in 6 days").await
    })
    .await;
}

#[tokio::test]
async fn accounts() {
    shoot("accounts", &DEMO, async |app| {
        app.tell(three_accounts()).await;
        app.shows("VALID").await;
        app.keys("aj");
        app.shows("› grace").await
    })
    .await;
}

#[tokio::test]
async fn new_account() {
    shoot("new_account", &DEMO, async |app| {
        app.tell(valid()).await;
        app.shows("VALID").await;
        app.keys("anAda");
        app.press(KeyCode::Tab);
        app.press(KeyCode::Right);
        app.shows("garmin.cn").await;
        app.press(KeyCode::Enter);
        app.shows("Only a-z").await
    })
    .await;
}

#[tokio::test]
async fn rename() {
    shoot("rename", &DEMO, async |app| {
        app.tell(three_accounts()).await;
        app.shows("VALID").await;
        app.keys("aje");
        app.shows("Rename account grace").await;
        app.ctrl('u');
        app.keys("ada");
        app.press(KeyCode::Enter);
        app.shows("There is an account of this name").await
    })
    .await;
}

#[tokio::test]
async fn sign_out_of_the_list() {
    shoot("sign_out_of_the_list", &[], async |app| {
        app.tell(three_accounts()).await;
        app.shows("VALID").await;
        app.keys("ajo");
        app.shows("Sign out account grace?").await
    })
    .await;
}

#[tokio::test]
async fn doctor() {
    shoot("doctor", &DEMO, async |app| {
        app.tell(valid()).await;
        app.shows("VALID").await;
        app.keys("d");
        app.shows("looking …").await;
        app.tell(findings()).await;
        app.shows("reachable").await
    })
    .await;
}

#[tokio::test]
async fn about() {
    shoot("about", &[], async |app| {
        app.tell(valid()).await;
        app.shows("VALID").await;
        app.keys("i");
        app.shows("not affiliated").await
    })
    .await;
}

#[tokio::test]
async fn palette() {
    shoot("palette", &[], async |app| {
        app.tell(valid()).await;
        app.tell(log()).await;
        app.shows("job 182").await;
        app.keys(":");
        app.shows("What to do").await
    })
    .await;
}

#[tokio::test]
async fn palette_filtered() {
    shoot("palette_filtered", &[], async |app| {
        open_coverage(app).await;
        app.keys(":price");
        app.press(KeyCode::Down);
        app.shows("› price of a backfill").await
    })
    .await;
}

#[tokio::test]
async fn audit_empty() {
    shoot("audit_empty", &DEMO, async |app| {
        app.tell(missing()).await;
        app.shows("MISSING").await;
        app.keys("u");
        app.shows("Sign-in events of ada").await
    })
    .await;
}

#[tokio::test]
async fn audit_full() {
    shoot("audit_full", &[], async |app| {
        app.tell(valid()).await;
        app.shows("VALID").await;
        app.keys("u");
        app.shows("Sign-in events").await;
        app.tell(audit(60)).await;
        app.shows("1 to ").await;
        app.press(KeyCode::Down);
        app.shows("2 to ").await
    })
    .await;
}

#[tokio::test]
async fn home_remembers_the_last_job() {
    shoot("home_remembers", &[], async |app| {
        for event in [valid(), schedule(), log(), last_job()] {
            app.tell(event).await;
        }
        app.shows("Last sync · job 182").await
    })
    .await;
}

#[tokio::test]
async fn home_filtered() {
    shoot("home_filtered", &[], async |app| {
        for event in [valid(), schedule(), log(), last_job()] {
            app.tell(event).await;
        }
        app.shows("Last sync · job 182").await;
        app.keys("/SLEEP");
        app.shows("/ SLEEP").await;
        app.press(KeyCode::Up);
        app.shows("1 below").await
    })
    .await;
}

#[tokio::test]
async fn home_no_match() {
    shoot("home_no_match", &[], async |app| {
        for event in [valid(), log()] {
            app.tell(event).await;
        }
        app.shows("job 182").await;
        app.keys("v/nowhere");
        app.press(KeyCode::Enter);
        app.shows("No line passes").await
    })
    .await;
}

#[tokio::test]
async fn home_in_mid_backfill() {
    shoot("home_in_mid_backfill", &[], async |app| {
        for event in [valid(), log(), progress()] {
            app.tell(event).await;
        }
        app.shows("12 of 31").await;
        app.clock.advance(std::time::Duration::from_secs(20));
        app.press(KeyCode::Up);
        app.shows("about 0:32 left").await
    })
    .await;
}

#[tokio::test]
async fn coverage_reading() {
    shoot("coverage_reading", &[], async |app| {
        app.tell(valid()).await;
        app.shows("VALID").await;
        app.keys("c");
        app.shows("Coverage of ada").await
    })
    .await;
}

#[tokio::test]
async fn coverage_full() {
    shoot("coverage_full", &[], async |app| {
        open_coverage(app).await;
        app.press(KeyCode::Tab);
        app.press(KeyCode::Up);
        app.press(KeyCode::Left);
        app.shows("Thu 12 Nov 2026").await
    })
    .await;
}

#[tokio::test]
async fn coverage_failed_day() {
    shoot("coverage_failed_day", &DEMO, async |app| {
        open_coverage(app).await;
        app.press(KeyCode::PageUp);
        app.shows("2025 ╮").await;
        app.tell(coverage(2025)).await;
        app.shows("20 Nov 2025").await;
        app.keys(" ");
        for _ in 0..5 {
            app.press(KeyCode::Left);
        }
        app.keys("jj");
        app.shows("server has trouble").await
    })
    .await;
}

#[tokio::test]
async fn price() {
    shoot("price", &[], async |app| {
        open_coverage(app).await;
        app.keys("r");
        app.shows("Repair activities").await;
        app.tell(planned(&[("sleep.graphql", 14), ("sleep.day", 321)]))
            .await;
        app.shows("335 requests").await
    })
    .await;
}

#[tokio::test]
async fn price_of_nothing() {
    shoot("price_of_nothing", &[], async |app| {
        open_coverage(app).await;
        app.keys("r");
        app.shows("Repair activities").await;
        app.tell(planned(&[])).await;
        app.shows("Nothing is missing").await
    })
    .await;
}

#[tokio::test]
async fn jobs_empty() {
    shoot("jobs_empty", &[], async |app| {
        open_jobs(app, 0).await;
        app.shows("No sync has run yet").await
    })
    .await;
}

#[tokio::test]
async fn jobs_full() {
    shoot("jobs_full", &[], async |app| {
        open_jobs(app, 200).await;
        app.shows("1 to").await;
        app.keys("jjj");
        app.shows("› 180").await
    })
    .await;
}

#[tokio::test]
async fn report_partial() {
    shoot("report_partial", &[], async |app| {
        open_jobs(app, 200).await;
        app.shows("1 to").await;
        app.keys("j");
        app.shows("› 182").await;
        app.press(KeyCode::Enter);
        app.shows("Report of job 182").await;
        app.tell(job_with_lines()).await;
        app.shows("PARTIAL").await
    })
    .await;
}

#[tokio::test]
async fn report_unknown() {
    shoot("report_unknown", &[], async |app| {
        open_jobs(app, 200).await;
        app.shows("1 to").await;
        app.press(KeyCode::Enter);
        app.shows("Report of job 183").await;
        app.tell(Event::Job {
            account: account(),
            record: None,
            lines: Vec::new(),
        })
        .await;
        app.shows("knows no such job").await
    })
    .await;
}

/// A screen opened by its key, before its answer is here.
async fn shoot_reading(name: &str, key: &str) {
    shoot(name, &[], async |app| {
        app.tell(valid()).await;
        app.tell(strip()).await;
        app.shows("VALID").await;
        app.keys(key);
        app.hides("Session").await
    })
    .await;
}

#[tokio::test]
async fn jobs_reading() {
    shoot_reading("jobs_reading", "h").await;
}

#[tokio::test]
async fn audit_reading() {
    shoot_reading("audit_reading", "u").await;
}

#[tokio::test]
async fn doctor_reading() {
    shoot_reading("doctor_reading", "d").await;
}

#[tokio::test]
async fn report_reading() {
    shoot("report_reading", &[], async |app| {
        open_jobs(app, 3).await;
        app.shows("› 183").await;
        app.press(KeyCode::Enter);
        app.shows("Report of job 183").await
    })
    .await;
}

#[tokio::test]
async fn accounts_reading() {
    shoot("accounts_reading", &[], async |app| {
        app.shows("reading CentralDB").await;
        app.keys("a");
        app.shows("Accounts").await
    })
    .await;
}

#[tokio::test]
async fn jobs_not_read() {
    shoot("jobs_not_read", &[], async |app| {
        app.tell(valid()).await;
        app.tell(strip()).await;
        app.shows("VALID").await;
        app.keys("h");
        app.shows("Jobs of ada").await;
        app.tell(Event::Trouble(Failure::unexpected("CentralDB is damaged.")))
            .await;
        app.shows("CentralDB is damaged").await;
        app.keys("t");
        app.clock.advance(std::time::Duration::from_mins(1));
        app.hides("CentralDB is damaged").await
    })
    .await;
}

/// Nobody signed in: what each screen says, and what to do.
async fn shoot_signed_out(name: &str, key: &str, answer: Event, text: &str) {
    shoot(name, &[], async |app| {
        app.tell(missing()).await;
        app.shows("MISSING").await;
        app.keys(key);
        app.hides("Session").await;
        app.tell(answer.clone()).await;
        app.shows(text).await
    })
    .await;
}

#[tokio::test]
async fn jobs_signed_out() {
    shoot_signed_out(
        "jobs_signed_out",
        "h",
        jobs(0),
        "on the home screen to sign in",
    )
    .await;
}

#[tokio::test]
async fn audit_signed_out() {
    shoot_signed_out(
        "audit_signed_out",
        "u",
        audit(0),
        "on the home screen to sign in",
    )
    .await;
}

#[tokio::test]
async fn coverage_signed_out() {
    let nothing = Event::Coverage {
        account: account(),
        coverage: CoverageMap::new(DateSpan::new(date(2026, 1, 1), date(2026, 12, 31)).unwrap()),
    };
    shoot_signed_out("coverage_signed_out", "c", nothing, "was never asked for").await;
}

#[tokio::test]
async fn home_empty() {
    shoot("home_empty", &[], async |app| {
        app.tell(valid()).await;
        app.tell(no_days()).await;
        app.shows("VALID").await;
        app.shows("Press s to sync").await
    })
    .await;
}

#[tokio::test]
async fn home_offline() {
    shoot("home_offline", &[], async |app| {
        let report = JobReport {
            failure: Some(Failure::unreachable("no route to host")),
            ..report(JobStatus::Failed)
        };
        for event in [valid(), schedule(), log(), strip(), finished(report)] {
            app.tell(event).await;
        }
        app.shows("Garmin could not be").await
    })
    .await;
}

#[tokio::test]
async fn login_offline() {
    shoot("login_offline", &[], async |app| {
        submit_login(app).await;
        app.tell(refused(Failure::unreachable("no route to host")))
            .await;
        app.shows("could not be reached").await
    })
    .await;
}

#[tokio::test]
async fn browser_offline() {
    shoot("browser_offline", &[], async |app| {
        open_door(app, "2").await;
        app.paste("https://sso.garmin.com/sso/embed?ticket=ST-7-secret");
        app.shows("Asking Garmin").await;
        app.tell(refused(Failure::unreachable("no route to host")))
            .await;
        app.shows("could not be reached").await
    })
    .await;
}

#[tokio::test]
async fn browser_late() {
    shoot("browser_late", &[], async |app| {
        open_door(app, "2").await;
        app.clock.advance(std::time::Duration::from_secs(61));
        app.shows("the minute is over").await
    })
    .await;
}

#[tokio::test]
async fn key_offline() {
    shoot("key_offline", &[], async |app| {
        open_door(app, "3").await;
        app.paste("GCDC_secret");
        app.press(KeyCode::Enter);
        app.shows("Asking Garmin").await;
        app.tell(refused(Failure::unreachable("no route to host")))
            .await;
        app.shows("could not be reached").await
    })
    .await;
}

#[tokio::test]
async fn mfa_offline() {
    shoot("mfa_offline", &[], async |app| {
        open_mfa(app).await;
        app.keys("409123");
        app.shows("Asking Garmin").await;
        app.tell(sign_in(SignInOutcome::Refused {
            failure: Failure::unreachable("no route to host"),
            challenge: Some(challenge()),
        }))
        .await;
        app.shows("could not be reached").await
    })
    .await;
}

#[tokio::test]
async fn price_of_a_sync() {
    shoot("price_of_a_sync", &[], async |app| {
        app.tell(valid()).await;
        app.tell(strip()).await;
        app.shows("VALID").await;
        app.keys("p");
        app.shows("Sync now").await;
        app.tell(planned(&[("daily.range", 1), ("last_upload", 1)]))
            .await;
        app.shows("2 requests").await
    })
    .await;
}

#[tokio::test]
async fn price_not_read() {
    shoot("price_not_read", &[], async |app| {
        app.tell(valid()).await;
        app.tell(strip()).await;
        app.shows("VALID").await;
        app.keys("p");
        app.shows("Sync now").await;
        app.tell(Event::Planned {
            account: account(),
            result: Err(Failure::unexpected("CentralDB is damaged.")),
        })
        .await;
        app.shows("is damaged").await
    })
    .await;
}

#[tokio::test]
async fn mfa_fresh() {
    shoot("mfa_fresh", &DEMO, async |app| {
        open_mfa(app).await;
        app.shows("paste works").await
    })
    .await;
}

#[tokio::test]
async fn mfa_half_typed() {
    shoot("mfa_half_typed", &[], async |app| {
        open_mfa(app).await;
        app.keys("409");
        app.shows("│ 4 │ 0 │ 9 │").await
    })
    .await;
}

#[tokio::test]
async fn mfa_wrong() {
    shoot("mfa_wrong", &DEMO, async |app| {
        open_mfa(app).await;
        app.keys("111111");
        app.shows("Asking Garmin").await;
        let challenge = Some(Challenge {
            attempts: 1,
            ..challenge()
        });
        app.tell(sign_in(SignInOutcome::Refused {
            failure: Failure::mfa_code_invalid(),
            challenge,
        }))
        .await;
        app.shows("1 code tried").await
    })
    .await;
}

#[tokio::test]
async fn mfa_expired() {
    shoot("mfa_expired", &[], async |app| {
        open_mfa(app).await;
        app.clock.advance(std::time::Duration::from_secs(272));
        app.press(KeyCode::Backspace);
        app.shows("Enter signs in again").await
    })
    .await;
}

#[tokio::test]
async fn help_home() {
    shoot("help_home", &[], async |app| {
        app.tell(valid()).await;
        app.shows("VALID").await;
        app.keys("?");
        app.shows("Esc back").await
    })
    .await;
}

#[tokio::test]
async fn help_login() {
    shoot("help_login", &[], async |app| {
        open_login(app).await;
        app.press(KeyCode::F(1));
        app.shows("previous field").await
    })
    .await;
}

#[tokio::test]
async fn help_key() {
    shoot("help_key", &DEMO, async |app| {
        open_door(app, "3").await;
        app.press(KeyCode::F(1));
        app.shows("found key").await
    })
    .await;
}

#[tokio::test]
async fn sign_out() {
    shoot("sign_out", &[], async |app| {
        app.tell(valid()).await;
        app.shows("VALID").await;
        app.keys("o");
        app.shows("Forgotten").await
    })
    .await;
}

#[tokio::test]
async fn without_unicode() {
    let scene = async |app: &mut App| {
        let [state, log] = hostile();
        for event in [state, log, strip(), last_job()] {
            app.tell(event).await;
        }
        app.shows("Last sync . job 182").await
    };
    for size in SIZES {
        let mut app = App::start_with(size, &DEMO, Keymap::default(), false);
        let frame = scene(&mut app).await;
        assert!(frame.is_ascii(), "{frame}");
        snapshot("without_unicode", size, &frame);
    }
}

#[tokio::test]
async fn too_small() {
    for size in [(59, 16), (60, 15), (24, 5)] {
        let mut app = App::start(size, &DEMO);
        let frame = app.shows("garminsync needs").await;
        assert!(!frame.contains("demo"), "{frame}");
    }
}
