//! The one JSON envelope of all sign-in replies, and the cookies beside it (protocol.md 2.1).

use axum::Json;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, IntoResponseParts, Response, ResponseParts};
use serde_json::{Value, json};

use super::scenario::Mfa;
use super::wire::merged;

/// Which request earned the ticket; the two replies differ in their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignedInBy {
    Login,
    Code,
}

/// 200 with a ticket.
pub(super) fn successful(service: &str, ticket: &str, by: SignedInBy) -> Value {
    let ticket = json!({
        "serviceURL": service,
        "serviceTicketId": ticket,
        "responseStatus": { "type": "SUCCESSFUL", "message": "", "httpStatus": "OK" },
        "responseReason": null,
        "samlResponse": null,
        "authType": "CAS",
    });
    match by {
        SignedInBy::Code => ticket,
        SignedInBy::Login => {
            let rest = json!({ "customerMfaInfo": null, "consentTypeList": null, "captchaAlreadyPassed": false });
            merged([ticket, rest])
        }
    }
}

/// 200 with the question for a code (protocol.md 3.1).
pub(super) fn mfa_required(mfa: Mfa, email: &str) -> Value {
    let phone = (mfa == Mfa::Sms).then_some("*******42");
    let question = json!({
        "consentTypeList": [],
        "customerMfaInfo": {
            "email": masked(email),
            "phoneNumber": phone,
            "mfaLastMethodUsed": mfa.wire(),
            "defaultMfaMethod": null,
            "mfaUISetting": {
                "allowPhoneOption": true, "allowAddEmailAddress": false, "chooseDifferentWayShown": false,
            },
        },
    });
    merged([without_ticket("MFA_REQUIRED", "", "OK"), question])
}

/// 401: the only verdict whose HTTP status says as much.
pub(super) fn wrong_password() -> Response {
    let message = "generalLoginInvalidUsernameOrPassword";
    let body = without_ticket("INVALID_USERNAME_PASSWORD", message, "UNAUTHORIZED");
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}

/// 200 with any other verdict.
pub(super) fn refused(kind: &str, message: &str) -> Response {
    Json(without_ticket(kind, message, "OK")).into_response()
}

/// The terms must be accepted on the web first.
pub(super) fn consent_required() -> Response {
    let terms = json!({ "consentTypeList": ["GLOBAL_PRIVACY_POLICY"] });
    Json(merged([
        without_ticket("CONSENT_REQUIRED", "", "OK"),
        terms,
    ]))
    .into_response()
}

/// 401: a code without the cookies, or with another query than the login had. Not recorded anywhere.
pub(super) fn session_lost() -> Response {
    let body = without_ticket("SESSION_EXPIRED", "codeEntryExpired", "UNAUTHORIZED");
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}

/// A status that only the body tells, as a string.
pub(super) fn hidden_status(status: &str) -> Value {
    json!({ "error": { "status-code": status, "request-id": "simulated" } })
}

fn without_ticket(kind: &str, message: &str, http_status: &str) -> Value {
    json!({
        "serviceURL": null,
        "serviceTicketId": null,
        "responseStatus": { "type": kind, "message": message, "httpStatus": http_status },
        "responseReason": null,
        "customerMfaInfo": null,
        "consentTypeList": null,
        "captchaAlreadyPassed": false,
        "samlResponse": null,
        "authType": null,
    })
}

/// `ada@example.com` becomes `ad*****@example.com`.
fn masked(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    let shown: String = name.chars().take(2).collect();
    format!("{shown}*****@{host}")
}

/// `Set-Cookie` headers. Not `Secure`: loopback speaks plain HTTP, and jars would keep the cookie back.
#[derive(Debug, Default)]
pub(super) struct Cookies(Vec<(HeaderName, String)>);

impl Cookies {
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.0.push((
            header::SET_COOKIE,
            format!("{name}={value}; Path=/; HttpOnly"),
        ));
    }
}

impl IntoResponseParts for Cookies {
    type Error = <AppendHeaders<Vec<(HeaderName, String)>> as IntoResponseParts>::Error;

    fn into_response_parts(self, parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        AppendHeaders(self.0).into_response_parts(parts)
    }
}
