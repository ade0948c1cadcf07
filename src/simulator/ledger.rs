//! Tickets and tokens: who was given what, and whether it still counts (protocol.md 4 to 6).

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::clock::Clock;
use super::profile::GARMIN_GUID;
use super::region::Region;
use super::scenario::Scenario;

/// How long each kind of credential lives.
#[derive(Clone, Copy, Debug)]
struct Lifetimes {
    access: Duration,
    refresh: Duration,
    ticket: Duration,
}

/// Who issued a ticket: the suffix tells (protocol.md 2.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TicketKind {
    Mobile,
    Widget,
}

/// Everything that was ever issued.
#[derive(Debug)]
pub(super) struct Ledger {
    ttl: Lifetimes,
    region: Region,
    clock: Clock,
    tickets: HashMap<String, Ticket>,
    access: HashMap<String, Instant>,
    refresh: HashMap<String, Refresh>,
    spent: HashSet<String>,
    secrets: Vec<String>,
    is_next_refresh_lost: bool,
}

#[derive(Debug)]
struct Ticket {
    service: String,
    expires: Instant,
}

#[derive(Debug)]
struct Refresh {
    client_id: String,
    expires: Instant,
}

/// Why a refresh token was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RefreshRefused {
    /// It was good once: this is the second time it is shown.
    Spent,
    /// Expired, revoked, never issued, or issued to another client id.
    Invalid,
}

/// A fresh pair, with the reply that carries it.
#[derive(Debug)]
pub(super) struct Issued {
    pub(super) reply: Value,
    /// The script wants this reply to get lost on the way.
    pub(super) is_lost: bool,
}

impl Ledger {
    pub(super) fn new(scenario: &Scenario, clock: Clock) -> Self {
        Self {
            ttl: Lifetimes {
                access: scenario.access_ttl,
                refresh: scenario.refresh_ttl,
                ticket: scenario.ticket_ttl,
            },
            region: scenario.region,
            clock,
            tickets: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
            spent: HashSet::new(),
            secrets: Vec::new(),
            is_next_refresh_lost: false,
        }
    }

    /// A ticket `ST-<digits>-<20 characters>-<suffix>`, good once for exactly this service URL.
    pub(super) fn issue_ticket(&mut self, service: &str, kind: TicketKind) -> String {
        let suffix = match kind {
            TicketKind::Mobile => "sso",
            TicketKind::Widget => "cas",
        };
        let ticket = format!(
            "ST-{:07}-{}-{suffix}",
            fastrand::u32(100_000..10_000_000),
            word(20)
        );
        // A service that takes its own tickets has done so before anybody else can (protocol.md 4.4).
        if self.region.keeps_tickets(service) {
            let known = Ticket {
                service: service.to_owned(),
                expires: Instant::now() + self.ttl.ticket,
            };
            self.tickets.insert(ticket.clone(), known);
        }
        self.remember(&ticket);
        ticket
    }

    /// Uses up a ticket; `true` if it was good for this service. It is gone either way.
    pub(super) fn redeem(&mut self, ticket: &str, service: &str) -> bool {
        let known = self.tickets.remove(ticket);
        known.is_some_and(|known| known.service == service && known.expires > Instant::now())
    }

    /// All tickets are past their minute.
    pub(super) fn expire_tickets(&mut self) {
        let now = Instant::now();
        self.tickets
            .values_mut()
            .for_each(|ticket| ticket.expires = now);
    }

    /// Trades a ticket for tokens. The ticket is gone afterwards, whether or not the trade came about.
    pub(super) fn exchange(
        &mut self,
        ticket: &str,
        service: &str,
        client_id: &str,
    ) -> Option<Issued> {
        self.redeem(ticket, service).then(|| Issued {
            reply: self.issue_pair(client_id),
            is_lost: false,
        })
    }

