//! One day on the wrist: movement, heart, stress, energy.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Activity, Athlete, Now, Origin, Sense, Topic, day_number, float, plus_days, round};

/// A day's summary in the units of REST (protocol.md 9.5.1): seconds, metres, kcal, bpm.
#[derive(Clone, Debug, Default)]
pub(in crate::simulator) struct Day {
    pub(in crate::simulator) start: Timestamp,
    /// Midnight, or the last sync while the day is running.
    pub(in crate::simulator) end: Timestamp,
    /// Seconds east of Greenwich when the day begins; another number than at its end if clocks change.
    pub(in crate::simulator) start_offset: i64,
    pub(in crate::simulator) end_offset: i64,
    pub(in crate::simulator) steps: i64,
    pub(in crate::simulator) step_goal: i64,
    pub(in crate::simulator) distance: i64,
    pub(in crate::simulator) active_kcal: i64,
    pub(in crate::simulator) resting_kcal: i64,
    pub(in crate::simulator) highly_active: i64,
    pub(in crate::simulator) active: i64,
    pub(in crate::simulator) sedentary: i64,
    pub(in crate::simulator) asleep: i64,
    /// Minutes.
    pub(in crate::simulator) moderate: i64,
    /// Minutes.
    pub(in crate::simulator) vigorous: i64,
    pub(in crate::simulator) heart: Heart,
    // What not every watch can tell.
    pub(in crate::simulator) floors: Option<Floors>,
    pub(in crate::simulator) stress: Option<Stress>,
    pub(in crate::simulator) battery: Option<Battery>,
    pub(in crate::simulator) breath: Option<Breath>,
    pub(in crate::simulator) oxygen: Option<Oxygen>,
    pub(in crate::simulator) hydration: Option<Hydration>,
    pub(in crate::simulator) activities: Vec<Activity>,
}

/// Beats per minute.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::simulator) struct Heart {
    pub(in crate::simulator) min: i64,
    pub(in crate::simulator) max: i64,
    pub(in crate::simulator) resting: i64,
    pub(in crate::simulator) resting_week: i64,
}

/// Floors, three metres each.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::simulator) struct Floors {
    pub(in crate::simulator) up: f64,
    pub(in crate::simulator) down: f64,
}

/// Levels 0 to 100 and seconds; the six durations add up to the day.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::simulator) struct Stress {
    pub(in crate::simulator) average: i64,
    pub(in crate::simulator) max: i64,
    pub(in crate::simulator) rest: i64,
    pub(in crate::simulator) low: i64,
    pub(in crate::simulator) medium: i64,
    pub(in crate::simulator) high: i64,
    pub(in crate::simulator) activity: i64,
    pub(in crate::simulator) uncategorized: i64,
}

/// Points, 0 to 100.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::simulator) struct Battery {
    pub(in crate::simulator) charged: i64,
    pub(in crate::simulator) drained: i64,
    pub(in crate::simulator) highest: i64,
    pub(in crate::simulator) lowest: i64,
    pub(in crate::simulator) latest: i64,
    pub(in crate::simulator) overnight: Option<i64>,
}

/// Breaths per minute.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::simulator) struct Breath {
    pub(in crate::simulator) waking: i64,
    pub(in crate::simulator) sleeping: Option<i64>,
    pub(in crate::simulator) lowest: i64,
    pub(in crate::simulator) highest: i64,
}

/// Percent.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::simulator) struct Oxygen {
    pub(in crate::simulator) average: i64,
    pub(in crate::simulator) lowest: i64,
}

/// Millilitres a day.
pub(in crate::simulator) const DRINKING_GOAL: i64 = 2_400;

/// Millilitres.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::simulator) struct Hydration {
    pub(in crate::simulator) drunk: i64,
    pub(in crate::simulator) goal: i64,
}

impl Stress {
    /// Seconds under stress of any degree.
    pub(in crate::simulator) fn stressed(&self) -> i64 {
        self.low + self.medium + self.high
    }

    pub(in crate::simulator) fn total(&self) -> i64 {
        self.stressed() + self.rest + self.activity + self.uncategorized
    }

    pub(in crate::simulator) fn qualifier(&self) -> &'static str {
        match self.average {
            ..26 => "CALM",
            26..36 => "BALANCED",
            _ => "STRESSFUL",
        }
    }
}

impl Day {
    /// Seconds covered.
    pub(in crate::simulator) fn seconds(&self) -> i64 {
        self.end.duration_since(self.start).as_secs()
    }
}

