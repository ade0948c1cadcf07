//! Days into spans that one request may cover.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Known;
use crate::{
    domain::dates::{DateSpan, back, forward},
    sync::dataset::{Part, Window},
};

/// Spans over all of `days` for `part`, newest first.
pub fn spans(known: &Known, part: &Part, days: &BTreeSet<Date>) -> Vec<DateSpan> {
    let (proven, too_long) = known.limits(part.endpoint);
    windows(days, part.window, proven, too_long)
}

/// Spans over all of `days`, newest first. They begin with what is known to
/// work, double once, and then take all that is claimed to work: the longest is
/// tried only after one longer than the safe one was answered (`protocol.md` 10.5).
fn windows(
    days: &BTreeSet<Date>,
    window: Window,
    proven: Option<u32>,
    too_long: Option<u32>,
) -> Vec<DateSpan> {
    let most = too_long
        .map_or(window.most, |days| window.most.min(days.saturating_sub(1)))
        .max(1);
    let mut size = first_try(window, proven).min(most);
    let mut out = Vec::new();
    let mut rest = days.iter().rev().copied().peekable();
    while let Some(newest) = rest.next() {
        let mut first = back(newest, size - 1);
        if window.by_month {
            first = newest.first_of_month();
        }
        if window.from_mondays {
            // A week cut in two would be in neither answer.
            let late = u32::from(first.weekday().to_monday_zero_offset().unsigned_abs());
            first = forward(first, (7 - late) % 7).min(newest);
        }
        let mut oldest = newest;
        while let Some(day) = rest.next_if(|&day| day >= first) {
            oldest = day;
        }
        out.extend(DateSpan::new(oldest, newest));
        let doubled = window.safe.saturating_mul(2);
        size = if size < doubled {
            doubled.min(most)
        } else {
            most
        };
    }
    out
}

/// The longest span that needs no trying.
pub(super) fn first_try(window: Window, proven: Option<u32>) -> u32 {
    proven.map_or(window.safe, |days| days.max(window.safe).min(window.most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn lengths(
        days: u32,
        window: Window,
        (proven, too_long): (Option<u32>, Option<u32>),
    ) -> Vec<u32> {
        let days = DateSpan::ending(date(2026, 11, 21), days).days().collect();
        windows(&days, window, proven, too_long)
            .iter()
            .map(|span| span.len())
            .collect()
    }

    #[test]
    fn a_claimed_limit_is_reached_in_two_steps() {
        let window = Window::growing(28, 365);
        let new = (None, None);
        assert_eq!(lengths(365, window, new), [28, 56, 281]);
        assert_eq!(lengths(365, window, (Some(365), None)), [365]);
        assert_eq!(
            lengths(365, window, (None, Some(56))),
            [28, 55, 55, 55, 55, 55, 55, 7]
        );
        assert_eq!(lengths(60, Window::of(28), new), [28, 28, 4]);
    }

    #[test]
    fn a_documented_limit_that_is_wrong_gives_way() {
        assert_eq!(lengths(28, Window::of(28), (None, Some(15))), [14, 14]);
    }

    #[test]
    fn weeks_are_not_cut_in_two() {
        let weeks = Window {
            from_mondays: true,
            ..Window::growing(84, 364)
        };
        let days: BTreeSet<_> = DateSpan::ending(date(2026, 11, 21), 400).days().collect();
        let spans = windows(&days, weeks, None, None);
        let (_, newer) = spans.split_last().unwrap();
        for span in newer {
            assert_eq!(
                span.first().weekday(),
                jiff::civil::Weekday::Monday,
                "{span}"
            );
        }
        assert_eq!(spans.iter().map(|span| span.len()).sum::<u32>(), 400);
    }

    #[test]
    fn a_month_is_one_span() {
        let days: BTreeSet<_> = DateSpan::ending(date(2026, 3, 15), 60).days().collect();
        let spans: Vec<_> = windows(&days, Window::MONTH, None, None)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            spans,
            [
                "2026-03-01 … 2026-03-15",
                "2026-02-01 … 2026-02-28",
                "2026-01-15 … 2026-01-31"
            ]
        );
    }

    #[test]
    fn only_wanted_days_are_spanned() {
        let days = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 3)].into();
        let spans: Vec<_> = windows(&days, Window::of(28), None, None)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(spans, ["2026-02-01 … 2026-02-03", "2026-01-01"]);
    }
}
