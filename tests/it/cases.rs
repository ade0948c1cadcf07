//! Small answers that garminsync got wrong once, from `../shared/cases` or
//! written down here: a stub on loopback gives them, and the real binary runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, Uri, header},
    response::Response,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use garminsync::{
    clock::Clock,
    domain::{
        secret::Secret,
        sign_in::{SignInDoor, SignInOutcome},
    },
};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use regex::{Captures, Regex};
use rusqlite::{Connection, types::ValueRef};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::support::{Ran, account, binary, config, deps, rows_of, run, shared};

/// One answer of the stub, in the form of `../shared/cases/stub.py`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rule {
    /// Regular expressions; all three must be found.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: String,
    /// How often it answers; then the rules after it do.
    pub(crate) times: Option<u32>,
    pub(crate) status: Option<u16>,
    /// `@D-3@` in it is the day three days ago, in UTC.
    pub(crate) json: Option<Value>,
    pub(crate) text: Option<String>,
    /// Below the cases folder.
    pub(crate) file: Option<PathBuf>,
    pub(crate) hex: Option<String>,
    /// Marks in the body, and the bytes in hexadecimal to put in their place.
    pub(crate) bytes: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
}

/// A Garmin of a few rules: signs anybody in, has nothing recorded, and gives
/// the rules' answers instead.
struct Stub {
    base_url: String,
    garmin: Arc<Garmin>,
    server: JoinHandle<()>,
}

struct Garmin {
    rules: Mutex<Vec<Rule>>,
    /// Requests by path.
    asked: Mutex<BTreeMap<String, u32>>,
}

impl Stub {
    async fn start(rules: Vec<Rule>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let garmin = Arc::new(Garmin {
            rules: Mutex::new(rules),
            asked: Mutex::default(),
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&garmin));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            base_url,
            garmin,
            server,
        }
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(garmin): State<Arc<Garmin>>, uri: Uri, body: Bytes) -> Response {
    let (path, query) = (uri.path(), uri.query().unwrap_or_default());
    let body = String::from_utf8_lossy(&body);
    *garmin
        .asked
        .lock()
        .unwrap()
        .entry(path.to_owned())
        .or_default() += 1;
    let found = |pattern: &str, text: &str| Regex::new(pattern).unwrap().is_match(text);
    let mut rules = garmin.rules.lock().unwrap();
    let rule = rules.iter_mut().find(|rule| {
        rule.times != Some(0)
            && found(&rule.path, path)
            && found(&rule.query, query)
            && found(&rule.body, &body)
    });
    if let Some(rule) = rule {
        rule.times = rule.times.map(|times| times - 1);
        let content = match rule.status {
            Some(204) => Vec::new(),
            _ => content(rule),
        };
        return reply(rule.status.unwrap_or(200), content, &rule.headers);
    }
    let (status, content) = default_answer(path);
    reply(status, content, &BTreeMap::new())
}

fn reply(status: u16, content: Vec<u8>, headers: &BTreeMap<String, String>) -> Response {
    let mut response = Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        response.headers_mut().unwrap().insert(
            header::HeaderName::try_from(name).unwrap(),
            value.parse().unwrap(),
        );
    }
    response.body(Body::from(content)).unwrap()
}

fn content(rule: &Rule) -> Vec<u8> {
    if let Some(file) = &rule.file {
        return fs::read(folder().unwrap().join(file)).unwrap();
    }
    if let Some(hex) = &rule.hex {
        return from_hex(hex);
    }
    let text = match (&rule.text, &rule.json) {
        (Some(text), _) => text.clone(),
        (None, json) => json.clone().unwrap_or_default().to_string(),
    };
    let text = Regex::new(r"@D([-+]?\d*)@")
        .unwrap()
        .replace_all(&text, |found: &Captures<'_>| {
            let days: i64 = found[1].parse().unwrap_or(0);
            let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
            (today + days.days()).to_string()
        })
        .into_owned();
    let mut content = text.into_bytes();
    for (mark, bytes) in &rule.bytes {
        let (mark, bytes) = (mark.as_bytes(), from_hex(bytes));
        while let Some(at) = content.windows(mark.len()).position(|it| it == mark) {
            content.splice(at..at + mark.len(), bytes.iter().copied());
        }
    }
    content
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] * 16 + pair[1])
        .collect()
}

