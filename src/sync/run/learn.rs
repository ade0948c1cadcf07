//! What a refusal teaches: shorter spans, other routes, lanes that are lost.

use std::collections::{BTreeSet, VecDeque};

use jiff::{SignedDuration, civil::Date};

use super::{Halt, Run};
use crate::{
    central_db::{cool_downs, route_memory},
    domain::{
        cool_down::CoolDownScope, dataset::Dataset, dates::DateSpan, failure::Failure,
        log::LogLevel, session::Lane,
    },
    garmin::error::{GarminError, Retry},
    sync::{
        dataset::Part,
        fetch::{FetchError, Lender},
        plan::{self, Batch, GATEWAY, SHARED, Task},
        store,
    },
};

/// Spans are not made shorter than this (`personal-api.md` 8).
const SHORTEST: u32 = 7;

/// How long a span counts as too long when Garmin said so, and when its server
/// only broke over it.
const TOO_LONG_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
const BROKE_FOR: SignedDuration = SignedDuration::from_hours(3 * 24);
/// How long a refused route gives way to the next.
const REFUSED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a dataset is left alone that no route is left for, after the 1st,
/// the 2nd and every further refusal in a row (`protocol.md` 13.3).
const PARKED_DAYS: [i64; 3] = [1, 7, 30];

/// What an error costs.
pub(super) enum Trouble {
    /// This task alone.
    Task(GarminError),
    /// Everything over this lane.
    Lane(Halt),
    /// The job.
    Job(Halt),
}

/// What to do about a task that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    TooLong,
    NoRoute,
    Failed,
}

/// Reads a refusal. Garmin says "too long" with 400 or 500 and few words
/// (`protocol.md` 9.1, `personal-api.md` 5.2), GraphQL with an error inside a 200.
pub(super) fn verdict(part: &Part, span: DateSpan, error: &GarminError) -> Verdict {
    let is_range = part.window.most > 1 && part.page.is_none();
    let can_shrink = is_range && span.len() > SHORTEST;
    match error {
        GarminError::Refused { status: 400, .. } | GarminError::Server(500) if can_shrink => {
            Verdict::TooLong
        }
        GarminError::Refused {
            status: 200,
            message,
        } if span.len() > part.window.safe && !is_schema_error(message.as_deref()) => {
            Verdict::TooLong
        }
        // 501: there is no such thing.
        GarminError::Refused { .. } | GarminError::Server(501) => Verdict::NoRoute,
        _ => Verdict::Failed,
    }
}

/// How long to leave a dataset alone that was refused so often before.
fn parked_for(strikes: u32) -> SignedDuration {
    let step = usize::try_from(strikes).unwrap_or(usize::MAX);
    let days = PARKED_DAYS.get(step).or(PARKED_DAYS.last());
    SignedDuration::from_hours(24 * days.copied().unwrap_or(1))
}

/// The scalar is gone or changed (`protocol.md` 10.1): no span will do.
fn is_schema_error(message: Option<&str>) -> bool {
    message.is_some_and(|text| text.contains("Validation") || text.contains("undefined"))
}

