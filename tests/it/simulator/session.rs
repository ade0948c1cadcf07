//! Tickets and tokens.

use std::time::Duration;

use reqwest::header::WWW_AUTHENTICATE;

use super::*;

const SOCIAL: &str = "/userprofile-service/socialProfile";

#[tokio::test]
async fn a_ticket_buys_tokens_that_open_the_profile() {
    let visit = Visit::to(scenario()).await;
    let reply: Value = visit
        .exchange(&visit.ticket().await)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(reply["expires_in"], 97_344);
    let access = reply["access_token"].as_str().unwrap();
    let claims = claims(access);
    assert_eq!(claims["client_id"], CLIENT_ID);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        97_344
    );
    let profile = visit.json(access, SOCIAL).await;
    assert_eq!(profile["garminGUID"], claims["garmin_guid"]);
    assert_ne!(profile["displayName"], profile["userName"]);
}

#[tokio::test]
async fn a_ticket_is_good_once_in_time_and_for_its_service_only() {
    let visit = Visit::to(scenario()).await;
    let ticket = visit.ticket().await;
    assert_eq!(visit.exchange(&ticket).await.status(), StatusCode::OK);
    assert_eq!(
        visit.exchange(&ticket).await.status(),
        StatusCode::BAD_REQUEST
    );

    let ticket = visit.ticket().await;
    let other = [
        ("grant_type", TICKET_GRANT),
        ("service_ticket", &ticket),
        ("service_url", "https://sso.garmin.com/sso/embed"),
    ];
    assert_eq!(
        visit
            .token_request(CLIENT_ID, &other)
            .await
            .unwrap()
            .status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        visit.exchange(&ticket).await.status(),
        StatusCode::BAD_REQUEST,
        "the failed exchange burnt it"
    );

    let visit = Visit::to(Scenario {
        ticket_ttl: Duration::ZERO,
        ..scenario()
    })
    .await;
    assert_eq!(
        visit.exchange(&visit.ticket().await).await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn an_unknown_client_is_refused_and_burns_nothing() {
    let visit = Visit::to(scenario()).await;
    let ticket = visit.ticket().await;
    let fields = [
        ("grant_type", TICKET_GRANT),
        ("service_ticket", &ticket),
        ("service_url", SERVICE),
    ];
    let refused = visit.token_request("SOMEBODY_ELSE", &fields).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(visit.exchange(&ticket).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_refresh_rotates_and_the_spent_token_is_named_in_the_refusal() {
    let visit = Visit::to(scenario()).await;
    let (_, first) = visit.tokens().await;
    let reply: Value = visit.refresh(&first).await.unwrap().json().await.unwrap();
    let second = reply["refresh_token"].as_str().unwrap();
    assert_ne!(second, first);
    visit
        .json(reply["access_token"].as_str().unwrap(), SOCIAL)
        .await;

    let reuse = visit.refresh(&first).await.unwrap();
    assert_eq!(reuse.status(), StatusCode::BAD_REQUEST);
    let body: Value = reuse.json().await.unwrap();
    assert_eq!(body["error"], "invalid_grant");
    assert!(body["error_description"].as_str().unwrap().contains(&first));
    let counters = visit.garmin.counters();
    assert_eq!((counters.refreshes, counters.reused_refresh_tokens), (1, 1));
    assert_eq!(
        visit.refresh(second).await.unwrap().status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_refresh_belongs_to_the_client_that_got_it() {
    let visit = Visit::to(scenario()).await;
    let (_, token) = visit.tokens().await;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
    ];
    let other = visit
        .token_request("GARMIN_CONNECT_MOBILE_IOS_DI", &fields)
        .await
        .unwrap();
    assert_eq!(other.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        visit.refresh(&token).await.unwrap().status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn revoked_and_expired_refresh_tokens_are_refused() {
    let visit = Visit::to(scenario()).await;
    let (_, token) = visit.tokens().await;
    visit.garmin.revoke_refresh_tokens();
    assert_eq!(
        visit.refresh(&token).await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(visit.garmin.counters().reused_refresh_tokens, 0);

    let visit = Visit::to(Scenario {
        refresh_ttl: Duration::ZERO,
        ..scenario()
    })
    .await;
    let (_, token) = visit.tokens().await;
    assert_eq!(
        visit.refresh(&token).await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_lost_refresh_reply_has_still_spent_the_token() {
    let visit = Visit::to(scenario()).await;
    let (_, token) = visit.tokens().await;
    visit.garmin.lose_next_refresh_reply();
    assert!(visit.refresh(&token).await.is_err());
    assert_eq!(visit.garmin.counters().refreshes, 1);
    assert_eq!(
        visit.refresh(&token).await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn missing_unknown_and_expired_bearers_are_401_with_a_reason() {
    let visit = Visit::to(scenario()).await;
    let (access, refresh) = visit.tokens().await;
    let bare = visit.client.get(visit.url(SOCIAL)).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
    assert!(bare.headers().contains_key(WWW_AUTHENTICATE));
    assert_eq!(
        visit.get("made.up.token", SOCIAL).await.status(),
        StatusCode::UNAUTHORIZED
    );
    visit.garmin.expire_access_tokens();
    assert_eq!(
        visit.get(&access, SOCIAL).await.status(),
        StatusCode::UNAUTHORIZED
    );
    let renewed: Value = visit.refresh(&refresh).await.unwrap().json().await.unwrap();
    visit
        .json(renewed["access_token"].as_str().unwrap(), SOCIAL)
        .await;
    assert_eq!(visit.garmin.counters().refused_bearers, 3);
}

#[tokio::test]
async fn a_refused_account_says_that_its_fresh_token_is_not_active() {
    let visit = Visit::to(Scenario {
        refuse_fresh_tokens: true,
        ..scenario()
    })
    .await;
    let (access, _) = visit.tokens().await;
    let response = visit.get(&access, SOCIAL).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let reason = response.headers()[WWW_AUTHENTICATE].to_str().unwrap();
    assert!(reason.contains("Token is not active"), "{reason}");
}

#[tokio::test]
async fn everything_handed_out_is_on_the_list_of_secrets() {
    let visit = Visit::to(Scenario {
        mfa: Some(garminsync::simulator::Mfa::Sms),
        ..scenario()
    })
    .await;
    visit.login("correct-horse").await;
    let body =
        json!({ "mfaMethod": "sms", "mfaVerificationCode": "314159", "rememberMyBrowser": true });
    let reply: Value = visit
        .post_sso("/mobile/api/mfa/verifyCode", &body)
        .await
        .json()
        .await
        .unwrap();
    let ticket = reply["serviceTicketId"].as_str().unwrap().to_owned();
    let tokens: Value = visit.exchange(&ticket).await.json().await.unwrap();
    let secrets = visit.garmin.issued_secrets();
    for secret in [
        ticket.as_str(),
        "314159",
        tokens["access_token"].as_str().unwrap(),
        tokens["refresh_token"].as_str().unwrap(),
    ] {
        assert!(secrets.iter().any(|known| known == secret), "{secret}");
    }
}
