//! What a password meets at either sign-in door, whatever language the door speaks.

use axum::http::HeaderMap;

use super::cookies;
use super::scenario::{Mfa, SignInPolicy};
use super::turnstile::Passage;
use super::world::World;

/// What came of a password (protocol.md 2.1 and 2.3, tables of replies).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// 429, or 429 hidden in a body.
    Limited {
        is_hidden: bool,
    },
    /// The edge's bot challenge.
    Challenged,
    /// Too many wrong passwords before this one.
    TooManyTries,
    Wrong,
    /// Right, but the account has something else to say.
    Obstacle(Obstacle),
    /// Right, and a second factor is wanted.
    Code(Mfa),
    SignedIn,
}

/// What stands between a right password and the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    Locked,
    Disabled,
    Captcha,
    ChildAccount,
    RenewPassword,
    MfaSetup,
    Consent,
}

/// Counts the attempt and judges it. The widget has no client id: its bucket is the empty one.
pub(super) fn judge(
    world: &World,
    headers: &HeaderMap,
    client_id: &str,
    username: &str,
    password: &str,
) -> Outcome {
    let passage = world.turnstile().pass(client_id);
    world.count(|counters| {
        counters.sign_in_attempts += 1;
        counters.attempts_while_blocked += u64::from(passage == Passage::RefusedAgain);
    });
    let policy = world.scenario.sign_in;
    if policy == SignInPolicy::Challenged {
        return Outcome::Challenged;
    }
    if passage != Passage::Free {
        let is_hidden = policy == SignInPolicy::RateLimitedInBody;
        return Outcome::Limited { is_hidden };
    }
    if world.desk().wrong_passwords() >= world.scenario.password_tries {
        return Outcome::TooManyTries;
    }
    let is_known = username.eq_ignore_ascii_case(&world.scenario.email);
    if !is_known || password != world.scenario.password {
        world.desk().wrong_password();
        return Outcome::Wrong;
    }
    world.desk().right_password();
    if let Some(obstacle) = obstacle(world.scenario.sign_in) {
        return Outcome::Obstacle(obstacle);
    }
    match world.scenario.mfa {
        Some(mfa) if !cookies::is_remembered(world, headers) => Outcome::Code(mfa),
        _ => Outcome::SignedIn,
    }
}

fn obstacle(policy: SignInPolicy) -> Option<Obstacle> {
    Some(match policy {
        SignInPolicy::Locked => Obstacle::Locked,
        SignInPolicy::Disabled => Obstacle::Disabled,
        SignInPolicy::Captcha => Obstacle::Captcha,
        SignInPolicy::ChildAccount => Obstacle::ChildAccount,
        SignInPolicy::RenewPassword => Obstacle::RenewPassword,
        SignInPolicy::MfaSetupRequired => Obstacle::MfaSetup,
        SignInPolicy::ConsentRequired => Obstacle::Consent,
        SignInPolicy::Open
        | SignInPolicy::RateLimited
        | SignInPolicy::RateLimitedInBody
        | SignInPolicy::Challenged => return None,
    })
}
