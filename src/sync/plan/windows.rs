//! Days into spans that one request may cover.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Allowed;
use crate::{
    domain::dates::{DateSpan, back, forward},
    sync::dataset::Window,
};

/// Spans over all of `days`, newest first. They begin with what is known to
/// work, double once, and then take all that is claimed to work: the longest is
/// tried only after one longer than the safe one was answered (`protocol.md` 10.5).
pub(super) fn windows(days: &BTreeSet<Date>, window: Window, allowed: Allowed) -> Vec<DateSpan> {
    let most = allowed
        .too_long
        .map_or(window.most, |days| window.most.min(days.saturating_sub(1)))
        .max(1);
    let mut size = proven(window, allowed).min(most);
    let mut out = Vec::new();
    let mut rest = days.iter().rev().copied().peekable();
    while let Some(newest) = rest.next() {
        let mut first = back(newest, size - 1);
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
pub(super) fn proven(window: Window, allowed: Allowed) -> u32 {
    allowed
        .proven
        .map_or(window.safe, |days| days.max(window.safe).min(window.most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn lengths(days: u32, window: Window, allowed: Allowed) -> Vec<u32> {
        let days = DateSpan::ending(date(2026, 11, 21), days).days().collect();
        windows(&days, window, allowed)
            .iter()
            .map(|span| span.len())
            .collect()
    }

    #[test]
    fn a_claimed_limit_is_reached_in_two_steps() {
        let window = Window::growing(28, 365);
        let new = Allowed::default();
        assert_eq!(lengths(365, window, new), [28, 56, 281]);
        let proven = Allowed {
            proven: Some(365),
            ..new
        };
        assert_eq!(lengths(365, window, proven), [365]);
        let capped = Allowed {
            too_long: Some(56),
            ..new
        };
        assert_eq!(
            lengths(365, window, capped),
            [28, 55, 55, 55, 55, 55, 55, 7]
        );
        assert_eq!(lengths(60, Window::of(28), new), [28, 28, 4]);
    }

    #[test]
    fn a_documented_limit_that_is_wrong_gives_way() {
        let shrunk = Allowed {
            too_long: Some(15),
            ..Allowed::default()
        };
        assert_eq!(lengths(28, Window::of(28), shrunk), [14, 14]);
    }

    #[test]
    fn weeks_are_not_cut_in_two() {
        let weeks = Window {
            from_mondays: true,
            ..Window::growing(84, 364)
        };
        let days: BTreeSet<_> = DateSpan::ending(date(2026, 11, 21), 400).days().collect();
        let spans = windows(&days, weeks, Allowed::default());
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
    fn only_wanted_days_are_spanned() {
        let days = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 3)].into();
        let spans: Vec<_> = windows(&days, Window::of(28), Allowed::default())
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(spans, ["2026-02-01 … 2026-02-03", "2026-01-01"]);
    }
}
