//! Why a task has not begun.

use std::sync::Arc;

use crate::engine::accounts::Usage;
use crate::engine::crews::Serving;
use crate::engine::matching::dispatches;
use crate::engine::rejected::Rejected;
use crate::engine::state::State;
use crate::model::{Flow, Task, TaskState, TaskStatus, Timestamp, Waiting};

impl State {
    /// Returns what a task waits for, unless it runs or has come to its end.
    pub fn waits_for(&self, task: &Task, now: Timestamp) -> Option<Waiting> {
        match task.state {
            TaskState::Scheduled(until) => Some(Waiting::Scheduled { until }),
            TaskState::Retrying(until) => Some(Waiting::Retrying { until }),
            TaskState::Pending => Some(
                self.is_held_back(task)
                    .or_else(|| self.waits_for_account(task))
                    .unwrap_or_else(|| self.waits_for_worker(task, now)),
            ),
            TaskState::Running(_)
            | TaskState::Completed { .. }
            | TaskState::Failed { .. }
            | TaskState::Cancelled(_) => None,
        }
    }

    /// Returns what a pending task waits for before any worker may begin it, if there is something.
    pub(super) fn is_held_back(&self, task: &Task) -> Option<Waiting> {
        if self.dependencies.holds_back(task.id) {
            return Some(self.waits_for_others(task));
        }
        if self.queue_settings().flow == Flow::Paused {
            return Some(Waiting::QueuePaused);
        }
        let limit = task.spec.concurrency.as_deref()?;
        let holders = self.matching.holders(task)?;
        Some(Waiting::Key {
            key: Arc::clone(&limit.key),
            max: limit.max,
            holders: holders.iter().take(SHOWN).copied().collect(),
        })
    }

    /// Returns that as many of a task's account run as may, if that is so.
    fn waits_for_account(&self, task: &Task) -> Option<Waiting> {
        match self.check_quotas(&task.submitter, Usage::RUNNING) {
            Err(Rejected::QuotaReached { max, .. }) => Some(Waiting::Quota { max }),
            _ => None,
        }
    }

    fn waits_for_others(&self, task: &Task) -> Waiting {
        let has_not_succeeded = |id| {
            let other = self.tasks.get(id);
            other.is_some_and(|other| other.status() != TaskStatus::Completed)
        };
        let tasks = task.spec.after.tasks.iter();
        let tasks = tasks.filter(|id| has_not_succeeded(id)).take(SHOWN);
        Waiting::After {
            tasks: tasks.copied().collect(),
        }
    }

    fn waits_for_worker(&self, task: &Task, now: Timestamp) -> Waiting {
        let need = task.spec.need();
        let serving: Vec<_> = self.matching.crews().serving(&need).collect();
        let count = |such: &dyn Fn(&Serving<'_>) -> bool| -> usize {
            serving
                .iter()
                .filter(|crew| such(crew))
                .fold(0, |sum, crew| sum.saturating_add(crew.members))
        };
        let takes = |crew: &Serving<'_>| dispatches(self.config.dispatch, crew.origin);
        let closed = |crew: &Serving<'_>| self.pool_holds_back(crew.pool, now);
        match (count(&|_| true), count(&takes)) {
            (0, _) => Waiting::NoWorker,
            (workers, 0) => Waiting::Manual { workers },
            _ if serving
                .iter()
                .all(|crew| !takes(crew) || closed(crew).is_some()) =>
            {
                let mut reasons = serving.iter().filter(|crew| takes(crew));
                let reason = reasons.find_map(closed);
                reason.unwrap_or(Waiting::Nothing)
            }
            (_, workers) if serving.iter().all(|crew| !takes(crew) || crew.idle == 0) => {
                Waiting::AllBusy { workers }
            }
            _ => Waiting::Nothing,
        }
    }
}

/// How many tasks are named at most.
const SHOWN: usize = 10;
