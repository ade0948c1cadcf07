//! What scripts changed upstream, laid over the athlete's life.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::athlete::{Activity, Day, Night, Now, round};
use super::world::World;

/// Ids of scripted activities, clear of the generated ones.
const FIRST_EXTRA_ID: i64 = 30_000_000_000;

/// Everything that differs from the generated life.
#[derive(Debug, Default)]
pub(super) struct Edits {
    extra: Vec<Activity>,
    names: BTreeMap<i64, String>,
    deleted: BTreeSet<i64>,
    steps: BTreeMap<Date, i64>,
    held_back: BTreeSet<Date>,
    /// Uploads by script; each moves the clock of `mylastused` by a second.
    uploads: i64,
}

impl Edits {
    /// A new name; it does not count as an upload (protocol.md 9.3).
    pub(super) fn rename(&mut self, id: i64, name: &str) {
        self.names.insert(id, name.to_owned());
    }

    pub(super) fn delete(&mut self, id: i64) {
        self.deleted.insert(id);
    }

    pub(super) fn set_steps(&mut self, date: Date, steps: i64) {
        self.steps.insert(date, steps);
        self.uploads += 1;
    }

    /// The watch has not met the phone since: the day is still empty at Garmin.
    pub(super) fn hold_back(&mut self, date: Date) {
        self.held_back.insert(date);
    }

    /// The watch delivers everything it held back.
    pub(super) fn deliver(&mut self) {
        self.held_back.clear();
        self.uploads += 1;
    }
}

impl World {
    /// Adds a run that ended at `end` and returns its id.
    pub(super) fn upload_run(&self, end: Timestamp, date: Date) -> i64 {
        let mut edits = self.edits();
        edits.uploads += 1;
        let id = FIRST_EXTRA_ID + edits.uploads;
        edits.extra.push(self.athlete.extra_run(id, end, date));
        id
    }

    /// When a device last uploaded anything.
    pub(super) fn last_upload(&self, now: &Now) -> Timestamp {
        now.at
            .saturating_add(SignedDuration::from_secs(self.edits().uploads))
            .unwrap_or(now.at)
    }

    /// All listed activities, newest first.
    pub(super) fn activities(&self, now: &Now) -> Vec<Activity> {
        let mut all = self.athlete.activities(now);
        let edits = self.edits();
        all.extend(edits.extra.iter().cloned());
        all.retain(|activity| {
            !edits.deleted.contains(&activity.id) && !edits.held_back.contains(&activity.date)
        });
        for activity in &mut all {
            if let Some(name) = edits.names.get(&activity.id) {
                activity.name.clone_from(name);
            }
        }
        all.sort_by_key(|activity| std::cmp::Reverse((activity.start, activity.id)));
        all
    }

    /// One activity, or one leg of a multisport activity.
    pub(super) fn activity(&self, id: i64, now: &Now) -> Option<Activity> {
        let mut family = self.activities(now).into_iter().flat_map(|parent| {
            parent
                .children
                .clone()
                .into_iter()
                .chain(std::iter::once(parent))
        });
        family.find(|activity| activity.id == id)
    }

    /// A day's summary, or `None` if there is nothing (yet).
    pub(super) fn day(&self, date: Date, now: &Now) -> Option<Day> {
        let mut day = self.athlete.day(date, now)?;
        let edits = self.edits();
        if edits.held_back.contains(&date) {
            return None;
        }
        for run in edits
            .extra
            .iter()
            .filter(|run| run.date == date && !edits.deleted.contains(&run.id))
        {
            day.steps += run.steps.unwrap_or(0);
            day.distance += run.distance.map_or(0, round);
            day.active_kcal += run.calories;
            day.heart.max = day.heart.max.max(run.max_hr);
            day.activities.push(run.clone());
        }
        if let Some(steps) = edits.steps.get(&date) {
            day.steps = *steps;
        }
        Some(day)
    }

    /// The night before a day, or `None` if there is nothing (yet).
    pub(super) fn night(&self, date: Date, now: &Now) -> Option<Night> {
        if self.edits().held_back.contains(&date) {
            return None;
        }
        self.athlete.night(date, now)
    }
}
