//! What is measured at home: weight on most mornings, blood pressure now and then.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use super::{Athlete, Sense, Topic, day_number, float, round};

/// One weigh-in; grams and percent.
#[derive(Clone, Debug)]
pub(in crate::simulator) struct WeighIn {
    /// `samplePk`: when it reached Garmin, in milliseconds.
    pub(in crate::simulator) pk: i64,
    pub(in crate::simulator) at: Timestamp,
    pub(in crate::simulator) date: Date,
    pub(in crate::simulator) grams: i64,
    /// Only a scale knows; nobody types it in.
    pub(in crate::simulator) body: Option<Body>,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::simulator) struct Body {
    pub(in crate::simulator) fat: f64,
    pub(in crate::simulator) water: f64,
    /// Grams.
    pub(in crate::simulator) bone: i64,
    /// Grams.
    pub(in crate::simulator) muscle: i64,
}

/// Millimetres of mercury, and beats per minute.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulator) struct Pressure {
    pub(in crate::simulator) at: Timestamp,
    pub(in crate::simulator) systolic: i64,
    pub(in crate::simulator) diastolic: i64,
    pub(in crate::simulator) pulse: i64,
}

/// Metres.
const HEIGHT: f64 = 1.71;

impl WeighIn {
    pub(in crate::simulator) fn bmi(&self) -> f64 {
        (float(self.grams) / 1000.0 / (HEIGHT * HEIGHT) * 10.0).round() / 10.0
    }
}

impl Athlete {
    /// A day's weigh-ins so far, oldest first. Before the scale came weight was typed in on some Sundays.
    pub(in crate::simulator) fn weigh_ins(&self, date: Date, until: Timestamp) -> Vec<WeighIn> {
        let mut dice = self.day_dice(date, Topic::Scale);
        let has_scale = self.senses(Sense::FitnessAge, date);
        let is_sunday = date.weekday() == Weekday::Sunday;
        let (on_scale, by_hand) = (dice.u8(0..100) < 55, dice.u8(0..100));
        let morning = self.grams(date) + dice.i64(-4..=4) * 50;
        let body = Body {
            fat: float(round((21.5 + self.season(date)) * 10.0) + dice.i64(-4..=4)) / 10.0,
            water: float(575 + dice.i64(-6..=6)) / 10.0,
            bone: 3_350 + dice.i64(-20..=20),
            muscle: 27_100 + dice.i64(-150..=150),
        };
        let mut entries = Vec::new();
        let mut enter = |second, grams, body| {
            let at = self.instant(date, second);
            entries.push(WeighIn {
                pk: at.as_millisecond() + 26_851,
                at,
                date,
                grams,
                body,
            });
        };
        if has_scale && on_scale {
            enter(dice.i64(6 * 3600..8 * 3600), morning, Some(body));
        }
        let typed = if has_scale {
            by_hand < 9
        } else {
            is_sunday && by_hand < 60
        };
        if typed {
            enter(
                dice.i64(19 * 3600..22 * 3600),
                morning + 100 * dice.i64(2..=9),
                None,
            );
        }
        entries.retain(|entry| entry.at <= until);
        entries
    }

    /// The usual weight of a day.
    fn grams(&self, date: Date) -> i64 {
        61_200 + round(self.season(date) * 900.0)
    }

    /// A slow wave over about a year, between -1 and 1.
    pub(super) fn season(&self, date: Date) -> f64 {
        let phase = float(i64::try_from(self.seed % 97).unwrap_or(0)) / 15.0;
        (float(day_number(date)) / 58.0 + phase).sin()
    }

    /// Measured on some Wednesdays and most Sundays, now and then in the evening again. Oldest first.
    pub(in crate::simulator) fn pressures(&self, date: Date, until: Timestamp) -> Vec<Pressure> {
        let mut dice = self.day_dice(date, Topic::Pressure);
        let chance = match date.weekday() {
            Weekday::Sunday => 75,
            Weekday::Wednesday => 40,
            _ => 0,
        };
        let is_measured = dice.u8(0..100) < chance;
        let times = if dice.u8(0..100) < 20 { 2 } else { 1 };
        let hours = [7 * 3600..9 * 3600, 20 * 3600..22 * 3600];
        let mut measured: Vec<_> = hours
            .into_iter()
            .take(if is_measured { times } else { 0 })
            .map(|hours| Pressure {
                at: self.instant(date, dice.i64(hours)),
                systolic: dice.i64(112..=128),
                diastolic: dice.i64(70..=82),
                pulse: dice.i64(50..=62),
            })
            .collect();
        measured.retain(|pressure| pressure.at <= until);
        measured
    }
}
