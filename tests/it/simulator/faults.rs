//! Trouble on order, and the counters that see it all.

use std::time::Duration;

use garminsync::simulator::{Fault, FaultKind};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};

use super::*;

const SOCIAL: &str = "/userprofile-service/socialProfile";
const DEVICES: &str = "/device-service/deviceregistration/devices";

#[tokio::test]
async fn answers_are_replaced_as_ordered() {
    let visit = Visit::to(scenario()).await;
    let (access, _) = visit.tokens().await;
    let order = |kind| visit.garmin.inject(Fault::once(SOCIAL, kind));

    order(FaultKind::TooManyRequests {
        retry_after: Some(17),
    });
    let limited = visit.get(&access, SOCIAL).await;
    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.headers()[RETRY_AFTER], "17");

    order(FaultKind::ForbiddenHtml);
    let challenged = visit.get(&access, SOCIAL).await;
    assert_eq!(challenged.status(), StatusCode::FORBIDDEN);
    assert!(
        challenged.headers()[CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );

    order(FaultKind::ServerError(503));
    assert_eq!(
        visit.get(&access, SOCIAL).await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );

    order(FaultKind::Garbage);
    let garbage = visit.get(&access, SOCIAL).await;
    assert_eq!(garbage.status(), StatusCode::OK);
    assert!(serde_json::from_str::<Value>(&garbage.text().await.unwrap()).is_err());

    order(FaultKind::Json {
        status: 200,
        body: json!({ "error": { "status-code": "429" } }),
    });
    assert_eq!(
        visit.json(&access, SOCIAL).await["error"]["status-code"],
        "429"
    );

    assert_eq!(
        visit.json(&access, SOCIAL).await["fullName"],
        "Ada Beispiel"
    );
}

#[tokio::test]
async fn a_reset_breaks_the_connection_before_any_answer() {
    let visit = Visit::to(scenario()).await;
    visit
        .garmin
        .inject(Fault::once("/mobile/", FaultKind::Reset));
    let error = visit
        .client
        .get(visit.url("/mobile/api/login"))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn a_torn_body_announces_more_than_it_delivers() {
    let visit = Visit::to(scenario()).await;
    let (access, _) = visit.tokens().await;
    visit
        .garmin
        .inject(Fault::once(DEVICES, FaultKind::TornBody));
    let torn = visit.get(&access, DEVICES).await;
    assert_eq!(torn.status(), StatusCode::OK);
    assert!(torn.content_length().unwrap() > 100);
    assert!(torn.bytes().await.is_err());
}

#[tokio::test]
async fn a_hang_ends_with_the_simulator() {
    let visit = Visit::to(scenario()).await;
    visit.garmin.inject(Fault::always("/", FaultKind::Hang));
    let url = visit.url("/mobile/api/login");
    let waiting = tokio::spawn(visit.client.get(url).send());
    while visit.garmin.counters().total == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    drop(visit.garmin);
    let ended = tokio::time::timeout(Duration::from_secs(10), waiting)
        .await
        .expect("the connection ends");
    assert!(ended.unwrap().is_err());
}

#[tokio::test]
async fn skip_and_times_bound_a_fault() {
    let visit = Visit::to(scenario()).await;
    let fault = Fault {
        aim: "/mobile/sso".to_owned(),
        kind: FaultKind::ServerError(500),
        skip: 1,
        times: Some(2),
    };
    visit.garmin.inject(fault);
    let mut seen = Vec::new();
    for _ in 0..4 {
        let response = visit
            .client
            .get(visit.url("/mobile/sso/en/sign-in"))
            .send()
            .await
            .unwrap();
        seen.push(response.status().as_u16());
    }
    assert_eq!(seen, [200, 500, 500, 200]);
    visit
        .garmin
        .inject(Fault::always("/mobile/sso", FaultKind::ServerError(500)));
    visit.garmin.clear_faults();
    let response = visit
        .client
        .get(visit.url("/mobile/sso/en_US/sign-in"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn requests_are_counted_by_name_faulted_ones_too() {
    let visit = Visit::to(scenario()).await;
    let (access, _) = visit.tokens().await;
    visit.garmin.reset_counters();
    visit
        .garmin
        .inject(Fault::once(DEVICES, FaultKind::ServerError(502)));
    visit.get(&access, DEVICES).await;
    visit.get(&access, SOCIAL).await;
    assert_eq!(
        visit.get(&access, "/golf-service/nothing").await.status(),
        StatusCode::NOT_FOUND
    );
    let counters = visit.garmin.counters();
    assert_eq!(counters.total, 3);
    assert_eq!(
        (
            counters.of("device.list"),
            counters.of("profile.social"),
            counters.of("unknown")
        ),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn a_fault_can_be_aimed_at_an_endpoint_by_its_name() {
    let visit = Visit::to(scenario()).await;
    let (access, _) = visit.tokens().await;
    let (start, end) = last(7);
    let range = format!("/hrv-service/hrv/daily/{start}/{end}");
    visit
        .garmin
        .inject(Fault::always("hrv.range", FaultKind::ServerError(500)));
    assert_eq!(
        visit.status(&access, &range).await,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    let day = format!("/hrv-service/hrv/{}", TODAY - 3.days());
    assert!(visit.status(&access, &day).await.is_success());
    let bearer = visit.personal_bearer().await;
    assert_eq!(visit.status(&bearer, &range).await, StatusCode::OK);
    assert_eq!(visit.garmin.counters().of("hrv.range"), 1);
    assert_eq!(visit.garmin.counters().of("personal.hrv"), 1);
}

#[tokio::test]
async fn wrong_types_keep_the_keys_and_nothing_else() {
    let visit = Visit::to(scenario()).await;
    let (access, _) = visit.tokens().await;
    let (start, end) = last(7);
    let path = format!("/hrv-service/hrv/daily/{start}/{end}");
    let right = visit.json(&access, &path).await;
    visit
        .garmin
        .inject(Fault::once("hrv.range", FaultKind::WrongTypes));
    let wrong = visit.json(&access, &path).await;
    assert!(right["hrvSummaries"].is_array() && wrong["hrvSummaries"].is_object());
    assert!(right["userProfilePk"].is_i64() && wrong["userProfilePk"].is_string());
    assert!(wrong["hrvSummaries"]["0"]["baseline"].is_array());
    assert_eq!(visit.json(&access, &path).await, right);
}
