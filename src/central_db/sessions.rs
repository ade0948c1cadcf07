//! Table `garmin_authentication_state`: one row per account and lane.
//!
//! The rule that keeps a session from being lost lives in [`store_pair`]: the
//! new pair, its generation and the pair before it are one statement.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::convert::{ms, opt_ms, opt_timestamp, word};
use crate::domain::{
    account::AccountId,
    session::{Door, Lane, LaneState, SessionStatus},
};

/// Pages for both pairs, audit and log, with room to spare.
const RESERVED_BYTES: i64 = 64 << 10;

/// A lane's row as stored.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// 0 before the first pair.
    pub generation: u64,
    /// Sealed tokens of `generation`; `None`: no session.
    pub session_data: Option<Vec<u8>>,
    /// Sealed tokens of `generation - 1`.
    pub previous_session_data: Option<Vec<u8>>,
    pub door: Option<Door>,
    pub signed_in_at: Option<Timestamp>,
    pub access_expires_at: Option<Timestamp>,
    pub refresh_expires_at: Option<Timestamp>,
    pub last_validated_at: Option<Timestamp>,
    /// A refresh was sent and its answer never stored: Garmin may have rotated.
    pub refresh_started_at: Option<Timestamp>,
    /// The lock file under which it was sent.
    pub refresh_by: Option<String>,
    pub ended_reason: Option<String>,
}

impl StoredSession {
    pub fn status(&self, now: Timestamp) -> SessionStatus {
        match (&self.session_data, &self.ended_reason) {
            (Some(_), _) if self.refresh_expires_at.is_some_and(|at| at <= now) => {
                SessionStatus::Expired
            }
            (Some(_), _) => SessionStatus::Valid,
            (None, Some(_)) => SessionStatus::Expired,
            (None, None) => SessionStatus::Missing,
        }
    }

    pub fn lane_state(&self, lane: Lane, now: Timestamp) -> LaneState {
        LaneState {
            lane,
            status: self.status(now),
            door: self.door,
            signed_in_at: self.signed_in_at,
            access_expires_at: self.access_expires_at,
            refresh_expires_at: self.refresh_expires_at,
            last_validated_at: self.last_validated_at,
            generation: self.generation,
            ended_reason: self.ended_reason.clone(),
        }
    }
}

/// A sealed pair on its way into the row.
#[derive(Clone, Debug)]
pub struct NewPair {
    /// One more than the row holds; anything else is refused.
    pub generation: u64,
    pub sealed: Vec<u8>,
    pub access_expires_at: Timestamp,
    pub refresh_expires_at: Option<Timestamp>,
    /// `Some` when a person signed in, and how: the pair before it has no claim any more.
    pub signed_in: Option<(Timestamp, Door)>,
}

/// The lanes that have a session.
pub fn lanes(connection: &Connection, account: AccountId) -> rusqlite::Result<Vec<Lane>> {
    connection
        .prepare_cached(
            "SELECT lane FROM garmin_authentication_state
             WHERE account = :account AND session_data IS NOT NULL",
        )?
        .query_map(named_params! { ":account": account.get() }, |row| {
            word(row, "lane", Lane::from_name)
        })?
        .collect()
}

pub fn load(
    connection: &Connection,
    account: AccountId,
    lane: Lane,
) -> rusqlite::Result<Option<StoredSession>> {
    connection
        .prepare_cached(
            "SELECT * FROM garmin_authentication_state WHERE account = :account AND lane = :lane",
        )?
        .query_row(
            named_params! { ":account": account.get(), ":lane": lane.name() },
            session,
        )
        .optional()
}

/// Replaces the pair, keeps the one before it, and closes the refresh intent.
/// `false`, and nothing written, if another process stored a pair meanwhile.
pub fn store_pair(
    connection: &Connection,
    account: AccountId,
    lane: Lane,
    pair: &NewPair,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "INSERT INTO garmin_authentication_state (account, lane) VALUES (:account, :lane)
             ON CONFLICT (account, lane) DO NOTHING",
        )?
        .execute(named_params! { ":account": account.get(), ":lane": lane.name() })?;
    let written = connection
        .prepare_cached(
            "UPDATE garmin_authentication_state SET
                 previous_session_data = CASE WHEN :signed_in_at IS NULL THEN session_data END,
                 session_data = :sealed,
                 generation = :generation,
                 access_expires_at = :access_expires_at,
                 refresh_expires_at = :refresh_expires_at,
                 signed_in_at = coalesce(:signed_in_at, signed_in_at),
                 door = coalesce(:door, door),
                 user_id = (SELECT user_id FROM account WHERE id = :account),
                 last_validated = NULL,
                 refresh_started_at = NULL,
                 refresh_by = NULL,
                 ended_at = NULL,
                 ended_reason = NULL
             WHERE account = :account AND lane = :lane AND generation = :generation - 1",
        )?
        .execute(named_params! {
            ":account": account.get(),
            ":lane": lane.name(),
            ":sealed": pair.sealed,
            ":generation": integer(pair.generation),
            ":access_expires_at": ms(pair.access_expires_at),
            ":refresh_expires_at": opt_ms(pair.refresh_expires_at),
            ":signed_in_at": opt_ms(pair.signed_in.map(|(at, _)| at)),
            ":door": pair.signed_in.map(|(_, door)| door.name()),
        })?;
    Ok(written == 1)
}

