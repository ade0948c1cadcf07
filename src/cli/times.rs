//! Spans of time as people say them.

use jiff::{SignedDuration, Timestamp};

use crate::domain::wording::counted;

/// `23 days`, `17 h`, `4 min`, `12 s`: the largest unit, rounded down.
pub(super) fn rough(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    match seconds {
        172_800.. => counted(seconds / 86_400, "day"),
        7_200.. => format!("{} h", seconds / 3_600),
        120.. => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

/// `in 17 h`, or `over` once it has passed.
pub(super) fn until(at: Timestamp, now: Timestamp) -> String {
    if at <= now {
        "over".to_owned()
    } else {
        format!("in {}", rough(at.duration_since(now)))
    }
}

/// `2 min ago`.
pub(super) fn since(at: Timestamp, now: Timestamp) -> String {
    format!("{} ago", rough(now.duration_since(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_unit_that_says_something() {
        let said = |seconds| rough(SignedDuration::from_secs(seconds));
        assert_eq!(
            [0, 119, 120, 7_199, 7_200, 172_799, 172_800].map(said),
            ["0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 days"]
        );
        assert_eq!(said(-5), "0 s");
    }
}
