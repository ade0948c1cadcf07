//! The loop over planned requests.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Halt, Run, learn::Trouble, queue::Queue};
use crate::{
    domain::{
        dates::{DateSpan, forward, spans_of},
        failure::Failure,
        log::LogLevel,
        session::Lane,
    },
    garmin::{
        error::GarminError,
        wire::graphql::{Shared, shared_answers, shared_query},
    },
    sync::{
        dataset::{Ask, Call, Part, Reading},
        fetch::Lender,
        plan::{self, Batch, MOST_ROWS, Task},
        store::{self, BackfillStep, Fetched},
    },
};

/// After this many tasks in a row without any answer the network is gone: more
/// tasks would only take the rest of the night.
const SILENT_TASKS: u32 = 3;

/// An answer as far as HTTP is concerned: status and body.
type Body = (u16, Vec<u8>);
type Outcome = Result<Body, GarminError>;

impl<L: Lender> Run<'_, L> {
    /// Sends `batches` and whatever they lead to. Ends in any case: every round
    /// must settle, shorten or close something, and their number is bounded by
    /// what the plan can lead to at the very most.
    pub(super) async fn walk(&mut self, batches: Vec<Batch>) -> Result<(), Halt> {
        let mut left = plan::most_requests(&self.known, &batches);
        self.queue = Queue::new(batches);
        // What an earlier part of this sync has closed is not asked again.
        self.replan(&[], "refused earlier in this sync", plan::Routes::All)
            .await?;
        self.count_queue();
        self.last_page = None;
        while let Some(batch) = self.queue.pop() {
            if self.is_spent() {
                self.queue = Queue::default();
                return Ok(());
            }
            if let Some(task) = batch.0.first() {
                self.progress(task.dataset, task.span.to_string());
            }
            let before = self.steps;
            self.ask(&batch.0).await?;
            left = left.saturating_sub(1);
            if self.steps == before || left == 0 {
                self.give_up(&batch.0, left == 0).await?;
            }
            self.count_queue();
            if let Some(task) = batch.0.last() {
                self.progress(task.dataset, task.span.to_string());
            }
        }
        Ok(())
    }

    /// A guard that no known answer gets to: what does not get on is said, not
    /// asked for ever.
    async fn give_up(&mut self, tasks: &[Task], is_all: bool) -> Result<(), Halt> {
        let mut stuck = tasks.to_vec();
        if is_all {
            stuck.extend(self.queue.take(|_| true));
        } else {
            stuck.extend(self.queue.take(|task| tasks.contains(task)));
        }
        tracing::error!(tasks = stuck.len(), "a sync does not get on");
        self.note(
            LogLevel::Error,
            None,
            "the sync does not get on and is stopped; please report this".to_owned(),
        )
        .await?;
        for task in stuck {
            self.task_failed(&task, "the sync did not get on".to_owned())
                .await?;
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

    /// Asks for all tasks of one request: one, several that ask for the very same
    /// and get the same answer, or several GraphQL scalars. Where several scalars
    /// as a whole are refused, each is asked by itself, and so are all from then on.
    async fn ask(&mut self, tasks: &[Task]) -> Result<(), Halt> {
        let mut calls: Vec<Call> = Vec::new();
        let mut asked = Vec::new();
        let mut over = Lane::Connect;
        for task in tasks {
            let Some((lane, part)) = task.part() else {
                continue;
            };
            over = lane;
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
        let answers = match calls.as_slice() {
            [] => return Ok(()),
            [call] => self
                .answer(over, call)
                .await
                .map(|answer| vec![Some(answer)]),
            calls => self.shared_answers(over, calls).await,
        };
        let answers = match answers {
            Ok(answers) => answers,
            Err(Trouble::Job(halt)) => return Err(halt),
            Err(Trouble::Lane(halt)) => return self.lose(over, halt, tasks).await,
            Err(Trouble::Task(error)) => return self.ask_apart(tasks, &error).await,
        };
        // What the answer does not speak of is asked by itself, next.
        for (task, at) in asked.iter().rev() {
            if matches!(answers.get(*at), None | Some(None)) {
                self.queue.push_next(*task);
                self.steps += 1;
            }
        }
        for (task, at) in asked {
            if let (Some(call), Some(Some(outcome))) = (calls.get(at), answers.get(at)) {
                self.settle(&task, call.clone(), outcome.clone()).await?;
            }
        }
        Ok(())
    }

    /// The outcome of one call.
    async fn answer(&mut self, lane: Lane, call: &Call) -> Result<Outcome, Trouble> {
        match self.fetcher.call(lane, call).await {
            Ok(answer) => Ok(Ok((answer.status, answer.body))),
            Err(error) => match self.sort_out(error) {
                Trouble::Task(error) => Ok(Err(error)),
                trouble => Err(trouble),
            },
        }
    }

    /// One outcome for each scalar; `None` where the answer does not speak of it.
    async fn shared_answers(
        &mut self,
        lane: Lane,
        calls: &[Call],
    ) -> Result<Vec<Option<Outcome>>, Trouble> {
        let scalars: Vec<(&str, &str)> = calls
            .iter()
            .filter_map(|call| match call {
                Call::GraphQl { scalar, arguments } => Some((*scalar, arguments.as_str())),
                Call::Get { .. } => None,
            })
            .collect();
        let query = shared_query(&scalars);
        let answer = match self.fetcher.graphql(lane, &query).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.sort_out(error)),
        };
        let status = answer.status;
        let names: Vec<_> = scalars.iter().map(|(scalar, _)| *scalar).collect();
        let bodies = shared_answers(&answer.body, &names).map_err(Trouble::Task)?;
        let with_status = |shared: Shared| shared.map(|body| (status, body));
        Ok(bodies
            .into_iter()
            .map(|body| body.map(with_status))
            .collect())
    }

    /// Stores what a task's answer holds, or learns from its refusal.
    async fn settle(&mut self, task: &Task, call: Call, outcome: Outcome) -> Result<(), Halt> {
        let Some((_, part)) = task.part() else {
            return Ok(());
        };
        let (status, body) = match outcome {
            Ok(body) => body,
            Err(error) => return self.refused(task, error).await,
        };
        self.silent = 0;
        self.has_answer = true;
        let now = self.shop.clock.in_zone(self.account.time_zone.as_deref());
        let reading = match part.reading(&body, &now) {
            Ok(reading) => Ok(reading),
            // An error inside a 200 is a refusal, not data (protocol.md 10.1).
            Err(error @ (GarminError::Refused { .. } | GarminError::Server(_))) => {
                return self.refused(task, error).await;
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
            answered,
            covers: answered.filter(|_| task.covers()),
            begun: (task.start > 0).then_some(task.span.last()),
            torn: self.torn_within(task),
            thin: self.thin_within(task, part),
        };
        self.store(task, part, fetched).await?;
        if let Some(next) = next {
            self.queue.push_next(next);
        }
        Ok(())
    }

    async fn store(&mut self, task: &Task, part: &Part, fetched: Fetched) -> Result<(), Halt> {
        let requests = self.client.requests();
        let (mut at, kept) = (self.context(), *task);
        at.backfill = self.backfill.as_mut().map(|purse| BackfillStep {
            requests: purse.take(requests),
            is_search: purse.is_search,
        });
        let why = fetched.reading.as_ref().err().cloned();
        let answered = fetched.answered;
        if !task.covers() {
            self.note_torn(task, part, &fetched.reading);
        }
        let stored = self
            .shop
            .central_db
            .write(move |tx| store::fetched(tx, at, &kept, &fetched))
            .await?;
        self.reopened.extend(stored.reopened);
        self.account.time_zone = stored.time_zone.or(self.account.time_zone.take());
        self.steps += 1;
        match (why, answered) {
            (None, Some(span)) => self.note_answered(part, span).await,
            (None, None) => Ok(()),
            // Kept and told; another route may say it in a way that is known.
            (Some(why), _) => {
                self.go_around(task, part, &GarminError::Unreadable(why))
                    .await
            }
        }
    }

    pub(super) async fn task_failed(&mut self, task: &Task, summary: String) -> Result<(), Halt> {
        self.steps += 1;
        if !task.covers() && !task.part().is_some_and(|(_, part)| part.is_optional) {
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
    fn note_torn(&mut self, task: &Task, part: &Part, reading: &Result<Reading, String>) {
        let dataset = task.dataset;
        if part.is_optional {
            return;
        }
        match reading {
            Err(why) => self.torn.push((dataset, task.span, why.clone())),
            Ok(reading) => {
                // An item without a date says nothing of any day.
                let days = reading.unread.iter().filter_map(|unread| {
                    Some((dataset, DateSpan::day(unread.day?), unread.why.clone()))
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

    /// The days of a task whose rows lack columns that a better route brings: one
    /// that was refused, or failed, in this run or before.
    fn thin_within(&self, task: &Task, part: &Part) -> Vec<DateSpan> {
        if !task.covers() {
            return Vec::new();
        }
        if part.is_thin {
            return vec![task.span];
        }
        let days = task.span.days().filter(|&day| {
            let mut others = task.other_parts().filter(|part| part.is_for_all_days());
            others.any(|other| !self.known.may_ask(other, day))
        });
        spans_of(&days.collect())
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
