//! The select loop: one owner of everything that runs.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{
    Deps, Mode, answers,
    command::Command,
    doctor,
    event::{Event, SyncEvent},
    schedule::Schedule,
};
use crate::{
    auth::Auth,
    central_db::{CentralDb, CentralDbError, jobs, log, state},
    domain::{
        account::AccountName,
        failure::{Failure, FailureKind},
        job::{JobId, SyncRequest, Trigger},
        session::AccountState,
    },
    sync::{reparse, run::JobEvent},
};

/// How often an open app looks whether another process changed something: one
/// pragma on an open connection.
const LOOK: Duration = Duration::from_secs(2);
/// Log lines that a front gets to begin with.
const FIRST_LINES: u32 = 500;

pub(super) struct Actor {
    deps: Deps,
    mode: Mode,
    outbox: mpsc::Sender<Event>,
    stop: CancellationToken,
    work: JoinSet<()>,
    /// The running sync of each account.
    syncs: BTreeMap<AccountName, CancellationToken>,
    /// Moved whenever our own work may have changed CentralDB.
    changed: Arc<Notify>,
    ended: mpsc::UnboundedSender<AccountName>,
    endings: mpsc::UnboundedReceiver<AccountName>,
    states: Vec<AccountState>,
    schedule: Schedule,
    version: Option<i64>,
    last_line: i64,
    /// The newest ended job of each account, as far as it was told.
    last_jobs: BTreeMap<AccountName, JobId>,
}

