//! Tasks into requests: what was answered longest ago first, core datasets
//! first, newest days first, GraphQL scalars together.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use jiff::{Timestamp, civil::Date};

use super::{Known, Task, windows::first_try};
use crate::{
    domain::{
        dataset::Dataset,
        dates::{DateSpan, back},
        job::Goal,
    },
    sync::dataset::{Ask, Call},
};

/// The memory's name for several scalars in one request: nobody has published
/// a test of it (`protocol.md` 10.1), so a refusal is remembered.
pub const SHARED: &str = "graphql.shared";

/// A backfill leaves what is newer than the newest known day for last, as long as
/// that is not older than this.
const NEWS_DAYS: u32 = 60;

/// Scalars of one request. Keeps an answer within a few megabytes.
const MOST_SHARED: usize = 12;

/// The tasks that one request answers: one, several that ask for the very same,
/// or several GraphQL scalars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch(pub Vec<Task>);

impl Batch {
    /// Whether it asks for one of many single days: those come last.
    pub fn is_per_day(&self) -> bool {
        self.0.first().is_some_and(is_per_day)
    }

    /// Whether it brings anything of the core datasets.
    pub fn is_core(&self) -> bool {
        self.0
            .iter()
            .any(|task| Dataset::CORE.contains(&task.dataset))
    }

    /// Under what it is counted.
    pub fn endpoint(&self) -> &'static str {
        let endpoint = |task: &Task| task.part().map_or("none", |(_, part)| part.endpoint);
        let Some(first) = self.0.first() else {
            return "none";
        };
        let is_same = self.0.iter().all(|task| call(task) == call(first));
        if is_same { endpoint(first) } else { SHARED }
    }
}

/// Sorts and groups. Scalars share a request with others of the same wave; a
/// span longer than any answered so far belongs to a later wave, since it is
/// tried only after a shorter one.
///
/// Within a dataset the parts that fill in columns come right before the one that
/// then calls the same days covered: a run that dies in between must leave the
/// days to be asked again.
pub fn batches(known: &Known, mut tasks: Vec<Task>) -> Vec<Batch> {
    let read_at = last_reads(known, &tasks);
    let covering = covering_spans(&tasks);
    // A stable sort: within the same rank datasets and parts keep their order.
    tasks.sort_by_key(|task| {
        let dataset = task.dataset;
        let newest = if task.covers() {
            task.span.last()
        } else {
            let mine = covering.get(&(dataset, task.route)).into_iter().flatten();
            let meets = |span: &&DateSpan| {
                span.first() <= task.span.last() && task.span.first() <= span.last()
            };
            let first = mine.filter(meets).map(|span| span.last()).max();
            first.unwrap_or(known.today)
        };
        (
            is_per_day(task),
            is_news(known, task),
            read_at.get(&dataset).copied().flatten(),
            tier(dataset),
            Reverse(newest),
            task.covers(),
        )
    });
    let mut out = Grouping::default();
    let mut waves = Waves::default();
    for task in tasks {
        out.add(known, &mut waves, task);
    }
    out.batches
}

/// Whether a backfill would ask for days that came since: they are what every other
/// sync begins with, and would use up a small allowance day by day.
fn is_news(known: &Known, task: &Task) -> bool {
    let holding = known.holdings.get(&task.dataset);
    let newest = holding.and_then(|holding| holding.coverage.keys().next_back());
    let is_news =
        |&newest: &Date| task.span.first() > newest && newest > back(known.today, NEWS_DAYS);
    known.goal == Goal::Backfill && newest.is_some_and(is_news)
}

fn is_per_day(task: &Task) -> bool {
    let part = task.part();
    let is_single = part.is_some_and(|(_, part)| part.window.most == 1);
    task.covers() && is_single && !task.dataset.is_snapshot()
}

/// Activities, days, nights and what belongs to them come before the rest, and
/// what is true now comes last: it has a week to be asked for.
fn tier(dataset: Dataset) -> u8 {
    if Dataset::CORE.contains(&dataset) {
        0
    } else {
        1 + u8::from(dataset.is_snapshot())
    }
}

/// The spans that each route covers.
fn covering_spans(tasks: &[Task]) -> BTreeMap<(Dataset, usize), Vec<DateSpan>> {
    let mut out: BTreeMap<_, Vec<DateSpan>> = BTreeMap::new();
    for task in tasks.iter().filter(|task| task.covers()) {
        let mine = out.entry((task.dataset, task.route)).or_default();
        mine.push(task.span);
    }
    out
}

/// When each dataset was last read, by the part that was read longest ago.
/// `None`, which sorts first: some of it never was. A run that is cut short
/// again and again gets on by that, whatever it manages in one go.
fn last_reads(known: &Known, tasks: &[Task]) -> BTreeMap<Dataset, Option<Timestamp>> {
    let mut out: BTreeMap<Dataset, Option<Timestamp>> = BTreeMap::new();
    for task in tasks {
        let read = task
            .part()
            .and_then(|(_, part)| known.read_at(part.endpoint, task.span.last()));
        out.entry(task.dataset)
            .and_modify(|known| *known = (*known).min(read))
            .or_insert(read);
    }
    out
}

/// Requests in the making.
#[derive(Default)]
struct Grouping {
    batches: Vec<Batch>,
    /// Where the same is asked for already.
    same: HashMap<Call, usize>,
    /// The batches of each wave that take more scalars.
    waves: BTreeMap<u32, Vec<usize>>,
    /// How many batches there were when a dataset's last column-filling part was added.
    after: BTreeMap<Dataset, usize>,
}

impl Grouping {
    fn add(&mut self, known: &Known, waves: &mut Waves, task: Task) {
        let earliest = if task.covers() {
            self.after.get(&task.dataset).copied().unwrap_or(0)
        } else {
            0
        };
        let asked = call(&task);
        let same = asked
            .as_ref()
            .and_then(|call| self.same.get(call).copied())
            .filter(|&at| at >= earliest);
        let wave = waves.of(known, &task);
        let shared = || {
            let open = self.waves.get(&wave?)?.iter().copied();
            let mut open = open.filter(|&at| at >= earliest && known.may_share());
            open.find(|&at| {
                let batch = self.batches.get(at);
                batch.is_some_and(|batch| batch.0.len() < MOST_SHARED)
            })
        };
        let at = same.or_else(shared);
        if let Some(batch) = at.and_then(|at| self.batches.get_mut(at)) {
            batch.0.push(task);
        } else {
            self.batches.push(Batch(vec![task]));
        }
        let at = at.unwrap_or(self.batches.len() - 1);
        if let Some(call) = asked {
            self.same.insert(call, at);
        }
        if let Some(wave) = wave {
            let open = self.waves.entry(wave).or_default();
            if !open.contains(&at) {
                open.push(at);
            }
        }
        if !task.covers() {
            self.after.insert(task.dataset, at + 1);
        }
    }
}

/// What a task asks for, but for names that are the same for all.
fn call(task: &Task) -> Option<Call> {
    let (_, part) = task.part()?;
    Some((part.ask)(&Ask {
        span: task.span,
        today: task.span.last(),
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
        let (proven, _) = known.limits(part.endpoint);
        let (wave, tried) = self
            .0
            .entry(part.endpoint)
            .or_insert_with(|| (0, first_try(part.window, proven)));
        if task.span.len() > *tried {
            *wave += 1;
            *tried = task.span.len();
        }
        Some(*wave)
    }
}
