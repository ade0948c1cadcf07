//! `login`, `mfa` and `logout`.

use super::{
    Front,
    output::{Output, complain, say},
    prompt,
    report::{SignInReport, SignOutReport},
};
use crate::{
    config::args::LoginArgs,
    domain::{
        account::AccountName,
        challenge::{Challenge, code_digits},
        failure::{Failure, FailureKind},
        secret::Secret,
        sign_in::SignInOutcome,
    },
    engine::{
        command::{Command, SignInDoor},
        event::Event,
    },
};

pub(super) async fn login(front: &mut Front, out: &Output, args: LoginArgs) -> Result<u8, Failure> {
    let account = front.account();
    let email = match args.email {
        Some(email) => email,
        None if prompt::has_person() => prompt::line("E-mail").await?,
        None => {
            return Err(prompt::nobody(
                "the e-mail",
                "Type: garminsync login --email E-MAIL --password-stdin, with the password on standard input.",
            ));
        }
    };
    let email = email.trim().to_owned();
    if !email.contains('@') || email.contains(char::is_whitespace) {
        return Err(Failure::usage(
            "This is no e-mail address.",
            "Give the one you use on connect.garmin.com.",
        ));
    }
    let password = if args.password_stdin {
        prompt::secret_from_stdin("password").await?
    } else if prompt::has_person() {
        prompt::secret("Password (not stored)").await?
    } else {
        return Err(prompt::nobody(
            "the password",
            "Add --password-stdin and give the password as the first line of standard input.",
        ));
    };
    if password.is_empty() {
        return Err(Failure::usage(
            "The password is empty.",
            "Nothing was sent to Garmin; try again.",
        ));
    }
    let mut outcome = send(
        front,
        Command::SignIn {
            account: account.clone(),
            region: None,
            door: SignInDoor::Password {
                email,
                password,
                despite_cool_down: false,
            },
        },
    )
    .await?;
    if out.is_text() && prompt::has_person() {
        outcome = ask_for_codes(front, &account, outcome).await?;
    }
    Ok(show(out, &account, &outcome))
}

pub(super) async fn mfa(
    front: &mut Front,
    out: &Output,
    code: Option<String>,
) -> Result<u8, Failure> {
    let account = with_challenge(front).await?;
    let outcome = match code {
        Some(code) => answer(front, &account, &code).await?,
        None if prompt::has_person() => {
            let challenge = challenge_of(front, &account).await?;
            ask_for_codes(front, &account, SignInOutcome::MfaRequired(challenge)).await?
        }
        None => {
            let challenge = challenge_of(front, &account).await?;
            return Ok(show(out, &account, &SignInOutcome::MfaRequired(challenge)));
        }
    };
    Ok(show(out, &account, &outcome))
}

pub(super) async fn logout(front: &mut Front, out: &Output) -> Result<u8, Failure> {
    let account = front.account();
    let command = Command::SignOut {
        account: account.clone(),
    };
    let had_session = front
        .ask(command, |event| match event {
            Event::SignedOut { had_session, .. } => Some(had_session),
            _ => None,
        })
        .await?;
    let text = if had_session {
        format!("Signed out of account {account}: its session is forgotten, its data stays.")
    } else {
        format!("Account {account} was not signed in.")
    };
    out.result(&text, &SignOutReport::new(account, had_session));
    Ok(0)
}

/// Asks until the code is right, the challenge is over, or the person gives up
/// with an empty line. The challenge then stays pending.
async fn ask_for_codes(
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
        say(&format!(
            "Garmin asks for a code, {}{to}. An empty line leaves it for later.",
            challenge.method.sentence()
        ));
        let code = prompt::line("Code").await?;
        if code.trim().is_empty() {
            return Ok(SignInOutcome::MfaRequired(challenge));
        }
        outcome = match answer(front, account, &code).await {
            Err(failure) if failure.kind == FailureKind::Usage => SignInOutcome::Refused {
                failure,
                challenge: Some(challenge),
            },
            answered => answered?,
        };
    }
}

async fn answer(
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

async fn send(front: &mut Front, command: Command) -> Result<SignInOutcome, Failure> {
    front
        .ask(command, |event| match event {
            Event::SignIn { outcome, .. } => Some(outcome),
            _ => None,
        })
        .await
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

fn show(out: &Output, account: &AccountName, outcome: &SignInOutcome) -> u8 {
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
            failure.kind.exit_code()
        }
    }
}
