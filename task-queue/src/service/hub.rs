//! What the service's objects share, and where effects happen.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use capnweb_runtime::{Brand, Revoker};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::attempt;
use super::events::Watchers;
use super::observers::Observers;
use super::owner::{AttemptEnd, Owner, World};
use crate::clock::Clock;
use crate::engine::Effect;
use crate::model::{EndReason, Epoch, RecordId, TaskId, Timestamp, WorkerId};
use crate::resources::gpu::SharedGpu;
use crate::resources::locks::LockManager;
use crate::resources::network::NetworkClient;
use crate::resources::storage::ObjectStore;

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
    pub(super) watchers: Watchers,
    live: Mutex<Live>,
}

/// The attempts under way.
#[derive(Debug, Default)]
struct Live {
    attempts: HashMap<(TaskId, Epoch), Running>,
    /// Who wants to know how the attempt of a worker ends.
    awaited: HashMap<WorkerId, oneshot::Sender<EndReason>>,
}

/// An attempt under way.
#[derive(Debug)]
pub(super) struct Running {
    /// Takes back everything that was handed out for it.
    pub(super) revoker: Revoker,
    /// Stops the work.
    pub(super) work: AbortHandle,
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
            watchers: Watchers::default(),
            live: Mutex::default(),
        }
    }

    /// Ends every attempt and every stream of events, without a word to the scheduler.
    pub(super) fn abandon_all(&self) {
        self.watchers.close();
        let attempts = std::mem::take(&mut self.live().attempts);
        for running in attempts.into_values() {
            running.end("the queue is shutting down");
        }
    }

    fn end_attempt(&self, task: TaskId, worker: WorkerId, epoch: Epoch, why: EndReason) {
        let (running, awaited) = {
            let mut live = self.live();
            (
                live.attempts.remove(&(task, epoch)),
                live.awaited.remove(&worker),
            )
        };
        if let Some(running) = running {
            running.end(reason(why));
        }
        if let Some(tell) = awaited {
            // Whoever asked may have stopped waiting.
            tell.send(why).ok();
        }
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World for Hub {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn await_end(&self, worker: WorkerId) -> AttemptEnd {
        let (tell, end) = oneshot::channel();
        self.live().awaited.insert(worker, tell);
        end
    }

    fn stored(&self, records: &[RecordId]) {
        self.watchers.wake(records);
    }

    fn run(self: &Arc<Self>, effect: Effect) {
        match effect {
            Effect::StartAttempt(assignment) => {
                let key = (assignment.task, assignment.epoch);
                let running = attempt::start(self, assignment);
                self.live().attempts.insert(key, running);
            }
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

impl Running {
    /// Takes everything back first, so that the work cannot do anything more while it stops.
    fn end(self, reason: &str) {
        self.revoker.revoke(reason);
        self.work.abort();
    }
}

const fn reason(why: EndReason) -> &'static str {
    match why {
        EndReason::Completed | EndReason::Failed => "the attempt has ended",
        EndReason::TimedOut => "the attempt took too long",
        EndReason::Cancelled => "the task was cancelled",
        EndReason::WorkerLost => "the worker was lost",
        EndReason::WorkerLeft => "the worker has left",
        EndReason::WorkerRevoked => "the worker was revoked",
        EndReason::Superseded => "the task was ended by its supervisor",
    }
}
