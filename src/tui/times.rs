//! Instants as a person reads them: relative, or exact when asked for.
//!
//! Past times stop at the minute, so that a calm screen needs no redraw each
//! second; only a countdown shows seconds.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use crate::domain::wording::counted;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// From when, where, and how times are told.
#[derive(Clone, Copy, Debug)]
pub struct Times<'a> {
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    /// Show the clock's time instead of the distance.
    pub exact: bool,
}

impl Times<'_> {
    /// "just now", "2 min ago"; or exactly "12 Oct 14:07".
    pub fn past(&self, at: Timestamp) -> String {
        if self.exact {
            return self.stamp(at);
        }
        match seconds(at, self.now) {
            ..MINUTE => "just now".to_owned(),
            s => format!("{} ago", distance(s)),
        }
    }

    /// "in 23 min", "now"; or exactly "21 Nov 14:30".
    pub fn future(&self, at: Timestamp) -> String {
        if self.exact {
            return self.stamp(at);
        }
        match seconds(self.now, at) {
            ..=0 => "now".to_owned(),
            s @ 1..MINUTE => format!("in {s} s"),
            s => format!("in {}", distance(s)),
        }
    }

    /// `14:07:12`
    pub fn clock(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone())
            .strftime("%H:%M:%S")
            .to_string()
    }

    /// `21 Nov 2026 14:07:12`
    pub fn exactly(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.zone.clone());
        at.strftime("%-d %b %Y %H:%M:%S").to_string()
    }

    /// `12 Oct`, with the year when it is another one.
    pub fn day(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.zone.clone());
        let format = if at.year() == self.now.to_zoned(self.zone.clone()).year() {
            "%-d %b"
        } else {
            "%-d %b %Y"
        };
        at.strftime(format).to_string()
    }

    fn stamp(&self, at: Timestamp) -> String {
        let clock = at.to_zoned(self.zone.clone());
        let today = self.now.to_zoned(self.zone.clone()).date() == clock.date();
        if today {
            clock.strftime("%H:%M:%S").to_string()
        } else {
            format!("{} {}", self.day(at), clock.strftime("%H:%M"))
        }
    }
}

/// How long the words for `at` stay as they are. Nothing has to be drawn, and
/// nobody woken, before.
pub fn stands_for(now: Timestamp, at: Timestamp) -> Duration {
    let unit = |s: i64| match s {
        ..HOUR => MINUTE,
        HOUR..DAY => HOUR,
        _ => DAY,
    };
    let left = match (seconds(at, now), seconds(now, at)) {
        (past, _) if past >= 0 => unit(past) - past % unit(past),
        (_, future @ ..MINUTE) => future.min(1),
        (_, future) => future % unit(future) + 1,
    };
    Duration::from_secs(u64::try_from(left).unwrap_or(1).max(1))
}

/// `4:31`, `1:04:31`; `0:00` once it is over.
pub fn countdown(now: Timestamp, until: Timestamp) -> String {
    let left = seconds(now, until).max(0);
    let (hours, minutes, seconds) = (left / HOUR, left % HOUR / MINUTE, left % MINUTE);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// The largest unit that says enough; "1 day", never "26 h".
fn distance(seconds: i64) -> String {
    match seconds {
        ..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => format!("{} h", seconds / HOUR),
        _ => counted(seconds / DAY, "day"),
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    // Rounded up, so that a countdown shows its full time first and 0:00 last.
    let ms = to.as_millisecond() - from.as_millisecond();
    ms.div_euclid(1000) + i64::from(ms.rem_euclid(1000) > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + second).unwrap()
    }

    fn times(zone: &TimeZone, exact: bool) -> Times<'_> {
        Times {
            now: at(0),
            zone,
            exact,
        }
    }

    #[test]
    fn the_past_stops_at_the_minute() {
        let zone = TimeZone::UTC;
        let past = |s: i64| times(&zone, false).past(at(-s));
        assert_eq!(
            past(-5),
            "just now",
            "another machine's clock may run ahead"
        );
        assert_eq!(past(59), "just now");
        assert_eq!(past(60), "1 min ago");
        assert_eq!(past(3599), "59 min ago");
        assert_eq!(past(3600), "1 h ago");
        assert_eq!(past(86_400), "1 day ago");
        assert_eq!(past(3 * 86_400), "3 days ago");
    }

    #[test]
    fn words_stand_until_the_next_would_be_said() {
        let zone = TimeZone::UTC;
        let said = |now: i64, of: i64| {
            let times = Times {
                now: at(now),
                zone: &zone,
                exact: false,
            };
            (times.past(at(of)), times.future(at(of)))
        };
        for of in [
            -200_000, -90_000, -86_400, -3700, -3600, -61, -60, -1, 0, 1, 59, 60, 61, 3600,
        ] {
            let wait = i64::try_from(stands_for(at(0), at(of)).as_secs()).unwrap();
            assert_eq!(said(0, of), said(wait - 1, of), "{of}: not before {wait}");
            assert_ne!(said(0, of), said(wait, of), "{of}: after {wait}");
        }
        for of in [3661, 7200, 86_400, 90_000, 200_000] {
            let wait = i64::try_from(stands_for(at(0), at(of)).as_secs()).unwrap();
            assert_ne!(said(0, of).1, said(wait, of).1, "{of}: after {wait}");
        }
    }

    #[test]
    fn the_future_counts_its_last_seconds() {
        let zone = TimeZone::UTC;
        let future = |s: i64| times(&zone, false).future(at(s));
        assert_eq!(future(-1), "now");
        assert_eq!(future(43), "in 43 s");
        assert_eq!(future(23 * 60 + 5), "in 23 min");
        assert_eq!(future(17 * 3600), "in 17 h");
        assert_eq!(future(23 * 86_400), "in 23 days");
    }

    #[test]
    fn exact_times_name_the_day_unless_it_is_today() {
        let zone = TimeZone::UTC;
        let exact = times(&zone, true);
        assert_eq!(exact.past(at(-60)), exact.clock(at(-60)));
        assert_eq!(exact.future(at(40 * 86_400)).matches(':').count(), 1);
    }

    #[test]
    fn countdowns_end_at_zero() {
        assert_eq!(countdown(at(0), at(271)), "4:31");
        assert_eq!(countdown(at(0), at(3871)), "1:04:31");
        assert_eq!(countdown(at(9), at(0)), "0:00");
    }
}