impl Actor {
    pub(super) fn new(
        deps: Deps,
        mode: Mode,
        outbox: mpsc::Sender<Event>,
        stop: CancellationToken,
    ) -> Self {
        let (ended, endings) = mpsc::unbounded_channel();
        Self {
            deps,
            mode,
            outbox,
            stop,
            work: JoinSet::new(),
            syncs: BTreeMap::new(),
            changed: Arc::default(),
            ended,
            endings,
            states: Vec::new(),
            schedule: Schedule::default(),
            version: None,
            last_line: 0,
            last_jobs: BTreeMap::new(),
        }
    }

    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stop = self.stop.clone();
        let changed = Arc::clone(&self.changed);
        let is_watching = self.mode == Mode::Watching;
        let looks = self.mode != Mode::OneShot;
        answers::close_interrupted(&self.deps.central_db).await;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                command = inbox.recv() => match command {
                    Some(command) => self.obey(command),
                    None => break,
                },
                Some(account) = self.endings.recv() => {
                    self.syncs.remove(&account);
                    self.schedule.note(&account, self.deps.clock.now());
                    self.look().await;
                }
                Some(result) = self.work.join_next() => if let Err(e) = result && e.is_panic() {
                    tracing::error!("a task of the engine panicked");
                    self.emit(Event::Trouble(Failure::unexpected("Something inside garminsync broke."))).await;
                },
                () = changed.notified(), if looks => self.look().await,
                _ = look.tick(), if is_watching => {
                    self.look().await;
                    self.sync_what_is_due().await;
                }
            }
        }
        self.wind_down().await;
    }

    /// Cancels and waits. A job stops at its next safe point: after the open
    /// transaction, and never inside a refresh.
    async fn wind_down(&mut self) {
        for sync in self.syncs.values() {
            sync.cancel();
        }
        while self.work.join_next().await.is_some() {}
    }

    #[expect(clippy::too_many_lines, reason = "one short arm for each command")]
    fn obey(&mut self, command: Command) {
        match command {
            Command::SignIn {
                account,
                region,
                door,
            } => self.spawn(|auth, to| async move {
                let offer = |event| to.offer(event);
                let event = answers::sign_in(&auth, account, region, door, &offer).await;
                to.send(event).await;
            }),
            Command::AnswerMfa { account, code } => self.spawn(|auth, to| async move {
                let outcome = auth.answer_challenge(&account, &code).await;
                to.send(Event::SignIn { account, outcome }).await;
            }),
            Command::ResendCode { account } => self.spawn(|auth, to| async move {
                let result = auth.resend_code(&account).await;
                to.send(Event::CodeSent { account, result }).await;
            }),
            Command::FindKey => self.spawn(|auth, to| async move {
                let place = auth.find_key().map(|found| found.place);
                to.send(Event::KeyFound { place }).await;
            }),
            Command::Audit { account } => self.spawn(|auth, to| async move {
                let event = match answers::audit(&auth, &account).await {
                    Ok(events) => Event::Audit { account, events },
                    Err(failure) => Event::Trouble(failure),
                };
                to.send(event).await;
            }),
            Command::SignOut { account } => self.spawn(|auth, to| async move {
                let event = match auth.sign_out(&account).await {
                    Ok(had_session) => Event::SignedOut {
                        account,
                        had_session,
                    },
                    Err(failure) => Event::Trouble(failure),
                };
                to.send(event).await;
            }),
            Command::Check { account } => {
                let shop = self.deps.workshop();
                self.spawn(|auth, to| async move {
                    let result = answers::check(&auth, &shop, &account).await;
                    to.send(Event::Checked { account, result }).await;
                });
            }
            Command::Token { account, lane } => self.spawn(|auth, to| async move {
                let result = answers::bearer(&auth, &account, lane).await;
                to.send(Event::Token { result }).await;
            }),
            Command::ImportSession {
                account,
                region,
                files,
                passphrase,
            } => self.spawn(|auth, to| async move {
                let (outcome, remarks) = auth
                    .import_session(&account, region, &files, passphrase.as_ref())
                    .await
                    .unwrap_or_else(|failure| (failure.into(), Vec::new()));
                to.send(Event::Imported { outcome, remarks }).await;
            }),
            Command::ExportSession {
                account,
                shape,
                passphrase,
            } => self.spawn(|auth, to| async move {
                let result = answers::export(&auth, &account, shape, passphrase.as_ref()).await;
                to.send(Event::Exported { result }).await;
            }),
            Command::Reparse => self.spawn(|auth, to| async move {
                let result = reparse::all(&auth.central_db).await;
                to.send(Event::Reparsed { result }).await;
            }),
            Command::Rekey => self.spawn(|auth, to| async move {
                let done = auth.replace_key_file().await;
                let result = done.map(|done| (done.moved(), done.unreadable));
                to.send(Event::Rekeyed { result }).await;
            }),
            Command::Examine { is_offline } => {
                let deps = self.deps.clone();
                self.spawn(|_, to| async move {
                    let findings = doctor::examine(&deps, is_offline).await;
                    to.send(Event::Examined { findings }).await;
                });
            }
            Command::Plan { account, request } => {
                let shop = self.deps.workshop();
                self.spawn(|_, to| async move {
                    let result = answers::price(&shop, &account, &request).await;
                    to.send(Event::Planned { account, result }).await;
                });
            }
            Command::Sync {
                account,
                trigger,
                request,
            } => self.start_sync(account, trigger, request),
            Command::CancelSync { account } => {
                if let Some(sync) = self.syncs.get(&account) {
                    sync.cancel();
                }
            }
            Command::Jobs { account, before } => {
                self.read(|db| async move { answers::jobs(&db, account, before).await });
            }
            Command::Job { account, job } => {
                self.read(|db| async move { answers::job(&db, account, job).await });
            }
            Command::Coverage { account, span } => {
                self.read(|db| async move { answers::coverage(&db, account, span).await });
            }
            Command::Rename { from, to } => self.rename(from, to),
            Command::Reload => {
                self.version = None;
                self.last_line = 0;
                self.last_jobs.clear();
                self.changed.notify_one();
            }
        }
    }

    fn spawn<F>(&mut self, work: impl FnOnce(Auth, Outlet) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let outlet = self.outlet();
        let changed = Arc::clone(&self.changed);
        let work = work(self.deps.auth_until(&self.stop), outlet);
        self.work.spawn(async move {
            work.await;
            changed.notify_one();
        });
    }

    /// Answers from CentralDB alone. Nothing changes by it, so nothing is looked at.
    fn read<F>(&mut self, work: impl FnOnce(CentralDb) -> F)
    where
        F: Future<Output = Result<Event, Failure>> + Send + 'static,
    {
        let outlet = self.outlet();
        let work = work(self.deps.central_db.clone());
        self.work.spawn(async move {
            outlet.send(work.await.unwrap_or_else(Event::Trouble)).await;
        });
    }

    /// A running sync knows its account by the old name.
    fn rename(&mut self, from: AccountName, to: AccountName) {
        if self.syncs.contains_key(&from) {
            let result = Err(Failure::busy(&from));
            return self.spawn(|_, out| async move {
                out.send(Event::Renamed { from, to, result }).await;
            });
        }
        self.schedule.inherit(&from, &to);
        self.spawn(|auth, out| async move {
            out.send(answers::rename(&auth.central_db, from, to).await)
                .await;
        });
    }

    fn outlet(&self) -> Outlet {
        Outlet {
            outbox: self.outbox.clone(),
            stop: self.stop.clone(),
        }
    }

    fn start_sync(&mut self, name: AccountName, trigger: Trigger, request: SyncRequest) {
        if self.syncs.contains_key(&name) {
            let event = SyncEvent::Refused(Failure::busy(&name));
            return self.spawn(|_, to| async move {
                to.send(Event::Sync {
                    account: name,
                    event,
                })
                .await;
            });
        }
        let cancel = CancellationToken::new();
        self.syncs.insert(name.clone(), cancel.clone());
        self.schedule.note(&name, self.deps.clock.now());
        let shop = self.deps.workshop();
        let changed = Arc::clone(&self.changed);
        let ending = Ending {
            account: name.clone(),
            ended: self.ended.clone(),
        };
        self.spawn(|auth, to| async move {
            let _ending = ending;
            let on = |event: JobEvent| {
                let event = match event {
                    JobEvent::Started(job) => SyncEvent::Started { job },
                    JobEvent::Progress(progress) => SyncEvent::Progress(progress),
                };
                to.offer(Event::Sync {
                    account: name.clone(),
                    event,
                });
                changed.notify_one();
            };
            let event =
                match answers::sync(&auth, &shop, &name, (trigger, &request), cancel, &on).await {
                    Ok(report) => SyncEvent::Finished(Box::new(report)),
                    // The schedule found another process at it: that is as good as its own sync.
                    Err(failure)
                        if trigger == Trigger::Schedule && failure.kind == FailureKind::Busy =>
                    {
                        return;
                    }
                    Err(failure) => SyncEvent::Refused(failure),
                };
            to.send(Event::Sync {
                account: name,
                event,
            })
            .await;
        });
    }

    async fn sync_what_is_due(&mut self) {
        let now = self.deps.clock.now();
        let Some((account, due)) =
            self.schedule
                .next(&self.states, self.deps.config.sync.every, now)
        else {
            return;
        };
        if due <= now && !self.syncs.contains_key(&account) {
            self.start_sync(account, Trigger::Schedule, SyncRequest::default());
            self.tell_schedule().await;
        }
    }

    /// Tells what changed since the last look, whoever changed it.
    async fn look(&mut self) {
        if let Err(e) = self.try_look().await {
            tracing::error!(error = %e, "looking at CentralDB");
            self.emit(Event::Trouble(e.into())).await;
        }
    }

    async fn try_look(&mut self) -> Result<(), CentralDbError> {
        let db = &self.deps.central_db;
        let version = db.version().await?;
        let now = self.deps.clock.now();
        // Challenges and cool-downs end by the clock, without a write.
        let is_stale = self.states.iter().any(|state| has_lapsed(state, now));
        if self.version == Some(version) && !is_stale {
            return Ok(());
        }
        let is_first = self.version.replace(version).is_none();
        let after = self.last_line;
        let datasets = self.deps.config.sync.datasets.clone();
        let (states, lines) = db
            .read(move |db| {
                let states = state::all(db, &datasets, now)?;
                Ok((states, log::since(db, after, FIRST_LINES)?))
            })
            .await?;
        if is_first {
            self.seed_schedule(&states).await?;
        }
        if is_first || states != self.states {
            self.states.clone_from(&states);
            self.emit(Event::State(states)).await;
        }
        if let Some(last) = lines.last() {
            self.last_line = last.id;
            self.emit(Event::Log(lines)).await;
        }
        self.tell_last_jobs().await?;
        self.tell_schedule().await;
        Ok(())
    }

    /// The last job of each account, whichever process ran it.
    async fn tell_last_jobs(&mut self) -> Result<(), CentralDbError> {
        let (states, told) = (self.states.clone(), self.last_jobs.clone());
        let news = self.deps.central_db.read(move |db| {
            let mut news = Vec::new();
            for account in states.iter().map(|state| &state.account) {
                let last = jobs::last_ended(db, account.id)?;
                if let Some(job) = last.filter(|job| told.get(&account.name) != Some(job)) {
                    news.extend(jobs::record(db, account, job)?.map(|record| (job, record)));
                }
            }
            Ok(news)
        });
        for (job, record) in news.await? {
            self.last_jobs.insert(record.report.account.clone(), job);
            self.emit(Event::LastJob(Box::new(record))).await;
        }
        Ok(())
    }

    /// The schedule goes on where the last process left it.
    async fn seed_schedule(&mut self, states: &[AccountState]) -> Result<(), CentralDbError> {
        for state in states {
            let id = state.account.id;
            let newest = self
                .deps
                .central_db
                .read(move |db| jobs::newest(db, id, 1))
                .await?;
            if let Some(job) = newest.first() {
                self.schedule.note(
                    &state.account.name,
                    job.finished_at.unwrap_or(job.started_at),
                );
            }
        }
        Ok(())
    }

    async fn tell_schedule(&self) {
        let next = self.schedule.next(
            &self.states,
            self.deps.config.sync.every,
            self.deps.clock.now(),
        );
        self.emit(Event::Schedule {
            next_sync_at: next.map(|(_, due)| due),
        })
        .await;
    }

    async fn emit(&self, event: Event) {
        self.outlet().send(event).await;
    }
}

/// Where events leave the engine.
#[derive(Clone)]
struct Outlet {
    outbox: mpsc::Sender<Event>,
    stop: CancellationToken,
}

impl Outlet {
    /// Waits for a slow front, but not for one that is gone.
    async fn send(&self, event: Event) {
        self.stop.run_until_cancelled(self.outbox.send(event)).await;
    }

    /// For what the next event of its kind replaces anyway.
    fn offer(&self, event: Event) {
        drop(self.outbox.try_send(event));
    }
}

/// Reports a sync as ended however its task ends, a panic included.
struct Ending {
    account: AccountName,
    ended: mpsc::UnboundedSender<AccountName>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        drop(self.ended.send(self.account.clone()));
    }
}

fn has_lapsed(state: &AccountState, now: jiff::Timestamp) -> bool {
    state
        .mfa
        .as_ref()
        .is_some_and(|challenge| challenge.is_expired(now))
        || state.cool_downs.iter().any(|rest| rest.until <= now)
}
