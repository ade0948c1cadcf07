//! Service ticket to tokens, and tokens to fresher tokens (`protocol.md` 5, 6).

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;

use super::{
    client::{Answer, Client, native_headers},
    error::GarminError,
    sso::ServiceTicket,
    wire::{
        errors,
        token::{OAuthError, TokenReply},
    },
};
use crate::domain::{secret::Secret, session::Tokens};

/// In the order in which they are tried (`protocol.md` 5).
pub const CLIENT_IDS: [&str; 4] = [
    "GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2",
    "GARMIN_CONNECT_MOBILE_ANDROID_DI_2024Q4",
    "GARMIN_CONNECT_MOBILE_ANDROID_DI",
    "GARMIN_CONNECT_MOBILE_IOS_DI",
];

/// An identifier, not an address: the same in both regions.
pub const TICKET_GRANT: &str =
    "https://connectapi.garmin.com/di-oauth2-service/oauth/grant/service_ticket";

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// `invalid_grant`: the ticket or refresh token is spent, expired, revoked or of the other region.
    #[error("Garmin no longer accepts it")]
    InvalidGrant,
    /// Another definite no; the tokens may still be good.
    #[error("Garmin refused the client (HTTP {0})")]
    ClientRefused(u16),
    #[error(transparent)]
    Garmin(#[from] GarminError),
}

/// Exchanges a ticket, client id by client id. Stops at a rate limit; when no id
/// is accepted the ticket is dead.
pub async fn exchange(
    client: &Client,
    ticket: &ServiceTicket,
    now: Timestamp,
) -> Result<Tokens, TokenError> {
    let mut refusal = TokenError::InvalidGrant;
    for client_id in CLIENT_IDS {
        let form = [
            ("client_id", client_id),
            ("service_ticket", ticket.ticket.expose()),
            ("grant_type", TICKET_GRANT),
            ("service_url", ticket.service_url.as_str()),
        ];
        match post(client, client_id, &form, None, now).await {
            Ok(tokens) => return Ok(tokens),
            Err(
                e @ (TokenError::InvalidGrant
                | TokenError::ClientRefused(_)
                | TokenError::Garmin(GarminError::Server(_))),
            ) => refusal = e,
            Err(e) => return Err(e),
        }
    }
    Err(refusal)
}

/// Spends the refresh token and brings a new pair. Sent once: only the keeper
/// knows whether sending it again is safe.
pub async fn refresh(
    client: &Client,
    tokens: &Tokens,
    now: Timestamp,
) -> Result<Tokens, TokenError> {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", tokens.client_id.as_str()),
        ("refresh_token", tokens.refresh.expose()),
    ];
    post(client, &tokens.client_id, &form, Some(&tokens.refresh), now).await
}

async fn post(
    client: &Client,
    client_id: &str,
    form: &[(&str, &str)],
    old_refresh: Option<&Secret>,
    now: Timestamp,
) -> Result<Tokens, TokenError> {
    let url = format!(
        "{}/di-oauth2-service/oauth/token",
        client.endpoints().diauth()
    );
    let request = client
        .http()
        .post(url)
        .headers(native_headers())
        .header(
            "Authorization",
            format!("Basic {}", BASE64_STANDARD.encode(format!("{client_id}:"))),
        )
        .header("Accept", "application/json,text/html;q=0.9,*/*;q=0.8")
        .header("Cache-Control", "no-cache")
        .form(form);
    let answer = client.send(request).await?;
    match answer.status {
        200..=299 if !errors::is_limit(&answer) => {
            serde_json::from_slice::<TokenReply>(&answer.body)
                .ok()
                .and_then(|reply| reply.into_tokens(client_id, old_refresh, now))
                .ok_or_else(|| GarminError::Unreadable("the token reply".to_owned()).into())
        }
        _ => Err(refusal(answer)),
    }
}

/// The body of a refusal echoes the refresh token (`protocol.md` 6.3): only its
/// error word is looked at, and nothing of it is kept.
pub(super) fn refusal(answer: Answer) -> TokenError {
    if errors::is_limit(&answer) {
        let retry_after = errors::retry_after(&answer);
        return GarminError::RateLimited { retry_after }.into();
    }
    let status = answer.status;
    let oauth: Option<OAuthError> = serde_json::from_slice(&answer.body).ok();
    match (status, oauth.and_then(|body| body.error)) {
        (400..=403, Some(word)) if word == "invalid_grant" => TokenError::InvalidGrant,
        (400 | 401, _) => TokenError::ClientRefused(status),
        (403, _) if errors::is_json(&answer.body) => TokenError::ClientRefused(status),
        _ => match errors::check(answer) {
            Err(GarminError::Refused { status, .. }) if (400..=403).contains(&status) => {
                TokenError::ClientRefused(status)
            }
            Err(e) => e.into(),
            // 1xx and 3xx never reach here as a success; say so rather than guess.
            Ok(_) => {
                GarminError::Unreadable(format!("the token service answered HTTP {status}")).into()
            }
        },
    }
}
