//! The embed widget: HTML forms, in another rate-limit bucket than the mobile
//! sign-in (`protocol.md` 2.3, 3.3). The one fallback for a password.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde::{Deserialize, Serialize};

use super::{
    ACCEPT_LANGUAGE, ACCEPT_PAGE, HOPS, ServiceTicket, SignIn, SignInReply, USER_AGENT,
    cookies::Cookies, page_refusal, pages, redirect,
};
use crate::{
    domain::{challenge::MfaMethod, redact::remark, secret::Secret},
    garmin::{
        client::{Answer, Client},
        error::GarminError,
        wire::{errors, percent::encode},
    },
};

/// Between a form and its post, at random (`protocol.md` 2.3).
const SHORTEST_PAUSE: Duration = Duration::from_secs(3);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// What continues an attempt after its challenge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    cookies: Cookies,
    /// The MFA page, path and query.
    page: String,
    mfa: Option<MfaPage>,
}

/// What the MFA page says of itself, needed to ask for a code.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct MfaPage {
    customer_guid: String,
    method: String,
    locale: String,
    client_id: String,
}

/// Fetches the form and posts the password, once.
pub async fn sign_in(
    sign_in: &SignIn<'_>,
    email: &str,
    password: &Secret,
) -> Result<(SignInReply, Attempt), GarminError> {
    let client = sign_in.client;
    let mut attempt = Attempt {
        cookies: Cookies::default(),
        page: String::new(),
        mfa: None,
    };
    let embed = client.endpoints().service_embed();
    let opening = format!(
        "/sso/embed?id=gauth-widget&embedWidget=true&gauthHost={}",
        encode(&format!("{}/sso", client.endpoints().sso_origin()))
    );
    sign_in.open_page();
    let page = sign_in
        .beforehand(attempt.get(client, &opening, None))
        .await?;
    if let Some(refusal) = page_refusal(&page.answer)? {
        return Ok((refusal, attempt));
    }
    let form = format!("/sso/signin?{}", common_query(&embed));
    let page = sign_in
        .beforehand(attempt.get(client, &form, Some(&embed)))
        .await?;
    if let Some(refusal) = page_refusal(&page.answer)? {
        return Ok((refusal, attempt));
    }
    let Some(csrf) = pages::csrf(&page.text()) else {
        return Ok((attempt.verdict(client, &page, false)?, attempt));
    };
    sign_in.pause(SHORTEST_PAUSE, LONGEST_PAUSE).await?;
    sign_in.send_password()?;
    let fields = [
        ("username", email),
        ("password", password.expose()),
        ("embed", "true"),
        ("_csrf", csrf.expose()),
    ];
    let reply = attempt.post(client, &form, &fields).await?;
    let verdict = attempt.verdict(client, &reply, false)?;
    let mut verdict = verdict.hiding(&attempt.cookies.secrets_with(password));
    if let SignInReply::MfaRequired { method, .. } = &verdict {
        // Nothing has been sent yet on some accounts: then ask for it (PGC #386).
        let is_unsent = method.is_sent() && pages::variable(&reply.text(), "codeSentTo").is_none();
        if is_unsent {
            // The password was right: a code that could not be sent now can be asked
            // for again (`mfa --resend`).
            if let Err(error) = attempt.request_code(client).await {
                tracing::warn!(%error, "the first code could not be asked for");
            }
            verdict = SignInReply::MfaRequired {
                method: method.clone(),
                sent_to: None,
            };
        }
    }
    Ok((verdict, attempt))
}

/// Posts a code. The form's token is read anew each time: after a wrong code it
/// comes back empty.
pub async fn answer_challenge(
    sign_in: &SignIn<'_>,
    attempt: &mut Attempt,
    code: &Secret,
) -> Result<SignInReply, GarminError> {
    let client = sign_in.client;
    let path = attempt.page.clone();
    let page = sign_in.beforehand(attempt.get(client, &path, None)).await?;
    let Some(csrf) = pages::csrf(&page.text()) else {
        return attempt.verdict(client, &page, true);
    };
    sign_in.pause(SHORTEST_PAUSE, LONGEST_PAUSE).await?;
    sign_in.begin_sending()?;
    let embed = client.endpoints().service_embed();
    let target = format!("/sso/verifyMFA/loginEnterMfaCode?{}", common_query(&embed));
    let fields = [
        ("mfa-code", code.expose()),
        ("embed", "true"),
        ("_csrf", csrf.expose()),
        ("fromPage", "setupEnterMfaCode"),
    ];
    let reply = attempt.post(client, &target, &fields).await?;
    let verdict = attempt.verdict(client, &reply, true)?;
    Ok(verdict.hiding(&attempt.cookies.secrets_with(code)))
}

impl Attempt {
    /// Asks Garmin to send a code, or another one.
    pub async fn request_code(&mut self, client: &Client) -> Result<(), GarminError> {
        let Some(mfa) = self.mfa.clone() else {
            return Err(GarminError::Unreadable("the code page".to_owned()));
        };
        let path = format!("/sso/verifyMFA/mfaCode?clientId={}", encode(&mfa.client_id));
        let body = serde_json::json!({
            "customerGuid": mfa.customer_guid, "mfaMethod": mfa.method, "locale": mfa.locale,
        });
        let referer = self.page.clone();
        let request = self
            .request(client, Method::POST, &path, Some(&referer))
            .json(&body);
        let answer = client.send(request).await?;
        self.cookies.absorb(&answer.headers);
        errors::check(answer).map(drop)
    }