/// Makes room in the file for the next pair and what is written with it.
pub(super) fn reserve(
    connection: &Connection,
    account: AccountId,
    lane: Lane,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO garmin_authentication_state (account, lane, reserved)
             VALUES (:account, :lane, zeroblob(:bytes))
             ON CONFLICT (account, lane) DO UPDATE SET reserved = excluded.reserved",
        )?
        .execute(named_params! {
            ":account": account.get(), ":lane": lane.name(), ":bytes": RESERVED_BYTES,
        })?;
    Ok(())
}

/// Gives the room back, for the next transaction to use.
pub(super) fn release(
    connection: &Connection,
    account: AccountId,
    lane: Lane,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE garmin_authentication_state SET reserved = NULL
             WHERE account = :account AND lane = :lane",
        )?
        .execute(named_params! { ":account": account.get(), ":lane": lane.name() })?;
    Ok(())
}

/// Writes down, before Garmin is called, that the pair may be spent from now on, and
/// under which lock file. `false`: another process stored a pair meanwhile.
pub fn begin_refresh(
    connection: &Connection,
    account: AccountId,
    lane: Lane,
    generation: u64,
    by: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let begun = connection
        .prepare_cached(
            "UPDATE garmin_authentication_state
             SET refresh_started_at = :now, refresh_by = :by
             WHERE account = :account AND lane = :lane AND generation = :generation
                 AND session_data IS NOT NULL",
        )?
        .execute(named_params! {
            ":account": account.get(), ":lane": lane.name(), ":generation": integer(generation),
            ":by": by, ":now": ms(now),
        })?;
    Ok(begun == 1)
}

/// The refresh is known not to have happened: the pair is as good as before.
pub fn abandon_refresh(
    connection: &Connection,
    account: AccountId,
    lane: Lane,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE garmin_authentication_state SET refresh_started_at = NULL, refresh_by = NULL
             WHERE account = :account AND lane = :lane",
        )?
        .execute(named_params! { ":account": account.get(), ":lane": lane.name() })?;
    Ok(())
}

/// `generation` was accepted; a pair stored since has to prove itself.
pub fn set_validated(
    connection: &Connection,
    account: AccountId,
    lane: Lane,
    generation: u64,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE garmin_authentication_state SET last_validated = :at,
                 user_id = (SELECT user_id FROM account WHERE id = :account)
             WHERE account = :account AND lane = :lane AND generation = :generation",
        )?
        .execute(named_params! {
            ":account": account.get(),
            ":lane": lane.name(),
            ":generation": integer(generation),
            ":at": ms(now),
        })?;
    Ok(())
}

/// Clears the session after a definite refusal: `EXPIRED`, with the reason.
/// A pair stored since is none of this refusal's business.
pub fn end(
    connection: &Connection,
    account: AccountId,
    lane: Lane,
    generation: u64,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE garmin_authentication_state SET session_data = NULL, previous_session_data = NULL,
                 access_expires_at = NULL, refresh_expires_at = NULL, refresh_started_at = NULL, refresh_by = NULL,
                 ended_at = :now, ended_reason = :reason
             WHERE account = :account AND lane = :lane AND generation = :generation
                 AND session_data IS NOT NULL",
        )?
        .execute(named_params! {
            ":account": account.get(),
            ":lane": lane.name(),
            ":generation": integer(generation),
            ":now": ms(now),
            ":reason": reason,
        })?;
    Ok(())
}

/// Forgets every session of an account: `MISSING`. The generation stays, so
/// that a process which still holds an old pair notices.
pub fn forget(connection: &Connection, account: AccountId) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE garmin_authentication_state SET session_data = NULL, previous_session_data = NULL,
                 mfa_pending = 0, last_validated = NULL, signed_in_at = NULL, access_expires_at = NULL,
                 refresh_expires_at = NULL, refresh_started_at = NULL, refresh_by = NULL,
                 ended_at = NULL, ended_reason = NULL,
                 generation = generation + 1
             WHERE account = :account",
        )?
        .execute(named_params! { ":account": account.get() })?;
    Ok(())
}

/// What is sealed in one row, and what it is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSession {
    pub account: AccountId,
    pub lane: Lane,
    /// Of `session_data`; the previous pair has the one before.
    pub generation: u64,
    pub session_data: Option<Vec<u8>>,
    pub previous_session_data: Option<Vec<u8>>,
}

/// Every row that holds something sealed.
pub fn all_sealed(connection: &Connection) -> rusqlite::Result<Vec<SealedSession>> {
    connection
        .prepare_cached(
            "SELECT * FROM garmin_authentication_state
             WHERE session_data IS NOT NULL OR previous_session_data IS NOT NULL
             ORDER BY account, lane",
        )?
        .query_map([], |row| {
            Ok(SealedSession {
                account: AccountId::new(row.get("account")?),
                lane: word(row, "lane", Lane::from_name)?,
                generation: generation(row)?,
                session_data: row.get("session_data")?,
                previous_session_data: row.get("previous_session_data")?,
            })
        })?
        .collect()
}

