//! The requests still to be sent.

use std::collections::{BTreeSet, VecDeque};

use jiff::civil::Date;

use crate::sync::plan::{Batch, Task};

#[derive(Debug, Default)]
pub(super) struct Queue {
    batches: VecDeque<Batch>,
}

impl Queue {
    pub(super) fn new(batches: Vec<Batch>) -> Self {
        Self {
            batches: VecDeque::from(batches),
        }
    }

    pub(super) fn pop(&mut self) -> Option<Batch> {
        self.batches.pop_front()
    }

    /// How many tasks are left.
    pub(super) fn len(&self) -> usize {
        self.batches.iter().map(|batch| batch.0.len()).sum()
    }

    /// `task` by itself, before everything else.
    pub(super) fn push_next(&mut self, task: Task) {
        self.batches.push_front(Batch(vec![task]));
    }

    /// Adds requests that were planned anew: ranges of days before everything
    /// else, single days behind it.
    pub(super) fn add(&mut self, batches: Vec<Batch>) {
        let (days, ranges): (Vec<_>, Vec<_>) = batches.into_iter().partition(Batch::is_per_day);
        for batch in ranges.into_iter().rev() {
            self.batches.push_front(batch);
        }
        self.batches.extend(days);
    }

    /// Takes out the tasks for which `is_meant` holds.
    pub(super) fn take(&mut self, is_meant: impl Fn(&Task) -> bool) -> Vec<Task> {
        let mut taken = Vec::new();
        for batch in &mut self.batches {
            let (mine, others) = batch.0.iter().copied().partition(|task| is_meant(task));
            let mine: Vec<Task> = mine;
            taken.extend(mine);
            batch.0 = others;
        }
        self.batches.retain(|batch| !batch.0.is_empty());
        taken
    }
}

/// All days of some tasks.
pub(super) fn days_of<'a>(tasks: impl IntoIterator<Item = &'a Task>) -> BTreeSet<Date> {
    tasks
        .into_iter()
        .flat_map(|task| task.span.days())
        .collect()
}
