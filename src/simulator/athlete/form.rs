//! What the watch works out of the trainings: load, VO2 max, scores, predictions.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{
    Activity, Athlete, Body, Origin, Sense, Sport, Topic, day_number, float, plus_days, round,
};

/// Where a day stands among the weeks before it.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulator) struct Form {
    /// Training load of the last seven days.
    pub(in crate::simulator) acute: i64,
    /// The same of a usual week among the last four.
    pub(in crate::simulator) chronic: i64,
    /// VO2 max rises (1), keeps (0) or falls (-1).
    pub(in crate::simulator) trend: i64,
}

/// A day's new estimates of VO2 max, if it had the training for one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::simulator) struct Estimate {
    pub(in crate::simulator) running: Option<f64>,
    pub(in crate::simulator) cycling: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::simulator) struct Hill {
    pub(in crate::simulator) overall: i64,
    pub(in crate::simulator) strength: i64,
    pub(in crate::simulator) endurance: i64,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::simulator) struct FitnessAge {
    pub(in crate::simulator) chronological: i64,
    pub(in crate::simulator) age: f64,
    pub(in crate::simulator) achievable: f64,
    pub(in crate::simulator) resting_hr: i64,
    /// Days and minutes a week.
    pub(in crate::simulator) vigorous_days: f64,
    pub(in crate::simulator) vigorous_minutes: f64,
    /// Without a recent weigh-in on a scale the BMI counts.
    pub(in crate::simulator) body: Option<Body>,
    pub(in crate::simulator) bmi: f64,
}

/// What a hard session revealed.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::simulator) struct Thresholds {
    /// Metres per second.
    pub(in crate::simulator) speed: Option<f64>,
    pub(in crate::simulator) heart: Option<i64>,
    /// Watts.
    pub(in crate::simulator) running_power: Option<i64>,
    pub(in crate::simulator) cycling_power: Option<i64>,
}

pub(in crate::simulator) const BIRTH: Date = Date::constant(1990, 12, 10);

impl Form {
    /// Acute over chronic, one decimal.
    pub(in crate::simulator) fn ratio(&self) -> f64 {
        (float(self.acute) * 10.0 / float(self.chronic.max(1))).round() / 10.0
    }

    /// `trainingStatus` and the word in its feedback phrase (protocol.md 9.5.14).
    pub(in crate::simulator) fn status(&self) -> (i64, &'static str) {
        match (round(self.ratio() * 10.0), self.trend) {
            (..=2, _) => (1, "DETRAINING"),
            (3..=6, _) => (5, "RECOVERY"),
            (7..=8, 1) => (6, "PEAKING"),
            (_, 1) => (7, "PRODUCTIVE"),
            (_, 0) => (4, "MAINTAINING"),
            _ => (2, "UNPRODUCTIVE"),
        }
    }
}

impl Athlete {
    /// What the watch recorded on a day.
    pub(super) fn recorded(&self, date: Date) -> Vec<Activity> {
        let all = self.activities_of(date);
        let recorded = all.iter().filter(|it| it.origin == Origin::Watch);
        recorded.cloned().collect()
    }

    /// Whether the trainings of a day are over.
    pub(in crate::simulator) fn is_done(&self, date: Date, until: Timestamp) -> bool {
        self.activities_of(date).iter().all(|it| it.end() <= until)
    }

    fn load(&self, date: Date) -> f64 {
        self.activities_of(date)
            .iter()
            .map(|activity| activity.training_load)
            .sum()
    }

    /// Sum over the `days` days that end with `date`.
    fn load_over(&self, date: Date, days: i64) -> f64 {
        (0..days)
            .map(|back| self.load(plus_days(date, -back)))
            .sum()
    }

    /// `None` on days without the watch, and before it knew enough.
    pub(in crate::simulator) fn form(&self, date: Date) -> Option<Form> {
        (self.senses(Sense::TrainingStatus, date) && self.is_worn(date))
            .then(|| self.any_form(date))
    }

    pub(super) fn any_form(&self, date: Date) -> Form {
        let change = self.vo2max(date) - self.vo2max(plus_days(date, -14));
        Form {
            acute: round(self.load_over(date, 7)),
            chronic: round(self.load_over(date, 28) / 4.0),
            trend: round(change * 2.0).clamp(-1, 1),
        }
    }

    /// Aerobic high, aerobic low and anaerobic load of four weeks.
    pub(in crate::simulator) fn monthly_load(&self, date: Date) -> [f64; 3] {
        let total = self.load_over(date, 28);
        [0.52, 0.4, 0.08].map(|share| total * share)
    }

    /// VO2 max as it would be estimated on a day, one decimal.
    pub(in crate::simulator) fn vo2max(&self, date: Date) -> f64 {
        let noise = float(self.day_dice(date, Topic::Form).i64(-2..=2)) / 10.0;
        ((48.4 + 1.7 * self.season(date) + noise) * 10.0).round() / 10.0
    }

