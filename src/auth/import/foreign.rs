//! The token files of garth and garminconnect (`protocol.md` 8.1).

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{Form, Imported};
use crate::{
    domain::{
        account::Region,
        failure::Failure,
        secret::Secret,
        session::{OAuth1Token, Tokens},
    },
    garmin::{
        tokens::CLIENT_IDS,
        wire::{fields::Fields, token::Claims},
    },
};

/// garth asks for its tokens in this name.
const GARTH_CLIENT_ID: &str = "GARMIN_CONNECT_MOBILE_ANDROID_DI";

type Found = Result<(Form, Imported), Failure>;

pub(super) fn garminconnect(value: &Value, now: Timestamp) -> Found {
    let what = Form::GarminConnect.name();
    let fields = Fields::of(value).ok_or_else(|| incomplete(what))?;
    let (Some(access), Some(refresh)) = (fields.text("di_token"), fields.text("di_refresh_token"))
    else {
        return Err(incomplete(what));
    };
    let claims = Claims::of(&access);
    let named = fields.text("di_client_id");
    let client_id = claims.client_id.or(named);
    // Expiries are not in the file. An opaque token counts as over: it is refreshed first.
    let access_expires_at = claims.expires_at.unwrap_or(now);
    let tokens = Tokens {
        oauth1: None,
        access: Secret::new(access),
        refresh: Secret::new(refresh),
        client_id: client_id.unwrap_or_else(|| first_client_id().to_owned()),
        issued_at: claims.issued_at.unwrap_or(now).min(access_expires_at),
        access_expires_at,
        refresh_expires_at: None,
    };
    let found = Imported {
        connect: Some(tokens),
        region: claims.region,
        ..Imported::default()
    };
    Ok((Form::GarminConnect, found))
}

pub(super) fn oauth2(value: &Value, now: Timestamp) -> Found {
    let what = Form::GarthOAuth2.name();
    let fields = Fields::of(value).ok_or_else(|| incomplete(what))?;
    let (Some(access), Some(refresh)) = (fields.text("access_token"), fields.text("refresh_token"))
    else {
        return Err(incomplete(what));
    };
    let claims = Claims::of(&access);
    let instant = |name| Timestamp::from_second(fields.int(name)?).ok();
    let written = instant("expires_at").or(claims.expires_at);
    let access_expires_at = written.unwrap_or(now);
    let life = fields.reading("expires_in").map(SignedDuration::from_secs);
    let issued_at = life.and_then(|life| access_expires_at.checked_sub(life).ok());
    let tokens = Tokens {
        oauth1: None,
        access: Secret::new(access),
        refresh: Secret::new(refresh),
        client_id: claims
            .client_id
            .unwrap_or_else(|| GARTH_CLIENT_ID.to_owned()),
        issued_at: claims
            .issued_at
            .or(issued_at)
            .unwrap_or(now)
            .min(access_expires_at),
        access_expires_at,
        refresh_expires_at: instant("refresh_token_expires_at"),
    };
    let found = Imported {
        connect: Some(tokens),
        region: claims.region,
        ..Imported::default()
    };
    Ok((Form::GarthOAuth2, found))
}

pub(super) fn oauth1(value: &Value) -> Found {
    let what = Form::GarthOAuth1.name();
    let fields = Fields::of(value).ok_or_else(|| incomplete(what))?;
    // garth leaves it out where nobody chose; any other domain would get the tokens.
    let region = fields
        .text("domain")
        .map(|domain| Region::from_domain(&domain).ok_or_else(foreign_domain))
        .transpose()?;
    let token = match (
        fields.text("oauth_token"),
        fields.text("oauth_token_secret"),
    ) {
        (Some(token), Some(secret)) => Some(OAuth1Token {
            token: Secret::new(token),
            secret: Secret::new(secret),
            mfa_token: Secret::new(fields.text("mfa_token").unwrap_or_default()),
            mfa_expires: fields.text("mfa_expiration_timestamp"),
        }),
        // Written by our own export: the place of a token that never was.
        (None, None) => None,
        _ => return Err(incomplete(what)),
    };
    let found = Imported {
        oauth1: token,
        region,
        ..Imported::default()
    };
    Ok((Form::GarthOAuth1, found))
}

/// The array inside a dumps string: both tokens.
pub(super) fn pair(value: &Value, now: Timestamp) -> Option<Found> {
    let [first, second] = value.as_array()?.as_slice() else {
        return None;
    };
    if !(second.is_object() && (first.is_object() || first.is_null())) {
        return None;
    }
    let mut both = Imported::default();
    let read = || -> Result<Imported, Failure> {
        if first.is_object() {
            both.add(Form::GarthDumps, oauth1(first)?.1);
        }
        both.add(Form::GarthDumps, oauth2(second, now)?.1);
        Ok(both)
    };
    Some(read().map(|both| {
        let found = Imported {
            forms: Vec::new(),
            ..both
        };
        (Form::GarthDumps, found)
    }))
}

/// `None` when it is no base64 of such an array.
pub(super) fn dumps(text: &str, now: Timestamp) -> Option<Found> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let packed: Zeroizing<String> = Zeroizing::new(text.split_whitespace().collect());
    let json = Zeroizing::new(LENIENT.decode(packed.as_bytes()).ok()?);
    pair(&serde_json::from_slice(&json).ok()?, now)
}

const fn first_client_id() -> &'static str {
    let [first, ..] = CLIENT_IDS;
    first
}

fn incomplete(what: &str) -> Failure {
    Failure::usage(
        format!("The {what} lacks a token, so it cannot keep a session alive."),
        "Sign in again with the program that wrote it, or here: garminsync login",
    )
}

fn foreign_domain() -> Failure {
    Failure::usage(
        "The garth session names a domain that is not Garmin's.",
        "Only garmin.com and garmin.cn may be sent tokens; nothing was imported.",
    )
}
