//! What kind of Garmin to stand up: the account, its history, and how strict the doors are.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::region::Region;

/// Everything that is decided before a [`Simulator`](super::Simulator) starts.
///
/// The default is a plain account without a second factor and with a month of history;
/// [`Scenario::demo`] is the one people see.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The same seed gives the same athlete, day by day and byte by byte.
    pub seed: u64,
    /// Days of history, today included; ten years are fine. Requests before the first day find nothing.
    pub days: u32,
    /// Days since the newest watch came, today included. The one before it, of the 1407 days before, knows
    /// no HRV and no readiness, and the first one no stress and no Body Battery either. `None`: since
    /// 2023-04-15.
    pub newest_watch_days: Option<u32>,
    /// The athlete's today, frozen at 15:00 local time. `None`: the system clock decides and moves on.
    pub today: Option<Date>,
    /// Whose Garmin it is; a client of the other region gets nowhere.
    pub region: Region,
    /// How far the server's clock is ahead: moves `Date` headers and the claims of tokens, nothing else.
    pub clock_skew: SignedDuration,
    pub email: String,
    pub password: String,
    /// `None`: the account has no second factor.
    pub mfa: Option<Mfa>,
    /// The one code that is right in this scenario.
    pub mfa_code: String,
    /// How the account answers a right password.
    pub sign_in: SignInPolicy,
    /// When the widget sends the code; the mobile flow always does it at once.
    pub widget_code: CodeDelivery,
    /// Passwords taken per SSO client id and day; `None`: any number (protocol.md 11.1).
    pub sign_in_budget: Option<u32>,
    /// How long a client id is refused after that. Every attempt meanwhile starts it anew.
    pub sign_in_block: Duration,
    /// Wrong passwords in a row that lock the account (protocol.md 11.1).
    pub password_tries: u32,
    /// Lifetime of an access token; Garmin hands out 18 to 30 hours (protocol.md 5).
    pub access_ttl: Duration,
    /// Lifetime of a refresh token; about 30 days at Garmin.
    pub refresh_ttl: Duration,
    /// Lifetime of a service ticket; about a minute at Garmin (protocol.md 4).
    pub ticket_ttl: Duration,
    /// Lifetime of an MFA challenge.
    pub mfa_ttl: Duration,
    /// The key of the official API that the account's owner has made (personal-api.md 2).
    pub personal_key: String,
    /// When that key ends; `None`: a year from the start.
    pub personal_key_ends: Option<Timestamp>,
    /// Waiting time before every answer.
    pub latency: Duration,
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Fresh, valid tokens are refused with "Token is not active" (protocol.md 6.4).
    pub refuse_fresh_tokens: bool,
    /// `false`: the GraphQL gateway answers 403 to everything.
    pub graphql: bool,
    /// Several (aliased) root fields may share one GraphQL request (protocol.md 10.1, untested at Garmin).
    pub graphql_aliases: bool,
    /// Longest span of `userDailySummaryV2Scalar`, days: 28 recorded, 365 claimed (protocol.md 10.2).
    pub graphql_summary_days: u32,
    /// Longest span of `sleepSummariesScalar`, days: 28 recorded, 31 claimed (protocol.md 10.2).
    pub graphql_sleep_days: u32,
    /// Longest span of the other scalars with a range, days: 28 recorded, 365 claimed (protocol.md 10.2).
    /// Of endurance, which counts in weeks, twelve weeks are taken in any case.
    pub graphql_range_days: u32,
    /// Longest span of `v2/dailysummaries` with a phone's bearer, days; `None`: there is no such thing. One
    /// client asks for it (protocol.md 9.4); what the official lane takes is assumed.
    pub summary_days: Option<u32>,
    /// Longest span of Body Battery reports, days: 28 asked by the web, more unknown (protocol.md 9.4).
    pub report_days: u32,
}

/// Where the second factor comes from (protocol.md 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mfa {
    Email,
    Sms,
    /// An authenticator app: nothing is sent.
    Authenticator,
}

impl Mfa {
    /// The spelling in `mfaLastMethodUsed`. Garmin's word for the app is unverified: clients must echo it.
    pub(super) fn wire(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Authenticator => "totp",
        }
    }

    /// Garmin sends the code itself, except to an app.
    pub(super) fn is_sent(self) -> bool {
        !matches!(self, Self::Authenticator)
    }
}

/// When a code is sent by e-mail or SMS (protocol.md 3.3, PGC #386).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodeDelivery {
    /// Nothing is sent before the client asks for it.
    #[default]
    OnRequest,
    /// With the page that asks for the code.
    AtOnce,
}

/// What the sign-in door does with a right password (protocol.md 2.1, table of replies).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignInPolicy {
    #[default]
    Open,
    Locked,
    Disabled,
    Captcha,
    ChildAccount,
    /// The password must be renewed on the web first.
    RenewPassword,
    /// Two-step verification must be set up on the web first.
    MfaSetupRequired,
    /// The terms must be accepted on the web first: `consentTypeList` is not empty.
    ConsentRequired,
    /// Plain 429 with an HTML page.
    RateLimited,
    /// 429 hidden in a 200 body.
    RateLimitedInBody,
    /// 403 with a "Just a moment..." page.
    Challenged,
}

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

impl Default for Scenario {
    fn default() -> Self {
        Self {
            seed: 7,
            days: 30,
            newest_watch_days: None,
            today: None,
            region: Region::Com,
            clock_skew: SignedDuration::ZERO,
            email: "ada@example.com".to_owned(),
            password: "correct-horse".to_owned(),
            mfa: None,
            mfa_code: "314159".to_owned(),
            sign_in: SignInPolicy::Open,
            widget_code: CodeDelivery::OnRequest,
            sign_in_budget: None,
            sign_in_block: Duration::from_secs(DAY),
            password_tries: 5,
            access_ttl: Duration::from_secs(97_344),
            refresh_ttl: Duration::from_secs(30 * DAY),
            ticket_ttl: Duration::from_secs(MINUTE),
            mfa_ttl: Duration::from_secs(10 * MINUTE),
            personal_key: "GCDC_Q7mVtY2sLr9XbH4kNwP8dJ3fZc6TgA5u".to_owned(),
            personal_key_ends: None,
            latency: Duration::ZERO,
            port: 0,
            refuse_fresh_tokens: false,
            graphql: true,
            graphql_aliases: true,
            graphql_summary_days: 365,
            graphql_sleep_days: 31,
            graphql_range_days: 365,
            summary_days: Some(90),
            report_days: 28,
        }
    }
}

impl Scenario {
    /// A Garmin that allows no more than what was recorded: every claim beyond
    /// that turns out wrong (protocol.md 10.2).
    pub fn only_recorded() -> Self {
        Self {
            graphql_aliases: false,
            graphql_summary_days: 28,
            graphql_sleep_days: 28,
            graphql_range_days: 28,
            summary_days: None,
            ..Self::default()
        }
    }

    /// The account behind `garminsync --demo`: Ada, four months of history, a code by e-mail.
    pub fn demo() -> Self {
        Self {
            seed: 1815,
            days: 120,
            password: "demo-run-2026".to_owned(),
            mfa: Some(Mfa::Email),
            latency: Duration::from_millis(60),
            ..Self::default()
        }
    }
}
