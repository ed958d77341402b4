//! Tasks that wait and workers that are idle, and how they find each other.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::config::DispatchMode;
use crate::engine::crews::Crews;
use crate::engine::gates::{Gates, Move};
use crate::engine::lanes::{Lanes, Rank};
use crate::model::{
    Need, Offer, Origin, PoolName, Task, TaskId, TaskState, TaskType, Timestamp, Worker, WorkerId,
};

/// Tasks that wait and workers that are idle.
///
/// A task is entered and left, a worker likewise, with every change of its state. Both cost the
/// logarithm of how many tasks wait, and finding a pair costs that of how many crews there are, of
/// which there are few.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Matching {
    lanes: Lanes,
    gates: Gates,
    crews: Crews,
}

impl Matching {
    /// Takes up a task in the state it is in; one that is held back waits in no lane.
    pub(super) fn enter_task(&mut self, task: &Task, is_held_back: bool) {
        if task.status().is_final() {
            return;
        }
        let need = task.spec.need();
        self.lanes.open(need.clone());
        let limit = task.spec.concurrency.as_deref();
        let moves = match (&task.state, limit) {
            (TaskState::Pending, _) if is_held_back => Vec::new(),
            (TaskState::Pending, None) => vec![Move::Enter(need, (Rank::of(task), task.id))],
            (TaskState::Pending, Some(limit)) => self.gates.wait(task, limit, need),
            (TaskState::Running(_), Some(limit)) => self.gates.run(task, limit),
            _ => Vec::new(),
        };
        self.make(moves);
    }

    /// Forgets a task, in the state it was in.
    pub(super) fn leave_task(&mut self, task: &Task, was_held_back: bool) {
        if task.status().is_final() {
            return;
        }
        let need = task.spec.need();
        let limit = task.spec.concurrency.as_deref();
        let moves = match (&task.state, limit) {
            (TaskState::Pending, _) if was_held_back => Vec::new(),
            (TaskState::Pending, None) => {
                vec![Move::Leave(need.clone(), (Rank::of(task), task.id))]
            }
            (TaskState::Pending, Some(limit)) => self.gates.stop_waiting(task, limit, &need),
            (TaskState::Running(_), Some(limit)) => self.gates.stop_running(task, limit),
            _ => Vec::new(),
        };
        self.make(moves);
        self.lanes.close(&need);
    }

    /// Takes up a worker as it is.
    pub(super) fn enter_worker(&mut self, worker: &Worker) {
        if worker.is_revoked() {
            return;
        }
        self.crews.join(worker, self.lanes.heads());
        self.present(worker);
    }

    /// Forgets a worker, as it was.
    pub(super) fn leave_worker(&mut self, worker: &Worker) {
        if !worker.is_revoked() {
            self.crews.leave(worker);
        }
    }

    /// Forgets that a worker could begin a task, before something changes about it.
    pub(super) fn withdraw(&mut self, worker: &Worker) {
        self.crews.set_busy(worker);
    }

    /// Notes that a worker could begin a task, if it could.
    pub(super) fn present(&mut self, worker: &Worker) {
        if worker.is_free() {
            self.crews.set_idle(worker);
        }
    }

    /// Returns the next pair of a pending task and the idle worker that is to do it by itself.
    pub(super) fn next(
        &self,
        mode: DispatchMode,
        is_open: impl Fn(&PoolName) -> bool,
    ) -> Option<(TaskId, WorkerId)> {
        self.crews
            .next(|origin, pool| dispatches(mode, origin) && is_open(pool))
    }

    /// Returns the first time at which there is another pair, since one of the pools opens in which
    /// an idle worker could do a task; `closed` tells of a pool until when it is closed.
    pub(super) fn next_opening(
        &self,
        mode: DispatchMode,
        closed: impl Fn(&PoolName) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        let pools = self.crews.eager(|origin| dispatches(mode, origin));
        pools.filter_map(closed).min()
    }

    /// Returns the idle worker that is to do what needs this.
    pub(super) fn idle_for(&self, need: &Need) -> Option<WorkerId> {
        self.crews.idle_for(need)
    }

    /// Returns the first idle worker, of a pool if it matters.
    pub(super) fn idle_in(&self, pool: Option<&PoolName>) -> Option<WorkerId> {
        self.crews.idle_in(pool)
    }

    /// Returns whether some worker names that type among those that it carries out.
    pub(super) fn offers(&self, kind: &TaskType) -> bool {
        self.crews.name(kind)
    }

    /// Returns the tasks that are the first in their lines.
    pub(super) fn heads(&self) -> impl Iterator<Item = (&Need, TaskId)> {
        self.lanes.heads().map(|(need, (_, task))| (need, task))
    }

    /// Returns how many different needs there would be if there were tasks with these as well.
    pub(super) fn count_needs_with(&self, more: &BTreeSet<Need>) -> usize {
        let new = more.iter().filter(|need| !self.lanes.has(need)).count();
        self.lanes.count().saturating_add(new)
    }

    /// Returns whether a worker that offers this would make one crew more than `max`.
    pub(super) fn is_one_crew_too_many(
        &self,
        origin: Origin,
        offer: &Arc<Offer>,
        max: usize,
    ) -> bool {
        !self.crews.has(origin, offer) && self.crews.count() >= max
    }

    /// Returns the tasks that run with the concurrency key of this one, if it has no room for it.
    pub(super) fn holders(&self, task: &Task) -> Option<&BTreeSet<TaskId>> {
        self.gates.holders(task)
    }

    /// Returns who there is for a need.
    pub(super) const fn crews(&self) -> &Crews {
        &self.crews
    }

    fn make(&mut self, moves: Vec<Move>) {
        for one in moves {
            let (need, head) = match one {
                Move::Enter(need, (rank, task)) => {
                    let head = self.lanes.insert(&need, rank, task);
                    (need, head)
                }
                Move::Leave(need, (rank, _)) => {
                    let head = self.lanes.remove(&need, rank);
                    (need, head)
                }
            };
            if let Some(head) = head {
                self.crews.note(&need, head);
            }
        }
    }
}

/// Returns whether workers of that origin get tasks by themselves.
pub(super) fn dispatches(mode: DispatchMode, origin: Origin) -> bool {
    mode == DispatchMode::Auto || origin == Origin::Joined
}
