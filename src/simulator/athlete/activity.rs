//! Workouts: three to five a week, as recorded by the watch or typed in by hand.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Athlete, Sport, Topic, between, date_of, day_number, float, round};

/// Where an activity came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulator) enum Origin {
    Watch,
    /// Typed in: no original file.
    Hand,
    /// Imported on the web from another service's file.
    Gpx,
    Tcx,
}

impl Origin {
    /// The ending of the original file.
    pub(in crate::simulator) fn ending(self) -> Option<&'static str> {
        match self {
            Self::Watch => Some("fit"),
            Self::Hand => None,
            Self::Gpx => Some("gpx"),
            Self::Tcx => Some("tcx"),
        }
    }
}

/// One activity, in the units of the activity list (protocol.md 9.6.1).
#[derive(Clone, Debug)]
pub(in crate::simulator) struct Activity {
    pub(in crate::simulator) id: i64,
    pub(in crate::simulator) name: String,
    pub(in crate::simulator) sport: Sport,
    /// The local day it started on.
    pub(in crate::simulator) date: Date,
    pub(in crate::simulator) start: Timestamp,
    /// Seconds on the timer.
    pub(in crate::simulator) duration: f64,
    /// Seconds in motion.
    pub(in crate::simulator) moving: f64,
    /// Seconds from start to stop, pauses included.
    pub(in crate::simulator) elapsed: f64,
    /// Metres; `None` indoors.
    pub(in crate::simulator) distance: Option<f64>,
    /// Metres up.
    pub(in crate::simulator) climb: f64,
    pub(in crate::simulator) calories: i64,
    pub(in crate::simulator) average_hr: i64,
    pub(in crate::simulator) max_hr: i64,
    pub(in crate::simulator) steps: Option<i64>,
    /// Steps per minute.
    pub(in crate::simulator) cadence: Option<i64>,
    pub(in crate::simulator) training_load: f64,
    pub(in crate::simulator) aerobic_effect: f64,
    pub(in crate::simulator) origin: Origin,
    /// When it was last changed on the web.
    pub(in crate::simulator) edited: Option<Timestamp>,
    /// The multisport activity this is a leg of.
    pub(in crate::simulator) parent: Option<i64>,
    /// Legs of a multisport activity; the list shows the parent only.
    pub(in crate::simulator) children: Vec<Self>,
}

/// Ids of the generated history: this base, then day number and place in the day.
const FIRST_ID: i64 = 20_000_000_000;

impl Activity {
    /// Seconds in heart-rate zones 1 to 5: all of the timer, most of it around the average.
    pub(in crate::simulator) fn zone_seconds(&self) -> [f64; 5] {
        let shares = match self.average_hr {
            ..120 => [0.55, 0.35, 0.08, 0.02, 0.0],
            120..140 => [0.20, 0.45, 0.28, 0.07, 0.0],
            _ => [0.08, 0.22, 0.45, 0.20, 0.05],
        };
        shares.map(|share| self.duration * share)
    }

    pub(in crate::simulator) fn end(&self) -> Timestamp {
        self.start
            .saturating_add(SignedDuration::from_secs(round(self.elapsed)))
            .unwrap_or(self.start)
    }

    /// Metres per second on the timer.
    pub(in crate::simulator) fn speed(&self) -> Option<f64> {
        self.distance.map(|metres| metres / self.duration)
    }
}

impl Athlete {
    /// The activities of one local day, oldest first.
    pub(in crate::simulator) fn activities_of(&self, date: Date) -> Arc<[Activity]> {
        self.trainings
            .of(day_number(date), || self.trainings_of(date).into())
    }

    /// The local day of a generated activity or leg with this id.
    pub(in crate::simulator) fn date_of_activity(id: i64) -> Option<Date> {
        let number = id.checked_sub(FIRST_ID)?.div_euclid(100);
        (0..=day_number(Date::MAX))
            .contains(&number)
            .then(|| date_of(number))
    }

