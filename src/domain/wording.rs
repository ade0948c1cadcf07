//! Numbers and spans of time in words: the same on screen, on paper and in the log.

use std::fmt::Display;

/// `1 request`, `9 requests`; `2 activities`.
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(number: N, thing: &str) -> String {
    let things = if number == N::from(1) {
        thing.to_owned()
    } else {
        plural(thing)
    };
    format!("{number} {things}")
}

fn plural(thing: &str) -> String {
    match thing.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{thing}s"),
    }
}

/// How long something took: `3.2 s`, `2:05 min`.
pub fn duration(ms: u64) -> String {
    // Rounded as a whole, so that 59.96 s is not 60.0 s.
    match (ms + 50) / 100 {
        tenths @ ..600 => format!("{}.{} s", tenths / 10, tenths % 10),
        tenths => {
            let seconds = (tenths + 5) / 10;
            format!("{}:{:02} min", seconds / 60, seconds % 60)
        }
    }
}

/// How long something will take, as far as that is known: `45 s`, `23 min`.
pub fn estimate(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{} s", seconds.max(1)),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

/// In how many days: `today`, `tomorrow`, `in 23 days`.
pub fn in_days(days: i64) -> String {
    match days {
        ..=0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_nothing_else_is() {
        assert_eq!(counted(1_u32, "request"), "1 request");
        assert_eq!(counted(0_u64, "request"), "0 requests");
        assert_eq!(counted(2_i64, "day"), "2 days");
        assert_eq!(counted(1_usize, "activity"), "1 activity");
        assert_eq!(counted(11_usize, "activity"), "11 activities");
        assert_eq!([0, 1, 2].map(in_days), ["today", "tomorrow", "in 2 days"]);
    }

    #[test]
    fn spans_are_rounded_once() {
        assert_eq!(duration(3249), "3.2 s");
        assert_eq!(duration(3250), "3.3 s");
        assert_eq!(duration(59_949), "59.9 s");
        assert_eq!(duration(59_960), "1:00 min");
        assert_eq!(duration(125_000), "2:05 min");
        assert_eq!(
            [0, 119, 120, 121].map(estimate),
            ["1 s", "119 s", "2 min", "3 min"]
        );
    }
}
