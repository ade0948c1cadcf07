//! Tickets from a browser, and the two regions that do not mix.

use garminsync::simulator::Region;

use super::widget::{EMBED, Page, Widget};
use super::*;

const ANDROID: &str = "https://mobile.integration.garmin.com/gcm/android";

fn china() -> Scenario {
    Scenario {
        region: Region::Cn,
        ..scenario()
    }
}

#[tokio::test]
async fn a_signed_in_browser_gets_a_ticket_for_the_app() {
    let visit = Visit::to(scenario()).await;
    let url = visit.url("/sso/signin");
    let ask = |service: &'static str| visit.client.get(&url).query(&[("service", service)]);
    assert_eq!(Page::load(ask(ANDROID)).await.ticket(), "");
    Widget(&visit).sign_in("correct-horse").await;
    let page = Page::load(ask(ANDROID)).await;
    let response = visit.exchange_for(page.ticket(), ANDROID).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_page_outside_garmin_gets_no_ticket() {
    let visit = Visit::to(scenario()).await;
    Widget(&visit).sign_in("correct-horse").await;
    for service in [
        "http://localhost/callback",
        "https://sso.garmin.com.example.org/sso/embed",
        "https://sso.garmin.cn/sso/embed",
    ] {
        let get = visit.client.get(visit.url("/sso/signin"));
        let response = get.query(&[("service", service)]).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{service}");
    }
}

#[tokio::test]
async fn a_copied_ticket_is_good_once_and_for_a_minute() {
    let visit = Visit::to(scenario()).await;
    let ticket = visit.garmin.browser_ticket(EMBED);
    assert_eq!(
        visit.exchange_for(&ticket, EMBED).await.status(),
        StatusCode::OK
    );
    assert_eq!(
        visit.exchange_for(&ticket, EMBED).await.status(),
        StatusCode::BAD_REQUEST
    );
    let late = visit.garmin.browser_ticket(EMBED);
    visit.garmin.expire_tickets();
    assert_eq!(
        visit.exchange_for(&late, EMBED).await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn the_landing_page_leaves_the_ticket_alone() {
    let visit = Visit::to(scenario()).await;
    let ticket = visit.garmin.browser_ticket(EMBED);
    let landing = visit.client.get(visit.url("/sso/embed"));
    landing.query(&[("ticket", &ticket)]).send().await.unwrap();
    assert_eq!(
        visit.exchange_for(&ticket, EMBED).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_web_app_has_used_its_ticket_already() {
    let visit = Visit::to(scenario()).await;
    for client_id in [CLIENT_ID, "GARMIN_CONNECT_MOBILE_IOS_DI"] {
        let service = "https://connect.garmin.com/app";
        let ticket = visit.garmin.browser_ticket(service);
        let fields = [
            ("grant_type", TICKET_GRANT),
            ("service_ticket", ticket.as_str()),
            ("service_url", service),
        ];
        let response = visit.token_request(client_id, &fields).await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn china_has_its_own_services_and_issuer() {
    let visit = Visit::to(china()).await;
    let abroad = visit.login("correct-horse").await;
    assert_eq!(abroad.status(), StatusCode::BAD_REQUEST);
    assert_eq!(visit.garmin.counters().sign_in_attempts, 0);
    let page = Widget(&visit).sign_in("correct-horse").await;
    let service = "https://sso.garmin.cn/sso/embed";
    let response = visit.exchange_for(page.ticket(), service).await;
    let reply: Value = response.json().await.unwrap();
    let claims = claims(reply["access_token"].as_str().unwrap());
    assert_eq!(claims["iss"], "https://diauth.garmin.cn");
}

#[tokio::test]
async fn nothing_of_one_region_counts_in_the_other() {
    let (here, there) = (Visit::to(scenario()).await, Visit::to(china()).await);
    let (access, refresh) = here.tokens().await;
    let reply: Value = there.refresh(&refresh).await.unwrap().json().await.unwrap();
    assert_eq!(reply["error"], "invalid_grant");
    let profile = there
        .get(&access, "/userprofile-service/socialProfile")
        .await;
    assert_eq!(profile.status(), StatusCode::UNAUTHORIZED);
    let ticket = there.garmin.browser_ticket(EMBED);
    assert_eq!(
        there.exchange_for(&ticket, EMBED).await.status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        here.refresh(&refresh).await.unwrap().status(),
        StatusCode::OK
    );
}