    async fn get(
        &mut self,
        client: &Client,
        path: &str,
        referer: Option<&str>,
    ) -> Result<Page, GarminError> {
        let request = self.request(client, Method::GET, path, referer);
        self.follow(client, request, path).await
    }

    async fn post(
        &mut self,
        client: &Client,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Page, GarminError> {
        let referer = path.to_owned();
        let request = self
            .request(client, Method::POST, path, Some(&referer))
            .form(fields);
        self.follow(client, request, path).await
    }

    /// Follows redirects within the sign-in host by hand: a ticket or a cookie
    /// must not travel anywhere else.
    async fn follow(
        &mut self,
        client: &Client,
        request: RequestBuilder,
        path: &str,
    ) -> Result<Page, GarminError> {
        let mut path = path.to_owned();
        let mut answer = client.send(request).await?;
        for _ in 0..HOPS {
            self.cookies.absorb(&answer.headers);
            let Some(next) = redirect(&answer, client) else {
                break;
            };
            let referer = std::mem::replace(&mut path, next);
            let request = self.request(client, Method::GET, &path, Some(&referer));
            answer = client.send(request).await?;
        }
        self.cookies.absorb(&answer.headers);
        Ok(Page { path, answer })
    }

    fn request(
        &self,
        client: &Client,
        method: Method,
        path: &str,
        referer: Option<&str>,
    ) -> RequestBuilder {
        let endpoints = client.endpoints();
        let mut request = client
            .http()
            .request(method, format!("{}{path}", endpoints.sso()))
            .header("User-Agent", USER_AGENT)
            .header("Accept", ACCEPT_PAGE)
            .header("Accept-Language", ACCEPT_LANGUAGE);
        if let Some(referer) = referer {
            let referer = if referer.starts_with('/') {
                format!("{}{referer}", endpoints.sso_origin())
            } else {
                referer.to_owned()
            };
            request = request.header("Referer", referer);
        }
        match self.cookies.header() {
            Some(cookies) => request.header("Cookie", cookies.expose()),
            None => request,
        }
    }

    /// Reads a page's verdict; keeps what the MFA page needs.
    fn verdict(
        &mut self,
        client: &Client,
        page: &Page,
        is_code: bool,
    ) -> Result<SignInReply, GarminError> {
        let (status, text) = (page.answer.status, page.text());
        let title = pages::title(&text).unwrap_or_default();
        let lower = title.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if errors::is_limit(&page.answer) {
            return Ok(SignInReply::RateLimited {
                retry_after: errors::retry_after(&page.answer),
            });
        }
        if title == "Success" {
            let ticket = pages::ticket(&text).ok_or_else(|| {
                GarminError::Unreadable("a success page without a ticket".to_owned())
            })?;
            let service_url = client.endpoints().service_embed();
            return Ok(SignInReply::Ticket(ServiceTicket {
                ticket,
                service_url,
            }));
        }
        if (500..=599).contains(&status) {
            return Err(GarminError::Server(status));
        }
        if let Some(method) = pages::variable(&text, "mfaMethod") {
            let is_wrong = pages::has_visible_error(&text, "invalidCode");
            self.page.clone_from(&page.path);
            let value = |name| pages::variable(&text, name).unwrap_or_default();
            self.mfa = Some(MfaPage {
                customer_guid: value("customerGuid"),
                method: method.clone(),
                locale: value("locale"),
                client_id: value("clientId"),
            });
            if is_code || is_wrong {
                return Ok(SignInReply::CodeRefused);
            }
            let sent_to = pages::variable(&text, "codeSentTo").map(|to| remark(&to, 60));
            return Ok(SignInReply::MfaRequired {
                method: MfaMethod::from_wire(Some(&method)),
                sent_to,
            });
        }
        let refused = |kind: &str| SignInReply::Refused {
            kind: kind.to_owned(),
            message: remark(&title, 80),
        };
        Ok(
            if pages::variable(&text, "status").as_deref() == Some("FAIL") || status == 401 {
                SignInReply::InvalidCredentials
            } else if says(&["locked"]) {
                SignInReply::AccountLocked
            } else if says(&["invalid", "incorrect", "account error"]) {
                refused("account problem")
            } else if says(&["unable to sign in", "unable to login"]) {
                refused("child or family account")
            } else if status == 403 || says(&["just a moment", "attention required", "cloudflare"])
            {
                SignInReply::Blocked
            } else if says(&["bad gateway", "service unavailable", "502", "503"]) {
                return Err(GarminError::Server(502));
            } else if is_code {
                // The page is gone, and with it the challenge.
                SignInReply::ChallengeOver
            } else {
                return Err(GarminError::Unreadable("the sign-in page".to_owned()));
            },
        )
    }
}

struct Page {
    /// Path and query of the last request.
    path: String,
    answer: Answer,
}

impl Page {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.answer.body).into_owned()
    }
}

fn common_query(embed: &str) -> String {
    let embed = encode(embed);
    format!(
        "id=gauth-widget&embedWidget=true&gauthHost={embed}&service={embed}&source={embed}\
         &redirectAfterAccountLoginUrl={embed}&redirectAfterAccountCreationUrl={embed}"
    )
}