    /// Runs make one, and so do rides with the newest watch.
    pub(in crate::simulator) fn estimate(&self, date: Date) -> Option<Estimate> {
        let did = |sport| self.activities_of(date).iter().any(|it| it.sport == sport);
        let rides_count = self.senses(Sense::Floors, date);
        let estimate = Estimate {
            running: did(Sport::Running).then(|| self.vo2max(date)),
            cycling: (rides_count && did(Sport::Cycling))
                .then(|| ((self.vo2max(date) - 2.5) * 10.0).round() / 10.0),
        };
        (estimate.running.is_some() || estimate.cycling.is_some()).then_some(estimate)
    }

    /// Percent, from the heat of summer.
    pub(in crate::simulator) fn heat(&self, date: Date) -> i64 {
        let warmth = match date.month() {
            6 => 12,
            7 => 34,
            8 => 41,
            9 => 15,
            _ => 0,
        };
        let noise = self.day_dice(date, Topic::Form).i64(0..=6);
        if warmth == 0 { 0 } else { warmth + noise }
    }

    /// Seconds over 5 km, 10 km, half marathon and marathon.
    pub(in crate::simulator) fn predictions(&self, date: Date) -> Option<[i64; 4]> {
        let fitness = 49.0 / self.vo2max(date);
        (self.senses(Sense::RacePredictions, date) && self.is_worn(date))
            .then(|| [1_492.0, 3_222.0, 7_289.0, 16_208.0].map(|time| round(time * fitness)))
    }

    pub(in crate::simulator) fn endurance(&self, date: Date) -> Option<i64> {
        (self.senses(Sense::Scores, date) && self.is_worn(date)).then(|| {
            let noise = self.day_dice(date, Topic::Form).i64(-40..=40);
            5_050 + self.any_form(date).chronic + round(180.0 * self.season(date)) + noise
        })
    }

    pub(in crate::simulator) fn hill(&self, date: Date) -> Option<Hill> {
        (self.senses(Sense::Scores, date) && self.is_worn(date)).then(|| {
            let strength = 18 + self.day_dice(date, Topic::Form).i64(0..=3);
            let endurance = 15 + round(4.0 * self.season(date)) + self.any_form(date).chronic / 120;
            Hill {
                overall: strength + endurance,
                strength,
                endurance,
            }
        })
    }

    /// Not worked out every day.
    pub(in crate::simulator) fn fitness_age(&self, date: Date) -> Option<FitnessAge> {
        let mut dice = self.day_dice(date, Topic::Form);
        let is_known = self.senses(Sense::FitnessAge, date) && self.is_worn(date);
        if !is_known || dice.u8(0..100) < 18 {
            return None;
        }
        let resting_hr = self.resting_hr(date);
        let weeks: Vec<_> = (0..42)
            .flat_map(|back| self.recorded(plus_days(date, -back)))
            .filter(|activity| activity.average_hr >= 130)
            .collect();
        let minutes: f64 = weeks.iter().map(|activity| activity.duration / 60.0).sum();
        let sessions = float(i64::try_from(weeks.len()).unwrap_or(0));
        let weighed = (0..30)
            .flat_map(|back| {
                let day = plus_days(date, -back);
                self.weigh_ins(day, Timestamp::MAX)
            })
            .find_map(|weigh_in| weigh_in.body);
        let age = 33.4 + float(resting_hr - 50) * 0.4 - sessions / 12.0 + self.season(date) * 0.3;
        Some(FitnessAge {
            chronological: (day_number(date) - day_number(BIRTH)) * 100 / 36_525,
            age,
            achievable: age - 1.3,
            resting_hr,
            vigorous_days: (sessions / 6.0 * 10.0).round() / 10.0,
            vigorous_minutes: (minutes / 6.0 * 10.0).round() / 10.0,
            body: weighed,
            bmi: 21.0,
        })
    }

    /// A new value now and then: lactate threshold after few runs, power after most.
    pub(in crate::simulator) fn thresholds(&self, date: Date) -> Option<Thresholds> {
        if !self.senses(Sense::Thresholds, date) {
            return None;
        }
        let mut dice = self.day_dice(date, Topic::Form);
        let luck = dice.u8(0..100);
        let did = |sport| self.activities_of(date).iter().any(|it| it.sport == sport);
        let run = did(Sport::Running);
        let found = Thresholds {
            speed: (run && luck < 22).then(|| 3.15 + 0.12 * self.season(date)),
            heart: (run && luck < 22).then(|| 164 + dice.i64(0..=4)),
            running_power: (run && luck < 80).then(|| 268 + dice.i64(0..=6)),
            cycling_power: (did(Sport::Cycling) && luck < 40).then(|| 196 + dice.i64(0..=9)),
        };
        (found.speed.is_some() || found.running_power.is_some() || found.cycling_power.is_some())
            .then_some(found)
    }
}
