//! The server's clock, which may differ from the client's.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The system clock plus the scenario's skew.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock(SignedDuration);

impl Clock {
    pub(super) fn new(skew: SignedDuration) -> Self {
        Self(skew)
    }

    pub(super) fn now(self) -> Timestamp {
        let now = Timestamp::now();
        now.saturating_add(self.0).unwrap_or(now)
    }

    /// The value of a `Date` header.
    pub(super) fn http_date(self) -> String {
        let now = TimeZone::UTC.to_datetime(self.now());
        now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
}