fn default_answer(path: &str) -> (u16, Vec<u8>) {
    let json = |value: Value| (200, value.to_string().into_bytes());
    if path.starts_with("/mobile/sso/") {
        return (200, b"sign-in page".to_vec());
    }
    if path.starts_with("/mobile/api/login") {
        return json(json!({
            "serviceTicketId": "ST-1-aaaa-sso",
            "responseStatus": {"type": "SUCCESSFUL", "message": ""},
        }));
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    match last {
        "token" => json(tokens()),
        "socialProfile" => json(json!({"profileId": 71_000_001, "displayName": "tester"})),
        "settings" => json(json!({
            "timeZone": "Europe/Paris", "measurementSystem": "metric", "displayName": "tester",
        })),
        "mylastused" => json(json!({"lastUsedDeviceUploadTime": 1_700_000_000_000_i64})),
        "activities" => json(json!([])),
        _ if path.contains("/weight-service/weight/range/") => {
            json(json!({"dailyWeightSummaries": []}))
        }
        _ => {
            let none = json!({"message": "HTTP 404 Not Found", "error": "NotFoundException"});
            (404, none.to_string().into_bytes())
        }
    }
}

fn tokens() -> Value {
    let now = Timestamp::now();
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({
        "exp": now.as_second() + 90_000, "iat": now.as_second(), "jti": now.to_string(),
        "client_id": "GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2",
    });
    json!({
        "access_token": format!("{}.{}.s", part(json!({"alg": "none"})), part(claims)),
        "refresh_token": format!("r{}", now.as_nanosecond()), "token_type": "bearer",
        "expires_in": 90_000, "refresh_token_expires_in": 2_591_999,
    })
}

fn folder() -> Option<PathBuf> {
    shared("cases")
}

/// A stub, and a home that is signed in there.
pub(crate) struct Case {
    stub: Stub,
    home: tempfile::TempDir,
}

impl Case {
    /// `answers/NAME.json`; `None` where the cases are absent.
    pub(crate) async fn named(name: &str) -> Option<Self> {
        let path = folder()?.join("answers").join(name).with_extension("json");
        let rules = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        Some(Self::of(rules).await)
    }

    /// Rules as JSON, in the form of the files.
    pub(crate) async fn from_json(rules: Value) -> Self {
        Self::of(serde_json::from_value(rules).unwrap()).await
    }

    pub(crate) async fn of(rules: Vec<Rule>) -> Self {
        let case = Self {
            stub: Stub::start(rules).await,
            home: tempfile::tempdir().unwrap(),
        };
        // A clock that skips the waits of a sign-in.
        let clock = Clock::skipping(SignedDuration::ZERO, Arc::default());
        let deps = deps(config(case.home(), &case.stub.base_url), clock);
        let door = SignInDoor::Password {
            email: "a@example.com".to_owned(),
            password: Secret::new("x".to_owned()),
            despite_cool_down: false,
        };
        let outcome = deps.auth().sign_in(&account(), None, door, &|_| {}).await;
        let is_in = matches!(outcome, SignInOutcome::SignedIn { .. });
        assert!(is_in, "{outcome:?}");
        case.stub.garmin.asked.lock().unwrap().clear();
        case
    }

    /// Runs the binary to its end.
    pub(crate) async fn run(&self, args: &[&str]) -> Ran {
        self.run_ahead(0, args, "").await
    }

    /// The same, with a clock that is ahead by `seconds`, and standard input.
    pub(crate) async fn run_ahead(&self, seconds: i64, args: &[&str], input: &str) -> Ran {
        let mut command = binary(args);
        command
            .env("GARMINSYNC_HOME", self.home())
            .env("GARMINSYNC_BASE_URL", &self.stub.base_url)
            .env("GARMINSYNC_CLOCK_AHEAD_S", seconds.to_string());
        let input = input.to_owned();
        tokio::task::spawn_blocking(move || run(&mut command, &input))
            .await
            .unwrap()
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn db(&self) -> Connection {
        Connection::open(self.home().join("central.db")).unwrap()
    }

    /// Every row of a query, its values joined by `|`.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        rows_of(&self.db(), sql)
    }

    /// Requests so far to paths in which the expression is found.
    pub(crate) fn asked(&self, path: &str) -> u32 {
        let path = Regex::new(path).unwrap();
        let asked = self.stub.garmin.asked.lock().unwrap();
        let matching = asked.iter().filter(|(asked, _)| path.is_match(asked));
        matching.map(|(_, times)| times).sum()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_activity_and_its_file_are_kept() {
    let Some(case) = Case::named("plain").await else {
        return;
    };
    let ran = case.run(&["--sync", "--only", "activities"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        case.rows("SELECT activity_id, state FROM activity_file"),
        ["Integer(1001)|got"]
    );
    assert_eq!(case.asked("/download-service/"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_any_record_ends_well() {
    let case = Case::from_json(json!([])).await;
    let ran = case.run(&["--sync", "--only", "activities,weight"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
}

const ONLY_ACTIVITIES: [&str; 3] = ["--sync", "--only", "activities"];

/// The bytes of each original of an activity, in order.
fn originals(case: &Case) -> Vec<Vec<u8>> {
    case.rows(
        "SELECT path FROM v_activity_file WHERE path IS NOT NULL ORDER BY activity_id, ordinal",
    )
    .iter()
    .map(|path| fs::read(case.home().join("files").join(path)).unwrap())
    .collect()
}

/// One recorded activity whose download is `body`.
async fn download(body: Value) -> Case {
    let mut rule = body;
    rule["path"] = json!("/download-service/files/activity/");
    let activity = json!([{
        "activityId": 1001, "activityName": "Run", "activityType": {"typeKey": "running"},
        "startTimeLocal": "@D-1@ 08:00:00", "startTimeGMT": "@D-1@ 07:00:00", "duration": 1800.0,
    }]);
    Case::from_json(json!([rule, {"path": "/search/activities$", "json": activity}])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a05_all_files_of_a_zip_are_kept() {
    let Some(case) = Case::named("a05").await else {
        return;
    };
    let ran = case.run(&ONLY_ACTIVITIES).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let kept = originals(&case);
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|bytes| bytes.len() == 27));
}

#[tokio::test(flavor = "multi_thread")]
async fn a07_an_empty_download_is_no_file() {
    let Some(case) = Case::named("a07").await else {
        return;
    };
    for _ in 0..2 {
        let ran = case.run(&ONLY_ACTIVITIES).await;
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    assert_eq!(
        case.rows("SELECT DISTINCT state FROM activity_file"),
        ["no_file"]
    );
    assert_eq!(case.asked("/download-service/"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_without_content_are_no_file() {
    if folder().is_none() {
        return;
    }
    for none in ["files/none.zip", "files/zerolen.zip"] {
        let case = download(json!({"file": none})).await;
        let ran = case.run(&ONLY_ACTIVITIES).await;
        assert_eq!(ran.code, 0, "{none}: {ran:?}");
        assert_eq!(
            case.rows("SELECT state FROM activity_file"),
            ["no_file"],
            "{none}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_original_is_kept_and_told_everywhere() {
    if folder().is_none() {
        return;
    }
    let damaged = "files/fit-2-second-part-checksum-wrong.fit";
    let case = download(json!({"file": damaged})).await;
    let ran = case
        .run(&["--sync", "--only", "activities", "--format", "json"])
        .await;
    let what = "in part 2, its checksum is wrong";
    assert_eq!(ran.code, 0, "it is kept: {ran:?}");
    assert!(
        ran.json()["jobs"][0]["warnings"][0]["summary"]
            .as_str()
            .unwrap()
            .contains(what)
    );
    assert!(ran.err.contains(what), "{ran:?}");
    assert_eq!(originals(&case).len(), 1);
    assert_eq!(case.rows("SELECT damage FROM v_activity_file"), [what]);
    let log = case.rows("SELECT text FROM sync_log WHERE level = 'warn'");
    assert!(log.iter().any(|line| line.contains(what)), "{log:?}");
    let doctor = case.run(&["doctor", "--offline"]).await;
    assert!(doctor.out.contains(what), "{doctor:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_originals_are_noticed_and_fetched_by_a_repair() {
    let Some(case) = Case::named("plain").await else {
        return;
    };
    let ran = case.run(&ONLY_ACTIVITIES).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let before = originals(&case);
    fs::remove_dir_all(case.home().join("files")).unwrap();
    let doctor = case.run(&["doctor", "--offline"]).await;
    assert!(doctor.out.contains("1 of 1 file missing"), "{doctor:?}");
    let repair = ["--sync", "--repair", "--only", "activities"];
    let plan = [&repair[..], &["--plan", "--format", "json"]].concat();
    let price = case.run(&plan).await.json();
    assert_eq!(price["plans"][0]["endpoints"]["activities.file"], 1);
    let ran = case.run(&repair).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(originals(&case), before);
    assert_eq!(case.asked("/download-service/"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a12_the_good_legs_are_stored_and_the_bad_one_backs_off() {
    let Some(case) = Case::named("a12").await else {
        return;
    };
    // Each time it is asked, a 500 is tried twice; the third run leaves it alone.
    for asked in [2, 4, 4] {
        case.run(&ONLY_ACTIVITIES).await;
        assert_eq!(
            case.rows("SELECT activity_id FROM activity WHERE parent_id = 1001"),
            ["Integer(2001)"]
        );
        assert_eq!(case.asked("/activity/2002$"), asked);
        assert_eq!(case.asked("activity-service/activity/1001$"), 1);
        assert_eq!(case.asked("/activity/2001$"), 1);
    }
    let seven_hours = 7 * 3600;
    let ran = case.run_ahead(seven_hours, &ONLY_ACTIVITIES, "").await;
    assert_eq!(ran.code, 7, "due again: {ran:?}");
    assert_eq!(case.asked("/activity/2002$"), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a09_half_an_emoji_spoils_one_name() {
    let Some(case) = Case::named("a09").await else {
        return;
    };
    let ran = case.run(&ONLY_ACTIVITIES).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        case.rows("SELECT name FROM activity ORDER BY activity_id"),
        ["Run 1001", "Run \u{FFFD}"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a08_an_activity_with_a_utc_start_only_is_of_the_accounts_day() {
    let Some(case) = Case::named("a08").await else {
        return;
    };
    for _ in 0..2 {
        let ran = case.run(&ONLY_ACTIVITIES).await;
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    assert_eq!(
        case.rows("SELECT activity_id FROM activity ORDER BY 1"),
        ["Integer(1001)", "Integer(1002)"]
    );
    let failed = case.rows("SELECT day_on FROM coverage WHERE state = 'failed'");
    assert_eq!(failed.len(), 0, "{failed:?}");
}

/// A list of activities, each `(id, more members)`.
fn list(rows: &[(i64, Value)]) -> Value {
    let rows = rows.iter().map(|(id, more)| {
        let mut row = json!({"activityId": id, "activityName": "Run", "duration": 1800.0});
        row.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        row
    });
    rows.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_utc_start_late_in_the_evening_is_of_the_next_day_in_the_east() {
    let rows = list(&[(1, json!({"startTimeGMT": "@D-3@ 23:30:00"}))]);
    let case = Case::from_json(json!([{"path": "/search/activities$", "json": rows}])).await;
    case.run(&["--sync", "--only", "activities"]).await;
    let day = "SELECT started_on = date(started_at / 1000, 'unixepoch', '+1 day') FROM activity";
    assert_eq!(case.rows(day), ["Integer(1)"], "Europe/Paris");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_without_a_date_fails_alone_and_deletions_are_still_noticed() {
    let on = |day: i64| json!({"startTimeLocal": format!("@D-{day}@ 08:00:00"), "startTimeGMT": format!("@D-{day}@ 07:00:00")});
    let before = list(&[(1, on(1)), (2, on(2)), (3, on(3))]);
    // 2 lost its times, and is no less there for that; 3 was deleted.
    let after = list(&[(1, on(1)), (2, json!({})), (4, json!({}))]);
    let case = Case::from_json(json!([
        {"path": "/search/activities$", "times": 1, "json": before},
        {"path": "/search/activities$", "json": after},
    ]))
    .await;
    let ran = case.run(&ONLY_ACTIVITIES).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    // Seven hours on, nothing is taken for known any more.
    let ran = case.run_ahead(7 * 3600, &ONLY_ACTIVITIES, "").await;
    assert_eq!(ran.code, 7, "two items could not be read: {ran:?}");
    assert!(
        ran.err.contains("2 items were kept but could not be read"),
        "{ran:?}"
    );
    let gone = "SELECT activity_id FROM activity WHERE gone_at IS NOT NULL";
    assert_eq!(case.rows(gone), ["Integer(3)"]);
    let failed = case.rows("SELECT day_on FROM coverage WHERE state = 'failed'");
    assert_eq!(failed.len(), 0, "{failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_far_in_the_future_makes_no_row() {
    let rows = list(&[
        (1, json!({"startTimeLocal": "@D-1@ 08:00:00"})),
        (2, json!({"startTimeLocal": "2099-01-01 08:00:00"})),
    ]);
    let case = Case::from_json(json!([{"path": "/search/activities$", "json": rows}])).await;
    let ran = case.run(&ONLY_ACTIVITIES).await;
    assert!(ran.err.contains("far in the future"), "{ran:?}");
    assert_eq!(
        case.rows("SELECT activity_id FROM activity"),
        ["Integer(1)"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a16_a_long_pause_is_elapsed_time() {
    let Some(case) = Case::named("a16").await else {
        return;
    };
    let ran = case.run(&ONLY_ACTIVITIES).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        case.rows("SELECT duration_s, moving_s, elapsed_s FROM activity"),
        ["Real(20.0)|Real(18.0)|Real(10800.0)"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a18_a_night_without_a_total_is_a_night() {
    let Some(case) = Case::named("a18").await else {
        return;
    };
    let ran = case.run(&["--sync", "--only", "sleep"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        case.rows("SELECT asleep_s, deep_s, score FROM sleep_night"),
        ["Integer(25000)|Integer(5000)|Integer(80)"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a20_two_readings_of_one_version_are_two() {
    let Some(case) = Case::named("a20").await else {
        return;
    };
    let ran = case.run(&["--sync", "--only", "blood_pressure"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        case.rows("SELECT systolic_mmhg FROM v_blood_pressure ORDER BY measured_at"),
        ["Integer(121)", "Integer(99)"]
    );
}

/// `../shared/cases/readings`: what a row must be after one sync.
#[derive(Deserialize)]
struct Expected {
    why: String,
    run: Vec<String>,
    answers: Vec<Rule>,
    sql: String,
    expect: Vec<Value>,
}

/// The rows of a query as JSON objects, numbers as floats.
fn objects(db: &Connection, sql: &str) -> Vec<Value> {
    let mut statement = db.prepare(sql).unwrap();
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let rows = statement.query_map([], |row| {
        names
            .iter()
            .enumerate()
            .map(|(n, name)| {
                let value = match row.get_ref(n)? {
                    ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
                    ValueRef::Null | ValueRef::Blob(_) => Value::Null,
                    ValueRef::Integer(_) | ValueRef::Real(_) => json!(row.get::<_, f64>(n)?),
                };
                Ok((name.clone(), value))
            })
            .collect()
    });
    rows.unwrap().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reading_of_the_cases_is_right() {
    let Some(folder) = folder() else {
        return;
    };
    for entry in fs::read_dir(folder.join("readings")).unwrap() {
        let path = entry.unwrap().path();
        let expected: Expected = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let case = Case::of(expected.answers).await;
        let args: Vec<_> = expected.run.iter().map(String::as_str).collect();
        case.run(&args).await;
        let as_floats = |row: &Value| -> Value {
            let row = row.as_object().unwrap().iter();
            let cell = |value: &Value| value.as_f64().map_or(value.clone(), |it| json!(it));
            row.map(|(name, value)| (name.clone(), cell(value)))
                .collect()
        };
        let wanted: Vec<_> = expected.expect.iter().map(as_floats).collect();
        let shown = path.display();
        assert_eq!(
            objects(&case.db(), &expected.sql),
            wanted,
            "{shown}: {}",
            expected.why
        );
    }
}

const ZONE: &str = "SELECT account.time_zone FROM account";

#[tokio::test(flavor = "multi_thread")]
async fn a14_the_account_follows_the_zone_of_its_settings() {
    let Some(case) = Case::named("a14").await else {
        return;
    };
    assert_eq!(case.rows(ZONE), ["America/Los_Angeles"]);
    let ran = case.run(&["--sync", "--only", "settings,activities"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(case.rows(ZONE), ["Pacific/Kiritimati"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_zone_is_told_and_does_not_replace_a_known_one() {
    let settings = |zone: &str| json!({"timeZone": zone, "measurementSystem": "metric"});
    let path = "/userprofile/settings$";
    let case = Case::from_json(json!([
        {"path": path, "times": 1, "json": settings("America/Los_Angeles")},
        {"path": path, "json": settings("Mars/Olympus Mons")},
    ]))
    .await;
    let ran = case
        .run(&["--sync", "--only", "settings", "--format", "json"])
        .await;
    assert_eq!(case.rows(ZONE), ["America/Los_Angeles"]);
    let told =
        "Mars/Olympus Mons is not known on this machine; days are counted in America/Los_Angeles";
    let warning = &ran.json()["jobs"][0]["warnings"][0]["summary"];
    assert!(warning.as_str().unwrap().contains(told), "{ran:?}");
    assert_eq!(
        case.rows("SELECT level FROM sync_log WHERE text LIKE '%Mars%'"),
        ["warn"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_known_zone_days_are_those_of_utc() {
    let settings = json!({"timeZone": "Mars/Olympus Mons", "measurementSystem": "metric"});
    let rows = list(&[(1, json!({"startTimeGMT": "@D-3@ 23:30:00"}))]);
    let case = Case::from_json(json!([
        {"path": "/userprofile/settings$", "json": settings},
        {"path": "/search/activities$", "json": rows},
    ]))
    .await;
    let ran = case.run(&ONLY_ACTIVITIES).await;
    assert!(ran.err.contains("days are counted in UTC"), "{ran:?}");
    let day = "SELECT started_on = date(started_at / 1000, 'unixepoch') FROM activity";
    assert_eq!(case.rows(day), ["Integer(1)"]);
}

impl Case {
    /// Runs the binary, and the most memory it held, in bytes; 0 where there is no `/proc`.
    async fn peak(&self, args: &[&str]) -> (i32, u64) {
        let mut command = binary(args);
        command
            .env("GARMINSYNC_HOME", self.home())
            .env("GARMINSYNC_BASE_URL", &self.stub.base_url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let watching = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            let status = format!("/proc/{}/status", child.id());
            let mut peak = 0;
            loop {
                let held = fs::read_to_string(&status).ok().and_then(|status| {
                    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"))?;
                    line.trim().trim_end_matches(" kB").parse::<u64>().ok()
                });
                peak = held.map_or(peak, |held| held * 1024);
                if let Some(ended) = child.try_wait().unwrap() {
                    return (ended.code().unwrap(), peak);
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        watching.await.unwrap()
    }
}

/// 98 kB of gzip can hold all of these.
#[tokio::test]
async fn no_answer_takes_much_memory_or_stops_a_sync() {
    let many = |one: &str, kib: usize| {
        let count = (kib << 10) / (one.len() + 1) - 1;
        format!("[{}{one}]", format!("{one},").repeat(count))
    };
    let hostile = [
        ("objects", many("{\"\":0}", 15 << 10)),
        ("more than any answer holds", many("{\"\":0}", 70 << 10)),
        ("arrays", many("[]", 15 << 10)),
        ("just few enough objects", many("{}", 1000)),
        ("just few enough numbers", many("0", 660)),
        ("depth", "[".repeat(15 << 20)),
        ("a text", format!("[\"{}\"]", "x".repeat(15 << 20))),
        (
            "control characters",
            format!("[\"{}\"]", "\u{1}".repeat(15 << 20)),
        ),
        ("a number", "9".repeat(15 << 20)),
    ];
    for (name, text) in hostile {
        let case = Case::of(vec![Rule {
            path: "/activitylist-service/".to_owned(),
            text: Some(text),
            ..Rule::default()
        }])
        .await;
        let args = ["sync", "--only", "activities,daily"];
        let (code, peak) = case.peak(&args).await;
        println!("{name}: {} MB, exit code {code}", peak / 1_000_000);
        assert_ne!(code, 0, "{name}: days of activities failed");
        assert!(
            case.asked("/usersummary-service/|/graphql") > 0,
            "{name}: the rest was asked for"
        );
        let failed =
            "SELECT count(*) > 0 FROM coverage WHERE dataset = 'activities' AND state = 'failed'";
        assert_eq!(case.rows(failed), ["Integer(1)"], "{name}");
        assert!(peak < 150_000_000, "{name}: {} MB", peak / 1_000_000);
    }
}
