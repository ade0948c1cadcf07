//! What a refusal or a failure teaches: shorter spans, other routes, lanes that are lost.

use jiff::SignedDuration;

use super::{
    Halt, Run,
    queue::days_of,
    verdict::{Verdict, is_of_gateway, verdict},
};
use crate::{
    central_db::{
        cool_downs,
        route_memory::{self, NewRefusal},
    },
    domain::{
        cool_down::CoolDownScope,
        coverage::EndpointRead,
        dataset::Dataset,
        dates::{DateSpan, back},
        failure::Failure,
        log::LogLevel,
        session::Lane,
    },
    garmin::error::{GarminError, Retry},
    sync::{
        dataset::Part,
        fetch::{FetchError, Lender},
        plan::{self, GATEWAY, Refused, Routes, SHARED, SHORTEST, Task},
        store,
    },
};

/// How long a span counts as too long when Garmin said so, and when its server
/// only broke over it.
const TOO_LONG_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
const BROKE_FOR: SignedDuration = SignedDuration::from_hours(3 * 24);
/// How long scalars that may not share a request are asked one by one.
const APART_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a refused endpoint is left alone, after the 1st, 2nd, 3rd and every
/// further run that was refused (`protocol.md` 13.3). The first costs nothing:
/// it is asked again by the next run.
const LEFT_ALONE_DAYS: [i64; 4] = [0, 1, 7, 30];
/// After this many failures in a row an endpoint is not asked again in this run.
const MOST_FAILURES: u32 = 3;

/// What an error costs.
pub(super) enum Trouble {
    /// This task alone.
    Task(GarminError),
    /// Everything over this lane.
    Lane(Halt),
    /// The job.
    Job(Halt),
}

fn left_alone_for(strikes: u32) -> SignedDuration {
    let step = usize::try_from(strikes).unwrap_or(usize::MAX);
    let days = LEFT_ALONE_DAYS.get(step).or(LEFT_ALONE_DAYS.last());
    SignedDuration::from_hours(24 * days.copied().unwrap_or(1))
}

