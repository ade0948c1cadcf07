//! What is queued, planned anew after a route or a lane has closed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};

use super::{Halt, Run};
use crate::{
    central_db::route_memory,
    domain::{dataset::Dataset, dates::spans_of, log::LogLevel},
    sync::{
        dataset,
        fetch::Lender,
        plan::{self, GATEWAY, Routes, Task},
        store,
    },
};

impl<L: Lender> Run<'_, L> {
    /// Plans anew what can no longer be asked as planned: `tasks`, and whatever is
    /// queued for endpoints that were refused or lanes that were lost since. Days
    /// that no route is left for have failed.
    pub(super) async fn replan(
        &mut self,
        tasks: &[Task],
        why: &str,
        routes: Routes,
    ) -> Result<(), Halt> {
        let known = &self.known;
        let is_closed = |task: &Task| match task.part() {
            Some((lane, part)) => {
                !known.lanes.contains(&lane)
                    || !task.span.days().all(|day| known.may_ask(part, day))
            }
            None => true,
        };
        let mut closed = self.queue.take(is_closed);
        closed.extend(tasks);
        let mut days: BTreeMap<Dataset, BTreeSet<Date>> = BTreeMap::new();
        let mut left: BTreeSet<(Dataset, usize)> = BTreeSet::new();
        for task in &closed {
            if task.covers() {
                let mine = days.entry(task.dataset).or_default();
                mine.extend(task.span.days());
                left.insert((task.dataset, task.route));
            } else {
                self.fill_in_failed(task, why).await?;
            }
        }
        for (dataset, days) in days {
            let relaid = plan::relay(&self.known, dataset, &days, routes);
            self.queue.add(plan::batches(&self.known, relaid.tasks));
            if !relaid.without_route.is_empty() {
                self.days_failed(dataset, &relaid.without_route, why)
                    .await?;
            }
        }
        // A route that covers nothing any more need not fill anything in.
        for (dataset, route) in left {
            let mine = self
                .queue
                .take(|task| (task.dataset, task.route) == (dataset, route));
            if mine.iter().any(Task::covers) {
                self.queue.add(plan::batches(&self.known, mine));
            }
        }
        Ok(())
    }

    /// A part that fills in columns cannot be asked. What it was to bring for days
    /// that are still open to it is asked for all the same.
    async fn fill_in_failed(&mut self, task: &Task, why: &str) -> Result<(), Halt> {
        let Some((lane, part)) = task.part() else {
            return Ok(());
        };
        if !self.known.lanes.contains(&lane) {
            return Ok(());
        }
        let open: BTreeSet<Date> = task
            .span
            .days()
            .filter(|&day| self.known.may_ask(part, day))
            .collect();
        if open.is_empty() {
            let is_refused = self.known.allowed.get(part.endpoint);
            let is_refused = is_refused.is_some_and(|allowed| allowed.refused.is_some());
            // Refused columns leave the day thin; what failed fails it.
            if is_refused || part.is_optional {
                let text = format!("{}: going on without ({why})", part.endpoint);
                return self.note(LogLevel::Detail, Some(task.dataset), text).await;
            }
            return self.task_failed(task, why.to_owned()).await;
        }
        let spans = plan::spans(&self.known, part, &open);
        let tasks = spans.into_iter().map(|span| Task { span, ..*task });
        self.queue.add(plan::batches(&self.known, tasks.collect()));
        Ok(())
    }

    /// Days that nobody is left to be asked for.
    pub(super) async fn days_failed(
        &mut self,
        dataset: Dataset,
        days: &BTreeSet<Date>,
        why: &str,
    ) -> Result<(), Halt> {
        for span in spans_of(days) {
            let at = self.context();
            let summary = why.to_owned();
            self.shop
                .central_db
                .write(move |tx| store::days_failed(tx, at, dataset, span, &summary))
                .await?;
        }
        Ok(())
    }

    /// Until when `wanted` has to wait for a route, and why: the first refusal to end.
    pub(super) async fn waits_for(&self, wanted: Dataset) -> Result<(String, Timestamp), Halt> {
        let (id, now) = (self.account.id, self.shop.clock.now());
        let endpoints: BTreeSet<&'static str> = dataset::source(wanted)
            .iter()
            .filter(|route| self.known.lanes.contains(&route.lane))
            .filter_map(|route| route.parts.last())
            .flat_map(|part| {
                let gateway = part.is_graphql().then_some(GATEWAY);
                gateway.into_iter().chain([part.endpoint])
            })
            .collect();
        let memory = self
            .shop
            .central_db
            .read(move |db| route_memory::load(db, id, now))
            .await?;
        let first = memory
            .into_iter()
            .filter(|it| endpoints.contains(it.endpoint.as_str()))
            .filter_map(|it| Some((it.refused_until?, it.refused_reason.unwrap_or_default())))
            .min();
        Ok(first.map_or_else(
            || ("no route is left".to_owned(), now),
            |(until, reason)| (reason, until),
        ))
    }
}
