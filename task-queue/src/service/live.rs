//! The attempts under way, and those that are being stopped.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use capnweb_runtime::Revoker;
use futures_util::future;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::care::revoke_gently;
use super::members::Present;
use super::owner::AttemptEnd;
use crate::caps::AssignmentStub;
use crate::model::{EndReason, Epoch, IdMap, TaskId, WorkerId};

/// The attempts under way, and those that are being stopped.
#[derive(Debug, Default)]
pub(super) struct Live(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    attempts: IdMap<(TaskId, Epoch), Running>,
    /// The latest attempt of each task that has ended, but whose worker has a while to stop it.
    lingering: IdMap<TaskId, Lingering>,
    /// Who wants to know how the attempt at a task ends.
    awaited: IdMap<TaskId, oneshot::Sender<EndReason>>,
}

/// An attempt under way.
#[derive(Debug)]
pub(super) struct Running {
    /// Takes back everything that was handed out for it.
    pub(super) revoker: Revoker,
    /// Stops the work, or the waiting for it.
    pub(super) work: Option<Work>,
    /// What belongs to one of a worker that has joined.
    pub(super) far: Option<Far>,
}

/// Work, or the waiting for it, that can be stopped at its next await.
#[derive(Debug)]
pub(super) enum Work {
    /// A task of its own.
    Task(AbortHandle),
    /// Something that is waited for among others.
    Errand(future::AbortHandle),
}

/// What belongs to an attempt of a worker that has joined.
#[derive(Debug)]
pub(super) struct Far {
    /// Whom it was handed to.
    pub(super) present: Arc<Present>,
    /// Takes back the assignment itself, and what has come from the worker.
    pub(super) membrane: Revoker,
    /// What was handed out.
    pub(super) assignment: AssignmentStub,
    /// Ends when the worker has answered.
    pub(super) answered: Option<oneshot::Receiver<()>>,
}

#[derive(Debug)]
struct Lingering {
    epoch: Epoch,
    worker: WorkerId,
    running: Running,
}

impl Live {
    /// Takes up an attempt that has begun; an earlier one of the task that is still being stopped ends
    /// now.
    pub(super) fn begin(&self, task: TaskId, epoch: Epoch, running: Running) {
        let (lingering, replaced) = {
            let mut inner = self.lock();
            let lingering = inner.lingering.remove(&task);
            (lingering, inner.attempts.insert((task, epoch), running))
        };
        for running in lingering.map(|it| it.running).into_iter().chain(replaced) {
            running.end("another attempt has begun");
        }
    }

    /// Takes out an attempt that has ended.
    pub(super) fn take(&self, task: TaskId, epoch: Epoch) -> Option<Running> {
        self.lock().attempts.remove(&(task, epoch))
    }

    /// Returns what will tell how the attempt at the task ends that is about to begin.
    pub(super) fn await_end(&self, task: TaskId) -> AttemptEnd {
        let (tell, end) = oneshot::channel();
        self.lock().awaited.insert(task, tell);
        end
    }

    /// Tells whoever waits for it how the attempt at the task has ended.
    pub(super) fn tell_end(&self, task: TaskId, why: EndReason) {
        let awaited = self.lock().awaited.remove(&task);
        if let Some(tell) = awaited {
            // Whoever asked may have stopped waiting.
            tell.send(why).ok();
        }
    }

    /// Returns what was handed to this worker for an attempt, if it was to this one.
    pub(super) fn assignment(
        &self,
        task: TaskId,
        epoch: Epoch,
        present: &Arc<Present>,
    ) -> Option<AssignmentStub> {
        let inner = self.lock();
        let far = inner.attempts.get(&(task, epoch))?.far.as_ref()?;
        Arc::ptr_eq(&far.present, present).then(|| far.assignment.clone())
    }

    /// Keeps what was handed out for an attempt that has ended, until it is stopped.
    pub(super) fn linger(&self, task: TaskId, epoch: Epoch, worker: WorkerId, running: Running) {
        let lingering = Lingering {
            epoch,
            worker,
            running,
        };
        let before = self.lock().lingering.insert(task, lingering);
        if let Some(before) = before {
            before.running.end("another attempt has ended");
        }
    }

    /// Takes back what was kept for an attempt that is being stopped.
    pub(super) fn end_lingering(&self, task: TaskId, epoch: Epoch, reason: &str) {
        let ended = {
            let mut inner = self.lock();
            let is_it = |it: &Lingering| it.epoch == epoch;
            let found = inner.lingering.get(&task).is_some_and(is_it);
            found.then(|| inner.lingering.remove(&task)).flatten()
        };
        if let Some(ended) = ended {
            ended.running.end(reason);
        }
    }

    /// Takes back what was kept for all attempts that a worker is stopping.
    pub(super) fn end_lingering_of(&self, worker: WorkerId, reason: &str) {
        let ended: Vec<_> = {
            let mut inner = self.lock();
            let its = inner.lingering.extract_if(|_, it| it.worker == worker);
            its.map(|(_, it)| it.running).collect()
        };
        for running in ended {
            running.end(reason);
        }
    }

    /// Ends every attempt.
    pub(super) fn end_all(&self, reason: &str) {
        let Inner {
            attempts,
            lingering,
            ..
        } = std::mem::take(&mut *self.lock());
        let lingering = lingering.into_values().map(|it| it.running);
        for running in attempts.into_values().chain(lingering) {
            running.end(reason);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    /// Takes everything back first, so that the work cannot do anything more while it stops.
    pub(super) fn end(self, reason: &str) {
        self.revoker.revoke(reason);
        if let Some(far) = &self.far {
            far.membrane.revoke(reason);
        }
        self.stop();
    }

    /// Does the same for one that the worker has ended itself, through its assignment: it is told so.
    /// Whatever else it says through that, the scheduler refuses.
    pub(super) fn end_answering(self, reason: &'static str) {
        self.revoker.revoke(reason);
        if let Some(far) = &self.far {
            revoke_gently(far.membrane.clone(), reason);
        }
        self.stop();
    }

    fn stop(self) {
        match self.work {
            Some(Work::Task(work)) => work.abort(),
            Some(Work::Errand(work)) => work.abort(),
            None => {}
        }
    }
}
