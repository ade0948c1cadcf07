//! The life as Garmin knows it by now: the athlete's, within the history, with everything scripts did to it.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::athlete::{Activity, Athlete, Day, Night, Now, WeighIn, days, plus_days, round};
use super::world::World;
use crate::domain::dataset::Dataset;

impl World {
    /// Whether Garmin may know something about a day's part of a dataset.
    pub(super) fn knows(&self, dataset: Dataset, date: Date, now: &Now) -> bool {
        let edits = self.edits();
        let is_late = needs_watch(dataset) && edits.holds_back(date);
        now.covers(date) && !edits.hides(dataset) && !is_late
    }

    /// When a device last uploaded anything.
    pub(super) fn last_upload(&self, now: &Now) -> Timestamp {
        now.at
            .saturating_add(SignedDuration::from_secs(self.edits().uploads()))
            .unwrap_or(now.at)
    }

    /// When a day was uploaded last: when it ended, unless it came late.
    pub(super) fn synced(&self, date: Date, day: &Day) -> Timestamp {
        self.edits().delivered(date).unwrap_or(day.end)
    }

    /// All listed activities, newest first.
    pub(super) fn activities(&self, now: &Now) -> Vec<Activity> {
        self.activities_within(now, Date::MIN, Date::MAX)
    }

    /// Those of some local days.
    pub(super) fn activities_within(&self, now: &Now, first: Date, last: Date) -> Vec<Activity> {
        if self.edits().hides(Dataset::Activities) {
            return Vec::new();
        }
        let mut all = Vec::new();
        for date in days(first.max(now.first)..=last.min(now.today)) {
            all.extend_from_slice(&self.athlete.activities_of(date));
        }
        all.retain(|activity| activity.end() <= now.at);
        let edits = self.edits();
        let extra = edits.extra().iter();
        all.extend(
            extra
                .filter(|run| first <= run.date && run.date <= last)
                .cloned(),
        );
        let mut all: Vec<_> = all
            .into_iter()
            .filter_map(|activity| edits.applied(activity))
            .collect();
        all.sort_by_key(|activity| std::cmp::Reverse((activity.start, activity.id)));
        all
    }

    /// One activity, or one leg of a multisport activity.
    pub(super) fn activity(&self, id: i64, now: &Now) -> Option<Activity> {
        let extra = self
            .edits()
            .extra()
            .iter()
            .find(|run| run.id == id)
            .map(|run| run.date);
        let date = extra.or_else(|| Athlete::date_of_activity(id))?;
        let mut family = self
            .activities_within(now, date, date)
            .into_iter()
            .flat_map(|parent| {
                let legs = parent.children.clone();
                legs.into_iter().chain(std::iter::once(parent))
            });
        family.find(|activity| activity.id == id)
    }

    /// A day's summary, or `None` if there is nothing (yet).
    pub(super) fn day(&self, dataset: Dataset, date: Date, now: &Now) -> Option<Day> {
        if !self.knows(dataset, date, now) {
            return None;
        }
        let mut day = self.athlete.day(date, now)?;
        let edits = self.edits();
        let recorded = std::mem::take(&mut day.activities);
        day.activities = recorded
            .into_iter()
            .filter_map(|activity| edits.applied(activity))
            .collect();
        let extra = edits.extra().iter().filter(|run| run.date == date);
        for run in extra.filter_map(|run| edits.applied(run.clone())) {
            day.steps += run.steps.unwrap_or(0);
            day.distance += run.distance.map_or(0, round);
            day.active_kcal += run.calories;
            day.heart.max = day.heart.max.max(run.max_hr);
            day.activities.push(run);
        }
        day.steps = edits.steps(date).unwrap_or(day.steps);
        Some(day)
    }

    /// The night before a day, or `None` if there is nothing (yet).
    pub(super) fn night(&self, dataset: Dataset, date: Date, now: &Now) -> Option<Arc<Night>> {
        self.knows(dataset, date, now)
            .then(|| self.athlete.night(date, now))
            .flatten()
    }

    /// The weigh-ins of a day, oldest first.
    pub(super) fn weigh_ins(&self, date: Date, now: &Now) -> Vec<WeighIn> {
        if !self.knows(Dataset::Weight, date, now) {
            return Vec::new();
        }
        let generated = self.athlete.weigh_ins(date, now.at);
        self.edits().weighed(date, generated)
    }

    /// The last weigh-in of the nearest day before (-1) or after (1) another one that has any.
    pub(super) fn weighed_next_to(&self, date: Date, step: i64, now: &Now) -> Option<WeighIn> {
        if self.edits().hides(Dataset::Weight) {
            return None;
        }
        let next = plus_days(date, step);
        let mut other = if step < 0 {
            next.min(now.today)
        } else {
            next.max(now.first)
        };
        while now.covers(other) {
            if let Some(last) = self.weigh_ins(other, now).pop() {
                return Some(last);
            }
            other = plus_days(other, step);
        }
        None
    }
}

/// What comes off the wrist waits for the watch to meet the phone; scales and people do not.
fn needs_watch(dataset: Dataset) -> bool {
    !matches!(dataset, Dataset::Weight | Dataset::BloodPressure)
}
