//! The mobile JSON sign-in (`protocol.md` 2.1, 3.1, 3.2), as the iOS app does it.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    ACCEPT_LANGUAGE, ACCEPT_PAGE, HOPS, ServiceTicket, SignIn, SignInReply, USER_AGENT,
    cookies::Cookies, page_refusal, redirect,
};
use crate::{
    domain::{challenge::MfaMethod, redact::remark, secret::Secret},
    garmin::{
        client::{Answer, Client},
        endpoints::Endpoints,
        error::GarminError,
        wire::{
            errors,
            percent::encode,
            sso::{EdgeError, SsoReply},
        },
    },
};

const CLIENT_ID: &str = "GCM_IOS_DARK";
const LOCALE: &str = "en-US";

/// Between the page and the password, at random: what a person needs to type
/// (`protocol.md` 2.1). Never shortened to look faster.
const SHORTEST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What continues an attempt after its challenge: sealed into CentralDB, so
/// that another process can answer it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    service_url: String,
    cookies: Cookies,
}

/// Opens the sign-in page and posts the password, once. Costs one sign-in of Garmin's
/// small allowance, unless the page was refused.
pub async fn sign_in(
    sign_in: &SignIn<'_>,
    email: &str,
    password: &Secret,
) -> Result<(SignInReply, Attempt), GarminError> {
    let client = sign_in.client;
    let mut attempt = Attempt {
        service_url: client.endpoints().service_ios(),
        cookies: Cookies::default(),
    };
    sign_in.open_page();
    let page = sign_in.beforehand(attempt.open_page(client)).await?;
    if let Some(refusal) = page_refusal(&page)? {
        return Ok((refusal, attempt));
    }
    if !(200..300).contains(&page.status) {
        return Err(GarminError::Unreadable("the sign-in page".to_owned()));
    }
    sign_in.pause(SHORTEST_PAUSE, LONGEST_PAUSE).await?;
    sign_in.send_password()?;
    let body = json!({
        "username": email, "password": password.expose(), "rememberMe": true, "captchaToken": "",
    });
    let answer = client
        .send(attempt.post(client, "/mobile/api/login").json(&body))
        .await?;
    attempt.cookies.absorb(&answer.headers);
    let reply = read(&answer, &attempt.service_url, false)?;
    let reply = reply.hiding(&attempt.cookies.secrets_with(password));
    Ok((reply, attempt))
}

/// Posts a code for the challenge this attempt met: same cookies, same query.
pub async fn answer_challenge(
    sign_in: &SignIn<'_>,
    attempt: &mut Attempt,
    method: &MfaMethod,
    code: &Secret,
) -> Result<SignInReply, GarminError> {
    let client = sign_in.client;
    sign_in.begin_sending()?;
    let body = json!({
        "mfaMethod": method.wire(), "mfaVerificationCode": code.expose(),
        "rememberMyBrowser": true, "reconsentList": [], "mfaSetup": false,
    });
    let answer = client
        .send(
            attempt
                .post(client, "/mobile/api/mfa/verifyCode")
                .json(&body),
        )
        .await?;
    attempt.cookies.absorb(&answer.headers);
    let reply = read(&answer, &attempt.service_url, true)?;
    Ok(reply.hiding(&attempt.cookies.secrets_with(code)))
}

/// The sign-in page, with which a sign-in begins. Costs none.
pub(in crate::garmin) fn probe(client: &Client) -> RequestBuilder {
    let path = page_path(&client.endpoints().service_ios());
    page_request(client, &path, &Cookies::default())
}

/// Path and query of the sign-in page.
fn page_path(service_url: &str) -> String {
    format!(
        "/mobile/sso/en_US/sign-in?clientId={CLIENT_ID}&service={}",
        encode(service_url)
    )
}

/// The page as Garmin knows it, with its query: what a post names as its `Referer`.
fn page_address(endpoints: &Endpoints, service_url: &str) -> String {
    format!("{}{}", endpoints.sso_origin(), page_path(service_url))
}

fn page_request(client: &Client, path: &str, cookies: &Cookies) -> RequestBuilder {
    let request = client
        .http()
        .get(format!("{}{path}", client.endpoints().sso()))
        .header("User-Agent", USER_AGENT)
        .header("Accept", ACCEPT_PAGE)
        .header("Accept-Language", ACCEPT_LANGUAGE);
    with_cookies(request, cookies)
}

fn with_cookies(request: RequestBuilder, cookies: &Cookies) -> RequestBuilder {
    match cookies.header() {
        Some(cookies) => request.header("Cookie", cookies.expose()),
        None => request,
    }
}

