//! What a test or a demo makes happen while a client looks away.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Simulator;
use super::athlete::{Sport, WeighIn, days, plus_days};
use super::edits::Change;
use super::graphql::scalars;
use super::ledger::TicketKind;
use super::oauth1::Oauth1Token;
use super::wire::plus_seconds;
use crate::domain::dataset::Dataset;

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
        self.change_activity(id, |change| change.name = Some(name.to_owned()));
    }

    /// Given another type on the web, by its `typeKey`. `false`: the simulator does not know that type.
    pub fn retype_activity(&self, id: i64, type_key: &str) -> bool {
        let sport = Sport::by_key(type_key);
        if sport.is_some() {
            self.change_activity(id, |change| change.sport = sport);
        }
        sport.is_some()
    }

    /// Its distance corrected on the web.
    pub fn set_activity_distance(&self, id: i64, metres: f64) {
        self.change_activity(id, |change| change.distance = Some(metres));
    }

    fn change_activity(&self, id: i64, change: impl FnOnce(&mut Change)) {
        let at = self.world.clock.now();
        self.world.edits().change(id, at, change);
    }

    /// Deleted on the web: gone from the list, 404 everywhere else.
    pub fn delete_activity(&self, id: i64) {
        self.world.edits().delete(id);
    }

    /// A late upload changes a day's steps; moves `mylastused` and the day's own last sync.
    pub fn edit_day_steps(&self, date: Date, steps: i64) {
        let at = self.next_upload();
        self.world.edits().set_steps(date, steps, at);
    }

    /// The day looks empty until [`Simulator::deliver_day`] or [`Simulator::deliver_days`].
    pub fn hold_back_day(&self, date: Date) {
        self.world.edits().hold_back(date);
    }

    /// One day held back arrives late; moves `mylastused` and the day's own last sync.
    pub fn deliver_day(&self, date: Date) {
        let at = self.next_upload();
        self.world.edits().deliver(Some(date), at);
    }

    /// The watch meets the phone: all days held back arrive; moves `mylastused` and their last sync.
    pub fn deliver_days(&self) {
        let at = self.next_upload();
        self.world.edits().deliver(None, at);
    }

    fn next_upload(&self) -> Timestamp {
        plus_seconds(self.world.last_upload(&self.world.now()), 1)
    }

    /// Typed in at noon of a day. Returns the `samplePk`.
    pub fn add_weigh_in(&self, date: Date, grams: i64) -> i64 {
        let at = self.world.athlete.instant(date, 12 * 3600);
        let mut pk = at.as_millisecond();
        let mut edits = self.world.edits();
        while edits.has_weigh_in(pk) {
            pk += 1;
        }
        let entry = WeighIn {
            pk,
            at,
            date,
            grams,
            body: None,
        };
        edits.set_weigh_in(pk, Some(entry));
        pk
    }

    /// Another weight for an entry. `false`: there is none with this `samplePk`.
    pub fn edit_weigh_in(&self, sample_pk: i64, grams: i64) -> bool {
        let entry = self.weigh_in(sample_pk);
        let is_there = entry.is_some();
        if let Some(entry) = entry {
            let entry = WeighIn { grams, ..entry };
            self.world.edits().set_weigh_in(sample_pk, Some(entry));
        }
        is_there
    }

    /// Deleted on the web. `false`: there is none with this `samplePk`.
    pub fn delete_weigh_in(&self, sample_pk: i64) -> bool {
        let is_there = self.weigh_in(sample_pk).is_some();
        if is_there {
            self.world.edits().set_weigh_in(sample_pk, None);
        }
        is_there
    }

    fn weigh_in(&self, sample_pk: i64) -> Option<WeighIn> {
        let now = self.world.now();
        let at = Timestamp::from_millisecond(sample_pk).ok()?;
        // The key is a moment of the same day, give or take a zone.
        let noon = jiff::tz::TimeZone::UTC.to_datetime(at).date();
        let near = days(plus_days(noon, -1)..=plus_days(noon, 1));
        near.flat_map(|date| self.world.weigh_ins(date, &now))
            .find(|entry| entry.pk == sample_pk)
    }

    /// A dataset is as if the account never had any, until [`Simulator::show`]. Profile and settings
    /// cannot be hidden: every account has them.
    pub fn hide(&self, dataset: Dataset) {
        self.world.edits().hide(dataset);
    }

    pub fn show(&self, dataset: Dataset) {
        self.world.edits().show(dataset);
    }
}

/// What Garmin changes about its endpoints.
impl Simulator {
    /// Another longest span for an endpoint by its name in the counters, such as `hrv.range`,
    /// `body_battery.reports`, `personal.weight` or `graphql.weightScalar`. `false`: no endpoint has this name.
    pub fn set_cap(&self, endpoint: &str, days: u32) -> bool {
        let is_scalar = |name: &str| scalars().any(|scalar| scalar == name);
        let is_known = super::endpoints()
            .iter()
            .any(|known| known.name() == endpoint)
            || endpoint.strip_prefix("graphql.").is_some_and(is_scalar);
        if is_known {
            self.world.edits().set_cap(endpoint, days);
        }
        is_known
    }

    /// A scalar fails with an error inside a 200 until [`Simulator::allow_scalar`]. `false`: there is none.
    pub fn refuse_scalar(&self, name: &str) -> bool {
        self.world.edits().refuse_scalar(name);
        scalars().any(|scalar| scalar == name)
    }

    pub fn allow_scalar(&self, name: &str) {
        self.world.edits().allow_scalar(name);
    }

    /// The whole GraphQL gateway answers 403 until [`Simulator::allow_graphql`].
    pub fn refuse_graphql(&self) {
        self.world.edits().close_gateway(true);
    }

    pub fn allow_graphql(&self) {
        self.world.edits().close_gateway(false);
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
