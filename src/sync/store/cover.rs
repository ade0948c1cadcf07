//! What an answer says of the days that it covers.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rusqlite::Connection;

use super::{Context, Fetched};
use crate::{
    central_db::coverage,
    domain::{
        coverage::{Coverage, EMPTY_SETTLES_AFTER},
        dataset::Dataset,
        dates::{DateSpan, back},
    },
    sync::dataset::{Part, Reading},
};

pub(super) fn cover(
    db: &Connection,
    at: Context,
    (dataset, part): (Dataset, &Part),
    covers: DateSpan,
    (fetched, missed): (&Fetched, &BTreeSet<Date>),
    reading: &Reading,
) -> rusqlite::Result<()> {
    if dataset.is_snapshot() {
        // Taken: what is true on that day.
        return coverage::set(
            db,
            at.account,
            dataset,
            covers.last(),
            Coverage::Got,
            None,
            at.now,
        );
    }
    let spans = reading.rows.iter().filter_map(|row| row.days());
    let mut with_rows: BTreeSet<Date> = spans.flat_map(DateSpan::days).collect();
    if part.window.by_month && !with_rows.is_empty() {
        // One day stands for its month.
        with_rows.extend(covers.days());
    }
    // What is here is not unsaid by an answer without it, unless that is a list of
    // all there is. Sleep lists its naps only.
    let keeps = part.lists.is_none() || dataset == Dataset::Sleep;
    let before = coverage::rows(db, at.account, dataset, covers)?;
    // An item without a date fails alone, but for two cases: it can only be of
    // the one day asked for, or nothing at all could be read.
    let is_lost = covers.len() == 1 || reading.rows.is_empty();
    for day in covers.days() {
        let known = before.get(&day);
        let has_rows = with_rows.contains(&day) || fetched.begun == Some(day);
        let unread = reading.unread.iter().find(|unread| {
            unread.day == Some(day) || (unread.day.is_none() && is_lost && !has_rows)
        });
        let torn = fetched.torn.iter().find(|(span, _)| span.contains(day));
        let reason = unread
            .map(|unread| unread.why.as_str())
            .or(torn.map(|(_, why)| why.as_str()));
        let state = match reason {
            Some(_) => Coverage::Failed,
            // A list may come up short by mistake: what it missed is asked once more.
            None if missed.contains(&day) => Coverage::Open,
            None => settled(day, at.today, has_rows, part.settles_after),
        };
        let stays = keeps && !has_rows && known.is_some_and(|day| day.state == Coverage::Got);
        if !stays {
            coverage::set(db, at.account, dataset, day, state, reason, at.now)?;
        }
        let is_thin = fetched.thin.iter().any(|span| span.contains(day));
        if reason.is_none() && is_thin != known.is_some_and(|day| day.is_thin) {
            coverage::set_thin(db, at.account, dataset, day, is_thin)?;
        }
    }
    Ok(())
}

/// Whether a day may still change. "Nothing" is only said of a day so old that
/// no watch will bring it any more.
fn settled(day: Date, today: Date, has_rows: bool, settles_after: u32) -> Coverage {
    let wait = if has_rows {
        settles_after
    } else {
        EMPTY_SETTLES_AFTER
    };
    if day > back(today, wait) {
        Coverage::Open
    } else if has_rows {
        Coverage::Got
    } else {
        Coverage::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_empty_day_is_final_only_after_two_weeks() {
        let today = date(2026, 11, 21);
        let state = |days, has_rows| settled(back(today, days), today, has_rows, 7);
        assert_eq!(state(0, true), Coverage::Open);
        assert_eq!(state(6, true), Coverage::Open);
        assert_eq!(state(7, true), Coverage::Got);
        assert_eq!(state(13, false), Coverage::Open);
        assert_eq!(state(14, false), Coverage::Nothing);
    }
}
