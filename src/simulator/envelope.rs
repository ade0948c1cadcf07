//! The one JSON envelope of all replies of the mobile sign-in (protocol.md 2.1).

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::password::Obstacle;
use super::scenario::Mfa;
use super::wire::merged;

/// The number of the account's phone, as far as sso shows it.
pub(super) const MASKED_PHONE: &str = "*******42";

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
    let phone = (mfa == Mfa::Sms).then_some(MASKED_PHONE);
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

/// What stands between a right password and the ticket. The `type` strings that go with these message
/// keys are unverified (protocol.md 2.1): a client must cope with any.
pub(super) fn obstacle(obstacle: Obstacle) -> Response {
    match obstacle {
        Obstacle::Locked => refused("ACCOUNT_LOCKED", "generalLoginAccountLocked"),
        Obstacle::Disabled => refused("ACCOUNT_DISABLED", "generalLoginAccountDisabled"),
        Obstacle::Captcha => refused("CAPTCHA_REQUIRED", ""),
        Obstacle::ChildAccount => refused(
            "LOGIN_DENIED",
            "applicationSecurityPolicyLoginDeniedChildAccountText",
        ),
        Obstacle::RenewPassword => {
            refused("PASSWORD_RENEWAL_REQUIRED", "casLoginViewRenewPassword")
        }
        Obstacle::MfaSetup => refused("MFA_SETUP_REQUIRED", "generalLoginPermanentMFARequired"),
        Obstacle::Consent => consent_required(),
    }
}

/// The terms must be accepted on the web first.
fn consent_required() -> Response {
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
pub(super) fn masked(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    let shown: String = name.chars().take(2).collect();
    format!("{shown}*****@{host}")
}
