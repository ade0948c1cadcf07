//! Writes down how attempts end: audit line, log line, and the cool-down that follows.

use jiff::Timestamp;
use rusqlite::Transaction;

use super::{Auth, flow::Rest};
use crate::{
    central_db::{
        auth_events, challenges, cool_downs,
        log::{self, NewEntry},
    },
    domain::{
        account::{Account, AccountId},
        audit::AuthAction,
        cool_down::{self, CoolDown, CoolDownScope},
        failure::{Failure, FailureKind},
        log::LogLevel,
        session::Lane,
        sign_in::SignInOutcome,
    },
    garmin::error::GarminError,
};

impl Auth {
    /// Ends the attempt, and a challenge whose answer this was.
    pub(super) async fn stop(
        &self,
        account: &Account,
        action: AuthAction,
        failure: Failure,
        rest: Option<Rest>,
    ) -> Result<SignInOutcome, Failure> {
        // Only a code's own end is the challenge's: a stale ticket or a mistyped key
        // must not cost a sign-in that waits for its code.
        let challenge_over = action == AuthAction::MfaAnswer;
        self.refuse(account, action, failure, rest, challenge_over)
            .await
            .map(SignInOutcome::from)
    }

    /// Enters the cool-down that a shut door asks for.
    pub(super) async fn rest(&self, account: &Account, rest: Rest) -> Result<(), Failure> {
        let (id, now) = (account.id, self.now());
        let reason = Failure::rate_limited(None).summary;
        self.central_db
            .write(move |tx| enter_rest(tx, id, rest, &reason, now))
            .await?;
        Ok(())
    }

    /// A passing error: nothing is cleared; a limit is kept for every process.
    pub(super) async fn passing(
        &self,
        account: AccountId,
        lane: Lane,
        error: &GarminError,
        what: &str,
    ) -> Result<Failure, Failure> {
        let failure = error.failure(what);
        let retry_after = match error {
            GarminError::RateLimited { retry_after } => *retry_after,
            GarminError::Blocked => None,
            _ => return Ok(failure),
        };
        let (scope, now) = (CoolDownScope::of_lane(lane), self.now());
        let reason = failure.summary.clone();
        let cool_down = self
            .central_db
            .write(move |tx| cool_downs::enter(tx, account, scope, retry_after, &reason, now))
            .await?;
        Ok(failure.with_retry_at(Some(cool_down.until)))
    }

    /// Writes a refusal down: audit line, log line, cool-down if one follows.
    pub(super) async fn refuse(
        &self,
        account: &Account,
        action: AuthAction,
        failure: Failure,
        rest: Option<Rest>,
        challenge_over: bool,
    ) -> Result<Failure, Failure> {
        let (account, now) = (account.clone(), self.now());
        let refused = self.central_db.write(move |tx| {
            if challenge_over {
                challenges::drop(tx, account.id)?;
            }
            auth_events::record(tx, account.id, now, action, failure.kind.reason(), None)?;
            note(tx, &account, now, LogLevel::Warn, &failure.summary)?;
            let cool_down = enter_cool_down(tx, &account, &failure, rest, now)?;
            Ok(failure.with_retry_at(cool_down.map(|cool_down| cool_down.until)))
        });
        Ok(refused.await?)
    }
}

fn enter_rest(
    tx: &Transaction<'_>,
    account: AccountId,
    rest: Rest,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<CoolDown> {
    let scope = CoolDownScope::SignIn;
    if rest.password_spent {
        cool_downs::enter(tx, account, scope, rest.retry_after, reason, now)
    } else {
        cool_downs::enter_before_password(tx, account, rest.retry_after, reason, now)
    }
}

/// Enters the cool-down a refusal leads to, if any.
fn enter_cool_down(
    tx: &Transaction<'_>,
    account: &Account,
    failure: &Failure,
    rest: Option<Rest>,
    now: Timestamp,
) -> rusqlite::Result<Option<CoolDown>> {
    let scope = CoolDownScope::SignIn;
    if let Some(rest) = rest {
        return enter_rest(tx, account.id, rest, &failure.summary, now).map(Some);
    }
    if failure.kind == FailureKind::InvalidCredentials {
        let since = now
            .checked_sub(cool_down::WRONG_PASSWORD_WINDOW)
            .unwrap_or(Timestamp::MIN);
        let wrong = auth_events::count_since(tx, account.id, failure.kind.reason(), since)?;
        if wrong >= cool_down::WRONG_PASSWORDS {
            let until = now
                .checked_add(cool_down::WRONG_PASSWORD_WINDOW)
                .unwrap_or(Timestamp::MAX);
            let reason =
                format!("{wrong} wrong passwords within an hour; more would lock the account.");
            let before = cool_downs::load(tx, account.id, scope, now)?;
            let cool_down = CoolDown {
                scope,
                entered_at: Some(now),
                until,
                reason,
                strikes: before.map_or(0, |before| before.strikes),
                is_overridden: false,
            };
            cool_downs::store(tx, account.id, &cool_down)?;
            return Ok(Some(cool_down));
        }
    }
    Ok(None)
}

/// A line about the session in the sync log.
pub(super) fn note(
    tx: &Transaction<'_>,
    account: &Account,
    at: Timestamp,
    level: LogLevel,
    text: &str,
) -> rusqlite::Result<()> {
    let entry = NewEntry {
        at,
        account: account.id,
        job: None,
        level,
        dataset: None,
        text: text.to_owned(),
    };
    log::append(tx, &entry)
}
