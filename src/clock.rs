//! The one place that asks the system for the time.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

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

    /// Whole milliseconds, as CentralDB keeps them.
    pub fn now(&self) -> Timestamp {
        let ms = match &self.0 {
            Source::System => Timestamp::now().as_millisecond(),
            Source::Shifted(by) => Timestamp::now()
                .saturating_add(*by)
                .unwrap_or(Timestamp::MAX)
                .as_millisecond(),
            Source::Manual(ms) => ms.load(Ordering::Acquire),
        };
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Moves a manual clock; a system clock does not listen.
    pub fn advance(&self, by: std::time::Duration) {
        if let Source::Manual(ms) = &self.0 {
            let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            ms.fetch_add(by, Ordering::AcqRel);
        }
    }

    /// The civil day in `zone`: an IANA name from Garmin, the system's zone when
    /// there is none or it is unknown here.
    pub fn today(&self, zone: Option<&str>) -> Date {
        let zone = zone
            .and_then(|name| TimeZone::get(name).ok())
            .unwrap_or_else(TimeZone::system);
        self.now().to_zoned(zone).date()
    }
}
