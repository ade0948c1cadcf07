//! Password, second factor, and the ways the door stays shut.

use garminsync::simulator::{Mfa, SignInPolicy};
use reqwest::header::SET_COOKIE;

use super::*;

fn with_mfa() -> Scenario {
    Scenario {
        mfa: Some(Mfa::Email),
        ..scenario()
    }
}

async fn kind(response: Response) -> String {
    let reply: Value = response.json().await.unwrap();
    reply["responseStatus"]["type"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn a_password_alone_earns_a_ticket() {
    let visit = Visit::to(scenario()).await;
    let response = visit.login("correct-horse").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(
        response
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .any(|cookie| cookie.to_str().unwrap().starts_with("CASTGC="))
    );
    let reply: Value = response.json().await.unwrap();
    assert_eq!(reply["responseStatus"]["type"], "SUCCESSFUL");
    assert_eq!(reply["serviceURL"], SERVICE);
    let ticket = reply["serviceTicketId"].as_str().unwrap();
    assert!(
        ticket.starts_with("ST-") && ticket.ends_with("-sso"),
        "{ticket}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_401_and_too_many_lock_the_account() {
    let visit = Visit::to(Scenario {
        password_tries: 2,
        ..scenario()
    })
    .await;
    for _ in 0..2 {
        let response = visit.login("wrong").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(kind(response).await, "INVALID_USERNAME_PASSWORD");
    }
    let reply: Value = visit.login("correct-horse").await.json().await.unwrap();
    assert_eq!(
        reply["responseStatus"]["message"],
        "generalValidationMaxLogins"
    );
    assert_eq!(visit.garmin.counters().sign_in_attempts, 3);
}

#[tokio::test]
async fn the_second_factor_is_asked_for_and_taken() {
    let visit = Visit::to(with_mfa()).await;
    let challenge: Value = visit.login("correct-horse").await.json().await.unwrap();
    assert_eq!(challenge["responseStatus"]["type"], "MFA_REQUIRED");
    assert_eq!(challenge["customerMfaInfo"]["mfaLastMethodUsed"], "email");
    assert_eq!(challenge["customerMfaInfo"]["email"], "ad*****@example.com");
    assert_eq!(kind(visit.answer_mfa("314159").await).await, "SUCCESSFUL");
    let counters = visit.garmin.counters();
    assert_eq!((counters.mfa_attempts, counters.mfa_codes_sent), (1, 1));
}

#[tokio::test]
async fn a_challenge_survives_two_wrong_codes_but_not_three() {
    let visit = Visit::to(with_mfa()).await;
    visit.login("correct-horse").await;
    assert_eq!(
        kind(visit.answer_mfa("000000").await).await,
        "INVALID_MFA_CODE"
    );
    assert_eq!(
        kind(visit.answer_mfa("000000").await).await,
        "INVALID_MFA_CODE"
    );
    assert_eq!(kind(visit.answer_mfa("314159").await).await, "SUCCESSFUL");

    visit.login("correct-horse").await;
    for _ in 0..3 {
        visit.answer_mfa("000000").await;
    }
    assert_eq!(
        kind(visit.answer_mfa("314159").await).await,
        "SESSION_EXPIRED"
    );
}

#[tokio::test]
async fn a_code_needs_the_cookies_and_the_query_of_its_login() {
    let visit = Visit::to(with_mfa()).await;
    visit.login("correct-horse").await;
    let body = json!({ "mfaMethod": "email", "mfaVerificationCode": "314159" });
    let android = "https://mobile.integration.garmin.com/gcm/android";
    let query = [
        ("clientId", "GCM_ANDROID_DARK"),
        ("locale", "en-US"),
        ("service", android),
    ];
    let verify = visit.url("/mobile/api/mfa/verifyCode");
    let other_query = visit
        .client
        .post(&verify)
        .query(&query)
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(other_query.status(), StatusCode::TOO_MANY_REQUESTS);
    let query = [
        ("clientId", "GCM_IOS_DARK"),
        ("locale", "en-US"),
        ("service", SERVICE),
    ];
    let stranger = Client::builder().no_proxy().build().unwrap();
    let other_jar = stranger
        .post(&verify)
        .query(&query)
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(other_jar.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(kind(visit.answer_mfa("314159").await).await, "SUCCESSFUL");
}

#[tokio::test]
async fn an_old_challenge_is_refused() {
    let visit = Visit::to(Scenario {
        mfa_ttl: Duration::ZERO,
        ..with_mfa()
    })
    .await;
    visit.login("correct-horse").await;
    assert_eq!(
        kind(visit.answer_mfa("314159").await).await,
        "MFA_CODE_EXPIRED"
    );
}

#[tokio::test]
async fn the_method_must_be_echoed() {
    let visit = Visit::to(Scenario {
        mfa: Some(Mfa::Authenticator),
        ..scenario()
    })
    .await;
    let challenge: Value = visit.login("correct-horse").await.json().await.unwrap();
    assert_eq!(visit.garmin.counters().mfa_codes_sent, 0);
    assert_eq!(
        visit.answer_mfa("314159").await.status(),
        StatusCode::BAD_REQUEST
    );
    let method = &challenge["customerMfaInfo"]["mfaLastMethodUsed"];
    let body = json!({ "mfaMethod": method, "mfaVerificationCode": "314159" });
    assert_eq!(
        kind(visit.post_sso("/mobile/api/mfa/verifyCode", &body).await).await,
        "SUCCESSFUL"
    );
}

#[tokio::test]
async fn a_remembered_browser_is_not_asked_again() {
    let visit = Visit::to(with_mfa()).await;
    visit.login("correct-horse").await;
    let body =
        json!({ "mfaMethod": "email", "mfaVerificationCode": "314159", "rememberMyBrowser": true });
    visit.post_sso("/mobile/api/mfa/verifyCode", &body).await;
    assert_eq!(kind(visit.login("correct-horse").await).await, "SUCCESSFUL");
}

#[tokio::test]
async fn a_post_that_does_not_come_from_its_page_is_429_unread() {
    let page = format!("https://sso.garmin.com{PAGE}");
    let bare = "https://sso.garmin.com/mobile/sso/en_US/sign-in";
    let language = Some("en-US,en;q=0.9");
    let soon = Duration::from_millis(1500);
    let typed = Duration::from_secs(2);
    let nothing: &[&str] = &[];
    // Referrer, language, time since the page, cookies left out; and whether it is read.
    let table = [
        (Some(page.as_str()), language, typed, nothing, true),
        (None, language, typed, nothing, false),
        (Some(bare), language, typed, nothing, false),
        (
            Some("https://connect.garmin.com/"),
            language,
            typed,
            nothing,
            false,
        ),
        (Some(page.as_str()), None, typed, nothing, false),
        (Some(page.as_str()), language, soon, nothing, false),
        (Some(page.as_str()), language, typed, &["SESSION"], false),
        (Some(page.as_str()), language, typed, &["__cf_bm"], false),
        (
            Some(page.as_str()),
            language,
            typed,
            &["_cfuvid", "__cflb"],
            false,
        ),
        (
            Some(page.as_str()),
            language,
            typed,
            &["__VCAP_ID__"],
            false,
        ),
    ];
    for (referrer, language, wait, missing, is_read) in table {
        let visit = Visit::to(scenario()).await;
        let stranger = Client::builder().no_proxy().build().unwrap();
        let shown = stranger.get(visit.url(PAGE)).send().await.unwrap();
        let cookies: Vec<_> = shown
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|line| line.to_str().unwrap().split(';').next())
            .filter(|pair| !missing.iter().any(|name| pair.starts_with(name)))
            .collect();
        assert_eq!(cookies.len() + missing.len(), 5);
        visit.skip(wait);
        let query = [
            ("clientId", "GCM_IOS_DARK"),
            ("locale", "en-US"),
            ("service", SERVICE),
        ];
        let mut post = stranger
            .post(visit.url("/mobile/api/login"))
            .query(&query)
            .header("Cookie", cookies.join("; "))
            .json(&json!({ "username": "ada@example.com", "password": "wrong" }));
        for (name, value) in [(REFERER, referrer), (ACCEPT_LANGUAGE, language)] {
            if let Some(value) = value {
                post = post.header(name, value);
            }
        }
        let status = post.send().await.unwrap().status();
        let (expected, attempts) = if is_read {
            (StatusCode::UNAUTHORIZED, 1)
        } else {
            (StatusCode::TOO_MANY_REQUESTS, 0)
        };
        assert_eq!(
            status, expected,
            "{referrer:?} {language:?} {wait:?} {missing:?}"
        );
        let counters = visit.garmin.counters();
        assert_eq!(
            (counters.sign_in_attempts, counters.posts_without_page),
            (attempts, 1 - attempts)
        );
    }
}

#[tokio::test]
async fn the_probe_sees_a_json_405_and_spends_no_attempt() {
    let visit = Visit::to(scenario()).await;
    let probe = visit
        .client
        .get(visit.url("/mobile/api/login"))
        .send()
        .await
        .unwrap();
    assert_eq!(probe.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(probe.json::<Value>().await.unwrap().is_object());
    assert_eq!(visit.garmin.counters().sign_in_attempts, 0);
}

#[tokio::test]
async fn navigation_headers_foreign_services_and_forms_are_refused() {
    let visit = Visit::to(scenario()).await;
    let body = json!({ "username": "ada@example.com", "password": "correct-horse" });
    let post = |service: &str| {
        let query = [("clientId", "GCM_IOS_DARK"), ("service", service)];
        visit
            .client
            .post(visit.url("/mobile/api/login"))
            .query(&query)
    };
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status();
    let navigating = post(SERVICE)
        .header("Sec-Fetch-Mode", "navigate")
        .json(&body);
    assert_eq!(status(navigating).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        status(post("http://localhost/callback").json(&body)).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        status(post(SERVICE).form(&body)).await,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    assert_eq!(visit.garmin.counters().sign_in_attempts, 0);
}

#[tokio::test]
async fn every_policy_keeps_the_ticket_back() {
    use SignInPolicy as P;
    for sign_in in [
        P::Locked,
        P::Disabled,
        P::Captcha,
        P::ChildAccount,
        P::RenewPassword,
        P::MfaSetupRequired,
        P::ConsentRequired,
    ] {
        let visit = Visit::to(Scenario {
            sign_in,
            ..scenario()
        })
        .await;
        let reply: Value = visit.login("correct-horse").await.json().await.unwrap();
        assert!(reply["serviceTicketId"].is_null(), "{sign_in:?}");
        assert_ne!(reply["responseStatus"]["type"], "SUCCESSFUL", "{sign_in:?}");
    }
    let hidden = Visit::to(Scenario {
        sign_in: P::RateLimitedInBody,
        ..scenario()
    })
    .await;
    let response = hidden.login("correct-horse").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.json::<Value>().await.unwrap()["error"]["status-code"],
        "429"
    );
    let limited = Visit::to(Scenario {
        sign_in: P::RateLimited,
        ..scenario()
    })
    .await;
    assert_eq!(
        limited.login("correct-horse").await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
    let challenged = Visit::to(Scenario {
        sign_in: P::Challenged,
        ..scenario()
    })
    .await;
    let response = challenged.login("correct-horse").await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(response.text().await.unwrap().contains("Just a moment"));
}
