//! Table `pace`: when the next request of any process may be sent.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::convert::{ms, timestamp};
use crate::domain::session::Lane;

/// A clock that was set back must not hold requests up for long.
const MOST: Duration = Duration::from_mins(1);

/// Takes the next free moment and keeps `gap` after it free. Every process
/// takes its moment from the same row, so together they keep the gap.
pub fn reserve(
    connection: &Connection,
    lane: Lane,
    gap: Duration,
    now: Timestamp,
) -> rusqlite::Result<Timestamp> {
    let found = connection
        .prepare_cached("SELECT next_at FROM pace WHERE lane = :lane")?
        .query_row(named_params! { ":lane": lane.name() }, |row| {
            timestamp(row, "next_at")
        })
        .optional()?;
    let latest = now + MOST;
    let at = found
        .filter(|&next| next <= latest)
        .map_or(now, |next| next.max(now));
    connection
        .prepare_cached("INSERT OR REPLACE INTO pace (lane, next_at) VALUES (:lane, :next_at)")?
        .execute(named_params! { ":lane": lane.name(), ":next_at": ms(at + gap) })?;
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central_db::fixture;

    #[test]
    fn moments_are_handed_out_one_gap_apart() {
        let f = fixture::connection();
        let now = Timestamp::UNIX_EPOCH;
        let gap = Duration::from_millis(500);
        let at = |now| {
            reserve(&f.connection, Lane::Connect, gap, now)
                .unwrap()
                .as_millisecond()
        };
        assert_eq!([at(now), at(now), at(now)], [0, 500, 1000]);
        assert_eq!(
            at(now + Duration::from_secs(9)),
            9000,
            "a free moment is now"
        );
        assert_eq!(
            at(now - Duration::from_mins(10)),
            -600_000,
            "a clock set back does not wait for the old one"
        );
        let other = reserve(&f.connection, Lane::Personal, gap, now).unwrap();
        assert_eq!(other, now, "each lane has its own");
    }
}
