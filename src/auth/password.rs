//! The password door: one post per flavour, a challenge if Garmin wants a code.

use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::{
    Auth,
    flow::{self, Next},
    trail::note,
};
use crate::{
    central_db::{
        accounts, auth_events,
        challenges::{self, StoredChallenge},
    },
    domain::{
        account::{Account, AccountName},
        audit::AuthAction,
        challenge::{Challenge, MfaMethod},
        failure::Failure,
        log::LogLevel,
        secret::Secret,
        session::Door,
        sign_in::{SignInOutcome, SignInStep},
    },
    garmin::{
        client::Client,
        error::GarminError,
        sso::{Attempt, SignIn, SignInReply, mobile, widget},
    },
    vault::Binding,
};

/// How long a challenge is worth answering. Garmin does not say; peers keep it
/// this long (`protocol.md` 3.2).
const CHALLENGE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// A new code may be asked for after this (`protocol.md` 3.2).
const RESEND_WAIT: SignedDuration = SignedDuration::from_secs(30);

impl Auth {
    /// Answers the pending challenge, whichever process met it.
    pub async fn answer_challenge(&self, name: &AccountName, code: &Secret) -> SignInOutcome {
        let answered = self.try_answer(name, code).await;
        answered.unwrap_or_else(SignInOutcome::from)
    }

    /// Asks Garmin for another code. Returns from when on one may be asked for again.
    pub async fn resend_code(&self, name: &AccountName) -> Result<Timestamp, Failure> {
        let (account, stored, mut attempt) = self.pending(name).await?;
        let again_at = stored.challenge.created_at + RESEND_WAIT;
        if self.now() < again_at {
            return Err(Failure::too_early_for_a_code(again_at));
        }
        let client = self
            .client(account.region)
            .map_err(|e| e.failure("the code request"))?;
        match attempt.resend(&client).await {
            None => return Err(Failure::no_way_to_resend(&stored.challenge.method)),
            Some(Err(e)) => {
                return Err(self
                    .passing_failure(&account, AuthAction::CodeRequest, &e)
                    .await?);
            }
            Some(Ok(())) => {}
        }
        let now = self.now();
        // The time to the next one counts from this one; the challenge's end moves with it.
        let challenge = Challenge {
            created_at: now,
            expires_at: now + CHALLENGE_LIFE,
            ..stored.challenge
        };
        self.keep_challenge(&account, challenge, &attempt).await?;
        let id = account.id;
        self.central_db
            .write(move |tx| auth_events::record(tx, id, now, AuthAction::CodeRequest, "OK", None))
            .await?;
        Ok(now + RESEND_WAIT)
    }

    /// Mobile first; the widget only where the mobile bucket is shut, because a
    /// verdict on the password ends the chain (`protocol.md` 2.4).
    pub(super) async fn with_password(
        &self,
        account: Account,
        email: &str,
        password: &Secret,
        on_step: &(dyn Fn(SignInStep) + Send + Sync),
    ) -> Result<SignInOutcome, Failure> {
        let client = self
            .client(account.region)
            .map_err(|e| e.failure("the sign-in"))?;
        self.ready_to_keep(account.id).await?;
        let sign_in = self.begin(&client, on_step);
        let (posted, was_shut) = post_password(&sign_in, email, password).await;
        let (reply, attempt) = match posted {
            Ok(posted) => posted,
            Err(e) => {
                let mut failure = e.failure("the sign-in");
                if !sign_in.has_sent_password() {
                    failure = failure.before_password();
                }
                return self
                    .stop(&account, AuthAction::SignIn, failure, was_shut)
                    .await;
            }
        };
        match flow::after_password(reply) {
            Next::Exchange(ticket) => {
                self.exchange(account, client, ticket, AuthAction::SignIn, Door::Password)
                    .await
            }
            Next::Ask { method, sent_to } => {
                if let Some(rest) = was_shut {
                    // Cleared when the code is right; until then nobody knocks there again.
                    self.rest(&account, rest).await?;
                }
                self.remember_challenge(&account, method, sent_to, &attempt)
                    .await
                    .map(SignInOutcome::MfaRequired)
            }
            Next::AskAgain(failure) => self.stop(&account, AuthAction::SignIn, failure, None).await,
            Next::Stop { failure, rest } => {
                // The mobile bucket stays shut whatever the widget said.
                let rest = flow::Rest::of_both(was_shut, rest);
                self.stop(&account, AuthAction::SignIn, failure, rest).await
            }
        }
    }

    async fn try_answer(
        &self,
        name: &AccountName,
        code: &Secret,
    ) -> Result<SignInOutcome, Failure> {
        let (account, stored, mut attempt) = self.pending(name).await?;
        let client = self
            .client(account.region)
            .map_err(|e| e.failure("the code"))?;
        let id = account.id;
        self.central_db
            .write(move |tx| challenges::count_attempt(tx, id))
            .await?;
        let challenge = Challenge {
            attempts: stored.challenge.attempts + 1,
            ..stored.challenge
        };
        let sign_in = self.begin(&client, &|_| {});
        let reply = match attempt.answer(&sign_in, &challenge.method, code).await {
            Ok(reply) => reply,
            // The challenge is as alive as it was: the network's trouble is not the code's.
            Err(e) => {
                let failure = self
                    .passing_failure(&account, AuthAction::MfaAnswer, &e)
                    .await?;
                return Ok(SignInOutcome::Refused {
                    failure,
                    challenge: Some(challenge),
                });
            }
        };
        match flow::after_code(reply, challenge.attempts) {
            Next::Exchange(ticket) => {
                self.exchange(
                    account,
                    client,
                    ticket,
                    AuthAction::MfaAnswer,
                    Door::Password,
                )
                .await
            }
            Next::AskAgain(failure) => {
                // The reply may have moved the cookies on; the next code needs them.
                self.keep_challenge(&account, challenge.clone(), &attempt)
                    .await?;
                let failure = self
                    .refuse(&account, AuthAction::MfaAnswer, failure, None, false)
                    .await?;
                Ok(SignInOutcome::Refused {
                    failure,
                    challenge: Some(challenge),
                })
            }
            Next::Ask { .. } => {
                self.stop(
                    &account,
                    AuthAction::MfaAnswer,
                    Failure::unexpected_answer("the code"),
                    None,
                )
                .await
            }
            Next::Stop { failure, rest } => {
                self.stop(&account, AuthAction::MfaAnswer, failure, rest)
                    .await
            }
        }
    }

