//! `login` through one of the three doors, and `logout`.

use std::io::{self, Write};

use super::{
    Front, mfa,
    output::{Output, say},
    prompt,
    report::SignOutReport,
};
use crate::{
    config::args::LoginArgs,
    domain::failure::Failure,
    engine::{
        self,
        command::{Command, KeyInput, SignInDoor},
        event::Event,
    },
};

pub(super) async fn login(front: &mut Front, out: &Output, args: LoginArgs) -> Result<u8, Failure> {
    let (account, region) = (front.account(), args.domain);
    let door = if args.browser || args.ticket_stdin {
        browser(front, &args).await?
    } else if args.key_stdin || args.found_key {
        key(&args).await?
    } else {
        password(args).await?
    };
    let is_password = matches!(door, SignInDoor::Password { .. });
    let command = Command::SignIn {
        account: account.clone(),
        region,
        door,
    };
    let mut outcome = mfa::send(front, command).await?;
    if is_password && out.is_text() && prompt::has_person() {
        outcome = mfa::ask_for_codes(front, &account, outcome).await?;
    }
    Ok(mfa::show(out, &account, &outcome))
}

async fn password(args: LoginArgs) -> Result<SignInDoor, Failure> {
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
    Ok(SignInDoor::Password {
        email,
        password,
        despite_cool_down: args.override_cool_down,
    })
}

async fn browser(front: &Front, args: &LoginArgs) -> Result<SignInDoor, Failure> {
    if args.ticket_stdin {
        return Ok(SignInDoor::Browser {
            pasted: prompt::secret_from_stdin("service ticket").await?,
        });
    }
    let url = engine::browser_url(&front.config, args.domain.unwrap_or_default());
    if !prompt::has_person() {
        return Err(prompt::nobody(
            "the address the browser ends on",
            "Give it as the first line of standard input: garminsync login --ticket-stdin",
        ));
    }
    say("Open this address in a browser and sign in:");
    let _ = writeln!(io::stderr().lock(), "\n  {url}\n");
    say("Then copy the whole address the browser ends on; the ticket in it lives about a minute.");
    Ok(SignInDoor::Browser {
        pasted: prompt::secret("Address or ticket (not shown)").await?,
    })
}

async fn key(args: &LoginArgs) -> Result<SignInDoor, Failure> {
    let key = if args.found_key {
        KeyInput::Found
    } else {
        KeyInput::Typed(prompt::secret_from_stdin("personal API key").await?)
    };
    Ok(SignInDoor::Key {
        key,
        expires_on: args.key_expires,
    })
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
