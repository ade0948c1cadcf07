//! The cookies of sso: which there are, how they are set and read (protocol.md 2.1 and 2.3).

use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{AppendHeaders, IntoResponseParts, ResponseParts};

use super::ledger::word;
use super::profile::GARMIN_GUID;
use super::world::World;

/// The browser session that ties the requests of one sign-in together.
const SESSION: &str = "SESSION";

/// Of the router and the edge; nothing but their presence matters.
const EDGE: [&str; 4] = ["__VCAP_ID__", "__cf_bm", "__cflb", "_cfuvid"];

/// The ticket-granting cookie: its browser is signed in.
const GRANTING: &str = "CASTGC";

/// The cookie of a remembered browser; its real name is not known.
const REMEMBERED: &str = "GARMIN-SSO-REMEMBERED";

/// `Set-Cookie` headers. Not `Secure`: loopback speaks plain HTTP, and jars would keep the cookie back.
#[derive(Debug, Default)]
pub(super) struct Cookies(Vec<(HeaderName, String)>);

impl Cookies {
    /// The session a request belongs to; a new one is announced to the browser.
    pub(super) fn session(&mut self, world: &World, headers: &HeaderMap) -> String {
        let session = world.desk().session(session_of(headers));
        if session.is_new {
            world.ledger().remember(&session.id);
            self.set(SESSION, &session.id);
        }
        session.id
    }

    /// What the edge and the router set with every page (protocol.md 2.1).
    pub(super) fn edge(&mut self, world: &World) -> Vec<(&'static str, String)> {
        let values: Vec<_> = EDGE.into_iter().map(|name| (name, word(43))).collect();
        for (name, value) in &values {
            world.ledger().remember(value);
            self.set(name, value);
        }
        values
    }

    /// The browser is signed in from here on.
    pub(super) fn sign_in(&mut self, world: &World) {
        let granting = format!("TGT-{}", word(50));
        world.ledger().remember(&granting);
        world.desk().grant(&granting);
        self.set(GRANTING, &granting);
        self.set("GARMIN-SSO", "1");
        self.set("GARMIN-SSO-CUST-GUID", GARMIN_GUID);
        self.set("GMN_TRACKABLE", "1");
    }

    /// The browser is spared the second factor from here on (protocol.md 3.2).
    pub(super) fn remember_browser(&mut self, world: &World) {
        let value = world.desk().remember_browser();
        world.ledger().remember(&value);
        self.set(REMEMBERED, &value);
    }

    fn set(&mut self, name: &str, value: &str) {
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

pub(super) fn session_of(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, SESSION)
}

pub(super) fn is_signed_in(world: &World, headers: &HeaderMap) -> bool {
    cookie(headers, GRANTING).is_some_and(|value| world.desk().is_granting(value))
}

pub(super) fn is_remembered(world: &World, headers: &HeaderMap) -> bool {
    cookie(headers, REMEMBERED).is_some_and(|value| world.desk().knows_browser(value))
}

/// The value of one cookie; some stacks send several `Cookie` headers.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
