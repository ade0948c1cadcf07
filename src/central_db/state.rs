//! The read model the fronts show: the state of every account.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::{accounts, challenges, cool_downs, coverage, jobs, sessions};
use crate::domain::{
    account::Account,
    dataset::Dataset,
    session::{AccountState, Lane, SessionStatus},
};

/// Over how long the reuse rate looks back.
const REUSE_WINDOW: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Every account, by name. Of the days that are missing those of `datasets` are
/// told: what a person does not want is not owed.
pub fn all(
    connection: &Connection,
    datasets: &[Dataset],
    now: Timestamp,
) -> rusqlite::Result<Vec<AccountState>> {
    accounts::all(connection)?
        .into_iter()
        .map(|account| of(connection, account, datasets, now))
        .collect()
}

fn of(
    connection: &Connection,
    account: Account,
    datasets: &[Dataset],
    now: Timestamp,
) -> rusqlite::Result<AccountState> {
    let mut lanes = Vec::new();
    for lane in [Lane::Connect, Lane::Personal] {
        let row = sessions::load(connection, account.id, lane)?;
        lanes.extend(row.map(|row| row.lane_state(lane, now)));
    }
    let mfa = challenges::load(connection, account.id)?.map(|stored| stored.challenge);
    let mfa = mfa.filter(|challenge| !challenge.is_expired(now));
    let any = |status| lanes.iter().any(|lane| lane.status == status);
    let status = if any(SessionStatus::Valid) {
        SessionStatus::Valid
    } else if mfa.is_some() {
        SessionStatus::MfaPending
    } else if any(SessionStatus::Expired) {
        SessionStatus::Expired
    } else {
        SessionStatus::Missing
    };
    let cool_downs = cool_downs::in_force(connection, account.id, now)?;
    let since = now.checked_sub(REUSE_WINDOW).unwrap_or(Timestamp::MIN);
    let reuse = jobs::reuse(connection, account.id, since)?;
    let owed = coverage::owed(connection, account.id, datasets, None)?;
    Ok(AccountState {
        account,
        status,
        lanes,
        mfa,
        cool_downs,
        reuse,
        owed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        central_db::{challenges::StoredChallenge, fixture},
        domain::challenge::{Challenge, MfaMethod},
    };

    #[test]
    fn an_account_walks_from_missing_through_pending_and_back() {
        let f = fixture::connection();
        let now = Timestamp::UNIX_EPOCH;
        let later = now + SignedDuration::from_mins(11);
        let status = |now| all(&f.connection, &[], now).unwrap()[0].status;
        assert_eq!(status(now), SessionStatus::Missing);
        let challenge = Challenge {
            method: MfaMethod::from_wire(None),
            sent_to: None,
            created_at: now,
            expires_at: now + SignedDuration::from_mins(10),
            attempts: 0,
        };
        challenges::store(
            &f.connection,
            f.account,
            &StoredChallenge {
                challenge,
                continuation: vec![1],
            },
        )
        .unwrap();
        assert_eq!(status(now), SessionStatus::MfaPending);
        assert_eq!(
            status(later),
            SessionStatus::Missing,
            "an expired challenge is no hope"
        );
        assert!(challenges::drop_expired(&f.connection, f.account, later).unwrap());
        let sql = "SELECT mfa_pending FROM garmin_authentication_state";
        assert_eq!(
            f.connection
                .query_row(sql, [], |row| row.get::<_, i64>(0))
                .unwrap(),
            0
        );
    }
}