    fn trainings_of(&self, date: Date) -> Vec<Activity> {
        let number = day_number(date);
        let (week, weekday) = (number.div_euclid(7), number.rem_euclid(7));
        let mut plan = self.dice(week, Topic::Week);
        let trainings = plan.usize(3..=5);
        let mut week_days = [0, 1, 2, 3, 4, 5, 6];
        plan.shuffle(&mut week_days);
        let is_training_day = week_days.iter().take(trainings).any(|day| *day == weekday);
        let is_last_day = week_days.last() == Some(&weekday);
        let mut dice = self.day_dice(date, Topic::Workout);
        if self.is_race(date) {
            return vec![self.multisport(date, &mut dice)];
        }
        // What no watch recorded needs no watch.
        let without_watch = match week.rem_euclid(12) {
            2 | 8 => Some((Origin::Hand, Sport::Strength)),
            5 => Some((Origin::Gpx, Sport::Hiking)),
            11 => Some((Origin::Tcx, Sport::Cycling)),
            _ => None,
        };
        if let Some((origin, sport)) = without_watch.filter(|_| is_last_day) {
            return vec![Activity {
                origin,
                training_load: 0.0,
                ..self.workout(date, sport, 0, &mut dice)
            }];
        }
        if !is_training_day || !self.is_worn(date) {
            return Vec::new();
        }
        let sport = Sport::pick(&mut dice);
        vec![self.workout(date, sport, 0, &mut dice)]
    }

    /// A run that was not in the plan, over at `end`.
    pub(in crate::simulator) fn extra_run(&self, id: i64, end: Timestamp, date: Date) -> Activity {
        let mut dice = self.dice(id, Topic::Workout);
        let run = self.workout(date, Sport::Running, 0, &mut dice);
        let start = end
            .saturating_sub(SignedDuration::from_secs(round(run.elapsed)))
            .unwrap_or(end);
        Activity {
            id,
            start,
            date: self.local(start, date).date(),
            ..run
        }
    }

    fn workout(&self, date: Date, sport: Sport, place: i64, dice: &mut fastrand::Rng) -> Activity {
        let facts = sport.facts();
        let start = self.instant(date, dice.i64(6 * 3600..18 * 3600));
        let (shortest, longest) = facts.minutes;
        let duration = float(60 * dice.i64(shortest..=longest)) + between(dice, 0.0, 60.0);
        let speed = between(dice, facts.speed.0, facts.speed.1);
        let distance = (speed > 0.0).then(|| (duration * speed * 100.0).round() / 100.0);
        let average_hr = dice.i64(facts.heart.0..=facts.heart.1);
        let cadence = (facts.cadence.1 > 0).then(|| dice.i64(facts.cadence.0..=facts.cadence.1));
        let minutes = duration / 60.0;
        let effort = float(average_hr - 80) / 80.0;
        Activity {
            id: FIRST_ID + 100 * day_number(date) + place,
            name: dice
                .choice(facts.names)
                .copied()
                .unwrap_or("Activity")
                .to_owned(),
            sport,
            date,
            start,
            duration,
            moving: duration * between(dice, 0.96, 1.0),
            elapsed: duration + between(dice, 0.0, 240.0),
            distance,
            climb: distance.map_or(0.0, |metres| {
                (metres / 1000.0 * facts.climb * between(dice, 0.6, 1.4)).round()
            }),
            calories: round(minutes * facts.burn * between(dice, 0.9, 1.1)),
            average_hr,
            max_hr: average_hr + dice.i64(12..=24),
            steps: cadence.map(|cadence| round(float(cadence) * minutes)),
            cadence,
            training_load: minutes * effort * effort * 3.0,
            aerobic_effect: (minutes * effort / 16.0).clamp(0.4, 4.9),
            origin: Origin::Watch,
            edited: None,
            parent: None,
            children: Vec::new(),
        }
    }

    /// Legs one after the other, and a parent that is their sum.
    fn multisport(&self, date: Date, dice: &mut fastrand::Rng) -> Activity {
        let mut parent = self.workout(date, Sport::Multisport, 0, dice);
        let mut start = self.instant(date, 9 * 3600);
        parent.start = start;
        for (place, sport) in (1_i64..).zip(Sport::LEGS) {
            let leg = Activity {
                start,
                parent: Some(parent.id),
                ..self.workout(date, sport, place, dice)
            };
            start = leg.end();
            parent.children.push(leg);
        }
        let legs = &parent.children;
        parent.duration = legs.iter().map(|leg| leg.duration).sum();
        parent.moving = legs.iter().map(|leg| leg.moving).sum();
        parent.elapsed = float(start.duration_since(parent.start).as_secs());
        parent.distance = Some(legs.iter().filter_map(|leg| leg.distance).sum());
        parent.climb = legs.iter().map(|leg| leg.climb).sum();
        parent.calories = legs.iter().map(|leg| leg.calories).sum();
        parent.steps = Some(legs.iter().filter_map(|leg| leg.steps).sum());
        parent.max_hr = legs
            .iter()
            .map(|leg| leg.max_hr)
            .max()
            .unwrap_or(parent.max_hr);
        parent.aerobic_effect = legs
            .iter()
            .map(|leg| leg.aerobic_effect)
            .fold(0.0, f64::max);
        parent.training_load = legs.iter().map(|leg| leg.training_load).sum();
        parent
    }
}
