//! What scripts changed upstream, laid over the athlete's life.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::athlete::{Activity, Sport, WeighIn};
use super::world::World;
use crate::domain::dataset::Dataset;

/// Ids of scripted activities, clear of the generated ones.
const FIRST_EXTRA_ID: i64 = 30_000_000_000;

/// Everything that differs from the generated life.
#[derive(Debug, Default)]
pub(super) struct Edits {
    extra: Vec<Activity>,
    changed: BTreeMap<i64, Change>,
    deleted: BTreeSet<i64>,
    steps: BTreeMap<Date, i64>,
    held_back: BTreeSet<Date>,
    /// When days were uploaded that did not come in time.
    delivered: BTreeMap<Date, Timestamp>,
    /// Weigh-ins by hand, and those that were changed, by their keys; `None`: deleted.
    weigh_ins: BTreeMap<i64, Option<WeighIn>>,
    hidden: BTreeSet<Dataset>,
    caps: BTreeMap<String, u32>,
    /// GraphQL scalars that fail by name.
    refused_scalars: BTreeSet<String>,
    is_gateway_closed: bool,
    /// Uploads by script; each moves the clock of `mylastused` by a second.
    uploads: i64,
}

/// What was changed about an activity on the web, and when.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    pub(super) name: Option<String>,
    pub(super) sport: Option<Sport>,
    pub(super) distance: Option<f64>,
    at: Timestamp,
}

impl Edits {
    /// Edits on the web do not count as uploads (protocol.md 9.3).
    pub(super) fn change(&mut self, id: i64, at: Timestamp, change: impl FnOnce(&mut Change)) {
        let entry = self.changed.entry(id).or_default();
        change(entry);
        entry.at = at;
    }

    pub(super) fn delete(&mut self, id: i64) {
        self.deleted.insert(id);
    }

    /// An activity as it looks by now, or `None` if it is gone or has not come yet.
    pub(super) fn applied(&self, mut activity: Activity) -> Option<Activity> {
        if self.deleted.contains(&activity.id) || self.held_back.contains(&activity.date) {
            return None;
        }
        if let Some(change) = self.changed.get(&activity.id) {
            if let Some(name) = &change.name {
                activity.name.clone_from(name);
            }
            activity.sport = change.sport.unwrap_or(activity.sport);
            activity.distance = change.distance.or(activity.distance);
            activity.edited = Some(change.at);
        }
        let legs = std::mem::take(&mut activity.children);
        activity.children = legs
            .into_iter()
            .filter_map(|leg| self.applied(leg))
            .collect();
        Some(activity)
    }

    pub(super) fn extra(&self) -> &[Activity] {
        &self.extra
    }

    pub(super) fn set_steps(&mut self, date: Date, steps: i64, at: Timestamp) {
        self.steps.insert(date, steps);
        self.delivered.insert(date, at);
        self.uploads += 1;
    }

    pub(super) fn steps(&self, date: Date) -> Option<i64> {
        self.steps.get(&date).copied()
    }

    /// The watch has not met the phone since: the day is still empty at Garmin.
    pub(super) fn hold_back(&mut self, date: Date) {
        self.held_back.insert(date);
    }

    pub(super) fn holds_back(&self, date: Date) -> bool {
        self.held_back.contains(&date)
    }

    /// The watch delivers what it held back: one day, or all of them.
    pub(super) fn deliver(&mut self, only: Option<Date>, at: Timestamp) {
        let is_due = |date: &Date| only.is_none_or(|only| only == *date);
        let arrived = self.held_back.iter().filter(|date| is_due(date));
        self.delivered.extend(arrived.map(|date| (*date, at)));
        self.held_back.retain(|date| !is_due(date));
        self.uploads += 1;
    }

    pub(super) fn delivered(&self, date: Date) -> Option<Timestamp> {
        self.delivered.get(&date).copied()
    }

    pub(super) fn uploads(&self) -> i64 {
        self.uploads
    }

    pub(super) fn set_weigh_in(&mut self, pk: i64, weigh_in: Option<WeighIn>) {
        self.weigh_ins.insert(pk, weigh_in);
    }

    pub(super) fn has_weigh_in(&self, pk: i64) -> bool {
        self.weigh_ins.contains_key(&pk)
    }

    /// The weigh-ins of one day among all these, as they look by now.
    pub(super) fn weighed(&self, date: Date, generated: Vec<WeighIn>) -> Vec<WeighIn> {
        let mut all: BTreeMap<_, _> = generated
            .into_iter()
            .map(|weigh_in| (weigh_in.pk, weigh_in))
            .collect();
        for (pk, weigh_in) in &self.weigh_ins {
            match weigh_in {
                Some(weigh_in) if weigh_in.date == date => {
                    all.insert(*pk, weigh_in.clone());
                }
                _ => {
                    all.remove(pk);
                }
            }
        }
        all.into_values().collect()
    }

    pub(super) fn hide(&mut self, dataset: Dataset) {
        self.hidden.insert(dataset);
    }

    pub(super) fn show(&mut self, dataset: Dataset) {
        self.hidden.remove(&dataset);
    }

    pub(super) fn hides(&self, dataset: Dataset) -> bool {
        self.hidden.contains(&dataset)
    }

    pub(super) fn set_cap(&mut self, endpoint: &str, days: u32) {
        self.caps.insert(endpoint.to_owned(), days);
    }

    pub(super) fn cap(&self, endpoint: &str) -> Option<u32> {
        self.caps.get(endpoint).copied()
    }

    pub(super) fn refuse_scalar(&mut self, name: &str) {
        self.refused_scalars.insert(name.to_owned());
    }

    pub(super) fn allow_scalar(&mut self, name: &str) {
        self.refused_scalars.remove(name);
    }

    pub(super) fn refuses_scalar(&self, name: &str) -> bool {
        self.refused_scalars.contains(name)
    }

    pub(super) fn close_gateway(&mut self, is_closed: bool) {
        self.is_gateway_closed = is_closed;
    }

    pub(super) fn is_gateway_closed(&self) -> bool {
        self.is_gateway_closed
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
}