    fn begin<'a>(
        &'a self,
        client: &'a Client,
        on_step: &'a (dyn Fn(SignInStep) + Send + Sync),
    ) -> SignIn<'a> {
        SignIn::new(client, &self.clock, on_step, &self.stop, &self.critical)
    }

    /// The challenge that waits, opened.
    async fn pending(
        &self,
        name: &AccountName,
    ) -> Result<(Account, StoredChallenge, Attempt), Failure> {
        let (wanted, now) = (name.clone(), self.now());
        let found = self
            .central_db
            .write(move |tx| {
                let Some(account) = accounts::by_name(tx, &wanted)? else {
                    return Ok(None);
                };
                let expired = challenges::drop_expired(tx, account.id, now)?;
                let stored = challenges::load(tx, account.id)?;
                Ok(Some((account, stored, expired)))
            })
            .await?;
        let (account, stored) = match found {
            Some((account, Some(stored), _)) => (account, stored),
            Some((_, None, true)) => return Err(Failure::mfa_expired()),
            Some((_, None, false)) | None => return Err(Failure::no_challenge(name)),
        };
        let plain = self.vault.open(
            Binding::Challenge {
                account: account.id,
            },
            &stored.continuation,
        )?;
        let attempt = serde_json::from_slice(&plain)
            .map_err(|_| Failure::unexpected("The stored challenge cannot be read."))?;
        Ok((account, stored, attempt))
    }

    async fn remember_challenge(
        &self,
        account: &Account,
        method: MfaMethod,
        sent_to: Option<String>,
        attempt: &Attempt,
    ) -> Result<Challenge, Failure> {
        let now = self.now();
        let challenge = Challenge {
            method,
            sent_to,
            created_at: now,
            expires_at: now + CHALLENGE_LIFE,
            attempts: 0,
        };
        self.keep_challenge(account, challenge.clone(), attempt)
            .await?;
        let account = account.clone();
        self.central_db
            .write(move |tx| {
                auth_events::record(
                    tx,
                    account.id,
                    now,
                    AuthAction::SignIn,
                    "MFA_REQUIRED",
                    None,
                )?;
                note(
                    tx,
                    &account,
                    now,
                    LogLevel::Session,
                    "Garmin asks for a code",
                )
            })
            .await?;
        Ok(challenge)
    }

    async fn keep_challenge(
        &self,
        account: &Account,
        challenge: Challenge,
        attempt: &Attempt,
    ) -> Result<(), Failure> {
        let id = account.id;
        let plain = Zeroizing::new(serde_json::to_vec(attempt).unwrap_or_default());
        let continuation = self
            .vault
            .seal(Binding::Challenge { account: id }, &plain)?;
        let stored = StoredChallenge {
            challenge,
            continuation,
        };
        Ok(self
            .central_db
            .write(move |tx| challenges::store(tx, id, &stored))
            .await?)
    }

    /// Writes down a failure that leaves the challenge standing.
    async fn passing_failure(
        &self,
        account: &Account,
        action: AuthAction,
        error: &GarminError,
    ) -> Result<Failure, Failure> {
        self.refuse(account, action, error.failure("the code"), None, false)
            .await
    }
}

/// Posts the password by the mobile flavour, and by the widget if the mobile one is
/// shut. The second value is the rest that the shut one asks for.
async fn post_password(
    sign_in: &SignIn<'_>,
    email: &str,
    password: &Secret,
) -> (
    Result<(SignInReply, Attempt), GarminError>,
    Option<flow::Rest>,
) {
    let (reply, attempt) = match mobile::sign_in(sign_in, email, password).await {
        Ok(posted) => posted,
        Err(e) => return (Err(e), None),
    };
    let mobile = (reply, Attempt::Mobile(attempt));
    if !flow::is_shut(&mobile.0) {
        return (Ok(mobile), None);
    }
    let (rest, was_spent) = (flow::rest(&mobile.0), sign_in.has_sent_password());
    let posted = match widget::sign_in(sign_in, email, password).await {
        // A refused page must not hide that the mobile flavour took the password.
        Ok((reply, _)) if was_spent && flow::is_page_refused(&reply) => Ok(mobile),
        Ok((reply, attempt)) => Ok((reply, Attempt::Widget(attempt))),
        // The fallback's own trouble must not hide what the first flavour said, unless
        // that was "not sent" and is no longer true.
        Err(e) if !was_spent && sign_in.has_sent_password() => Err(e),
        Err(_) => Ok(mobile),
    };
    (posted, rest)
}
