//! How rested a morning is: heart rate variability by night, readiness by day.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Athlete, Night, Sense, Topic, between, float, plus_days, round};

/// Heart rate variability of one night; milliseconds.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulator) struct Hrv {
    pub(in crate::simulator) last_night: i64,
    pub(in crate::simulator) highest: i64,
    /// Of the last seven nights, if there were enough of them.
    pub(in crate::simulator) week: Option<i64>,
    /// `None` while the watch is still learning.
    pub(in crate::simulator) baseline: Option<Baseline>,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::simulator) struct Baseline {
    pub(in crate::simulator) low_upper: i64,
    pub(in crate::simulator) balanced_low: i64,
    pub(in crate::simulator) balanced_upper: i64,
}

/// Nights until a baseline is known.
const LEARNING: i64 = 19;

impl Baseline {
    /// Where a value lies: 0 at the low end of the balanced band's neighbourhood, 1 at the high end.
    pub(in crate::simulator) fn marker(self, value: i64) -> f64 {
        let width = float(2 * (self.balanced_upper - self.balanced_low));
        float(value - self.low_upper) / width + 0.25
    }
}

impl Hrv {
    /// `status` (protocol.md 9.5.7); `NONE` while learning is unverified.
    pub(in crate::simulator) fn status(&self) -> &'static str {
        let Some((week, baseline)) = self.week.zip(self.baseline) else {
            return "NONE";
        };
        if week < baseline.low_upper {
            "LOW"
        } else if (baseline.balanced_low..=baseline.balanced_upper).contains(&week) {
            "BALANCED"
        } else {
            "UNBALANCED"
        }
    }
}

/// One look at readiness; factors in percent.
#[derive(Clone, Debug)]
pub(in crate::simulator) struct Readiness {
    pub(in crate::simulator) at: Timestamp,
    pub(in crate::simulator) occasion: Occasion,
    /// `None` before waking, and after a night that was not recorded.
    pub(in crate::simulator) sleep_score: Option<i64>,
    /// Minutes.
    pub(in crate::simulator) recovery: i64,
    pub(in crate::simulator) acute: i64,
    pub(in crate::simulator) hrv_week: Option<i64>,
    pub(in crate::simulator) recovery_factor: i64,
    pub(in crate::simulator) acwr_factor: i64,
    pub(in crate::simulator) stress_factor: i64,
    pub(in crate::simulator) hrv_factor: i64,
    pub(in crate::simulator) sleep_history_factor: i64,
}

/// What made the watch look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulator) enum Occasion {
    Waking,
    Exercise,
    Realtime,
}

impl Readiness {
    pub(in crate::simulator) fn score(&self) -> i64 {
        let factors = [
            (self.sleep_score.unwrap_or(0), 25),
            (self.recovery_factor, 30),
            (self.acwr_factor, 10),
            (self.stress_factor, 10),
            (self.hrv_factor, 15),
            (self.sleep_history_factor, 10),
        ];
        let sum: i64 = factors.iter().map(|(factor, weight)| factor * weight).sum();
        (sum / 100).clamp(1, 100)
    }
}

impl Athlete {
    /// Heart rate variability of a recorded night; older watches do not know it.
    pub(in crate::simulator) fn hrv(&self, night: &Night) -> Option<Hrv> {
        if !self.senses(Sense::Hrv, night.date) {
            return None;
        }
        let mut dice = self.day_dice(night.date, Topic::Form);
        Some(Hrv {
            last_night: night.hrv,
            highest: night.hrv + dice.i64(12..=22),
            week: self.hrv_week(night.date),
            baseline: self.hrv_baseline(night.date),
        })
    }

    fn hrv_week(&self, date: Date) -> Option<i64> {
        let first = self.sensed_since(Sense::Hrv).max(plus_days(date, -6));
        let nights: Vec<_> = super::days(first..=date)
            .filter_map(|day| self.any_night(day))
            .collect();
        let sum: i64 = nights.iter().map(|night| night.hrv).sum();
        let count = i64::try_from(nights.len()).unwrap_or(0);
        (count >= 4).then(|| round(float(sum) / float(count)))
    }

    fn hrv_baseline(&self, date: Date) -> Option<Baseline> {
        let low = 47 + round(1.5 * self.season(date));
        let is_known = plus_days(self.sensed_since(Sense::Hrv), LEARNING) <= date;
        is_known.then_some(Baseline {
            low_upper: low,
            balanced_low: low + 2,
            balanced_upper: low + 9,
        })
    }

    /// All looks of a day up to an instant, newest first.
    pub(in crate::simulator) fn readiness(&self, date: Date, until: Timestamp) -> Vec<Readiness> {
        if !self.senses(Sense::Readiness, date) || !self.is_worn(date) {
            return Vec::new();
        }
        let night = self.any_night(date);
        let mut looks = vec![self.look(date, self.instant(date, 330), Occasion::Realtime, None)];
        if let Some(night) = &night {
            looks.push(self.look(date, night.end, Occasion::Waking, Some(night)));
        }
        for activity in self.recorded(date) {
            let night = night.as_deref().filter(|night| night.end <= activity.end());
            looks.push(self.look(date, activity.end(), Occasion::Exercise, night));
        }
        // Late in the evening, which may be the next day in Greenwich.
        let evening = self.instant(date, 23 * 3600 + 50 * 60 + 17);
        looks.push(self.look(date, evening, Occasion::Realtime, night.as_deref()));
        looks.retain(|look| look.at <= until);
        looks.sort_by_key(|look| std::cmp::Reverse(look.at));
        looks
    }

    fn look(
        &self,
        date: Date,
        at: Timestamp,
        occasion: Occasion,
        night: Option<&Night>,
    ) -> Readiness {
        let mut dice = self.day_dice(date, Topic::Form);
        let form = self.any_form(date);
        let recovery = self.recovery(date, at);
        let hrv_week = self.hrv_week(date);
        Readiness {
            at,
            occasion,
            sleep_score: night.map(|night| night.score),
            recovery,
            acute: form.acute,
            hrv_week,
            recovery_factor: (100 - recovery / 40).clamp(1, 100),
            acwr_factor: (100 - round((form.ratio() - 0.9).abs() * 60.0)).clamp(1, 100),
            stress_factor: round(between(&mut dice, 70.0, 97.0)),
            hrv_factor: hrv_week.map_or(0, |week| (50 + (week - 44) * 5).clamp(20, 100)),
            sleep_history_factor: round(between(&mut dice, 60.0, 95.0)),
        }
    }

    /// Minutes until recovered: counts down from the end of the hardest session.
    fn recovery(&self, date: Date, at: Timestamp) -> i64 {
        let left = (0..4)
            .flat_map(|back| self.recorded(plus_days(date, -back)))
            .filter(|activity| activity.end() <= at)
            .map(|activity| {
                let passed = at.duration_since(activity.end()).as_mins();
                round(activity.training_load * 11.0) - passed
            });
        left.max().unwrap_or(0).clamp(0, 4_320)
    }
}
