//! The loop over planned requests.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{
    Halt, Run,
    learn::{Trouble, Verdict, verdict},
};
use crate::{
    domain::{
        dates::{DateSpan, forward},
        failure::Failure,
        session::Lane,
    },
    garmin::{
        error::GarminError,
        wire::graphql::{Shared, shared_answers, shared_query},
    },
    sync::{
        dataset::{Ask, Call, Part, Reading},
        fetch::Lender,
        plan::{Batch, Task},
        store::{self, BackfillStep, Fetched},
    },
};

/// After this many tasks in a row without any answer the network is gone: more
/// tasks would only take the rest of the night.
const SILENT_TASKS: u32 = 3;

/// Nobody has more rows on one day.
const MOST_ROWS: u32 = 10_000;

/// An answer as far as HTTP is concerned: status and body.
type Body = (u16, Vec<u8>);
type Outcome = Result<Body, GarminError>;

impl<L: Lender> Run<'_, L> {
    pub(super) async fn walk(&mut self, mut queue: VecDeque<Batch>) -> Result<(), Halt> {
        self.count_on(&queue);
        self.last_page = None;
        while let Some(batch) = queue.pop_front() {
            if self.is_spent() {
                return Ok(());
            }
            if let Some(task) = batch.0.first() {
                self.progress(task.dataset, task.span.to_string());
            }
            match batch.0.as_slice() {
                [task] => self.ask_one(task, &mut queue).await?,
                tasks => self.ask_together(tasks, &mut queue).await?,
            }
            self.count_on(&queue);
            if let Some(task) = batch.0.last() {
                self.progress(task.dataset, task.span.to_string());
            }
        }
        Ok(())
    }

    fn call(&self, task: &Task, part: &Part) -> Call {
        (part.ask)(&Ask {
            span: task.span,
            today: self.today,
            start: task.start,
            display_name: self.account.display_name.as_deref(),
            user_id: self.account.user_id.as_deref(),
        })
    }

    async fn ask_one(&mut self, task: &Task, queue: &mut VecDeque<Batch>) -> Result<(), Halt> {
        let Some((lane, part)) = task.part() else {
            return Ok(());
        };
        let call = self.call(task, part);
        let outcome = match self.fetcher.call(lane, &call).await {
            Ok(answer) => Ok((answer.status, answer.body)),
            Err(error) => match self.sort_out(error) {
                Trouble::Job(halt) => return Err(halt),
                Trouble::Lane(halt) => return self.lose(lane, halt, &[*task], queue).await,
                Trouble::Task(error) => Err(error),
            },
        };
        self.settle(task, call, outcome, queue).await
    }

    /// Several GraphQL scalars in one request. Where that as a whole is refused,
    /// each is asked by itself, and so are all from then on.
    async fn ask_together(
        &mut self,
        tasks: &[Task],
        queue: &mut VecDeque<Batch>,
    ) -> Result<(), Halt> {
        let mut calls: Vec<Call> = Vec::new();
        let mut asked = Vec::new();
        for task in tasks {
            let Some((_, part)) = task.part() else {
                continue;
            };
            let call = self.call(task, part);
            let at = calls
                .iter()
                .position(|known| *known == call)
                .unwrap_or_else(|| {
                    calls.push(call);
                    calls.len() - 1
                });
            asked.push((*task, at));
        }
        let answers = match self.answers(&calls).await {
            Ok(answers) => answers,
            Err(Trouble::Job(halt)) => return Err(halt),
            Err(Trouble::Lane(halt)) => {
                return self.lose(Lane::Connect, halt, tasks, queue).await;
            }
            Err(Trouble::Task(error)) => {
                return self.ask_apart(tasks, &error, queue).await;
            }
        };
        // What the answer does not speak of is asked by itself, next.
        for (task, at) in asked.iter().rev() {
            if matches!(answers.get(*at), None | Some(None)) {
                queue.push_front(Batch(vec![*task]));
            }
        }
        for (task, at) in asked {
            if let (Some(call), Some(Some(outcome))) = (calls.get(at), answers.get(at)) {
                self.settle(&task, call.clone(), outcome.clone(), queue)
                    .await?;
            }
        }
        Ok(())
    }

    /// One outcome for each call; `None` where the answer does not speak of it.
    async fn answers(&mut self, calls: &[Call]) -> Result<Vec<Option<Outcome>>, Trouble> {
        let scalars: Vec<(&str, &str)> = calls
            .iter()
            .filter_map(|call| match call {
                Call::GraphQl { scalar, arguments } => Some((*scalar, arguments.as_str())),
                Call::Get { .. } => None,
            })
            .collect();
        let query = match calls {
            [one] => one.to_string(),
            _ => shared_query(&scalars),
        };
        let answer = match self.fetcher.graphql(Lane::Connect, &query).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.sort_out(error)),
        };
        let status = answer.status;
        if calls.len() == 1 {
            return Ok(vec![Some(Ok((status, answer.body)))]);
        }
        let names: Vec<_> = scalars.iter().map(|(scalar, _)| *scalar).collect();
        let bodies = shared_answers(&answer.body, &names).map_err(Trouble::Task)?;
        let with_status = |shared: Shared| shared.map(|body| (status, body));
        Ok(bodies
            .into_iter()
            .map(|body| body.map(with_status))
            .collect())
    }

    /// Stores what a task's answer holds, or learns from its refusal.
    async fn settle(
        &mut self,
        task: &Task,
        call: Call,
        outcome: Outcome,
        queue: &mut VecDeque<Batch>,
    ) -> Result<(), Halt> {
        let Some((_, part)) = task.part() else {
            return Ok(());
        };
        let (status, body) = match outcome {
            Ok(body) => body,
            Err(error) => return self.refused(task, error, queue).await,
        };
        self.silent = 0;
        self.has_answer = true;
        let reading = match (part.read)(&body) {
            Ok(reading) => Ok(reading),
            // An error inside a 200 is a refusal, not data (protocol.md 10.1).
            Err(error @ GarminError::Refused { .. }) => {
                return self.refused(task, error, queue).await;
            }
            Err(GarminError::Unreadable(why)) => Err(why),
            Err(error) => Err(error.to_string()),
        };
        let page = part.page.map(|_| fingerprint(&body));
        let is_repeated = page.is_some() && std::mem::replace(&mut self.last_page, page) == page;
        let next = reading
            .as_ref()
            .ok()
            .and_then(|reading| next_page(task, part, reading));
        // The same page again: the server ignores what was asked, and would for
        // ever. Of the days behind it nothing is known.
        if next.is_some() && (is_repeated || next == Some(*task) || task.start > MOST_ROWS) {
            let summary = "the server gives the same page again and again".to_owned();
            return self.task_failed(task, summary).await;
        }
        let answered = match &next {
            Some(next) => DateSpan::new(forward(next.span.last(), 1), task.span.last()),
            None => Some(task.span),
        };
        let fetched = Fetched {
            call,
            status,
            body,
            reading,
            covers: answered.filter(|_| task.covers()),
            begun: (task.start > 0).then_some(task.span.last()),
            torn: self.torn_within(task),
        };
        self.store(task, fetched).await?;
        if let Some(next) = next {
            queue.push_front(Batch(vec![next]));
        }
        Ok(())
    }

    async fn store(&mut self, task: &Task, fetched: Fetched) -> Result<(), Halt> {
        let requests = self.client.requests();
        let (mut at, kept) = (self.context(), *task);
        at.backfill = self.backfill.as_mut().map(|purse| BackfillStep {
            requests: purse.take(requests),
        });
        let is_read = fetched.reading.is_ok();
        if !task.covers() {
            self.note_torn(task, &fetched.reading);
        }
        let stored = self
            .shop
            .central_db
            .write(move |tx| store::fetched(tx, at, &kept, &fetched))
            .await?;
        self.reopened.extend(stored.reopened);
        if is_read {
            self.note_answered(task);
        }
        Ok(())
    }

    /// A refusal: a shorter span, the next route, or a failure.
    async fn refused(
        &mut self,
        task: &Task,
        error: GarminError,
        queue: &mut VecDeque<Batch>,
    ) -> Result<(), Halt> {
        let Some((_, part)) = task.part() else {
            return Ok(());
        };
        if !error.is_transport() {
            self.silent = 0;
        }
        match verdict(part, task.span, &error) {
            Verdict::TooLong => self.shorten(task, &error, queue).await,
            Verdict::NoRoute => self.reroute(task, &error, queue).await,
            Verdict::Failed => {
                self.task_failed(task, error.to_string()).await?;
                self.unless_silent(&error)
            }
        }
    }

    pub(super) async fn task_failed(&mut self, task: &Task, summary: String) -> Result<(), Halt> {
        if !task.covers() {
            self.torn.push((task.dataset, task.span, summary.clone()));
        }
        let (at, task) = (self.context(), *task);
        self.shop
            .central_db
            .write(move |tx| store::failed(tx, at, &task, &summary))
            .await?;
        Ok(())
    }

    /// What a part should have filled in and could not be read: the answer that
    /// decides the coverage must not call those days whole.
    fn note_torn(&mut self, task: &Task, reading: &Result<Reading, String>) {
        let dataset = task.dataset;
        match reading {
            Err(why) => self.torn.push((dataset, task.span, why.clone())),
            Ok(reading) => {
                let days = reading.unread.iter().map(|unread| {
                    let span = unread.day.map_or(task.span, DateSpan::day);
                    (dataset, span, unread.why.clone())
                });
                self.torn.extend(days);
            }
        }
    }

    /// The spans of a task whose rows lack what another part should have brought.
    fn torn_within(&self, task: &Task) -> Vec<(DateSpan, String)> {
        self.torn
            .iter()
            .filter(|(dataset, ..)| *dataset == task.dataset)
            .map(|(_, span, why)| (*span, why.clone()))
            .collect()
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
}

/// A full page may have more behind it. The next one asks for the days from the
/// oldest row on down, rather than for a row number: new uploads shift row
/// numbers, and what comes twice is stored once.
fn next_page(task: &Task, part: &Part, reading: &Reading) -> Option<Task> {
    let page = part.page.filter(|&page| reading.items >= page)?;
    let days = || reading.rows.iter().filter_map(|row| row.day());
    let oldest = days().min();
    Some(match oldest.filter(|&oldest| oldest < task.span.last()) {
        Some(oldest) => {
            let span = DateSpan::new(task.span.first(), oldest.max(task.span.first()))?;
            // A page all of one day would only come again.
            let is_one_day = task.span.contains(oldest) && days().all(|day| day == oldest);
            Task {
                span,
                start: if is_one_day { page } else { 0 },
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
