//! Signing in: from a password to a service ticket.

pub mod cookies;
pub mod mobile;
mod pages;
pub mod ticket;
pub mod widget;

use std::{fmt, sync::OnceLock, time::Duration};

use reqwest::header::LOCATION;
use serde::{Deserialize, Serialize};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use crate::{
    clock::Clock,
    domain::{
        challenge::MfaMethod,
        redact::{hide, remark},
        secret::Secret,
        sign_in::SignInStep,
    },
    garmin::{
        client::{Answer, Client},
        error::GarminError,
        wire::errors,
    },
};

/// As the iOS app's web view says it, on every sign-in request (`protocol.md` 2.1).
const USER_AGENT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 \
                          (KHTML, like Gecko) Mobile/15E148";

/// What the sign-in page and the widget's pages are asked with.
const ACCEPT_PAGE: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const ACCEPT_LANGUAGE: &str = "en-US,en;q=0.9";

/// Redirects followed within one step; Garmin needs one.
const HOPS: u32 = 4;

/// One sign-in under way: by which client and clock, and who is told of its steps.
/// Until the password or the code is sent it ends when the program is told to stop;
/// from then on, quitting waits for it.
pub struct SignIn<'a> {
    client: &'a Client,
    clock: &'a Clock,
    on_step: &'a (dyn Fn(SignInStep) + Send + Sync),
    stop: &'a CancellationToken,
    critical: &'a TaskTracker,
    /// Held from the sending on.
    sent: OnceLock<TaskTrackerToken>,
}

impl fmt::Debug for SignIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").finish_non_exhaustive()
    }
}

impl<'a> SignIn<'a> {
    pub const fn new(
        client: &'a Client,
        clock: &'a Clock,
        on_step: &'a (dyn Fn(SignInStep) + Send + Sync),
        stop: &'a CancellationToken,
        critical: &'a TaskTracker,
    ) -> Self {
        Self {
            client,
            clock,
            on_step,
            stop,
            critical,
            sent: OnceLock::new(),
        }
    }

    /// Whether Garmin may have counted a try with the password.
    pub fn has_sent_password(&self) -> bool {
        self.sent.get().is_some()
    }

    /// What comes before the sending, unless the program is told to stop.
    async fn beforehand<T>(
        &self,
        work: impl Future<Output = Result<T, GarminError>>,
    ) -> Result<T, GarminError> {
        let done = self.stop.run_until_cancelled(work).await;
        done.unwrap_or(Err(GarminError::Stopped))
    }

    fn open_page(&self) {
        (self.on_step)(SignInStep::OpeningPage);
    }

    /// What a person needs to type: from `shortest` to `longest`, at random.
    async fn pause(&self, shortest: Duration, longest: Duration) -> Result<(), GarminError> {
        (self.on_step)(SignInStep::Pausing);
        let spread = longest.saturating_sub(shortest).mul_f64(fastrand::f64());
        let pause = async {
            self.clock.sleep(shortest + spread).await;
            Ok(())
        };
        self.beforehand(pause).await
    }

    fn send_password(&self) -> Result<(), GarminError> {
        self.begin_sending()?;
        (self.on_step)(SignInStep::SigningIn);
        Ok(())
    }

    fn begin_sending(&self) -> Result<(), GarminError> {
        if self.stop.is_cancelled() {
            return Err(GarminError::Stopped);
        }
        self.sent.get_or_init(|| self.critical.token());
        Ok(())
    }
}

/// A page that is refused before any password was sent (`protocol.md` 2.1). `None`:
/// not refused.
fn page_refusal(page: &Answer) -> Result<Option<SignInReply>, GarminError> {
    if errors::is_limit(page) {
        let retry_after = errors::retry_after(page);
        return Ok(Some(SignInReply::PageLimited { retry_after }));
    }
    let text = String::from_utf8_lossy(&page.body);
    let title = pages::title(&text).unwrap_or_default().to_lowercase();
    let has_title = |words: &[&str]| words.iter().any(|word| title.contains(word));
    match page.status {
        status @ 500..=599 => Err(GarminError::Server(status)),
        403 => Ok(Some(SignInReply::PageBlocked)),
        _ if has_title(&["just a moment", "attention required"]) => {
            Ok(Some(SignInReply::PageBlocked))
        }
        _ if has_title(&["bad gateway", "service unavailable"]) => Err(GarminError::Server(502)),
        _ => Ok(None),
    }
}