impl<L: Lender> Run<'_, L> {
    /// Tells what ends the job from what costs a lane or a task.
    pub(super) fn sort_out(&mut self, error: FetchError) -> Trouble {
        match error {
            FetchError::Cancelled => Trouble::Job(Halt::Cancelled),
            FetchError::Broken(failure) => Trouble::Job(Halt::Broken(failure)),
            FetchError::Session(failure) => Trouble::Lane(Halt::Session(failure)),
            FetchError::Resting(rest) => Trouble::Lane(Halt::Resting(rest)),
            FetchError::Garmin(error) if error.retry() == Retry::StopAll => {
                Trouble::Lane(Halt::Rest(error))
            }
            FetchError::Garmin(error) => {
                self.silent = if error.is_transport() {
                    self.silent + 1
                } else {
                    0
                };
                if error.retry() == Retry::Backoff {
                    self.trouble = Some(error.clone());
                }
                Trouble::Task(error)
            }
        }
    }

    /// A lane gave out. What it can, the other one does; one lane's trouble does
    /// not stop the other (`personal-api.md` 14).
    pub(super) async fn lose(
        &mut self,
        lane: Lane,
        halt: Halt,
        tasks: &[Task],
        queue: &mut VecDeque<Batch>,
    ) -> Result<(), Halt> {
        let halt = match halt {
            Halt::Rest(error) => Halt::Rested(self.enter_rest(lane, &error).await?),
            halt => halt,
        };
        self.known.lanes.remove(&lane);
        if self.known.lanes.is_empty() {
            return Err(halt);
        }
        self.lost.insert(lane, halt);
        let mut left: Vec<Task> = tasks.to_vec();
        left.extend(queue.iter().flat_map(|batch| &batch.0));
        let is_over = |task: &Task| task.part().is_some_and(|(over, _)| over == lane);
        let datasets: BTreeSet<Dataset> = left
            .iter()
            .filter(|task| is_over(task))
            .map(|task| task.dataset)
            .collect();
        for dataset in datasets {
            self.relay(dataset, tasks, queue);
        }
        Ok(())
    }

    /// Writes the cool-down that Garmin asks for; every process obeys it.
    async fn enter_rest(&self, lane: Lane, error: &GarminError) -> Result<Failure, Halt> {
        let retry_after = match error {
            GarminError::RateLimited { retry_after } => *retry_after,
            _ => None,
        };
        let failure = error.failure("the sync");
        let reason = failure.summary.clone();
        let (id, now) = (self.account.id, self.shop.clock.now());
        let scope = CoolDownScope::of_lane(lane);
        let enter = self
            .shop
            .central_db
            .write(move |tx| cool_downs::enter(tx, id, scope, retry_after, &reason, now));
        Ok(failure.with_retry_at(Some(enter.await?.until)))
    }

    /// A span was answered: the next may be twice as long.
    pub(super) fn note_answered(&mut self, task: &Task) {
        if let Some((_, part)) = task.part() {
            let allowed = self
                .known
                .allowed
                .entry(part.endpoint.to_owned())
                .or_default();
            allowed.proven = allowed.proven.max(Some(task.span.len()));
        }
    }

    /// Plans the days of `task`, and of everything queued behind it for its
    /// dataset, in shorter spans.
    pub(super) async fn shorten(
        &mut self,
        task: &Task,
        error: &GarminError,
        queue: &mut VecDeque<Batch>,
    ) -> Result<(), Halt> {
        let Some((_, part)) = task.part() else {
            return Ok(());
        };
        let days = task.span.len();
        let allowed = self
            .known
            .allowed
            .entry(part.endpoint.to_owned())
            .or_default();
        // What worked before works again; otherwise half.
        let next = allowed
            .proven
            .filter(|&proven| proven < days)
            .unwrap_or(days / 2)
            .max(SHORTEST);
        allowed.too_long = Some(next + 1);
        allowed.proven = allowed.proven.map(|proven| proven.min(next));
        let life = match error {
            GarminError::Server(_) => BROKE_FOR,
            _ => TOO_LONG_FOR,
        };
        let (id, until) = (self.account.id, self.shop.clock.now() + life);
        let text = format!(
            "{}: {days} days at once were refused ({error}); going on with {next}",
            part.endpoint
        );
        let (at, dataset) = (self.here(), task.dataset);
        let endpoint = part.endpoint;
        self.shop
            .central_db
            .write(move |tx| {
                route_memory::too_long(tx, id, endpoint, next + 1, until)?;
                store::note(tx, at, LogLevel::Detail, Some(dataset), text)
            })
            .await?;
        self.relay(dataset, &[*task], queue);
        Ok(())
    }

    /// The route is refused: the next one takes over its days. Without a next
    /// one the task fails, and the dataset is left alone for some days.
    pub(super) async fn reroute(
        &mut self,
        task: &Task,
        error: &GarminError,
        queue: &mut VecDeque<Batch>,
    ) -> Result<(), Halt> {
        let Some((_, part)) = task.part() else {
            return Ok(());
        };
        // Anything but an error inside a 200 is about the gateway, not the scalar.
        let is_gateway = part.is_graphql()
            && matches!(
                error,
                GarminError::Refused {
                    status: 403..=405,
                    ..
                }
            );
        let endpoint = if is_gateway { GATEWAY } else { part.endpoint };
        self.known
            .allowed
            .entry(endpoint.to_owned())
            .or_default()
            .is_refused = true;
        let days = days_left(task.dataset, &[*task], queue);
        let next = plan::relay(&self.known, task.dataset, &days);
        let has_next = next.iter().any(Task::covers) || !task.covers();
        let (id, now) = (self.account.id, self.shop.clock.now());
        let (reason, dataset) = (error.to_string(), task.dataset);
        let text = match next.first().and_then(Task::part).filter(|_| task.covers()) {
            Some((_, next)) => format!(
                "{endpoint} was refused ({reason}); going on with {}",
                next.endpoint
            ),
            None if has_next => format!("{endpoint} was refused ({reason}); going on without"),
            None => format!("{endpoint} was refused ({reason}); left alone for some days"),
        };
        let at = self.here();
        self.shop
            .central_db
            .write(move |tx| {
                let strikes = route_memory::strikes(tx, id, endpoint)?;
                let until = now
                    + if has_next {
                        REFUSED_FOR
                    } else {
                        parked_for(strikes)
                    };
                route_memory::refused(tx, id, endpoint, &reason, until)?;
                store::note(tx, at, LogLevel::Warn, Some(dataset), text)
            })
            .await?;
        if has_next {
            let others: BTreeSet<Dataset> = queue
                .iter()
                .flat_map(|batch| &batch.0)
                .filter(|other| {
                    is_gateway && other.part().is_some_and(|(_, part)| part.is_graphql())
                })
                .map(|other| other.dataset)
                .chain([dataset])
                .collect();
            for dataset in others {
                self.relay(dataset, &[*task], queue);
            }
            return Ok(());
        }
        drop_dataset(dataset, queue);
        self.task_failed(task, error.to_string()).await
    }

    /// Scalars that may not share a request are asked one by one.
    pub(super) async fn ask_apart(
        &mut self,
        tasks: &[Task],
        error: &GarminError,
        queue: &mut VecDeque<Batch>,
    ) -> Result<(), Halt> {
        if error.is_transport() {
            self.unless_silent(error)?;
        }
        if let (
            GarminError::Refused {
                status: 403..=405, ..
            },
            Some(first),
        ) = (error, tasks.first())
        {
            for task in tasks.iter().skip(1).rev() {
                queue.push_front(Batch(vec![*task]));
            }
            return self.reroute(first, error, queue).await;
        }
        let life = match error {
            GarminError::Refused { .. } => Some(REFUSED_FOR),
            GarminError::Server(500) | GarminError::Unreadable(_) => Some(parked_for(0)),
            // A passing error says nothing of sharing: the next run shares again.
            _ => None,
        };
        self.known
            .allowed
            .entry(SHARED.to_owned())
            .or_default()
            .is_refused = true;
        let (id, at) = (self.account.id, self.here());
        let until = life.map(|life| self.shop.clock.now() + life);
        let reason = error.to_string();
        let text = format!(
            "several GraphQL scalars in one request were not answered ({reason}); asking one by one"
        );
        self.shop
            .central_db
            .write(move |tx| {
                if let Some(until) = until {
                    route_memory::refused(tx, id, SHARED, &reason, until)?;
                }
                store::note(tx, at, LogLevel::Detail, None, text)
            })
            .await?;
        let mut left = tasks.to_vec();
        let (shared, others): (Vec<_>, Vec<_>) =
            queue.drain(..).partition(|batch| batch.0.len() > 1);
        left.extend(shared.into_iter().flat_map(|batch| batch.0));
        let apart = plan::batches(&self.known, left);
        queue.extend(apart);
        queue.extend(others);
        Ok(())
    }

    /// Replaces what is left to ask of a dataset by a plan from what is known now.
    fn relay(&self, dataset: Dataset, tasks: &[Task], queue: &mut VecDeque<Batch>) {
        let days = days_left(dataset, tasks, queue);
        drop_dataset(dataset, queue);
        let next = plan::relay(&self.known, dataset, &days);
        let is_per_day = |batch: &Batch| {
            let first = batch.0.first().and_then(Task::part);
            batch.0.first().is_some_and(Task::covers)
                && first.is_some_and(|(_, part)| part.window.most == 1)
        };
        let (days, ranges): (Vec<_>, Vec<_>) = plan::batches(&self.known, next)
            .into_iter()
            .partition(is_per_day);
        ranges
            .into_iter()
            .rev()
            .for_each(|batch| queue.push_front(batch));
        queue.extend(days);
    }
}

