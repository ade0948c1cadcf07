//! Tasks into requests: newest days first, GraphQL scalars together.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{Known, Task, windows::proven};
use crate::sync::dataset::{Ask, Call};

/// The memory's name for several scalars in one request: nobody has published
/// a test of it (`protocol.md` 10.1), so a refusal is remembered.
pub const SHARED: &str = "graphql.shared";

/// Scalars of one request. Keeps an answer within a few megabytes.
const MOST_SHARED: usize = 12;

/// The tasks that one request answers: one, or several GraphQL scalars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch(pub Vec<Task>);

impl Batch {
    /// Under what it is counted.
    pub fn endpoint(&self) -> &'static str {
        match self.0.as_slice() {
            [task] => task.part().map_or("none", |(_, part)| part.endpoint),
            _ => SHARED,
        }
    }
}

/// Sorts and groups: ranges before single days, newest first. Scalars share a
/// request with others of the same wave; a span longer than any answered so
/// far belongs to a later wave, since it is tried only after a shorter one.
pub fn batches(known: &Known, mut tasks: Vec<Task>) -> Vec<Batch> {
    let newest = known.today;
    // A stable sort: within the same rank datasets and parts keep their order.
    tasks.sort_by_key(|task| {
        let is_per_day = task.part().is_some_and(|(_, part)| part.window.most == 1);
        // What fills in columns comes before what then calls the days covered, also
        // when that joins a request of others: a run that dies in between must
        // leave the days to be asked again.
        match (task.covers(), is_per_day && !task.dataset.is_snapshot()) {
            (false, _) => (0, Reverse(newest)),
            (true, is_late) => (1 + u8::from(is_late), Reverse(task.span.last())),
        }
    });
    let mut out: Vec<Batch> = Vec::new();
    let mut open: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let mut waves = Waves::default();
    for task in tasks {
        let Some(wave) = waves.of(known, &task) else {
            out.push(Batch(vec![task]));
            continue;
        };
        let mine = open.entry(wave).or_default();
        let place = mine.iter().copied().find(|&at| {
            out.get(at)
                .is_some_and(|batch| may_join(known, batch, &task))
        });
        if let Some(batch) = place.and_then(|at| out.get_mut(at)) {
            batch.0.push(task);
        } else {
            mine.push(out.len());
            out.push(Batch(vec![task]));
        }
    }
    out
}

/// Tasks that ask for the very same scalar always share its answer.
fn may_join(known: &Known, batch: &Batch, task: &Task) -> bool {
    let is_same = batch
        .0
        .first()
        .is_some_and(|first| call(known, first) == call(known, task));
    is_same || (batch.0.len() < MOST_SHARED && !known.allowed(SHARED).is_refused)
}

fn call(known: &Known, task: &Task) -> Option<Call> {
    let (_, part) = task.part()?;
    Some((part.ask)(&Ask {
        span: task.span,
        today: known.today,
        start: task.start,
        display_name: None,
        user_id: None,
    }))
}

/// How often each endpoint's span has grown so far.
#[derive(Default)]
struct Waves(BTreeMap<&'static str, (u32, u32)>);

impl Waves {
    /// `None` for what is no scalar.
    fn of(&mut self, known: &Known, task: &Task) -> Option<u32> {
        let (_, part) = task.part().filter(|(_, part)| part.is_graphql())?;
        let allowed = known.allowed(part.endpoint);
        let (wave, tried) = self
            .0
            .entry(part.endpoint)
            .or_insert_with(|| (0, proven(part.window, allowed)));
        if task.span.len() > *tried {
            *wave += 1;
            *tried = task.span.len();
        }
        Some(*wave)
    }
}
