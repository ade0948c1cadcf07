//! Where Ada is: at home, on her summer trip, or at a race.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::{Athlete, Topic, day_number, plus_days};

/// Where the account lives (protocol.md 9.2, `timeZone`).
pub(in crate::simulator) const HOME_ZONE: &str = "Europe/Berlin";

/// Zones by name and rule, spelled out so that they hold without a zone database. Home comes first.
const ZONES: [(&str, &str); 4] = [
    (HOME_ZONE, "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("America/New_York", "EST5EDT,M3.2.0,M11.1.0"),
    ("Asia/Tokyo", "JST-9"),
    ("Atlantic/Canary", "WET0WEST,M3.5.0/1,M10.5.0"),
];

/// The zones with their rules read.
#[derive(Debug)]
pub(super) struct Zones([(&'static str, TimeZone); 4]);

impl Default for Zones {
    fn default() -> Self {
        Self(ZONES.map(|(name, rule)| (name, TimeZone::posix(rule).unwrap_or(TimeZone::UTC))))
    }
}

impl Zones {
    pub(super) fn home(&self) -> &TimeZone {
        let [(_, home), ..] = &self.0;
        home
    }

    /// Home for a number that no zone has.
    fn get(&self, number: usize) -> &(&'static str, TimeZone) {
        let [home, ..] = &self.0;
        self.0.get(number).unwrap_or(home)
    }
}

impl Athlete {
    /// The zone the athlete wakes up in on a day: home, or a trip's.
    pub(in crate::simulator) fn zone(&self, date: Date) -> TimeZone {
        self.zones.get(self.place(date)).1.clone()
    }

    /// The IANA name of that zone.
    pub(in crate::simulator) fn zone_name(&self, date: Date) -> &'static str {
        self.zones.get(self.place(date)).0
    }

    /// A week or two away every August, far from the nights when clocks change. Zero is home.
    fn place(&self, date: Date) -> usize {
        if !(8..=9).contains(&date.month()) {
            return 0;
        }
        let mut dice = self.dice(i64::from(date.year()), Topic::Trip);
        let first = day_number(august(date.year())) + dice.i64(0..20);
        let last = first + dice.i64(6..14);
        let place = dice.usize(1..ZONES.len());
        if (first..=last).contains(&day_number(date)) {
            place
        } else {
            0
        }
    }

    /// The days of a triathlon: one every September, and in some years one in June.
    pub(super) fn is_race(&self, date: Date) -> bool {
        let is_second_sunday = date.weekday() == Weekday::Sunday && (8..=14).contains(&date.day());
        is_second_sunday
            && match date.month() {
                9 => true,
                6 => self.dice(i64::from(date.year()), Topic::Race).bool(),
                _ => false,
            }
    }

    /// Whether the watch was on the wrist: now and then it lies in a drawer for one to three days, and
    /// in most springs for a week or two. On the day of a race it is worn.
    pub(in crate::simulator) fn is_worn(&self, date: Date) -> bool {
        let number = day_number(date);
        let mut dice = self.dice(number.div_euclid(7), Topic::Wear);
        let (begin, length) = (dice.i64(0..7), dice.i64(1..=3));
        let is_lazy_week = dice.u8(0..100) < 22;
        let weekday = number.rem_euclid(7);
        let is_lazy = is_lazy_week && (begin..begin + length).contains(&weekday);
        self.is_race(date) || !(is_lazy || self.is_in_the_drawer(date))
    }

    fn is_in_the_drawer(&self, date: Date) -> bool {
        if !(4..=5).contains(&date.month()) {
            return false;
        }
        let mut dice = self.dice(i64::from(date.year()), Topic::Drawer);
        let first = plus_days(august(date.year()), dice.i64(-115..-100));
        let last = plus_days(first, dice.i64(7..16));
        dice.u8(0..100) < 70 && first <= date && date <= last
    }
}

fn august(year: i16) -> Date {
    Date::new(year, 8, 1).unwrap_or_default()
}
