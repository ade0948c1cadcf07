//! The browser door: a ticket that a person brings. Open whatever state the
//! password door is in, and therefore under no cool-down.

use super::Auth;
use crate::{
    domain::{
        account::Account, audit::AuthAction, failure::Failure, secret::Secret, session::Door,
        sign_in::SignInOutcome,
    },
    garmin::sso::ticket,
};

impl Auth {
    /// Exchanges at once: a ticket lives about a minute.
    pub(super) async fn with_ticket(
        &self,
        account: Account,
        pasted: &Secret,
    ) -> Result<SignInOutcome, Failure> {
        let client = self
            .client(account.region)
            .map_err(|e| e.failure("the service ticket"))?;
        let ticket = ticket::read(pasted.expose(), client.endpoints())
            .map_err(|e| Failure::ticket_unusable(&e.to_string()))?;
        self.exchange(account, client, ticket, AuthAction::SignIn, Door::Browser)
            .await
    }
}
