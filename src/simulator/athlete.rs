//! Ada: a life made of a seed and a date.
//!
//! Everything here is a pure function of (seed, date). A day never depends on how much history was
//! asked for, nor on the requests before. REST and GraphQL only differ in how they spell these numbers.

mod activity;
mod day;
mod form;
mod memo;
mod night;
mod recovery;
mod scale;
mod sport;
#[cfg(test)]
mod tests;
mod travel;
mod watch;

use std::ops::RangeInclusive;
use std::sync::Arc;

use jiff::civil::{self, Date};
use jiff::{SignedDuration, Timestamp, Zoned};

pub(super) use activity::{Activity, Origin};
pub(super) use day::{Battery, Breath, DRINKING_GOAL, Day, Floors, Oxygen, Stress};
pub(super) use form::{BIRTH, Estimate, FitnessAge, Form, Thresholds};
pub(super) use night::{Night, Stage};
pub(super) use recovery::{Hrv, Occasion, Readiness};
pub(super) use scale::{Body, Pressure, WeighIn};
pub(super) use sport::Sport;
pub(super) use travel::HOME_ZONE;
pub(super) use watch::{Sense, Watch};

use memo::Memo;
use travel::Zones;
use watch::Wardrobe;

/// Seconds between two uploads of the watch.
const SYNC_INTERVAL: i64 = 1800;

/// What a roll of the dice is for; each topic has its own stream, so that adding one moves no other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    Wear,
    Trip,
    Week,
    Workout,
    Night,
    Wellness,
    Heart,
    Hydration,
    Drawer,
    Race,
    Scale,
    Pressure,
    Form,
}

/// The memos only spare work: an athlete without them would say the same.
#[derive(Debug)]
pub(super) struct Athlete {
    seed: u64,
    zones: Zones,
    wardrobe: Wardrobe,
    trainings: Memo<Arc<[Activity]>>,
    nights: Memo<Option<Arc<Night>>>,
}

/// The athlete's present: the moment of the last upload, its civil date, and the first day of the history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) at: Timestamp,
    pub(super) today: Date,
    pub(super) first: Date,
}

impl Now {
    /// Whether a day belongs to the history.
    pub(super) fn covers(&self, date: Date) -> bool {
        self.first <= date && date <= self.today
    }
}

impl Athlete {
    /// With the newest watch since a given day, or since its usual one.
    pub(super) fn new(seed: u64, newest_watch: Option<Date>) -> Self {
        Self {
            seed,
            zones: Zones::default(),
            wardrobe: Wardrobe::new(newest_watch),
            trainings: Memo::default(),
            nights: Memo::default(),
        }
    }

    /// The moment behind "now", which is the last time the watch met the phone: the system clock rounded
    /// down to the half hour, or mid-afternoon of a frozen `today`. Nothing newer is known to Garmin.
    pub(super) fn now(&self, today: Option<Date>, days: u32) -> Now {
        let (at, today) = if let Some(today) = today {
            (self.instant(today, 15 * 3600), today)
        } else {
            let second = Timestamp::now().as_second();
            let at = Timestamp::from_second(second - second.rem_euclid(SYNC_INTERVAL))
                .unwrap_or_default();
            let home = at.to_zoned(self.zones.home().clone()).date();
            // On a trip the local date may be another one than at home.
            (at, at.to_zoned(self.zone(home)).date())
        };
        Now {
            at,
            today,
            first: plus_days(today, 1 - i64::from(days.max(1))),
        }
    }

    /// An instant given as seconds after local midnight; beyond 86 400 it is the next day, and below 0
    /// the evening before. Wall clock, so 7 o'clock is 7 o'clock in a night of 23 hours too.
    pub(super) fn instant(&self, date: Date, second: i64) -> Timestamp {
        let wall = date
            .to_datetime(civil::Time::midnight())
            .saturating_add(SignedDuration::from_secs(second));
        self.zone(date)
            .to_ambiguous_zoned(wall)
            .compatible()
            .map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp())
    }

    /// First instant of a day and of the next one, both in the day's own zone.
    pub(super) fn bounds(&self, date: Date) -> (Timestamp, Timestamp) {
        (self.instant(date, 0), self.instant(date, 86_400))
    }

    /// An instant as the athlete's wall clock showed it on `date`.
    pub(super) fn local(&self, at: Timestamp, date: Date) -> Zoned {
        at.to_zoned(self.zone(date))
    }

    /// Seconds east of Greenwich at an instant of a day.
    pub(super) fn offset(&self, at: Timestamp, date: Date) -> i64 {
        i64::from(self.zone(date).to_offset(at).seconds())
    }

    /// Dice for the day (or week, or cycle) with this number and for one topic.
    pub(super) fn dice(&self, number: i64, topic: Topic) -> fastrand::Rng {
        let number = u64::from_ne_bytes(number.to_ne_bytes());
        let mixed = mix(self.seed ^ mix(number ^ mix(topic as u64 + 1)));
        fastrand::Rng::with_seed(mixed)
    }

    pub(super) fn day_dice(&self, date: Date, topic: Topic) -> fastrand::Rng {
        self.dice(day_number(date), topic)
    }
}

/// The finaliser of splitmix64: neighbouring days get unrelated dice.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Days since 1970-01-01.
pub(super) fn day_number(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24
}

pub(super) fn date_of(number: i64) -> Date {
    plus_days(Date::constant(1970, 1, 1), number)
}

pub(super) fn plus_days(date: Date, days: i64) -> Date {
    date.saturating_add(SignedDuration::from_hours(24 * days))
}

/// All days of a span, oldest first.
pub(super) fn days(span: RangeInclusive<Date>) -> impl Iterator<Item = Date> {
    (day_number(*span.start())..=day_number(*span.end())).map(date_of)
}

/// A float between two bounds.
pub(super) fn between(dice: &mut fastrand::Rng, low: f64, high: f64) -> f64 {
    low + dice.f64() * (high - low)
}

/// Rounds to the nearest integer.
#[expect(
    clippy::cast_possible_truncation,
    reason = "body measures are far below 2^53"
)]
pub(super) fn round(value: f64) -> i64 {
    value.round() as i64
}

/// An integer as a float, for counts far below 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of steps and seconds are far below 2^53"
)]
pub(super) fn float(value: i64) -> f64 {
    value as f64
}
