//! The embed widget: forms, cookies and redirects.

use garminsync::simulator::{CodeDelivery, Mfa, SignInPolicy};
use reqwest::RequestBuilder;

use super::*;

pub(super) const EMBED: &str = "https://sso.garmin.com/sso/embed";
const SIGN_IN: &str = "/sso/signin";
const MFA: &str = "/sso/verifyMFA/loginEnterMfaCode";

fn with_mfa() -> Scenario {
    Scenario {
        mfa: Some(Mfa::Email),
        ..scenario()
    }
}

/// A page as far as clients read it.
#[derive(Debug)]
pub(super) struct Page {
    status: StatusCode,
    path: String,
    html: String,
}

impl Page {
    pub(super) async fn load(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self {
            status: response.status(),
            path: response.url().path().to_owned(),
            html: response.text().await.unwrap(),
        }
    }

    fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self.html.split_once(before).unwrap_or(("", ""));
        rest.split(after).next().unwrap()
    }

    fn title(&self) -> &str {
        self.between("<title>", "</title>")
    }

    fn form_token(&self) -> &str {
        self.between("name=\"_csrf\" value=\"", "\"")
    }

    fn variable(&self, name: &str) -> &str {
        self.between(&format!("var {name} = \""), "\"")
    }

    pub(super) fn ticket(&self) -> &str {
        self.between("?ticket=", "\"")
    }
}

/// One browser at the widget.
pub(super) struct Widget<'v>(pub(super) &'v Visit);

impl Widget<'_> {
    fn query(&self) -> String {
        let service = self.0.garmin.scenario().region.embed_service();
        let encoded = service.replace(':', "%3A").replace('/', "%2F");
        format!("id=gauth-widget&embedWidget=true&service={encoded}")
    }

    fn at(&self, path: &str) -> String {
        self.0.url(&format!("{path}?{}", self.query()))
    }

    async fn page(&self, path: &str) -> Page {
        Page::load(self.0.client.get(self.at(path))).await
    }

    async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.0.skip(Duration::from_secs(3));
        let post = self.0.client.post(self.at(path));
        Page::load(post.header(REFERER, self.at(path)).form(fields)).await
    }

    async fn send_password(&self, password: &str, form_token: &str) -> Page {
        let fields = [
            ("username", "ada@example.com"),
            ("password", password),
            ("embed", "true"),
            ("_csrf", form_token),
        ];
        self.submit(SIGN_IN, &fields).await
    }

    pub(super) async fn sign_in(&self, password: &str) -> Page {
        let form = self.page(SIGN_IN).await;
        assert_eq!(form.title(), "GARMIN Authentication Application");
        self.send_password(password, form.form_token()).await
    }

    async fn send_code(&self, code: &str, form_token: &str) -> Page {
        let fields = [
            ("mfa-code", code),
            ("embed", "true"),
            ("_csrf", form_token),
            ("fromPage", "setupEnterMfaCode"),
        ];
        self.submit(MFA, &fields).await
    }

    async fn request_code(&self, page: &Page) -> StatusCode {
        let url = self.0.url("/sso/verifyMFA/mfaCode?clientId=");
        let body = json!({
            "customerGuid": page.variable("customerGuid"),
            "mfaMethod": page.variable("mfaMethod"),
            "locale": page.variable("locale"),
        });
        let post = self.0.client.post(url).header(REFERER, self.at(MFA));
        post.json(&body).send().await.unwrap().status()
    }
}

