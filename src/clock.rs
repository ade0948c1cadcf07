//! The one place that asks the system for the time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, Zoned, civil::Date, tz::TimeZone};

/// Tells the time. A test's clock is ahead or behind, or stands until it is moved.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    Shifted(SignedDuration),
    /// Epoch milliseconds.
    Manual(Arc<AtomicI64>),
    /// Shifted, and ahead by the milliseconds that were skipped so far.
    Skipping(SignedDuration, Arc<AtomicI64>),
}

impl Clock {
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// The system's time and so much more.
    pub const fn shifted(by: SignedDuration) -> Self {
        Self(Source::Shifted(by))
    }

    pub fn manual(now: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(
            now.as_millisecond(),
        ))))
    }

    /// The system's time and `by` more, whose waits are skipped: each is added to
    /// `skipped` (milliseconds), which a simulator shares to agree on the time.
    pub const fn skipping(by: SignedDuration, skipped: Arc<AtomicI64>) -> Self {
        Self(Source::Skipping(by, skipped))
    }

    /// Whole milliseconds, as CentralDB keeps them.
    pub fn now(&self) -> Timestamp {
        let ms = match &self.0 {
            Source::System => Timestamp::now().as_millisecond(),
            Source::Shifted(by) => Timestamp::now()
                .saturating_add(*by)
                .unwrap_or(Timestamp::MAX)
                .as_millisecond(),
            Source::Manual(ms) => ms.load(Ordering::Acquire),
            Source::Skipping(by, skipped) => Timestamp::now()
                .saturating_add(*by)
                .unwrap_or(Timestamp::MAX)
                .as_millisecond()
                .saturating_add(skipped.load(Ordering::Acquire)),
        };
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Moves a manual clock; a system clock does not listen.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(ms) | Source::Skipping(_, ms) = &self.0 {
            let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            ms.fetch_add(by, Ordering::AcqRel);
        }
    }

    /// Returns once `wait` has passed on this clock. A test's clock makes it pass.
    pub async fn sleep(&self, wait: Duration) {
        match &self.0 {
            Source::System | Source::Shifted(_) => tokio::time::sleep(wait).await,
            Source::Manual(_) | Source::Skipping(..) => self.advance(wait),
        }
    }

    /// The civil day in `zone`, as [`Self::in_zone`] has it.
    pub fn today(&self, zone: Option<&str>) -> Date {
        self.in_zone(zone).date()
    }

    /// Now, in `zone`: an IANA name from Garmin. The system's zone when none is
    /// known yet; UTC, and not a guess, when the name is unknown here.
    pub fn in_zone(&self, zone: Option<&str>) -> Zoned {
        let zone = zone.map_or_else(TimeZone::system, |name| {
            TimeZone::get(name).unwrap_or(TimeZone::UTC)
        });
        self.now().to_zoned(zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_passes_on_the_clock_it_was_asked_of() {
        let wait = Duration::from_mins(3);
        let manual = Clock::manual(Timestamp::UNIX_EPOCH);
        manual.sleep(wait).await;
        assert_eq!(manual.now().as_second(), 180);
        let (skipped, before) = (Arc::default(), Timestamp::now());
        Clock::skipping(SignedDuration::ZERO, Arc::clone(&skipped))
            .sleep(wait)
            .await;
        let other = Clock::skipping(SignedDuration::ZERO, skipped);
        assert!(other.now().duration_since(before).as_secs() >= 179);
    }

    #[tokio::test(start_paused = true)]
    async fn a_real_wait_is_waited_for() {
        for clock in [
            Clock::system(),
            Clock::shifted(SignedDuration::from_hours(1)),
        ] {
            let before = tokio::time::Instant::now();
            clock.sleep(Duration::from_secs(4)).await;
            assert!(before.elapsed() >= Duration::from_secs(4));
        }
    }
}