/// The days still to be asked of a dataset: of `tasks`, and of what is queued.
fn days_left(dataset: Dataset, tasks: &[Task], queue: &VecDeque<Batch>) -> BTreeSet<Date> {
    tasks
        .iter()
        .chain(queue.iter().flat_map(|batch| &batch.0))
        .filter(|task| task.dataset == dataset)
        .flat_map(|task| task.span.days())
        .collect()
}

fn drop_dataset(dataset: Dataset, queue: &mut VecDeque<Batch>) {
    for batch in queue.iter_mut() {
        batch.0.retain(|task| task.dataset != dataset);
    }
    queue.retain(|batch| !batch.0.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset;

    #[test]
    fn refusals_are_told_apart() {
        let range = &dataset::source(Dataset::Sleep)
            .iter()
            .flat_map(|route| route.parts)
            .find(|part| part.endpoint == "sleep.graphql")
            .unwrap();
        let refused = |status, message: &str| GarminError::Refused {
            status,
            message: Some(message.to_owned()),
        };
        let span = |days| DateSpan::ending(jiff::civil::date(2026, 11, 21), days);
        let verdict = |days, error: GarminError| verdict(range, span(days), &error);
        assert_eq!(verdict(28, refused(400, "too long")), Verdict::TooLong);
        assert_eq!(verdict(28, GarminError::Server(500)), Verdict::TooLong);
        assert_eq!(verdict(28, GarminError::Server(503)), Verdict::Failed);
        assert_eq!(verdict(7, refused(400, "no")), Verdict::NoRoute);
        assert_eq!(verdict(31, refused(200, "range")), Verdict::TooLong);
        assert_eq!(verdict(28, refused(200, "range")), Verdict::NoRoute);
        assert_eq!(
            verdict(31, refused(200, "Validation error")),
            Verdict::NoRoute
        );
        assert_eq!(verdict(28, refused(403, "no")), Verdict::NoRoute);
        assert_eq!(
            verdict(28, GarminError::Unreadable("x".to_owned())),
            Verdict::Failed
        );
    }
}