impl<L: Lender> Run<'_, L> {
    /// Tells what ends the job from what costs a lane or a task.
    pub(super) fn sort_out(&mut self, error: FetchError) -> Trouble {
        match error {
            FetchError::Cancelled => Trouble::Job(Halt::Cancelled),
            FetchError::Broken(failure) => Trouble::Job(Halt::Broken(failure)),
            FetchError::Session(failure) => Trouble::Lane(Halt::Session(failure)),
            FetchError::Unaccepted(error) => Trouble::Lane(Halt::Rest(error)),
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
                if !error.is_verdict() {
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
    ) -> Result<(), Halt> {
        let halt = match halt {
            Halt::Rest(error) => Halt::Rested(self.enter_rest(lane, &error).await?),
            halt => halt,
        };
        self.known.lanes.remove(&lane);
        self.steps += 1;
        if self.known.lanes.is_empty() {
            return Err(halt);
        }
        self.lost.insert(lane, halt);
        self.replan(tasks, "its lane gave out", Routes::All).await
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

    /// `part` was answered for `span`: its next may be twice as long, and a
    /// shorter span that works is what makes a longer one too long.
    pub(super) async fn note_answered(&mut self, part: &Part, span: DateSpan) -> Result<(), Halt> {
        let endpoint = part.endpoint;
        self.failures.remove(endpoint);
        let allowed = self.known.allowed.entry(endpoint.to_owned()).or_default();
        allowed.proven = allowed.proven.max(Some(span.len()));
        let read = EndpointRead {
            span,
            at: self.shop.clock.now(),
            uploaded_at: self.known.uploaded_at,
        };
        let reads = self.known.reads.entry(endpoint.to_owned());
        reads.or_default().push(read);
        let Some((days, until)) = self.too_long.remove(endpoint) else {
            return Ok(());
        };
        let id = self.account.id;
        let remember = self
            .shop
            .central_db
            .write(move |tx| route_memory::too_long(tx, id, endpoint, days, until));
        Ok(remember.await?)
    }

    /// Something brought nothing: a shorter span, another route, or a failure.
    pub(super) async fn refused(&mut self, task: &Task, error: GarminError) -> Result<(), Halt> {
        let Some((_, part)) = task.part() else {
            return Ok(());
        };
        if !error.is_transport() {
            self.silent = 0;
        }
        let verdict = verdict(part, task.span, &error);
        if matches!(verdict, Verdict::Refused | Verdict::Broken)
            && !is_of_gateway(part, &error)
            && let Some(halves) = self.by_age(task)
        {
            self.steps += 1;
            for half in halves {
                self.queue.push_next(half);
            }
            return Ok(());
        }
        match verdict {
            Verdict::TooLong if self.has_failed_too_often(part, &error) => {
                self.go_around(task, part, &error).await
            }
            Verdict::TooLong => self.shorten(task, part, &error).await,
            Verdict::Refused => self.reroute(task, part, &error).await,
            Verdict::Broken => {
                // Larger than any answer: nothing of it was kept.
                if matches!(error, GarminError::Unreadable(_)) {
                    self.task_failed(task, error.to_string()).await?;
                }
                self.go_around(task, part, &error).await
            }
            Verdict::Unanswered => {
                self.task_failed(task, error.to_string()).await?;
                self.unless_silent(&error)
            }
        }
    }

    /// Whether an endpoint that is asked item by item has failed so often in a row,
    /// this time included, that the rest is left to the next run.
    pub(super) async fn gives_up_on(
        &mut self,
        endpoint: &'static str,
        error: Option<&GarminError>,
    ) -> Result<bool, Halt> {
        if error.is_none_or(GarminError::is_verdict) {
            self.failures.remove(endpoint);
            return Ok(false);
        }
        let failures = self.failures.entry(endpoint).or_default();
        *failures += 1;
        if *failures < MOST_FAILURES {
            return Ok(false);
        }
        let text = format!(
            "{endpoint} failed {MOST_FAILURES} times in a row; the rest waits for the next sync"
        );
        self.note(LogLevel::Warn, Some(Dataset::Activities), text)
            .await?;
        Ok(true)
    }

    pub(super) fn has_given_up(&self, endpoint: &'static str) -> bool {
        let failures = self.failures.get(endpoint);
        failures.is_some_and(|failures| *failures >= MOST_FAILURES)
    }

    /// A task for old and recent days at once, apart, the old ones first: Garmin may
    /// refuse what is long ago and answer for what is new.
    fn by_age(&self, task: &Task) -> Option<[Task; 2]> {
        let recent = back(self.today, self.known.window_days.saturating_sub(1));
        let old = DateSpan::new(task.span.first(), back(recent, 1))?;
        let new = DateSpan::new(recent, task.span.last())?;
        let part = |span| Task {
            span,
            start: 0,
            ..*task
        };
        Some([part(old), part(new)])
    }

    /// Counts a server's failure on a span that may only have been too long.
    fn has_failed_too_often(&mut self, part: &Part, error: &GarminError) -> bool {
        if !matches!(error, GarminError::Server(_)) {
            return false;
        }
        let failures = self.failures.entry(part.endpoint).or_default();
        *failures += 1;
        *failures >= MOST_FAILURES
    }

    /// Plans the days of `task`, and of everything queued behind it for the same
    /// part, in shorter spans.
    async fn shorten(&mut self, task: &Task, part: &Part, error: &GarminError) -> Result<(), Halt> {
        let (endpoint, days) = (part.endpoint, task.span.len());
        let allowed = self.known.allowed.entry(endpoint.to_owned()).or_default();
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
        self.too_long
            .insert(endpoint, (next + 1, self.shop.clock.now() + life));
        self.steps += 1;
        let text =
            format!("{endpoint}: {days} days at once were refused ({error}); going on with {next}");
        self.note(LogLevel::Detail, Some(task.dataset), text)
            .await?;
        let (dataset, route, at) = (task.dataset, task.route, task.part);
        let mut tasks = self
            .queue
            .take(|other| (other.dataset, other.route, other.part) == (dataset, route, at));
        tasks.push(*task);
        let days = days_of(&tasks);
        let spans = plan::spans(&self.known, part, &days);
        if task.covers() {
            // Many short spans may cost far more than another route does whose limit is known.
            let anew = plan::relay(&self.known, dataset, &days, Routes::All).tasks;
            let is_known = anew.first().is_some_and(|first| {
                let window = first.part().map(|(_, part)| part.window);
                first.route != route && window.is_some_and(|window| window.safe == window.most)
            });
            if is_known && 2 * anew.len() <= spans.len() {
                self.queue
                    .take(|other| (other.dataset, other.route) == (dataset, route));
                self.queue.add(plan::batches(&self.known, anew));
                return Ok(());
            }
        }
        let tasks = spans.into_iter().map(|span| Task {
            span,
            start: 0,
            ..*task
        });
        self.queue.add(plan::batches(&self.known, tasks.collect()));
        Ok(())
    }

    /// The endpoint is refused: another one takes over its days. Where Garmin
    /// refuses old days only, that is all that is remembered.
    async fn reroute(&mut self, task: &Task, part: &Part, error: &GarminError) -> Result<(), Halt> {
        let is_gateway = is_of_gateway(part, error);
        let endpoint = if is_gateway { GATEWAY } else { part.endpoint };
        let recent = back(self.today, self.known.window_days.saturating_sub(1));
        let refused = if is_gateway || task.span.last() >= recent {
            Refused::All
        } else {
            Refused::UpTo(task.span.last())
        };
        let allowed = self.known.allowed.entry(endpoint.to_owned()).or_default();
        let before = allowed.refused;
        allowed.refuse(refused);
        if before == allowed.refused {
            return self.replan(&[*task], &error.to_string(), Routes::All).await;
        }
        self.steps += 1;
        let (id, now) = (self.account.id, self.shop.clock.now());
        let reason = error.to_string();
        let through = match refused {
            Refused::All => None,
            Refused::UpTo(day) => Some(day),
        };
        let remember = self.shop.central_db.write(move |tx| {
            let until = now + left_alone_for(route_memory::strikes(tx, id, endpoint)?);
            let refusal = NewRefusal {
                endpoint,
                reason: &reason,
                through,
                until,
            };
            route_memory::refused(tx, id, &refusal)
        });
        remember.await?;
        let which = through.map_or_else(String::new, |day| format!(" up to {day}"));
        let text = format!("{endpoint} was refused{which} ({error})");
        self.note(LogLevel::Warn, Some(task.dataset), text).await?;
        self.replan(&[*task], &error.to_string(), Routes::All).await
    }

    /// The endpoint has trouble, which says nothing of the next run: its days are
    /// asked elsewhere, where there is another route. One that fails again and
    /// again is left alone for the rest of this run.
    pub(super) async fn go_around(
        &mut self,
        task: &Task,
        part: &Part,
        error: &GarminError,
    ) -> Result<(), Halt> {
        let is_gateway = is_of_gateway(part, error);
        let endpoint = if is_gateway { GATEWAY } else { part.endpoint };
        let failures = self.failures.entry(endpoint).or_default();
        *failures += 1;
        let is_over = is_gateway || *failures >= MOST_FAILURES;
        let allowed = self.known.allowed.entry(endpoint.to_owned()).or_default();
        if is_over {
            allowed.refuse(Refused::All);
        } else {
            allowed.failed.extend(task.span.days());
        }
        self.steps += 1;
        if is_over {
            let text = format!("{endpoint} failed ({error}); not asked again in this sync");
            self.note(LogLevel::Warn, Some(task.dataset), text).await?;
        }
        let why = error.to_string();
        if !matches!(error, GarminError::Unreadable(_)) || is_gateway {
            return self.replan(&[*task], &why, Routes::Ranges).await;
        }
        // The answer is stored, and its days have failed; another route may bring them.
        self.replan(&[], &why, Routes::Ranges).await?;
        if task.covers() {
            let days = task.span.days().collect();
            let elsewhere = plan::relay(&self.known, task.dataset, &days, Routes::Ranges);
            self.queue.add(plan::batches(&self.known, elsewhere.tasks));
        }
        Ok(())
    }

    /// Scalars that may not share a request are asked one by one.
    pub(super) async fn ask_apart(
        &mut self,
        tasks: &[Task],
        error: &GarminError,
    ) -> Result<(), Halt> {
        if error.is_transport() {
            self.unless_silent(error)?;
        }
        let gateway = tasks.first().and_then(|task| Some((task, task.part()?.1)));
        // Whole pages of trouble and a shut gateway are about more than sharing.
        let is_gateways = match error {
            GarminError::Refused { status, .. } => !matches!(status, 200 | 400),
            GarminError::Server(status) => *status != 500,
            _ => false,
        };
        if let (Some((task, part)), true) = (gateway, is_gateways) {
            for other in tasks.iter().skip(1).rev() {
                self.queue.push_next(*other);
            }
            return if error.is_verdict() {
                self.reroute(task, part, error).await
            } else {
                self.go_around(task, part, error).await
            };
        }
        let is_told = matches!(error, GarminError::Refused { .. });
        let allowed = self.known.allowed.entry(SHARED.to_owned()).or_default();
        allowed.refuse(Refused::All);
        self.steps += 1;
        if is_told {
            let (id, until) = (self.account.id, self.shop.clock.now() + APART_FOR);
            let reason = error.to_string();
            let remember = self.shop.central_db.write(move |tx| {
                let refusal = NewRefusal {
                    endpoint: SHARED,
                    reason: &reason,
                    through: None,
                    until,
                };
                route_memory::refused(tx, id, &refusal)
            });
            remember.await?;
        }
        let text = format!(
            "several GraphQL scalars in one request were not answered ({error}); asking one by one"
        );
        self.note(LogLevel::Detail, None, text).await?;
        let mut left = tasks.to_vec();
        left.extend(self.queue.take(|task| {
            let part = task.part();
            part.is_some_and(|(_, part)| part.is_graphql())
        }));
        self.queue.add(plan::batches(&self.known, left));
        Ok(())
    }

    pub(super) async fn note(
        &self,
        level: LogLevel,
        dataset: Option<Dataset>,
        text: String,
    ) -> Result<(), Halt> {
        let at = self.here();
        self.shop
            .central_db
            .write(move |tx| store::note(tx, at, level, dataset, text))
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_refusal_costs_the_next_run_nothing() {
        let hours = [0, 1, 2, 3, 9].map(|strikes| left_alone_for(strikes).as_hours());
        assert_eq!(hours, [0, 24, 168, 720, 720]);
    }
}
