//! What a test or a demo makes happen while a client looks away.

use std::time::Duration;

use jiff::civil::Date;

use super::Simulator;
use super::ledger::TicketKind;
use super::oauth1::Oauth1Token;

/// What happens to the account's data while a client looks away.
impl Simulator {
    /// A run that has just ended; moves `mylastused`. Returns the activity id.
    pub fn upload_activity(&self) -> i64 {
        let now = self.world.now();
        self.world.upload_run(now.at, now.today)
    }

    /// A run in the evening of a past day that only arrives now. Returns the activity id.
    pub fn upload_activity_on(&self, date: Date) -> i64 {
        let evening = self.world.athlete.instant(date, 20 * 3600);
        self.world.upload_run(evening, date)
    }

    /// Renamed on the web: nothing but the name changes.
    pub fn rename_activity(&self, id: i64, name: &str) {
        self.world.edits().rename(id, name);
    }

    /// Deleted on the web: gone from the list, 404 everywhere else.
    pub fn delete_activity(&self, id: i64) {
        self.world.edits().delete(id);
    }

    /// A late upload changes a day's steps; moves `mylastused`.
    pub fn edit_day_steps(&self, date: Date, steps: i64) {
        self.world.edits().set_steps(date, steps);
    }

    /// The day looks empty until [`Simulator::deliver_days`].
    pub fn hold_back_day(&self, date: Date) {
        self.world.edits().hold_back(date);
    }

    /// The watch meets the phone: all days held back arrive; moves `mylastused`.
    pub fn deliver_days(&self) {
        self.world.edits().deliver();
    }
}

/// What happens to the session.
impl Simulator {
    /// Applies to access tokens issued from now on.
    pub fn set_access_ttl(&self, ttl: Duration) {
        self.world.ledger().set_access_ttl(ttl);
    }

    /// All access tokens are out of date at once; refresh tokens stay good.
    pub fn expire_access_tokens(&self) {
        self.world.ledger().expire_access();
    }

    /// "Sign out everywhere": no refresh token issued so far will be taken again.
    pub fn revoke_refresh_tokens(&self) {
        self.world.ledger().revoke_refresh();
    }

    /// The next refresh rotates on the server, but the connection dies before the reply.
    pub fn lose_next_refresh_reply(&self) {
        self.world.ledger().lose_next_refresh();
    }
}

/// What happens at the sign-in doors.
impl Simulator {
    /// A fresh ticket, as somebody copies it who signed in with a browser (protocol.md 4). One for the
    /// web app or for the other region is worth nothing, as in life.
    pub fn browser_ticket(&self, service_url: &str) -> String {
        let mut ledger = self.world.ledger();
        ledger.issue_ticket(service_url, TicketKind::Widget)
    }

    /// The minute is over for every ticket issued so far.
    pub fn expire_tickets(&self) {
        self.world.ledger().expire_tickets();
    }

    /// Passwords with this SSO client id are answered with 429, as if others had used up the budget of
    /// the address. The widget, which sends no client id, has the empty one.
    pub fn block_sign_ins(&self, client_id: &str) {
        self.world.turnstile().block(client_id);
    }

    pub fn unblock_sign_ins(&self, client_id: &str) {
        self.world.turnstile().unblock(client_id);
    }
}

/// What the account's owner does on the key page, and what garth left behind.
impl Simulator {
    /// Deletes the key: it and its bearers are refused at once (personal-api.md 2).
    pub fn revoke_personal_key(&self) {
        self.world.keys().revoke();
    }

    /// Makes a new key, which ends the one before. Returns the new one.
    pub fn replace_personal_key(&self) -> String {
        let key = self.world.keys().replace();
        self.world.ledger().remember(&key);
        key
    }

    /// All bearers of the Personal API are out of date at once; the key stays good.
    pub fn expire_personal_bearers(&self) {
        self.world.keys().expire_bearers();
    }

    /// An OAuth1 pair as an earlier sign-in with garth left it in its files (protocol.md 8.2).
    pub fn oauth1_token(&self) -> Oauth1Token {
        self.world.issue_oauth1()
    }

    /// No OAuth1 pair issued so far will be taken again.
    pub fn revoke_oauth1_tokens(&self) {
        self.world.oauth1().clear();
    }
}
