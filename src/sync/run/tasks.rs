//! The loop over planned requests.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{Halt, Run, Task};
use crate::{
    domain::{
        dates::{DateSpan, forward},
        failure::Failure,
        log::LogLevel,
    },
    garmin::error::{GarminError, Retry},
    sync::{
        dataset::{Ask, Part, Reading},
        fetch::{FetchError, Lender},
        store::{self, Fetched},
    },
};

/// After this many tasks in a row without any answer the network is gone: more
/// tasks would only take the rest of the night.
const SILENT_TASKS: u32 = 3;

/// What a task led to.
enum Step {
    Done,
    /// The same days, from where this answer ended.
    NextPage(Task),
    /// Garmin refuses this route; in its words.
    RouteRefused(String),
}

impl<L: Lender> Run<'_, L> {
    pub(super) async fn walk(&mut self, tasks: Vec<Task>) -> Result<(), Halt> {
        let mut queue = VecDeque::from(tasks);
        while let Some(task) = queue.pop_front() {
            self.progress(task.dataset, task.span.to_string());
            match self.step(&task).await? {
                Step::Done => {}
                Step::NextPage(next) => queue.push_front(next),
                Step::RouteRefused(why) => self.reroute(&task, &why, &mut queue).await?,
            }
            self.planned = self.ordinal + u32::try_from(queue.len()).unwrap_or(u32::MAX);
            self.progress(task.dataset, task.span.to_string());
        }
        Ok(())
    }

    async fn step(&mut self, task: &Task) -> Result<Step, Halt> {
        let Some((_, part)) = task.part() else {
            return Ok(Step::Done);
        };
        let display_name = self.account.display_name.as_deref();
        let call = (part.ask)(&Ask {
            span: task.span,
            start: task.start,
            display_name,
        });
        let answer = match self.fetcher.call(&call).await {
            Ok(answer) => answer,
            Err(FetchError::Garmin(GarminError::Refused { status, message }))
                if has_next_route(task) =>
            {
                self.silent = 0;
                return Ok(Step::RouteRefused(
                    message.unwrap_or_else(|| format!("HTTP {status}")),
                ));
            }
            Err(error) => {
                let error = self.halt(error)?;
                self.task_failed(task, error.to_string()).await?;
                self.unless_silent(&error)?;
                return Ok(Step::Done);
            }
        };
        self.silent = 0;
        self.has_answer = true;
        let reading = match (part.read)(&answer.body) {
            Ok(reading) => Ok(reading),
            // An error inside a 200 is a refusal, not data (protocol.md 10.1).
            Err(GarminError::Refused { message, .. }) if has_next_route(task) => {
                return Ok(Step::RouteRefused(message.unwrap_or_default()));
            }
            Err(GarminError::Unreadable(why)) => Err(why),
            Err(error) => Err(error.to_string()),
        };
        let is_repeated =
            self.last_page.replace(fingerprint(&answer.body)) == Some(fingerprint(&answer.body));
        // The same page again: the server ignores what was asked, and would for ever.
        let next = reading
            .as_ref()
            .ok()
            .filter(|_| !is_repeated)
            .and_then(|reading| next_page(task, part, reading))
            .filter(|next| next != task);
        let covers = match &next {
            Some(next) => DateSpan::new(forward(next.span.last(), 1), task.span.last()),
            None => Some(task.span),
        };
        self.store(
            task,
            Fetched {
                call,
                status: answer.status,
                body: answer.body,
                reading,
                covers,
            },
        )
        .await?;
        Ok(next.map_or(Step::Done, Step::NextPage))
    }

    async fn store(&mut self, task: &Task, fetched: Fetched) -> Result<(), Halt> {
        let (at, task) = (self.context(), *task);
        self.shop
            .central_db
            .write(move |tx| store::fetched(tx, at, &task, &fetched))
            .await?;
        Ok(())
    }

    pub(super) async fn task_failed(&mut self, task: &Task, summary: String) -> Result<(), Halt> {
        let (at, task) = (self.context(), *task);
        self.shop
            .central_db
            .write(move |tx| store::failed(tx, at, &task, &summary))
            .await?;
        Ok(())
    }

    /// Plans the days of `task`, and of everything still queued for its
    /// dataset, by the next route.
    async fn reroute(
        &mut self,
        task: &Task,
        why: &str,
        queue: &mut VecDeque<Task>,
    ) -> Result<(), Halt> {
        let next = Task {
            route: task.route + 1,
            ..*task
        };
        let (Some((_, old)), Some((_, new))) = (task.part(), next.part()) else {
            return Ok(());
        };
        let at = self.here();
        let text = format!(
            "{} was refused ({why}); going on with {}",
            old.endpoint, new.endpoint
        );
        let dataset = task.dataset;
        self.shop
            .central_db
            .write(move |tx| store::note(tx, at, LogLevel::Warn, Some(dataset), text))
            .await?;
        let same_route = |other: &Task| other.dataset == task.dataset && other.route == task.route;
        let spans = std::iter::once(task.span).chain(
            queue
                .iter()
                .filter(|other| same_route(other))
                .map(|other| other.span),
        );
        let replanned: Vec<_> = spans
            .flat_map(|span| span.windows(new.window.safe))
            .map(|span| Task {
                span,
                start: 0,
                ..next
            })
            .collect();
        queue.retain(|other| !same_route(other));
        if new.window.safe == 1 {
            queue.extend(replanned);
        } else {
            replanned
                .into_iter()
                .rev()
                .for_each(|task| queue.push_front(task));
        }
        Ok(())
    }

    /// Ends the job when nobody has answered for a while.
    pub(super) fn unless_silent(&self, error: &GarminError) -> Result<(), Halt> {
        match error {
            GarminError::NotSent(why) | GarminError::NoAnswer(why)
                if self.silent >= SILENT_TASKS =>
            {
                Err(Halt::Unreachable(Failure::unreachable(why)))
            }
            _ => Ok(()),
        }
    }

    /// Tells what ends the job from what costs one task.
    pub(super) fn halt(&mut self, error: FetchError) -> Result<GarminError, Halt> {
        match error {
            FetchError::Cancelled => Err(Halt::Cancelled),
            FetchError::Session(failure) => Err(Halt::Session(failure)),
            FetchError::Garmin(error) if error.retry() == Retry::StopAll => Err(Halt::Rest(error)),
            FetchError::Garmin(error) => {
                self.silent = if error.is_transport() {
                    self.silent + 1
                } else {
                    0
                };
                if error.retry() == Retry::Backoff {
                    self.trouble = Some(error.clone());
                }
                Ok(error)
            }
        }
    }
}

fn has_next_route(task: &Task) -> bool {
    Task {
        route: task.route + 1,
        ..*task
    }
    .part()
    .is_some()
}

/// A full page may have more behind it. The next one asks for the days from the
/// oldest row on down, rather than for a row number: new uploads shift row
/// numbers, and what comes twice is stored once.
fn next_page(task: &Task, part: &Part, reading: &Reading) -> Option<Task> {
    let page = part.page.filter(|&page| reading.items >= page)?;
    let oldest = reading.rows.iter().filter_map(|row| row.day()).min();
    Some(match oldest.filter(|&oldest| oldest < task.span.last()) {
        Some(oldest) => {
            let span = DateSpan::new(task.span.first(), oldest.max(task.span.first()))?;
            Task {
                span,
                start: 0,
                ..*task
            }
        }
        None => Task {
            start: task.start + page,
            ..*task
        },
    })
}

fn fingerprint(body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}
