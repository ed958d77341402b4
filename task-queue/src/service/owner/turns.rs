//! The owner's turns: take what waits, apply it, commit once, answer, let things happen.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::batch::Batch;
use super::handle::{AttemptEnd, Inbox, Request};
use crate::engine::{Command, Disband, Effect, State};
use crate::model::{Change, RecordId, Setting, Snapshot, TaskId, Timestamp};
use crate::service::refusal::Refusal;
use crate::store::{Store, StoreError};

/// Where the owner's effects happen.
pub(in crate::service) trait World: Send + Sync + 'static {
    /// Returns the time.
    fn now(&self) -> Timestamp;

    /// Returns what will tell how the attempt at the task ends that is about to begin.
    fn await_end(&self, task: TaskId) -> AttemptEnd;

    /// Sees what is about to happen, and the state from which it follows.
    fn observe(&self, _state: &State, _effects: &[Effect]) {}

    /// Hears how long the store took for so many changes, and what came of it.
    fn committed(&self, _took: Duration, _outcome: Result<usize, &StoreError>) {}

    /// Hears that these records are stored as they are now.
    fn stored(&self, records: &[RecordId]);

    /// Lets one effect happen.
    fn run(self: &Arc<Self>, effect: Effect);
}

/// Runs until it is told to stop, or nobody can ask for anything any more.
pub(in crate::service) async fn run<W: World>(
    inbox: Inbox,
    state: State,
    store: Arc<dyn Store>,
    world: Arc<W>,
) {
    let mut turns = Turns {
        state,
        store,
        world,
        inbox,
        width: MAX_BATCH,
        reports_due: None,
        rest_until: None,
        astray: Vec::new(),
        in_doubt: Vec::new(),
        owed: Vec::new(),
    };
    while turns.take_one().await {}
}

struct Turns<W> {
    state: State,
    store: Arc<dyn Store>,
    world: Arc<W>,
    inbox: Inbox,
    /// How many requests the next commit answers at most. One that is too large for a medium that is
    /// almost full would spoil it for those that it is committed with, so after a failure there is
    /// one, and with each success twice as many.
    width: usize,
    /// When what was only reported is stored at the latest.
    reports_due: Option<Timestamp>,
    /// After a failure, what nobody waits for waits until then.
    rest_until: Option<Timestamp>,
    /// The records in which the state is ahead of the store, since a commit has failed and they could
    /// not be read since.
    astray: Vec<RecordId>,
    /// What that commit was to write, by which it is seen whether it has happened nevertheless.
    in_doubt: Vec<Written>,
    /// What is to happen then.
    owed: Vec<Effect>,
}

impl<W: World> Turns<W> {
    /// Takes one turn; returns whether there is another.
    async fn take_one(&mut self) -> bool {
        let mut requests = Vec::new();
        let wake = until(self.world.now(), self.next_wake());
        tokio::select! {
            // What is due is done in any turn.
            biased;
            received = self.inbox.0.recv_many(&mut requests, self.width) => {
                if received == 0 {
                    return false;
                }
            }
            () = wake => {}
        }
        self.gather(&mut requests).await;
        let now = self.world.now();
        self.settle_doubt(now).await;
        let mut batch = Batch::default();
        if self.astray.is_empty()
            && self
                .state
                .next_wake()
                .is_some_and(|at| self.is_time(at, now))
        {
            batch.apply_unasked(&mut self.state, Command::Due, now);
        }
        let goes_on = self.handle(&mut batch, requests, now);
        self.commit(batch, now).await;
        if !goes_on {
            self.close().await;
        }
        goes_on
    }

    /// Lets those who are about to ask as well do so, while several do: the more a commit answers, the
    /// less it costs each. Whoever asks alone is not held up by others that do not come.
    async fn gather(&mut self, requests: &mut Vec<Request>) {
        let mut before = 0;
        while requests.len() > before.max(1) && requests.len() < self.width {
            before = requests.len();
            tokio::task::yield_now().await;
            while requests.len() < self.width
                && let Ok(request) = self.inbox.0.try_recv()
            {
                requests.push(request);
            }
        }
    }

    fn handle(&mut self, batch: &mut Batch, requests: Vec<Request>, now: Timestamp) -> bool {
        for request in requests {
            if batch.handle(&mut self.state, request, now) {
                return false;
            }
        }
        true
    }

    /// Stores what has changed, then answers and lets things happen. If it cannot be stored, it has
    /// not happened.
    async fn commit(&mut self, batch: Batch, now: Timestamp) {
        if !self.astray.is_empty() {
            self.astray
                .extend(self.state.take_changes().iter().map(RecordId::of));
            drop(batch.refuse_all(|| Refusal::NotStored));
            return;
        }
        let mut changes = self.state.take_changes();
        if self.reports_due.is_some_and(|at| self.is_time(at, now)) {
            changes.extend(self.state.take_reports());
            self.reports_due = None;
        }
        match self.store_all(changes, now).await {
            Ok(()) => batch.carry_out(&self.state, &self.world),
            Err(why) if self.astray.is_empty() => batch.refuse(&self.state, || refusal(&why)),
            Err(why) => self.owed = batch.refuse_all(|| refusal(&why)),
        }
        if self.state.has_reports() && self.reports_due.is_none() {
            self.reports_due = Some(now.saturating_add(REPORTS));
        }
    }