/// Writes the same secrets under another seal: nothing else of the row moves,
/// least of all the generation, which is bound into the seal.
pub fn reseal(connection: &Connection, sealed: &SealedSession) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE garmin_authentication_state
             SET session_data = :data, previous_session_data = :previous
             WHERE account = :account AND lane = :lane AND generation = :generation",
        )?
        .execute(named_params! {
            ":account": sealed.account.get(), ":lane": sealed.lane.name(),
            ":generation": integer(sealed.generation),
            ":data": sealed.session_data, ":previous": sealed.previous_session_data,
        })?;
    Ok(())
}

/// Keeps the `mfa_pending` column in step with table `mfa_challenge`.
pub(super) fn set_mfa_pending(
    connection: &Connection,
    account: AccountId,
    pending: bool,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO garmin_authentication_state (account, lane, mfa_pending)
             VALUES (:account, 'connect', :pending)
             ON CONFLICT (account, lane) DO UPDATE SET mfa_pending = excluded.mfa_pending",
        )?
        .execute(named_params! { ":account": account.get(), ":pending": pending })?;
    Ok(())
}

fn session(row: &Row<'_>) -> rusqlite::Result<StoredSession> {
    Ok(StoredSession {
        generation: generation(row)?,
        session_data: row.get("session_data")?,
        previous_session_data: row.get("previous_session_data")?,
        door: row
            .get::<_, Option<String>>("door")?
            .as_deref()
            .and_then(Door::from_name),
        signed_in_at: opt_timestamp(row, "signed_in_at")?,
        access_expires_at: opt_timestamp(row, "access_expires_at")?,
        refresh_expires_at: opt_timestamp(row, "refresh_expires_at")?,
        last_validated_at: opt_timestamp(row, "last_validated")?,
        refresh_started_at: opt_timestamp(row, "refresh_started_at")?,
        refresh_by: row.get("refresh_by")?,
        ended_reason: row.get("ended_reason")?,
    })
}

fn generation(row: &Row<'_>) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>("generation")?).unwrap_or(0))
}

fn integer(generation: u64) -> i64 {
    i64::try_from(generation).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central_db::fixture;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn pair(generation: u64, signed_in: bool) -> NewPair {
        NewPair {
            generation,
            sealed: vec![u8::try_from(generation).unwrap()],
            access_expires_at: at(100),
            refresh_expires_at: Some(at(1000)),
            signed_in: signed_in.then(|| (at(1), Door::Password)),
        }
    }

    #[test]
    fn a_new_pair_keeps_the_one_before_it() {
        let f = fixture::connection();
        let db = &f.connection;
        assert!(store_pair(db, f.account, Lane::Connect, &pair(1, true)).unwrap());
        assert!(!begin_refresh(db, f.account, Lane::Connect, 0, None, at(5)).unwrap());
        assert!(begin_refresh(db, f.account, Lane::Connect, 1, None, at(5)).unwrap());
        assert!(store_pair(db, f.account, Lane::Connect, &pair(2, false)).unwrap());
        let row = load(db, f.account, Lane::Connect).unwrap().unwrap();
        assert_eq!(
            (row.session_data, row.previous_session_data),
            (Some(vec![2]), Some(vec![1]))
        );
        assert_eq!((row.generation, row.refresh_started_at), (2, None));
    }

    #[test]
    fn a_pair_of_the_wrong_generation_is_refused() {
        let f = fixture::connection();
        let db = &f.connection;
        assert!(store_pair(db, f.account, Lane::Connect, &pair(1, true)).unwrap());
        assert!(!store_pair(db, f.account, Lane::Connect, &pair(1, false)).unwrap());
        assert!(!store_pair(db, f.account, Lane::Connect, &pair(3, false)).unwrap());
        assert_eq!(
            load(db, f.account, Lane::Connect)
                .unwrap()
                .unwrap()
                .generation,
            1
        );
    }

    #[test]
    fn status_follows_the_row() {
        let f = fixture::connection();
        let db = &f.connection;
        let status = |now| {
            load(db, f.account, Lane::Connect)
                .unwrap()
                .unwrap()
                .status(at(now))
        };
        store_pair(db, f.account, Lane::Connect, &pair(1, true)).unwrap();
        assert_eq!(
            status(500),
            SessionStatus::Valid,
            "an old access token can be refreshed"
        );
        assert_eq!(
            status(1000),
            SessionStatus::Expired,
            "the refresh token ran out"
        );
        end(db, f.account, Lane::Connect, 1, "refused", at(600)).unwrap();
        assert_eq!(status(600), SessionStatus::Expired);
        forget(db, f.account).unwrap();
        assert_eq!(status(600), SessionStatus::Missing);
        assert_eq!(
            load(db, f.account, Lane::Connect)
                .unwrap()
                .unwrap()
                .generation,
            2
        );
    }
}
