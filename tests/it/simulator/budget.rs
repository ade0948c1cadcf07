//! How many sign-ins are too many, and clocks that disagree.

use garminsync::simulator::{Mfa, SignInPolicy};
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::DATE;

use super::widget::Widget;
use super::*;

fn thrifty() -> Scenario {
    Scenario {
        sign_in_budget: Some(2),
        ..scenario()
    }
}

#[tokio::test]
async fn the_third_sign_in_of_the_day_is_429_and_the_widget_still_works() {
    let visit = Visit::to(thrifty()).await;
    for _ in 0..2 {
        assert_eq!(visit.login("correct-horse").await.status(), StatusCode::OK);
    }
    let third = visit.login("correct-horse").await;
    assert_eq!(third.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(visit.garmin.counters().attempts_while_blocked, 0);
    let visit = visit.with_empty_jar();
    let page = Widget(&visit).sign_in("correct-horse").await;
    assert!(page.ticket().starts_with("ST-"));
    visit.login("correct-horse").await;
    assert_eq!(visit.garmin.counters().attempts_while_blocked, 1);
}

#[tokio::test]
async fn each_attempt_starts_the_block_anew() {
    let block = Duration::from_millis(600);
    let visit = Visit::to(Scenario {
        sign_in_budget: Some(1),
        sign_in_block: block,
        ..scenario()
    })
    .await;
    visit.login("correct-horse").await;
    for _ in 0..3 {
        let refused = visit.login("correct-horse").await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        tokio::time::sleep(block / 2).await;
    }
    tokio::time::sleep(block).await;
    assert_eq!(visit.login("correct-horse").await.status(), StatusCode::OK);
    assert_eq!(visit.garmin.counters().attempts_while_blocked, 2);
}

#[tokio::test]
async fn one_client_id_can_be_blocked_and_the_probe_tells() {
    let visit = Visit::to(scenario()).await;
    visit.garmin.block_sign_ins("GCM_IOS_DARK");
    let probe = async |client_id: &str, service: &str| {
        let get = visit.client.get(visit.url("/mobile/api/login"));
        let query = [("clientId", client_id), ("service", service)];
        get.query(&query).send().await.unwrap().status()
    };
    assert_eq!(
        probe("GCM_IOS_DARK", SERVICE).await,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(
        probe("GCM_ANDROID_DARK", "unused").await,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(visit.garmin.counters().sign_in_attempts, 0);
    let refused = visit.login("correct-horse").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    visit.garmin.unblock_sign_ins("GCM_IOS_DARK");
    assert_eq!(visit.login("correct-horse").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_door_that_is_shut_for_good_counts_who_comes_back() {
    let visit = Visit::to(Scenario {
        sign_in: SignInPolicy::RateLimited,
        ..scenario()
    })
    .await;
    for _ in 0..2 {
        let refused = visit.login("correct-horse").await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    }
    let counters = visit.garmin.counters();
    assert_eq!(counters.sign_in_attempts, 2);
    assert_eq!(counters.attempts_while_blocked, 1);
}

#[tokio::test]
async fn a_code_costs_no_second_sign_in() {
    let visit = Visit::to(Scenario {
        sign_in_budget: Some(1),
        mfa: Some(Mfa::Email),
        ..scenario()
    })
    .await;
    visit.login("correct-horse").await;
    assert_eq!(visit.answer_mfa("314159").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_skewed_clock_shows_in_the_date_and_in_the_claims() {
    let skew = SignedDuration::from_hours(-3);
    let visit = Visit::to(Scenario {
        clock_skew: skew,
        ..scenario()
    })
    .await;
    let expected = Timestamp::now() + skew;
    let response = visit.exchange(&visit.ticket().await).await;
    let date = response.headers()[DATE].to_str().unwrap().to_owned();
    let date = rfc2822::parse(&date).unwrap().timestamp();
    assert!(date.duration_since(expected).as_secs().abs() < 30, "{date}");
    let reply: Value = response.json().await.unwrap();
    let access = reply["access_token"].as_str().unwrap();
    let issued = claims(access)["iat"].as_i64().unwrap();
    assert!((issued - expected.as_second()).abs() < 30);
    let profile = visit
        .get(access, "/userprofile-service/socialProfile")
        .await;
    assert_eq!(profile.status(), StatusCode::OK);
}
