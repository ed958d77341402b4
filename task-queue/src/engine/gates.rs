//! Concurrency keys: which of the tasks that wait may stand in a lane.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::engine::lanes::{Head, Rank};
use crate::model::{Concurrency, Need, Submitter, Task, TaskId};

/// The keys of all tasks that wait or run.
///
/// Of the tasks of a key that need the same, only the first one stands in a lane, and only while
/// the key has room for it. So those that are held back are in nobody's way, and what happens to
/// one task of a key costs no more than how many different needs the key's tasks have.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Gates(HashMap<GateKey, Gate>);

/// A key counts among the tasks of its submitter: others can neither fill nor see it.
type GateKey = (Submitter, Arc<str>);

/// The tasks of a key.
#[derive(Debug, Clone, Default, PartialEq)]
struct Gate {
    running: BTreeSet<TaskId>,
    queues: BTreeMap<Need, Queue>,
}

/// The tasks of a key that wait and need the same.
#[derive(Debug, Clone, Default, PartialEq)]
struct Queue {
    waiting: BTreeMap<Rank, (TaskId, u32)>,
    /// The one that stands in a lane.
    admitted: Option<Head>,
}

/// That a task enters a lane, or leaves it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Move {
    Enter(Need, Head),
    Leave(Need, Head),
}

impl Gates {
    /// Has a task wait at its gate.
    pub(super) fn wait(&mut self, task: &Task, limit: &Concurrency, need: Need) -> Vec<Move> {
        let gate = self.0.entry(key(task, limit)).or_default();
        let queue = gate.queues.entry(need).or_default();
        queue.waiting.insert(Rank::of(task), (task.id, limit.max));
        gate.settle()
    }

    /// Has a task wait no longer.
    pub(super) fn stop_waiting(
        &mut self,
        task: &Task,
        limit: &Concurrency,
        need: &Need,
    ) -> Vec<Move> {
        self.change(task, limit, |gate| {
            if let Some(queue) = gate.queues.get_mut(need) {
                queue.waiting.remove(&Rank::of(task));
            }
        })
    }

    /// Counts a task that runs.
    pub(super) fn run(&mut self, task: &Task, limit: &Concurrency) -> Vec<Move> {
        let gate = self.0.entry(key(task, limit)).or_default();
        gate.running.insert(task.id);
        gate.settle()
    }

    /// Counts a task no more.
    pub(super) fn stop_running(&mut self, task: &Task, limit: &Concurrency) -> Vec<Move> {
        self.change(task, limit, |gate| {
            gate.running.remove(&task.id);
        })
    }

    /// Returns the tasks that run with the key of this one, if there is no room for it.
    pub(super) fn holders(&self, task: &Task) -> Option<&BTreeSet<TaskId>> {
        let limit = task.spec.concurrency.as_deref()?;
        let gate = self.0.get(&key(task, limit))?;
        (!gate.has_room(limit.max)).then_some(&gate.running)
    }

    fn change(
        &mut self,
        task: &Task,
        limit: &Concurrency,
        change: impl FnOnce(&mut Gate),
    ) -> Vec<Move> {
        let key = key(task, limit);
        let Some(gate) = self.0.get_mut(&key) else {
            return Vec::new();
        };
        change(gate);
        let moves = gate.settle();
        if gate.running.is_empty() && gate.queues.is_empty() {
            self.0.remove(&key);
        }
        moves
    }
}

impl Gate {
    fn has_room(&self, max: u32) -> bool {
        u32::try_from(self.running.len()).is_ok_and(|running| running < max)
    }

    /// Returns what is to change for those to stand in a lane that may.
    fn settle(&mut self) -> Vec<Move> {
        let mut moves = Vec::new();
        let running = self.running.len();
        for (need, queue) in &mut self.queues {
            let first = queue.first(running);
            if queue.admitted == first {
                continue;
            }
            let leaves = queue.admitted.map(|head| Move::Leave(need.clone(), head));
            let enters = first.map(|head| Move::Enter(need.clone(), head));
            moves.extend(leaves.into_iter().chain(enters));
            queue.admitted = first;
        }
        self.queues.retain(|_, queue| !queue.waiting.is_empty());
        moves
    }
}

impl Queue {
    /// Returns the first task, if it may begin beside so many others.
    fn first(&self, running: usize) -> Option<Head> {
        let (rank, (task, max)) = self.waiting.first_key_value()?;
        let may_begin = u32::try_from(running).is_ok_and(|running| running < *max);
        may_begin.then_some((*rank, *task))
    }
}

fn key(task: &Task, limit: &Concurrency) -> GateKey {
    (task.submitter.clone(), Arc::clone(&limit.key))
}
