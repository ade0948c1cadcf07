//! What follows from each reply of the sign-in service. Pure: no clock, no I/O.
//!
//! Two rules stand above the table: a verdict on the password or the code ends
//! the attempt (trying another way would lock the account), and only a code that
//! was merely wrong keeps the challenge.

use std::time::Duration;

use crate::{
    domain::{challenge::MfaMethod, failure::Failure},
    garmin::sso::{ServiceTicket, SignInReply},
};

/// Codes a person may try on one challenge. Garmin locks code entry for a day
/// after an unknown number (`protocol.md` 3.2); others allow three.
pub const MAX_CODES: u32 = 5;

/// The next step of a sign-in.
#[derive(Debug)]
pub enum Next {
    /// The ticket lives a minute: exchange it at once.
    Exchange(ServiceTicket),
    /// A new challenge: keep it and ask the person.
    Ask {
        method: MfaMethod,
        sent_to: Option<String>,
    },
    /// The challenge stands; ask for another code.
    AskAgain(Failure),
    /// Over, and any challenge with it.
    Stop {
        failure: Failure,
        rest: Option<Rest>,
    },
}

/// Garmin wants us to stay away for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    pub retry_after: Option<Duration>,
    /// Whether it cost a try: the rest is longer then.
    pub password_spent: bool,
}

impl Rest {
    /// After a refusal that cost a try.
    pub const fn spent(retry_after: Option<Duration>) -> Self {
        Self {
            retry_after,
            password_spent: true,
        }
    }

    const fn unspent(retry_after: Option<Duration>) -> Self {
        Self {
            retry_after,
            password_spent: false,
        }
    }

    /// What two flavours ask for together.
    pub fn of_both(first: Option<Self>, second: Option<Self>) -> Option<Self> {
        match (first, second) {
            (Some(first), Some(second)) => Some(Self {
                retry_after: first.retry_after.max(second.retry_after),
                password_spent: first.password_spent || second.password_spent,
            }),
            (one, other) => one.or(other),
        }
    }
}

/// Whether this flavour is shut, so that the other one may be tried.
pub const fn is_shut(reply: &SignInReply) -> bool {
    matches!(
        reply,
        SignInReply::RateLimited { .. }
            | SignInReply::Blocked
            | SignInReply::PageLimited { .. }
            | SignInReply::PageBlocked
            | SignInReply::OtherFlavour
    )
}

/// Whether the flavour ended at its page, before a password was sent.
pub const fn is_page_refused(reply: &SignInReply) -> bool {
    matches!(
        reply,
        SignInReply::PageLimited { .. } | SignInReply::PageBlocked
    )
}

/// The rest that a reply asks for.
pub const fn rest(reply: &SignInReply) -> Option<Rest> {
    match reply {
        SignInReply::RateLimited { retry_after } => Some(Rest::spent(*retry_after)),
        SignInReply::Blocked => Some(Rest::spent(None)),
        SignInReply::PageLimited { retry_after } => Some(Rest::unspent(*retry_after)),
        SignInReply::PageBlocked => Some(Rest::unspent(None)),
        _ => None,
    }
}

pub fn after_password(reply: SignInReply) -> Next {
    match reply {
        SignInReply::Ticket(ticket) => Next::Exchange(ticket),
        SignInReply::MfaRequired { method, sent_to } => Next::Ask { method, sent_to },
        other => verdict(other),
    }
}

/// `tried` counts this code too.
pub fn after_code(reply: SignInReply, tried: u32) -> Next {
    match reply {
        SignInReply::Ticket(ticket) => Next::Exchange(ticket),
        SignInReply::CodeRefused if tried < MAX_CODES => {
            Next::AskAgain(Failure::mfa_code_invalid())
        }
        SignInReply::CodeRefused | SignInReply::ChallengeOver => stop(Failure::mfa_expired()),
        other => verdict(other),
    }
}

