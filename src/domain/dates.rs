//! Calendar days, in the account's own calendar.

use std::{collections::BTreeSet, fmt};

use jiff::{Span, civil::Date};
use serde::Serialize;

/// Consecutive days, both ends included. Never empty: `first <= last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct DateSpan {
    first: Date,
    last: Date,
}

impl DateSpan {
    /// `None` when `last` lies before `first`.
    pub fn new(first: Date, last: Date) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    pub const fn day(day: Date) -> Self {
        Self {
            first: day,
            last: day,
        }
    }

    /// The `days` days that end on `last` (at least one).
    pub fn ending(last: Date, days: u32) -> Self {
        Self {
            first: back(last, days.max(1) - 1),
            last,
        }
    }

    pub const fn first(self) -> Date {
        self.first
    }

    pub const fn last(self) -> Date {
        self.last
    }

    /// How many days, at least 1.
    pub fn len(self) -> u32 {
        let days = (self.last - self.first).get_days();
        u32::try_from(days).unwrap_or(0) + 1
    }

    /// Never true; here because `len` is.
    pub const fn is_empty(self) -> bool {
        false
    }

    pub fn contains(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    /// The shortest span over both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }

    /// Oldest first.
    pub fn days(self) -> impl DoubleEndedIterator<Item = Date> {
        let first = self.first;
        (0..self.len()).map(move |n| forward(first, n))
    }

    /// Windows of at most `days` days, newest first.
    pub fn windows(self, days: u32) -> Vec<Self> {
        let mut out = Vec::new();
        let mut last = self.last;
        loop {
            let first = back(last, days.max(1) - 1).max(self.first);
            out.push(Self { first, last });
            if first == self.first {
                return out;
            }
            last = back(first, 1);
        }
    }
}

impl fmt::Display for DateSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{} … {}", self.first, self.last)
        }
    }
}

/// The fewest spans that hold exactly `days`, oldest first.
pub fn spans_of(days: &BTreeSet<Date>) -> Vec<DateSpan> {
    let mut spans: Vec<DateSpan> = Vec::new();
    for &day in days {
        match spans.last_mut() {
            Some(last) if forward(last.last, 1) == day => last.last = day,
            _ => spans.push(DateSpan::day(day)),
        }
    }
    spans
}

/// `days` days before `day`; stays put at the calendar's very beginning.
pub fn back(day: Date, days: u32) -> Date {
    day.saturating_sub(Span::new().days(i64::from(days)))
}

/// `days` days after `day`; stays put at the calendar's very end.
pub fn forward(day: Date, days: u32) -> Date {
    day.saturating_add(Span::new().days(i64::from(days)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn windows_cover_the_span_once_newest_first() {
        let span = DateSpan::new(date(2026, 1, 1), date(2026, 3, 1)).unwrap();
        let windows = span.windows(28);
        assert_eq!(
            windows.iter().map(|w| w.len()).collect::<Vec<_>>(),
            [28, 28, 4]
        );
        assert_eq!(windows[0].last(), date(2026, 3, 1));
        let mut days: Vec<_> = windows.iter().flat_map(|w| w.days()).collect();
        days.sort();
        assert_eq!(days, span.days().collect::<Vec<_>>());
    }

    #[test]
    fn a_day_across_a_clock_change_is_one_day() {
        // 29 March 2026 has 23 hours in Berlin; civil days do not care.
        let span = DateSpan::new(date(2026, 3, 28), date(2026, 3, 30)).unwrap();
        assert_eq!(span.len(), 3);
        assert_eq!(DateSpan::ending(date(2026, 3, 30), 28).len(), 28);
    }

    #[test]
    fn days_become_the_fewest_spans() {
        let days = [(2, 27), (2, 28), (3, 1), (3, 3)].map(|(month, day)| date(2026, month, day));
        let spans: Vec<_> = spans_of(&days.into())
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(spans, ["2026-02-27 … 2026-03-01", "2026-03-03"]);
        assert!(spans_of(&BTreeSet::new()).is_empty());
    }

    #[test]
    fn backwards_is_not_a_span() {
        assert!(DateSpan::new(date(2026, 3, 2), date(2026, 3, 1)).is_none());
    }
}
