//! The official Personal API: key, bearer, and a lane of its own.

use garminsync::simulator::{Fault, FaultKind, Lane};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{ACCEPT, AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};

use super::*;

const EXCHANGE: &str = "/personalapitoken-service/personal-api/personal-api-key/token";
const SETTINGS: &str = "/userprofile-service/userprofile/settings";
const SUMMARIES: &str = "/usersummary-service/v2/dailysummaries";
const SLEEPS: &str = "/sleep-service/sleep/dailySleepSummariesByDate";

impl Visit {
    async fn exchange_key(&self, key: &str) -> Response {
        let post = self.client.post(self.url(EXCHANGE));
        post.header(AUTHORIZATION, format!("ApiKey {key}"))
            .body("")
            .send()
            .await
            .unwrap()
    }

    pub(super) async fn personal_bearer(&self) -> String {
        let key = &self.garmin.scenario().personal_key;
        self.exchange_key(key).await.text().await.unwrap()
    }
}

async fn with_key() -> (Visit, String) {
    let visit = Visit::to(scenario()).await;
    let bearer = visit.personal_bearer().await;
    (visit, bearer)
}

fn spanned(path: &str, days: i32) -> String {
    let (start, end) = last(days);
    format!("{path}?startDate={start}&endDate={end}")
}

#[tokio::test]
async fn a_key_buys_a_bearer_for_a_day() {
    let (visit, bearer) = with_key().await;
    let claims = claims(&bearer);
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(life, 86_400);
    let settings = visit.json(&bearer, SETTINGS).await;
    assert_eq!(settings["displayName"], "ada-runs");
    let second = visit.personal_bearer().await;
    for bearer in [&bearer, &second] {
        assert_eq!(visit.status(bearer, SETTINGS).await, StatusCode::OK);
    }
    let secrets = visit.garmin.issued_secrets();
    assert!(secrets.contains(&bearer) && secrets.contains(&visit.garmin.scenario().personal_key));
    let counters = visit.garmin.counters();
    assert_eq!(
        (counters.keys_exchanged, counters.of("personal.settings")),
        (2, 3)
    );
}

