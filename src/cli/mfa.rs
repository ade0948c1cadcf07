//! `mfa`, and asking for codes after a `login`.

use std::io::{self, IsTerminal};

use super::{
    Front,
    output::{Output, complain, say},
    prompt,
    report::{CodeSentReport, SignInReport},
};
use crate::{
    domain::{
        account::AccountName,
        challenge::{Challenge, code_digits},
        failure::{Failure, FailureKind},
        secret::Secret,
        sign_in::SignInOutcome,
    },
    engine::{command::Command, event::Event},
};

pub(super) async fn answer(
    front: &mut Front,
    out: &Output,
    code: Option<String>,
) -> Result<u8, Failure> {
    let account = with_challenge(front).await?;
    let outcome = if let Some(code) = code {
        send_code(front, &account, &code).await?
    } else {
        let challenge = challenge_of(front, &account).await?;
        let pending = SignInOutcome::MfaRequired(challenge);
        if prompt::has_person() {
            ask_for_codes(front, &account, pending).await?
        } else {
            pending
        }
    };
    Ok(show(out, &account, &outcome))
}

pub(super) async fn resend(front: &mut Front, out: &Output) -> Result<u8, Failure> {
    let account = with_challenge(front).await?;
    let sent = front.ask(
        Command::ResendCode {
            account: account.clone(),
        },
        |event| match event {
            Event::CodeSent { result, .. } => Some(result),
            _ => None,
        },
    );
    let again_at = sent.await??;
    let text =
        format!("Garmin sends another code. The next one can be asked for after {again_at:.0}.");
    out.result(&text, &CodeSentReport::new(account, again_at));
    Ok(0)
}

/// Asks until the code is right, the challenge is over, or the person gives up
/// with an empty line. The challenge then stays pending.
pub(super) async fn ask_for_codes(
    front: &mut Front,
    account: &AccountName,
    mut outcome: SignInOutcome,
) -> Result<SignInOutcome, Failure> {
    loop {
        let challenge = match &outcome {
            SignInOutcome::MfaRequired(challenge) => challenge.clone(),
            SignInOutcome::Refused {
                failure,
                challenge: Some(challenge),
            } => {
                complain(failure);
                challenge.clone()
            }
            _ => return Ok(outcome),
        };
        let to = challenge
            .sent_to
            .as_deref()
            .map(|to| format!(" ({to})"))
            .unwrap_or_default();
        let how = challenge.method.sentence();
        say(&format!(
            "Garmin asks for a code, {how}{to}. An empty line leaves it for later."
        ));
        let code = prompt::line("Code").await?;
        if code.trim().is_empty() {
            return Ok(SignInOutcome::MfaRequired(challenge));
        }
        outcome = match send_code(front, account, &code).await {
            Err(failure) if failure.kind == FailureKind::Usage => SignInOutcome::Refused {
                failure,
                challenge: Some(challenge),
            },
            answered => answered?,
        };
    }
}

async fn send_code(
    front: &mut Front,
    account: &AccountName,
    code: &str,
) -> Result<SignInOutcome, Failure> {
    let code = code_digits(code)
        .map(Secret::new)
        .ok_or_else(Failure::mfa_code_malformed)?;
    send(
        front,
        Command::AnswerMfa {
            account: account.clone(),
            code,
        },
    )
    .await
}

/// Sends what is answered by `Event::SignIn`.
pub(super) async fn send(front: &mut Front, command: Command) -> Result<SignInOutcome, Failure> {
    let shows_steps = io::stderr().is_terminal();
    front
        .ask(command, |event| match event {
            Event::SignIn { outcome, .. } => Some(outcome),
            Event::SignInStep { step, .. } if shows_steps => {
                say(&format!("{}...", step.sentence()));
                None
            }
            _ => None,
        })
        .await
}

/// Writes the outcome and returns its exit code.
pub(super) fn show(out: &Output, account: &AccountName, outcome: &SignInOutcome) -> u8 {
    let report = SignInReport::new(account, outcome);
    match outcome {
        SignInOutcome::SignedIn { .. } => {
            out.result(report.message(), &report);
            0
        }
        SignInOutcome::MfaRequired(_) => {
            out.result(report.message(), &report);
            FailureKind::MfaRequired.exit_code()
        }
        SignInOutcome::Refused { failure, .. } => {
            if out.is_text() {
                complain(failure);
            } else {
                out.result(report.message(), &report);
            }
            if is_door_shut(failure.kind) {
                say(
                    "garminsync: the browser door is open all the same: garminsync login --browser",
                );
            }
            failure.kind.exit_code()
        }
    }
}

/// Whether the password door is shut for now, and the browser's is not.
const fn is_door_shut(kind: FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::RateLimited
            | FailureKind::Blocked
            | FailureKind::CaptchaRequired
            | FailureKind::CoolDown
    )
}

/// The account named, or else the only one that waits for a code.
async fn with_challenge(front: &Front) -> Result<AccountName, Failure> {
    if let Some(name) = &front.config.account {
        return Ok(name.clone());
    }
    let states = front.states().await?;
    let mut waiting = states
        .into_iter()
        .filter(|state| state.mfa.is_some())
        .map(|state| state.account.name);
    Ok(match (waiting.next(), waiting.next()) {
        (Some(only), None) => only,
        _ => AccountName::default(),
    })
}

async fn challenge_of(front: &Front, account: &AccountName) -> Result<Challenge, Failure> {
    let states = front.states().await?;
    let state = states
        .into_iter()
        .find(|state| state.account.name == *account);
    state
        .and_then(|state| state.mfa)
        .ok_or_else(|| Failure::no_challenge(account))
}
