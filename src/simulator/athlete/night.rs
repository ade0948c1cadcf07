//! Nights: a bed time, ninety-minute cycles, and a score. A night belongs to the day of waking.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Athlete, Now, Topic, day_number, float, round};

/// A stage, numbered as Garmin does in `activityLevel` (protocol.md 9.5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulator) enum Stage {
    Deep = 0,
    Light = 1,
    Rem = 2,
    Awake = 3,
}

/// One night, in seconds unless said otherwise.
#[derive(Clone, Debug)]
pub(in crate::simulator) struct Night {
    /// The day of waking.
    pub(in crate::simulator) date: Date,
    pub(in crate::simulator) start: Timestamp,
    pub(in crate::simulator) end: Timestamp,
    /// Stages one after the other, without gaps; their sums are the totals.
    pub(in crate::simulator) levels: Vec<(Timestamp, Timestamp, Stage)>,
    /// 0 to 100.
    pub(in crate::simulator) score: i64,
    /// Minutes.
    pub(in crate::simulator) need: i64,
    pub(in crate::simulator) resting_hr: i64,
    pub(in crate::simulator) average_hr: i64,
    /// Breaths per minute.
    pub(in crate::simulator) respiration: i64,
    /// Percent.
    pub(in crate::simulator) spo2: i64,
    /// Points gained overnight.
    pub(in crate::simulator) body_battery_change: i64,
    /// Milliseconds.
    pub(in crate::simulator) hrv: i64,
    pub(in crate::simulator) stress: i64,
    /// Degrees Celsius away from the usual.
    pub(in crate::simulator) skin_temperature: f64,
    pub(in crate::simulator) restless_moments: i64,
}

impl Night {
    /// Seconds spent in one stage.
    pub(in crate::simulator) fn seconds_in(&self, stage: Stage) -> i64 {
        let of_stage = self.levels.iter().filter(|(_, _, other)| *other == stage);
        of_stage
            .map(|(start, end, _)| end.duration_since(*start).as_secs())
            .sum()
    }

    /// Seconds asleep.
    pub(in crate::simulator) fn asleep(&self) -> i64 {
        [Stage::Deep, Stage::Light, Stage::Rem]
            .map(|stage| self.seconds_in(stage))
            .iter()
            .sum()
    }

    pub(in crate::simulator) fn awakenings(&self) -> usize {
        self.levels
            .iter()
            .filter(|(_, _, stage)| *stage == Stage::Awake)
            .count()
    }

    /// The word that goes with the score.
    pub(in crate::simulator) fn quality(&self) -> &'static str {
        match self.score {
            90.. => "EXCELLENT",
            80.. => "GOOD",
            60.. => "FAIR",
            _ => "POOR",
        }
    }
}

impl Athlete {
    /// The night before `date`, if it was recorded and is over.
    pub(in crate::simulator) fn night(&self, date: Date, now: &Now) -> Option<Arc<Night>> {
        let night = now.covers(date).then(|| self.any_night(date)).flatten()?;
        (night.end <= now.at).then_some(night)
    }

    /// The night before `date`, wherever the history begins or ends.
    pub(super) fn any_night(&self, date: Date) -> Option<Arc<Night>> {
        self.nights
            .of(day_number(date), || self.slept(date).map(Arc::new))
    }

    fn slept(&self, date: Date) -> Option<Night> {
        let mut dice = self.day_dice(date, Topic::Night);
        let is_missing = dice.u8(0..100) < 5;
        if is_missing || !self.is_worn(date) {
            return None;
        }
        // Between a quarter past ten and midnight, in the zone of waking.
        let start = self.instant(date, 60 * dice.i64(-105..0));
        let levels = levels(start, &mut dice);
        let end = levels.last().map_or(start, |(_, end, _)| *end);
        let resting_hr = self.resting_hr(date);
        let mut night = Night {
            date,
            start,
            end,
            levels,
            score: 0,
            need: 450 + 10 * dice.i64(0..=6),
            resting_hr,
            average_hr: resting_hr + dice.i64(3..=7),
            respiration: dice.i64(12..=15),
            spo2: dice.i64(94..=98),
            body_battery_change: 0,
            hrv: dice.i64(42..=62),
            stress: dice.i64(10..=24),
            skin_temperature: float(dice.i64(-6..=6)) / 10.0,
            restless_moments: dice.i64(14..=46),
        };
        let rested = float(night.asleep()) / float(night.need * 60);
        night.score = round(rested * 92.0 + float(dice.i64(-6..=8))).clamp(31, 100);
        night.body_battery_change = (night.score * 2 / 3 + dice.i64(-5..=8)).clamp(12, 88);
        Some(night)
    }
}

/// Five cycles, now and then four or six, of light, deep, light and REM sleep; deep sleep fades and REM grows toward
/// morning, and one cycle in three ends with a few minutes awake.
fn levels(start: Timestamp, dice: &mut fastrand::Rng) -> Vec<(Timestamp, Timestamp, Stage)> {
    let cycles = dice.choice([4, 5, 5, 5, 6]).unwrap_or(5);
    let mut at = start;
    let mut levels = Vec::new();
    for cycle in 0..cycles {
        let mut stages = vec![
            (Stage::Light, dice.i64(8..=18)),
            (Stage::Deep, dice.i64(20..=32) - 4 * cycle),
            (Stage::Light, dice.i64(20..=34)),
            (Stage::Rem, 6 + 4 * cycle + dice.i64(0..=8)),
        ];
        if dice.u8(0..3) == 0 {
            stages.push((Stage::Awake, dice.i64(1..=9)));
        }
        for (stage, minutes) in stages {
            if minutes <= 0 {
                continue;
            }
            let end = at
                .saturating_add(SignedDuration::from_mins(minutes))
                .unwrap_or(at);
            levels.push((at, end, stage));
            at = end;
        }
    }
    levels
}