impl Attempt {
    /// Loads the sign-in page and keeps all its cookies. Redirects are followed by hand
    /// and within the host, as in the widget.
    async fn open_page(&mut self, client: &Client) -> Result<Answer, GarminError> {
        let mut path = page_path(&self.service_url);
        let mut hops = 0;
        loop {
            let page = client
                .send(page_request(client, &path, &self.cookies))
                .await?;
            self.cookies.absorb(&page.headers);
            match redirect(&page, client) {
                Some(next) if hops < HOPS => path = next,
                _ => return Ok(page),
            }
            hops += 1;
        }
    }

    /// A consistent header set: browser navigation headers here cost others a 429.
    fn post(&self, client: &Client, path: &str) -> RequestBuilder {
        let endpoints = client.endpoints();
        let query = [
            ("clientId", CLIENT_ID),
            ("locale", LOCALE),
            ("service", self.service_url.as_str()),
        ];
        let request = client
            .http()
            .request(Method::POST, format!("{}{path}", endpoints.sso()))
            .query(&query)
            .header("User-Agent", USER_AGENT)
            .header("Accept", "application/json, text/plain, */*")
            .header("Accept-Language", ACCEPT_LANGUAGE)
            .header("Origin", endpoints.sso_origin())
            .header("Referer", page_address(endpoints, &self.service_url));
        with_cookies(request, &self.cookies)
    }
}

/// Decides on `responseStatus.type`, not on the HTTP status alone.
fn read(answer: &Answer, service_url: &str, is_code: bool) -> Result<SignInReply, GarminError> {
    let retry_after = errors::retry_after(answer);
    if errors::is_limit(answer) {
        return Ok(SignInReply::RateLimited { retry_after });
    }
    let Ok(reply) = serde_json::from_slice::<SsoReply>(&answer.body) else {
        return not_json(answer, is_code);
    };
    match reply.error.as_ref().and_then(EdgeError::status) {
        Some(429) => return Ok(SignInReply::RateLimited { retry_after }),
        Some(427) => return Ok(SignInReply::OtherFlavour),
        Some(code) => {
            let (kind, message) = ("error".to_owned(), format!("code {code}"));
            return Ok(SignInReply::Refused { kind, message });
        }
        None => {}
    }
    let wants_consent = reply
        .consent_type_list
        .iter()
        .flatten()
        .any(|consent| consent == "GLOBAL_PRIVACY_POLICY");
    let status = reply.response_status.unwrap_or_default();
    let kind = status.kind.unwrap_or_default();
    let message = status.message.unwrap_or_default();
    let says = |word: &str| {
        kind.to_ascii_uppercase().contains(word) || message.to_ascii_uppercase().contains(word)
    };
    Ok(match kind.as_str() {
        "SUCCESSFUL" => match reply.service_ticket_id.filter(|ticket| !ticket.is_empty()) {
            Some(ticket) => SignInReply::Ticket(ServiceTicket {
                ticket: Secret::new(ticket),
                service_url: service_url.to_owned(),
            }),
            None => {
                return Err(GarminError::Unreadable(
                    "a sign-in without a ticket".to_owned(),
                ));
            }
        },
        "MFA_REQUIRED" => {
            let info = reply.customer_mfa_info.unwrap_or_default();
            let method = MfaMethod::from_wire(info.mfa_last_method_used.as_deref());
            let sent_to = if method.wire() == "email" {
                info.email
            } else {
                info.phone_number
            };
            let sent_to = sent_to
                .filter(|_| method.is_sent())
                .map(|to| remark(&to, 60));
            SignInReply::MfaRequired { method, sent_to }
        }
        "INVALID_USERNAME_PASSWORD" => SignInReply::InvalidCredentials,
        _ if is_code && (says("MAXLIMIT") || says("MAX_LIMIT") || says("SESSION")) => {
            SignInReply::ChallengeOver
        }
        // Spellings beyond INVALID_MFA_CODE are unverified (protocol.md 2.1, 3.2).
        _ if is_code && (says("MFA_CODE") || says("CODEENTRY") || says("INVALID")) => {
            SignInReply::CodeRefused
        }
        _ if says("CAPTCHA") => SignInReply::CaptchaRequired,
        _ if says("LOCKED") || says("MAXLOGINS") => SignInReply::AccountLocked,
        _ if wants_consent => SignInReply::Refused {
            kind: "GLOBAL_PRIVACY_POLICY".to_owned(),
            message,
        },
        "" if (500..=599).contains(&answer.status) => {
            return Err(GarminError::Server(answer.status));
        }
        "" => {
            return Err(GarminError::Unreadable(
                "a sign-in reply without a verdict".to_owned(),
            ));
        }
        _ => SignInReply::Refused { kind, message },
    })
}