    /// Rotates a refresh token: the old one is spent, also if the reply never arrives (protocol.md 6.2).
    pub(super) fn rotate(
        &mut self,
        token: &str,
        client_id: &str,
    ) -> Result<Issued, RefreshRefused> {
        if self.spent.contains(token) {
            return Err(RefreshRefused::Spent);
        }
        let known = self.refresh.get(token).ok_or(RefreshRefused::Invalid)?;
        if known.client_id != client_id || known.expires <= Instant::now() {
            return Err(RefreshRefused::Invalid);
        }
        self.refresh.remove(token);
        self.spent.insert(token.to_owned());
        let is_lost = std::mem::take(&mut self.is_next_refresh_lost);
        Ok(Issued {
            reply: self.issue_pair(client_id),
            is_lost,
        })
    }

    /// Whether a bearer is good right now; the error is the description for `WWW-Authenticate`.
    pub(super) fn check_access(&self, token: &str) -> Result<(), &'static str> {
        match self.access.get(token) {
            None => Err("Invalid access token"),
            Some(expires) if *expires <= Instant::now() => Err("Access token expired"),
            Some(_) => Ok(()),
        }
    }

    /// Applies to tokens issued from now on.
    pub(super) fn set_access_ttl(&mut self, ttl: Duration) {
        self.ttl.access = ttl;
    }

    /// All access tokens are past their time; refresh tokens stay good.
    pub(super) fn expire_access(&mut self) {
        let now = Instant::now();
        self.access.values_mut().for_each(|expires| *expires = now);
    }

    /// "Sign out everywhere": no refresh token issued so far will be taken again.
    pub(super) fn revoke_refresh(&mut self) {
        self.refresh.clear();
    }

    pub(super) fn lose_next_refresh(&mut self) {
        self.is_next_refresh_lost = true;
    }

    /// Notes something that must never turn up in a file.
    pub(super) fn remember(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    pub(super) fn secrets(&self) -> Vec<String> {
        self.secrets.clone()
    }

    /// The reply of protocol.md 5.
    pub(super) fn issue_pair(&mut self, client_id: &str) -> Value {
        let now = Instant::now();
        let jti = uuid();
        let access = self.access_token(client_id, &jti);
        let refresh = word(64);
        self.access.insert(access.clone(), now + self.ttl.access);
        let entry = Refresh {
            client_id: client_id.to_owned(),
            expires: now + self.ttl.refresh,
        };
        self.refresh.insert(refresh.clone(), entry);
        self.remember(&access);
        self.remember(&refresh);
        json!({
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "Bearer",
            "scope": "CONNECT_READ CONNECT_WRITE GARMIN_PROFILE_READ GHS_UPLOAD INSIGHTS_READ",
            "jti": jti,
            "expires_in": self.ttl.access.as_secs(),
            "refresh_token_expires_in": self.ttl.refresh.as_secs().saturating_sub(1),
        })
    }

    fn access_token(&self, client_id: &str, jti: &str) -> String {
        let issued = self.clock.now().as_second();
        let lifetime = i64::try_from(self.ttl.access.as_secs()).unwrap_or(i64::MAX);
        let claims = json!({
            "client_id": client_id,
            "exp": issued.saturating_add(lifetime),
            "iat": issued,
            "iss": self.region.issuer(),
            "jti": jti,
            "garmin_guid": GARMIN_GUID,
            "scope": ["CONNECT_READ", "CONNECT_WRITE"],
        });
        jwt(&claims)
    }
}

/// A token that looks signed. Nobody but Garmin can check the signature, so random letters will do.
pub(super) fn jwt(claims: &Value) -> String {
    let header = json!({ "alg": "RS256", "kid": "di-oauth-signer", "typ": "JWT" });
    let [header, claims] = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    format!("{header}.{claims}.{}", word(86))
}

/// Random letters and digits.
pub(super) fn word(length: usize) -> String {
    std::iter::repeat_with(fastrand::alphanumeric)
        .take(length)
        .collect()
}

/// A random UUID of version 4.
pub(super) fn uuid() -> String {
    let bits = fastrand::u128(..);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        bits >> 96,
        (bits >> 80) & 0xffff,
        (bits >> 68) & 0xfff,
        ((bits >> 52) & 0x3fff) | 0x8000,
        bits & 0xffff_ffff_ffff
    )
}
