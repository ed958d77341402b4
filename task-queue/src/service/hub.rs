//! What the service's objects share, and where effects happen.

use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::Brand;

use super::access::Directory;
use super::attempt;
use super::events::Watchers;
use super::journal;
use super::live::Live;
use super::members::{self, Members};
use super::metrics::Metrics;
use super::observers::Observers;
use super::owner::{AttemptEnd, Owner, World};
use crate::clock::Clock;
use crate::engine::{Effect, State, Times};
use crate::model::{EndReason, Epoch, Origin, RecordId, TaskId, Timestamp, WorkerId};
use crate::resources::gpu::SharedGpu;
use crate::resources::locks::LockManager;
use crate::resources::network::NetworkClient;
use crate::resources::storage::ObjectStore;
use crate::store::StoreError;

/// What the service's objects share.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) owner: Owner,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) storage: ObjectStore,
    pub(super) locks: LockManager,
    pub(super) network: NetworkClient,
    pub(super) gpu: SharedGpu,
    /// Knows this queue's own tasks when they come back as arguments.
    pub(super) tasks: Brand<TaskId>,
    pub(super) observers: Observers,
    /// The accounts of those who may use the queue.
    pub(super) directory: Directory,
    pub(super) watchers: Watchers,
    pub(super) times: Times,
    pub(super) members: Members,
    pub(super) live: Live,
    pub(super) metrics: Metrics,
}

impl Hub {
    pub(super) fn new(
        owner: Owner,
        clock: Arc<dyn Clock>,
        storage: ObjectStore,
        locks: LockManager,
        network: NetworkClient,
        gpu: SharedGpu,
    ) -> Self {
        Self {
            owner,
            clock,
            storage,
            locks,
            network,
            gpu,
            tasks: Brand::new(),
            observers: Observers::default(),
            directory: Directory::default(),
            watchers: Watchers::default(),
            times: Times::default(),
            members: Members::default(),
            live: Live::default(),
            metrics: Metrics::default(),
        }
    }

    /// Ends every attempt, every membership and every stream of events, without a word to the
    /// scheduler.
    pub(super) fn abandon_all(&self) {
        self.watchers.close();
        self.members.end_all(SHUTTING_DOWN);
        self.live.end_all(SHUTTING_DOWN);
    }

    fn end_attempt(self: &Arc<Self>, task: TaskId, worker: WorkerId, epoch: Epoch, why: EndReason) {
        let running = self.live.take(task, epoch);
        let is_far = running.as_ref().is_none_or(|running| running.far.is_some());
        if why == EndReason::Cancelled && is_far {
            members::stop_kindly(self, (task, epoch, worker), running, reason(why));
        } else if let Some(running) = running {
            match why {
                EndReason::Completed | EndReason::Failed => running.end_answering(reason(why)),
                _ => running.end(reason(why)),
            }
        }
        self.live.tell_end(task, why);
    }
}

impl World for Hub {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn await_end(&self, task: TaskId) -> AttemptEnd {
        self.live.await_end(task)
    }

    fn observe(&self, state: &State, effects: &[Effect]) {
        self.metrics.observe(state, effects, self.clock.now());
        for effect in effects {
            journal::tell(state, effect);
        }
    }

    fn committed(&self, took: Duration, outcome: Result<usize, &StoreError>) {
        self.metrics.committed(took, outcome);
    }

    fn stored(&self, records: &[RecordId]) {
        self.watchers.wake(records);
    }

    fn run(self: &Arc<Self>, effect: Effect) {
        match effect {
            Effect::StartAttempt(assignment) => {
                let (task, epoch) = (assignment.task, assignment.epoch);
                let running = match assignment.origin {
                    Origin::InProcess => attempt::start(self, *assignment),
                    Origin::Joined => members::start(self, *assignment),
                };
                self.live.begin(task, epoch, running);
            }
            Effect::StopAttempt { task, worker, .. } => members::ask_to_stop(self, worker, task),
            Effect::EndMembership { worker, why } => members::dismiss(self, worker, why),
            Effect::EndAttempt {
                task,
                worker,
                epoch,
                why,
            } => {
                self.end_attempt(task, worker, epoch, why);
            }
            Effect::Notify { task, notice } => self.observers.notify(task, &notice),
            // The owner looks at the state's next wake itself.
            Effect::WakeAt(_) => {}
        }
    }
}

pub(super) const fn reason(why: EndReason) -> &'static str {
    match why {
        EndReason::Completed | EndReason::Failed => "the attempt has ended",
        EndReason::TimedOut => "the attempt took too long",
        EndReason::Cancelled => "the task was cancelled",
        EndReason::WorkerLost => "the worker was lost",
        EndReason::LeaseExpired => "the worker was not heard of for too long",
        EndReason::ServerLost => "the server was lost, and the worker with it",
        EndReason::WorkerLeft => "the worker has left",
        EndReason::WorkerRevoked => "the worker was revoked",
        EndReason::Superseded => "the task was ended by its supervisor",
    }
}

const SHUTTING_DOWN: &str = "the queue is shutting down";
