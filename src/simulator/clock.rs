//! The server's clock, which may differ from the client's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The system clock plus the scenario's skew, and ahead by what a test skipped. Clones share the latter.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    skew: SignedDuration,
    /// Milliseconds.
    skipped: Arc<AtomicI64>,
}

impl Clock {
    pub(super) fn new(skew: SignedDuration) -> Self {
        Self {
            skew,
            skipped: Arc::default(),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        let skipped = SignedDuration::from_millis(self.skipped.load(Ordering::Acquire));
        let now = Timestamp::now();
        now.saturating_add(self.skew.saturating_add(skipped))
            .unwrap_or(now)
    }

    pub(super) fn skipped(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.skipped)
    }

    /// The value of a `Date` header.
    pub(super) fn http_date(&self) -> String {
        let now = TimeZone::UTC.to_datetime(self.now());
        now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
}