#[tokio::test]
async fn wrong_expired_and_deleted_keys_are_refused_alike() {
    let visit = Visit::to(scenario()).await;
    let wrong = visit.exchange_key("GCDC_wrong").await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let key = visit.garmin.scenario().personal_key.clone();
    let bearer = visit.personal_bearer().await;
    visit.garmin.revoke_personal_key();
    let deleted = visit.exchange_key(&key).await;
    assert_eq!(deleted.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        visit.status(&bearer, SETTINGS).await,
        StatusCode::UNAUTHORIZED
    );
    let ended = Visit::to(Scenario {
        personal_key_ends: Some(Timestamp::now()),
        ..scenario()
    })
    .await;
    let expired = ended.exchange_key(&key).await;
    assert_eq!(expired.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(visit.garmin.counters().refused_keys, 2);
}

#[tokio::test]
async fn a_bearer_never_outlives_its_key() {
    let visit = Visit::to(Scenario {
        personal_key_ends: Some(Timestamp::now() + SignedDuration::from_hours(5)),
        ..scenario()
    })
    .await;
    let claims = claims(&visit.personal_bearer().await);
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert!((17_990..=18_001).contains(&life), "{life}");
}

#[tokio::test]
async fn a_new_key_ends_the_old_one() {
    let (visit, bearer) = with_key().await;
    let old = visit.garmin.scenario().personal_key.clone();
    let new = visit.garmin.replace_personal_key();
    assert_eq!(
        visit.status(&bearer, SETTINGS).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        visit.exchange_key(&old).await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(visit.exchange_key(&new).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_expired_bearer_is_401_and_the_key_buys_another() {
    let (visit, bearer) = with_key().await;
    visit.garmin.expire_personal_bearers();
    let refused = visit.get(&bearer, SUMMARIES).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert!(refused.headers().contains_key(WWW_AUTHENTICATE));
    let fresh = visit.personal_bearer().await;
    assert_eq!(visit.status(&fresh, SETTINGS).await, StatusCode::OK);
}

#[tokio::test]
async fn the_bearers_of_the_two_lanes_do_not_mix() {
    let (visit, bearer) = with_key().await;
    let (phone, _) = visit.tokens().await;
    // On the allow-list of neither.
    let social = "/userprofile-service/socialProfile";
    assert_eq!(visit.status(&bearer, social).await, StatusCode::NOT_FOUND);
    assert_eq!(visit.status(&phone, social).await, StatusCode::OK);
    let gateway = visit.graphql(&bearer, "query{userGoalsScalar}").await;
    assert_eq!(gateway.status(), StatusCode::NOT_FOUND);
    let nights = spanned("/sleep-service/sleep/dailySleepSummariesByDate", 7);
    assert_eq!(visit.status(&phone, &nights).await, StatusCode::NOT_FOUND);
    assert_eq!(visit.status(&bearer, &nights).await, StatusCode::OK);
    assert_eq!(
        visit.status("made-up", &nights).await,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn summaries_are_those_of_graphql_up_to_ninety_days() {
    let (visit, bearer) = with_key().await;
    let rows = visit.json(&bearer, &spanned(SUMMARIES, 28)).await;
    let (phone, _) = visit.tokens().await;
    let (start, end) = last(28);
    let query =
        format!("query{{userDailySummaryV2Scalar(startDate:\"{start}\",endDate:\"{end}\")}}");
    let twin: Value = visit.graphql(&phone, &query).await.json().await.unwrap();
    let twin = &twin["data"]["userDailySummaryV2Scalar"]["data"];
    assert_eq!(array(&rows["data"]).len(), 28);
    for (row, twin) in array(&rows["data"]).iter().zip(array(twin)) {
        assert_eq!(row["movement"]["steps"], twin["movement"]["steps"]);
        assert!(!row["movement"]["floorsAscended"]["value"].is_f64());
        assert_eq!(row["calendarDate"], twin["calendarDate"]);
    }
    let status = async |days| visit.status(&bearer, &spanned(SUMMARIES, days)).await;
    assert_eq!(status(90).await, StatusCode::OK);
    assert_eq!(status(91).await, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(status(366).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn spans_beyond_their_cap_are_refused_without_a_word() {
    let (visit, bearer) = with_key().await;
    for (path, cap) in [("steps", 28), ("stress", 28), ("hydration", 31)] {
        let at = |days| {
            let (start, end) = last(days);
            format!("/usersummary-service/stats/{path}/daily/{start}/{end}")
        };
        assert_eq!(visit.status(&bearer, &at(cap)).await, StatusCode::OK);
        let refused = visit.get(&bearer, &at(cap + 1)).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(refused.text().await.unwrap(), "{}");
    }
    let nights = visit.json(&bearer, &spanned(SLEEPS, 31)).await;
    assert!(array(&nights)[0]["sleepStartTimestampGMT"].is_i64());
    assert_eq!(
        visit.status(&bearer, &spanned(SLEEPS, 32)).await,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_day_without_data_is_null_but_for_its_name() {
    let (visit, bearer) = with_key().await;
    let day = "/usersummary-service/usersummary/daily?calendarDate=2031-01-01";
    let day = visit.json(&bearer, day).await;
    assert_eq!(day["calendarDate"], "2031-01-01");
    let told: Vec<_> = day
        .as_object()
        .unwrap()
        .values()
        .filter(|value| !value.is_null())
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    let night = visit
        .get(&bearer, "/sleep-service/sleep/dailySleep?date=2031-01-01")
        .await;
    assert_eq!(night.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_last_sync_moves_with_an_upload() {
    let (visit, bearer) = with_key().await;
    let path = format!("/usersummary-service/usersummary/daily?calendarDate={TODAY}");
    let before = visit.json(&bearer, &path).await;
    assert!(before.get("privacyProtected").is_none());
    visit.garmin.upload_activity();
    let after = visit.json(&bearer, &path).await;
    assert_ne!(
        before["lastSyncTimestampGMT"],
        after["lastSyncTimestampGMT"]
    );
}

#[tokio::test]
async fn pages_of_activities_are_small() {
    let (visit, bearer) = with_key().await;
    let at = |query: &str| format!("{LIST}?start=0{query}");
    let page = visit.json(&bearer, &at("&limit=40")).await;
    assert_eq!(array(&page).len(), 40);
    for query in ["", "&limit=46", "&limit=99"] {
        let refused = visit.get(&bearer, &at(query)).await;
        assert_eq!(
            refused.status(),
            StatusCode::INTERNAL_SERVER_ERROR,
            "{query}"
        );
        let document: Value = refused.json().await.unwrap();
        assert!(document["errorId"].is_string());
    }
    let id = &page[0]["activityId"];
    let one = visit
        .json(&bearer, &format!("/activity-service/activity/{id}"))
        .await;
    assert_eq!(one["activityId"], *id);
    let workouts = format!("/activity-service/activity/{id}/workouts");
    assert_eq!(visit.json(&bearer, &workouts).await, json!([]));
    assert_eq!(
        visit.status(&bearer, "/activity-service/activity/1").await,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_file_wants_the_right_accept() {
    let (visit, bearer) = with_key().await;
    let page = visit.json(&bearer, &format!("{LIST}?limit=40")).await;
    let recorded = array(&page)
        .iter()
        .find(|row| row["manualActivity"] == false);
    let path = format!(
        "/download-service/files/activity/{}",
        recorded.unwrap()["activityId"]
    );
    let get = async |accept: &str| {
        let get = visit.client.get(visit.url(&path)).bearer_auth(&bearer);
        get.header(ACCEPT, accept).send().await.unwrap()
    };
    for accept in ["application/octet-stream", "application/json"] {
        let refused = get(accept).await;
        assert_eq!(refused.status(), StatusCode::NOT_ACCEPTABLE);
        let document: Value = refused.json().await.unwrap();
        assert_eq!(document["error"], "NotAcceptableException");
    }
    let official = "application/zip, application/x-zip-compressed, application/octet-stream";
    for accept in ["application/x-zip-compressed", official] {
        let archive = get(accept).await.bytes().await.unwrap();
        assert!(archive.starts_with(b"PK"), "{accept}");
    }
}

#[tokio::test]
async fn a_crowd_is_sent_away_for_fourteen_seconds() {
    let visit = Visit::to(Scenario {
        latency: Duration::from_millis(300),
        ..scenario()
    })
    .await;
    let bearer = visit.personal_bearer().await;
    let crowd = (0..12).map(|_| visit.get(&bearer, SETTINGS));
    let answers = futures_util::future::join_all(crowd).await;
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status() != StatusCode::OK)
        .collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused[0].headers()[RETRY_AFTER], "14");
}

#[tokio::test]
async fn trouble_can_keep_to_one_lane() {
    let (visit, bearer) = with_key().await;
    let (phone, _) = visit.tokens().await;
    let limited = FaultKind::TooManyRequests {
        retry_after: Some(5),
    };
    visit
        .garmin
        .inject_on(Lane::Personal, Fault::always("/", limited));
    assert_eq!(
        visit.status(&bearer, SETTINGS).await,
        StatusCode::TOO_MANY_REQUESTS
    );
    let key = &visit.garmin.scenario().personal_key;
    let limited = visit.exchange_key(key).await;
    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(visit.status(&phone, SETTINGS).await, StatusCode::OK);
}