    async fn store_all(&mut self, changes: Vec<Change>, now: Timestamp) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let records: Vec<_> = changes.iter().map(RecordId::of).collect();
        let written = changes.iter().map(Written::by).collect();
        let begun = Instant::now();
        let stored = self.store.commit(changes).await;
        let outcome = stored.as_ref().map(|()| records.len());
        self.world.committed(begun.elapsed(), outcome);
        if stored.is_ok() {
            self.width = self.width.saturating_mul(2).min(MAX_BATCH);
            self.rest_until = None;
            self.world.stored(&records);
        } else {
            self.width = 1;
            self.rest_until = Some(now.saturating_add(REST));
            self.astray.clone_from(&records);
            self.in_doubt = written;
            if self.find_back(now).await {
                self.world.stored(&records);
                return Ok(());
            }
        }
        stored
    }

    /// Goes back to what is stored, if the state is ahead of it; if a commit that has failed is there
    /// after all, lets happen what follows from it. Whoever asked for it was told otherwise.
    async fn settle_doubt(&mut self, now: Timestamp) {
        let has_happened = self.find_back(now).await;
        if self.astray.is_empty() {
            let owed = std::mem::take(&mut self.owed);
            if has_happened {
                self.world.observe(&self.state, &owed);
                for effect in owed {
                    self.world.run(effect);
                }
            }
        }
    }

    /// Goes back to what is stored. While even that cannot be read, nothing is shown and nothing done.
    ///
    /// Returns whether the commit that has failed is there nevertheless: the medium may have had it
    /// before it failed.
    async fn find_back(&mut self, now: Timestamp) -> bool {
        if self.astray.is_empty() {
            return false;
        }
        let Ok(stored) = self.store.fetch(self.astray.clone()).await else {
            self.rest_until = Some(now.saturating_add(REST));
            return false;
        };
        let records = std::mem::take(&mut self.astray);
        let in_doubt = std::mem::take(&mut self.in_doubt);
        let has_happened = in_doubt.iter().all(|written| written.is_in(&stored));
        self.state.revert(&records, stored);
        has_happened
    }

    /// Gives the running tasks back, so that the next owner finds them in their places.
    async fn close(&mut self) {
        let now = self.world.now();
        let mut batch = Batch::default();
        batch.apply_unasked(&mut self.state, Command::Disband(Disband::InOrder), now);
        self.rest_until = None;
        self.reports_due = Some(now);
        self.commit(batch, now).await;
    }

    fn next_wake(&self) -> Option<Timestamp> {
        let due = self
            .state
            .next_wake()
            .into_iter()
            .chain(self.reports_due)
            .min()?;
        Some(self.rest_until.map_or(due, |rest| rest.max(due)))
    }

    fn is_time(&self, at: Timestamp, now: Timestamp) -> bool {
        at <= now && self.rest_until.is_none_or(|rest| rest <= now)
    }
}

/// What a change leaves in the store.
struct Written {
    record: RecordId,
    /// None of a record that is removed.
    revision: Option<u64>,
}

impl Written {
    fn by(change: &Change) -> Self {
        let revision = match change {
            Change::PutTask { task, .. } => Some(task.revision),
            Change::PutWorker(worker) => Some(worker.revision),
            Change::PutSetting(setting) => Some(setting.revision()),
            Change::RemoveTask { .. }
            | Change::RemoveWorker { .. }
            | Change::RemoveSetting { .. } => None,
        };
        let record = RecordId::of(change);
        Self { record, revision }
    }

    fn is_in(&self, stored: &Snapshot) -> bool {
        let found = match &self.record {
            RecordId::Task { id, .. } => {
                let task = stored.tasks.iter().find(|task| task.id == *id);
                task.map(|task| task.revision)
            }
            RecordId::Worker(id) => {
                let worker = stored.workers.iter().find(|worker| worker.id == *id);
                worker.map(|worker| worker.revision)
            }
            RecordId::Setting(id) => {
                let mut settings = stored.settings.iter();
                let setting = settings.find(|setting| setting.id() == **id);
                setting.map(Setting::revision)
            }
        };
        found == self.revision
    }
}

async fn until(now: Timestamp, wake: Option<Timestamp>) {
    match wake {
        Some(at) => tokio::time::sleep(at.saturating_since(now)).await,
        None => pending().await,
    }
}

const fn refusal(why: &StoreError) -> Refusal {
    match why {
        StoreError::Full => Refusal::StorageFull,
        _ => Refusal::NotStored,
    }
}

/// How many requests one commit answers.
const MAX_BATCH: usize = 1_024;

/// How long what was reported of a task, and nothing else, may wait to be stored.
const REPORTS: Duration = Duration::from_millis(500);

/// How long it takes after a failure until what nobody waits for is tried again.
const REST: Duration = Duration::from_secs(1);