#[tokio::test]
async fn the_form_leads_to_a_ticket_for_the_embed_page() {
    let visit = Visit::to(scenario()).await;
    let widget = Widget(&visit);
    let embed = widget.page("/sso/embed").await;
    assert_eq!(embed.title(), "GAuth Embedded Version");
    let success = widget.sign_in("correct-horse").await;
    assert_eq!(
        (success.status, success.title()),
        (StatusCode::OK, "Success")
    );
    let address = success.variable("response_url");
    assert!(
        address.starts_with(r"https:\/\/sso.garmin.com\/sso\/embed?ticket=ST-"),
        "{address}"
    );
    let ticket = success.ticket();
    assert!(ticket.ends_with("-cas"), "{ticket}");
    assert_eq!(
        visit.exchange_for(ticket, SERVICE).await.status(),
        StatusCode::BAD_REQUEST
    );
    let again = widget.page(SIGN_IN).await;
    let response = visit.exchange_for(again.ticket(), EMBED).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_password_is_401_with_the_form_and_its_marks() {
    let visit = Visit::to(scenario()).await;
    let widget = Widget(&visit);
    let page = widget.sign_in("wrong").await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert_eq!(page.title(), "GARMIN Authentication Application");
    assert_eq!(
        (page.variable("status"), page.variable("result")),
        ("FAIL", "error")
    );
    let second = widget
        .send_password("correct-horse", page.form_token())
        .await;
    assert_eq!(second.title(), "Success");
}

#[tokio::test]
async fn both_doors_count_the_same_wrong_passwords() {
    let visit = Visit::to(Scenario {
        password_tries: 2,
        ..scenario()
    })
    .await;
    visit.login("wrong").await;
    Widget(&visit).sign_in("wrong").await;
    let page = Widget(&visit).sign_in("correct-horse").await;
    assert!(page.title().contains("Locked"), "{page:?}");
}

#[tokio::test]
async fn a_form_without_its_page_is_refused() {
    let visit = Visit::to(scenario()).await;
    let widget = Widget(&visit);
    let form = widget.page(SIGN_IN).await;
    let token = form.form_token().to_owned();
    let fields = [
        ("username", "ada@example.com"),
        ("password", "correct-horse"),
        ("_csrf", token.as_str()),
    ];
    let post = |client: &Client| client.post(widget.at(SIGN_IN)).form(&fields);
    let without_referrer = Page::load(post(&visit.client)).await;
    assert_eq!(without_referrer.status, StatusCode::FORBIDDEN);
    let stranger = Client::builder().no_proxy().build().unwrap();
    let without_cookie = post(&stranger).header(REFERER, widget.at(SIGN_IN));
    assert_eq!(
        Page::load(without_cookie).await.status,
        StatusCode::FORBIDDEN
    );
    let forged = widget.send_password("correct-horse", "0123").await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(visit.garmin.counters().sign_in_attempts, 0);
    let genuine = widget.send_password("correct-horse", &token).await;
    assert_eq!(genuine.title(), "Success");
    let twice = widget.send_password("correct-horse", &token).await;
    assert_eq!(twice.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_form_that_is_filled_in_at_once_is_429() {
    let visit = Visit::to(scenario()).await;
    let widget = Widget(&visit);
    let form = widget.page(SIGN_IN).await;
    let fields = [
        ("username", "ada@example.com"),
        ("password", "correct-horse"),
        ("_csrf", form.form_token()),
    ];
    let post = visit.client.post(widget.at(SIGN_IN)).form(&fields);
    let early = Page::load(post.header(REFERER, widget.at(SIGN_IN))).await;
    assert_eq!(early.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(visit.garmin.counters().sign_in_attempts, 0);
}

#[tokio::test]
async fn no_code_is_sent_before_it_is_asked_for() {
    let visit = Visit::to(with_mfa()).await;
    let widget = Widget(&visit);
    let page = widget.sign_in("correct-horse").await;
    assert_eq!(
        (page.path.as_str(), page.title()),
        (MFA, "Enter MFA code for login")
    );
    assert_eq!(page.variable("mfaMethod"), "email");
    assert_eq!(page.variable("codeSentTo"), "");
    assert_eq!(visit.garmin.counters().mfa_codes_sent, 0);
    let early = widget.send_code("314159", page.form_token()).await;
    assert!(early.html.contains("id=\"invalidCode\""));

    assert_eq!(widget.request_code(&page).await, StatusCode::OK);
    let page = widget.page(MFA).await;
    assert_eq!(page.variable("codeSentTo"), "ad*****@example.com");
    assert_eq!(widget.request_code(&page).await, StatusCode::OK);
    let success = widget.send_code("314159", page.form_token()).await;
    assert_eq!(
        (success.path.as_str(), success.title()),
        ("/sso/login", "Success")
    );
    let response = visit.exchange_for(success.ticket(), EMBED).await;
    assert_eq!(response.status(), StatusCode::OK);
    let counters = visit.garmin.counters();
    assert_eq!(
        (counters.mfa_codes_requested, counters.mfa_codes_sent),
        (2, 2)
    );
    assert_eq!(counters.mfa_attempts, 2);
}

#[tokio::test]
async fn a_wrong_code_empties_the_form_token_and_keeps_the_challenge() {
    let visit = Visit::to(Scenario {
        widget_code: CodeDelivery::AtOnce,
        ..with_mfa()
    })
    .await;
    let widget = Widget(&visit);
    let page = widget.sign_in("correct-horse").await;
    assert_eq!(page.variable("codeSentTo"), "ad*****@example.com");
    let wrong = widget.send_code("000000", page.form_token()).await;
    assert_eq!(
        (wrong.status, wrong.title()),
        (StatusCode::OK, "Enter MFA code for login")
    );
    assert!(wrong.html.contains("id=\"invalidCode\" class=\"error\""));
    assert_eq!(wrong.form_token(), "");
    let stale = widget.send_code("314159", page.form_token()).await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    let fresh = widget.page(MFA).await;
    let success = widget.send_code("314159", fresh.form_token()).await;
    assert_eq!(success.title(), "Success");
}

#[tokio::test]
async fn three_wrong_codes_lead_back_to_the_form() {
    let visit = Visit::to(with_mfa()).await;
    let widget = Widget(&visit);
    widget.sign_in("correct-horse").await;
    for _ in 0..3 {
        let page = widget.page(MFA).await;
        widget.send_code("000000", page.form_token()).await;
    }
    let page = widget.page(MFA).await;
    assert_eq!(page.path, SIGN_IN);
}

#[tokio::test]
async fn an_authenticator_needs_no_code_sent() {
    let visit = Visit::to(Scenario {
        mfa: Some(Mfa::Authenticator),
        ..scenario()
    })
    .await;
    let widget = Widget(&visit);
    let page = widget.sign_in("correct-horse").await;
    assert_eq!(widget.request_code(&page).await, StatusCode::BAD_REQUEST);
    let success = widget.send_code("314159", page.form_token()).await;
    assert_eq!(success.title(), "Success");
    assert_eq!(visit.garmin.counters().mfa_codes_sent, 0);
}

#[tokio::test]
async fn account_trouble_is_in_the_title() {
    for (sign_in, word) in [
        (SignInPolicy::Locked, "Locked"),
        (SignInPolicy::Disabled, "Account Error"),
        (SignInPolicy::ChildAccount, "Unable to Sign In"),
    ] {
        let visit = Visit::to(Scenario {
            sign_in,
            ..scenario()
        })
        .await;
        let page = Widget(&visit).sign_in("correct-horse").await;
        assert!(page.title().contains(word), "{page:?}");
        assert_eq!(page.ticket(), "");
    }
}