impl Athlete {
    /// A day of the history, or `None` if nothing was recorded. The running day ends now.
    pub(in crate::simulator) fn day(&self, date: Date, now: &Now) -> Option<Day> {
        let (start, midnight) = self.bounds(date);
        let end = midnight.min(now.at);
        if !now.covers(date) || !self.is_worn(date) || end <= start {
            return None;
        }
        let mut dice = self.day_dice(date, Topic::Wellness);
        let night = self.any_night(date).filter(|night| night.end <= end);
        let mut activities = self.activities_of(date).to_vec();
        activities.retain(|activity| activity.origin == Origin::Watch && activity.end() <= end);
        let full = midnight.duration_since(start).as_secs();
        let seconds = end.duration_since(start).as_secs();
        // Garmin counts up: half a day has about half of the day's steps.
        let share = float(seconds) / float(full);
        let so_far = |value: i64| round(float(value) * share);

        let workout_steps: i64 = activities
            .iter()
            .filter_map(|activity| activity.steps)
            .sum();
        let workout_kcal: i64 = activities.iter().map(|activity| activity.calories).sum();
        let workout = activities
            .iter()
            .map(|activity| round(activity.duration))
            .sum::<i64>()
            .min(seconds / 2);
        let steps = so_far(dice.i64(4200..9800)) + workout_steps;
        let asleep = night
            .as_ref()
            .map_or(0, |night| night.asleep())
            .min(seconds - workout);
        let awake = seconds - asleep - workout;
        let active = so_far(dice.i64(2400..7200)).min(awake);
        let hard: i64 = activities
            .iter()
            .filter(|activity| activity.average_hr >= 130)
            .count()
            .try_into()
            .unwrap_or(0);
        let has = |sense| self.senses(sense, date);
        let stress = stress(&mut dice, seconds, workout);
        let waking = dice.i64(13..=16);
        let oxygen = dice.i64(93..=97);
        Some(Day {
            start,
            end,
            start_offset: self.offset(start, date),
            end_offset: self.offset(end, date),
            steps,
            step_goal: 8000 + 250 * day_number(date).div_euclid(30).rem_euclid(8),
            distance: round(float(steps) * 0.78),
            active_kcal: so_far(dice.i64(180..420)) + workout_kcal,
            resting_kcal: so_far(dice.i64(1480..1530)),
            highly_active: workout,
            active,
            sedentary: awake - active,
            asleep,
            moderate: so_far(dice.i64(0..25)),
            vigorous: workout / 60 * hard.min(1),
            floors: Some(Floors {
                up: float(so_far(dice.i64(3..24))) + 0.25,
                down: float(so_far(dice.i64(3..24))) + 0.5,
            })
            .filter(|_| has(Sense::Floors)),
            heart: self.heart(date, &activities),
            stress: has(Sense::Stress).then_some(stress),
            battery: Some(battery(
                &mut dice,
                night.as_ref().map(|night| night.body_battery_change),
                share,
            ))
            .filter(|_| has(Sense::BodyBattery)),
            breath: Some(Breath {
                waking,
                sleeping: night.as_ref().map(|night| night.respiration),
                lowest: waking - dice.i64(4..=6),
                highest: waking + dice.i64(4..=9),
            })
            .filter(|_| has(Sense::Respiration)),
            oxygen: Some(Oxygen {
                average: oxygen,
                lowest: oxygen - dice.i64(4..=9),
            })
            .filter(|_| has(Sense::PulseOx)),
            hydration: self.hydration(date, share),
            activities,
        })
    }

    /// Drifts over the seasons, with a beat or two of noise.
    pub(super) fn resting_hr(&self, date: Date) -> i64 {
        let season = (float(day_number(date)) / 47.0).sin() * 2.5;
        round(50.0 + season) + self.day_dice(date, Topic::Heart).i64(-1..=2)
    }

    fn heart(&self, date: Date, activities: &[Activity]) -> Heart {
        let mut dice = self.day_dice(date, Topic::Heart);
        let resting = self.resting_hr(date);
        let week: Vec<_> = (0..7)
            .map(|back| plus_days(date, -back))
            .filter(|day| self.is_worn(*day))
            .map(|day| self.resting_hr(day))
            .collect();
        let days = i64::try_from(week.len()).unwrap_or(7).max(1);
        let quiet_max = dice.i64(102..126);
        Heart {
            min: resting - dice.i64(2..=5),
            max: activities
                .iter()
                .map(|activity| activity.max_hr)
                .max()
                .unwrap_or(0)
                .max(quiet_max),
            resting,
            resting_week: round(float(week.iter().sum::<i64>()) / float(days)),
        }
    }

    /// Noted on about three days of five.
    fn hydration(&self, date: Date, share: f64) -> Option<Hydration> {
        let mut dice = self.day_dice(date, Topic::Hydration);
        let drunk = round(float(250 * dice.i64(3..=11)) * share / 50.0) * 50;
        (dice.u8(0..5) < 3).then_some(Hydration {
            drunk,
            goal: DRINKING_GOAL,
        })
    }
}

/// Splits the day into stress bands; what the bands leave over is uncategorized.
fn stress(dice: &mut fastrand::Rng, seconds: i64, workout: i64) -> Stress {
    let quiet = seconds - workout;
    // The watch measures in steps of three minutes, so durations are whole minutes.
    let mut part = |low: i64, high: i64| quiet * dice.i64(low..=high) / 100 / 60 * 60;
    let (rest, low, medium, high) = (part(40, 50), part(25, 33), part(5, 11), part(1, 4));
    let measured = rest + low + medium + high;
    let weighted = rest * 14 + low * 37 + medium * 62 + high * 85;
    Stress {
        average: if measured > 0 { weighted / measured } else { 0 },
        max: dice.i64(84..=99),
        rest,
        low,
        medium,
        high,
        activity: workout,
        uncategorized: quiet - measured,
    }
}

/// Charged overnight, drained by day.
fn battery(dice: &mut fastrand::Rng, overnight: Option<i64>, share: f64) -> Battery {
    let charged = overnight.unwrap_or_else(|| dice.i64(5..20));
    let highest = (charged + dice.i64(8..25)).min(100);
    let drained = round(float((highest - dice.i64(5..22)).max(4)) * share);
    let lowest = (highest - charged).min(highest - drained).max(5);
    Battery {
        charged,
        drained,
        highest,
        lowest,
        latest: (highest - drained).max(5),
        overnight,
    }
}