/// The path of a redirect within the sign-in host; `None` for everything else.
fn redirect(answer: &Answer, client: &Client) -> Option<String> {
    if !(300..400).contains(&answer.status) {
        return None;
    }
    let location = answer.headers.get(LOCATION)?.to_str().ok()?;
    if location.starts_with('/') && !location.starts_with("//") {
        return Some(location.to_owned());
    }
    let endpoints = client.endpoints();
    [endpoints.sso(), endpoints.sso_origin()]
        .iter()
        .find_map(|host| location.strip_prefix(host.as_str()))
        .filter(|path| path.starts_with('/'))
        .map(str::to_owned)
}

/// A password sign-in that met a challenge: what continues it, by either flavour.
/// Sealed into CentralDB, so that another process can answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "flavour", rename_all = "snake_case")]
pub enum Attempt {
    Mobile(mobile::Attempt),
    Widget(widget::Attempt),
}

impl Attempt {
    /// Posts a code by the flavour that issued the challenge, and no other.
    pub async fn answer(
        &mut self,
        sign_in: &SignIn<'_>,
        method: &MfaMethod,
        code: &Secret,
    ) -> Result<SignInReply, GarminError> {
        match self {
            Self::Mobile(attempt) => mobile::answer_challenge(sign_in, attempt, method, code).await,
            Self::Widget(attempt) => widget::answer_challenge(sign_in, attempt, code).await,
        }
    }

    /// Asks for another code. `None`: this flavour has no known way to
    /// (`protocol.md` 3.2).
    pub async fn resend(&mut self, client: &Client) -> Option<Result<(), GarminError>> {
        match self {
            Self::Mobile(_) => None,
            Self::Widget(attempt) => Some(attempt.request_code(client).await),
        }
    }
}

impl SignInReply {
    /// The same, without any piece of what was sent. A method that held one is no method.
    fn hiding(self, secrets: &[&str]) -> Self {
        match self {
            Self::Refused { kind, message } => Self::Refused {
                kind: hide(&remark(&kind, 80), secrets),
                message: hide(&remark(&message, 200), secrets),
            },
            Self::MfaRequired { method, sent_to } => {
                let word = method.wire();
                let is_clean = hide(&remark(word, 200), secrets) == word;
                Self::MfaRequired {
                    method: MfaMethod::from_wire(is_clean.then_some(word)),
                    sent_to: sent_to.map(|to| hide(&to, secrets)),
                }
            }
            other => other,
        }
    }
}

/// A CAS ticket and the service URL it is bound to: single use, about a minute.
#[derive(Clone, Debug)]
pub struct ServiceTicket {
    pub ticket: Secret,
    pub service_url: String,
}

/// Every reply of the sign-in service that means something of its own
/// (`protocol.md` 2.1, 3.2).
#[derive(Clone, Debug)]
pub enum SignInReply {
    Ticket(ServiceTicket),
    /// Password right, second factor wanted. `sent_to` is masked by Garmin.
    MfaRequired {
        method: MfaMethod,
        sent_to: Option<String>,
    },
    /// The code is wrong or too old; the challenge stays alive.
    CodeRefused,
    /// Garmin takes no more codes on this challenge: too many were wrong, or its time is over.
    ChallengeOver,
    InvalidCredentials,
    AccountLocked,
    CaptchaRequired,
    RateLimited {
        retry_after: Option<Duration>,
    },
    /// The sign-in page was limited: no password was sent.
    PageLimited {
        retry_after: Option<Duration>,
    },
    /// The edge's bot protection stood before the sign-in page: no password was sent.
    PageBlocked,
    /// This flavour does not serve the account; another one may (body code 427).
    OtherFlavour,
    /// A page where JSON belongs: the edge's bot protection.
    Blocked,
    /// Any other verdict, in Garmin's words.
    Refused {
        kind: String,
        message: String,
    },
}