/// A page where JSON belongs.
fn not_json(answer: &Answer, is_code: bool) -> Result<SignInReply, GarminError> {
    let page = String::from_utf8_lossy(&answer.body).to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| page.contains(word));
    match answer.status {
        status @ 500..=599 => Err(GarminError::Server(status)),
        403 => Ok(SignInReply::Blocked),
        // An old client profile is refused with XML (`protocol.md` 2.1).
        _ if says(&["invalidrecaptcha"]) => Ok(SignInReply::CaptchaRequired),
        _ if is_code || says(&["just a moment", "attention required", "cloudflare"]) => {
            Ok(SignInReply::Blocked)
        }
        _ => Err(GarminError::Unreadable(
            "a page in place of a sign-in reply".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;

    fn reply(status: u16, body: &str, is_code: bool) -> Result<SignInReply, GarminError> {
        let answer = Answer {
            status,
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        };
        read(&answer, "https://service", is_code)
    }

    fn verdict(kind: &str, message: &str) -> String {
        json!({"responseStatus": {"type": kind, "message": message, "httpStatus": "OK"}})
            .to_string()
    }

    #[test]
    fn every_verdict_has_its_own_outcome() {
        use SignInReply as R;
        let login = |status, body: &str| reply(status, body, false).unwrap();
        let invalid = verdict(
            "INVALID_USERNAME_PASSWORD",
            "generalLoginInvalidUsernameOrPassword",
        );
        assert!(matches!(login(401, &invalid), R::InvalidCredentials));
        assert!(matches!(
            login(200, &verdict("CAPTCHA_REQUIRED", "")),
            R::CaptchaRequired
        ));
        assert!(matches!(
            login(200, &verdict("NEED_CAPTCHA", "")),
            R::CaptchaRequired
        ));
        assert!(matches!(
            login(403, &verdict("X", "generalLoginAccountLocked")),
            R::AccountLocked
        ));
        assert!(matches!(
            login(200, &verdict("X", "generalValidationMaxLogins")),
            R::AccountLocked
        ));
        assert!(matches!(
            login(200, r#"{"error":{"status-code":"429"}}"#),
            R::RateLimited { .. }
        ));
        assert!(matches!(
            login(200, r#"{"error":{"status-code":"427"}}"#),
            R::OtherFlavour
        ));
        assert!(matches!(
            login(200, r#"{"error":{"status-code":"418"}}"#),
            R::Refused { .. }
        ));
        assert!(matches!(login(427, "<html></html>"), R::RateLimited { .. }));
        assert!(matches!(login(429, ""), R::RateLimited { .. }));
        assert!(matches!(
            login(403, "<html>Just a moment...</html>"),
            R::Blocked
        ));
        assert!(matches!(
            reply(200, "<html>hello</html>", false),
            Err(GarminError::Unreadable(_))
        ));
        let xml = "<e>InvalidReCaptchaException</e>";
        assert!(matches!(login(400, xml), R::CaptchaRequired));
        assert!(matches!(
            login(200, &verdict("SOMETHING_NEW", "text")),
            R::Refused { .. }
        ));
        assert_eq!(
            reply(502, "Bad Gateway", false).unwrap_err(),
            GarminError::Server(502)
        );
        assert!(matches!(
            reply(200, "{}", false),
            Err(GarminError::Unreadable(_))
        ));
        assert!(matches!(
            reply(200, &verdict("SUCCESSFUL", ""), false),
            Err(GarminError::Unreadable(_))
        ));
    }

    #[test]
    fn a_wrong_code_is_no_wrong_password() {
        let code = |kind: &str| reply(200, &verdict(kind, ""), true).unwrap();
        assert!(matches!(code("INVALID_MFA_CODE"), SignInReply::CodeRefused));
        assert!(matches!(
            reply(401, &verdict("X", "codeEntryExpired"), true),
            Ok(SignInReply::CodeRefused)
        ));
    }

    #[test]
    fn a_challenge_that_takes_no_more_codes_is_over() {
        for (kind, message) in [
            ("X", "codeEntryMaxLimit"),
            ("MFA_CODE_MAX_LIMIT", ""),
            ("SESSION_EXPIRED", ""),
        ] {
            assert!(
                matches!(
                    reply(401, &verdict(kind, message), true),
                    Ok(SignInReply::ChallengeOver)
                ),
                "{kind}"
            );
        }
    }

    #[test]
    fn the_challenge_tells_method_and_masked_address() {
        let body = json!({
            "responseStatus": {"type": "MFA_REQUIRED"},
            "customerMfaInfo": {"email": "jo*****@example.org\u{1b}[2J", "mfaLastMethodUsed": null},
        });
        match reply(200, &body.to_string(), false).unwrap() {
            SignInReply::MfaRequired { method, sent_to } => {
                assert_eq!(method.wire(), "email");
                assert_eq!(sent_to.as_deref(), Some("jo*****@example.org [2J"));
            }
            other => panic!("{other:?}"),
        }
    }
}