fn verdict(reply: SignInReply) -> Next {
    let rest = rest(&reply);
    match reply {
        SignInReply::InvalidCredentials => stop(Failure::invalid_credentials()),
        SignInReply::AccountLocked => stop(Failure::account_locked()),
        SignInReply::CaptchaRequired => stop(Failure::captcha_required()),
        SignInReply::RateLimited { .. } => Next::Stop {
            failure: Failure::rate_limited(None),
            rest,
        },
        SignInReply::Blocked => Next::Stop {
            failure: Failure::blocked(None),
            rest,
        },
        SignInReply::PageLimited { .. } => Next::Stop {
            failure: Failure::sign_in_page_limited(),
            rest,
        },
        SignInReply::PageBlocked => Next::Stop {
            failure: Failure::sign_in_page_blocked(),
            rest,
        },
        SignInReply::OtherFlavour => stop(Failure::sign_in_refused("error", "code 427")),
        SignInReply::Refused { kind, message } => stop(Failure::sign_in_refused(&kind, &message)),
        // A code's verdict on a password, or a ticket handled above: Garmin changed its ways.
        SignInReply::CodeRefused
        | SignInReply::ChallengeOver
        | SignInReply::Ticket(_)
        | SignInReply::MfaRequired { .. } => stop(Failure::unexpected_answer("the sign-in")),
    }
}

fn stop(failure: Failure) -> Next {
    Next::Stop {
        failure,
        rest: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{failure::FailureKind as K, secret::Secret};

    fn stopped(next: Next) -> (K, bool) {
        match next {
            Next::Stop { failure, rest } => (failure.kind, rest.is_some()),
            other => panic!("{other:?}"),
        }
    }

    fn refused() -> SignInReply {
        SignInReply::Refused {
            kind: "NEW".to_owned(),
            message: String::new(),
        }
    }

    #[test]
    fn verdicts_end_the_attempt_and_only_limits_rest() {
        let table = [
            (
                SignInReply::InvalidCredentials,
                K::InvalidCredentials,
                false,
            ),
            (SignInReply::AccountLocked, K::AccountLocked, false),
            (SignInReply::CaptchaRequired, K::CaptchaRequired, false),
            (
                SignInReply::RateLimited { retry_after: None },
                K::RateLimited,
                true,
            ),
            (SignInReply::Blocked, K::Blocked, true),
            (
                SignInReply::PageLimited { retry_after: None },
                K::RateLimited,
                true,
            ),
            (SignInReply::PageBlocked, K::Blocked, true),
            (SignInReply::OtherFlavour, K::SignInRefused, false),
            (refused(), K::SignInRefused, false),
            (SignInReply::CodeRefused, K::UnexpectedAnswer, false),
        ];
        for (reply, kind, rests) in table {
            assert_eq!(stopped(after_password(reply)), (kind, rests));
        }
    }

    #[test]
    fn a_wrong_code_keeps_the_challenge_until_there_were_too_many() {
        for tried in 1..MAX_CODES {
            assert!(matches!(
                after_code(SignInReply::CodeRefused, tried),
                Next::AskAgain(_)
            ));
        }
        assert_eq!(
            stopped(after_code(SignInReply::CodeRefused, MAX_CODES)),
            (K::MfaExpired, false)
        );
        assert_eq!(
            stopped(after_code(SignInReply::ChallengeOver, 1)),
            (K::MfaExpired, false)
        );
        let limited = SignInReply::RateLimited { retry_after: None };
        assert_eq!(
            stopped(after_code(limited, 1)),
            (K::RateLimited, true),
            "the challenge is burnt"
        );
    }

    #[test]
    fn a_try_that_was_spent_anywhere_makes_the_longer_rest() {
        let page = Some(Rest::unspent(Some(Duration::from_mins(1))));
        let spent = Some(Rest::spent(None));
        let both = Rest::of_both(page, spent).unwrap();
        assert!(both.password_spent);
        assert_eq!(both.retry_after, Some(Duration::from_mins(1)));
        assert_eq!(Rest::of_both(None, page), page);
        assert!(!Rest::of_both(page, page).unwrap().password_spent);
    }

    #[test]
    fn a_ticket_is_exchanged_from_either_step() {
        let ticket = || {
            SignInReply::Ticket(ServiceTicket {
                ticket: Secret::new("ST-1"),
                service_url: String::new(),
            })
        };
        assert!(matches!(after_password(ticket()), Next::Exchange(_)));
        assert!(matches!(after_code(ticket(), 1), Next::Exchange(_)));
        let method = MfaMethod::from_wire(Some("sms"));
        let asked = after_password(SignInReply::MfaRequired {
            method,
            sent_to: None,
        });
        assert!(matches!(asked, Next::Ask { .. }));
    }
}
