//! Tasks that could begin, but for as many of their account as may run already.

use std::collections::BTreeMap;

use crate::engine::lanes::Rank;
use crate::engine::state::State;
use crate::model::{AccountId, IdMap, Need, Task, TaskId};

/// The tasks that rest, by the account that holds them back and by what they need.
///
/// A task is put to rest when its turn comes, and not before; when its account has room again, the first
/// of each need stand in their lanes again. So what happens to one task costs no more than how many
/// different needs the account's tasks have.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Resting {
    by: IdMap<TaskId, AccountId>,
    queues: IdMap<AccountId, BTreeMap<Need, BTreeMap<Rank, TaskId>>>,
}

impl Resting {
    /// Returns whether a task rests.
    pub(super) fn has(&self, task: TaskId) -> bool {
        self.by.contains_key(&task)
    }

    fn insert(&mut self, account: AccountId, task: &Task) {
        self.by.insert(task.id, account);
        let queues = self.queues.entry(account).or_default();
        let queue = queues.entry(task.spec.need()).or_default();
        queue.insert(Rank::of(task), task.id);
    }

    fn remove(&mut self, task: &Task) {
        let Some(account) = self.by.remove(&task.id) else {
            return;
        };
        let Some(queues) = self.queues.get_mut(&account) else {
            return;
        };
        let need = task.spec.need();
        if let Some(queue) = queues.get_mut(&need) {
            queue.remove(&Rank::of(task));
            if queue.is_empty() {
                queues.remove(&need);
            }
        }
        if queues.is_empty() {
            self.queues.remove(&account);
        }
    }

    /// Returns the first task of each need.
    fn heads(&self, account: AccountId) -> Vec<TaskId> {
        let queues = self.queues.get(&account).into_iter().flatten();
        let heads = queues.filter_map(|(_, queue)| queue.values().next());
        heads.copied().collect()
    }
}

impl State {
    /// Puts a task to rest whose turn has come, if as many of its account run as may; returns whether
    /// that is so.
    pub(super) fn put_to_rest(&mut self, id: TaskId) -> bool {
        let Some(task) = self.tasks.get(&id) else {
            return false;
        };
        let Some(account) = self.accounts.full(&task.submitter) else {
            return false;
        };
        self.matching.leave_task(task, false);
        self.resting.insert(account, task);
        self.matching.enter_task(task, true);
        true
    }

    /// Has the first of those that rest for these accounts stand in their lanes again.
    pub(super) fn wake(&mut self, accounts: &[AccountId]) {
        for account in accounts {
            for id in self.resting.heads(*account) {
                let Some(task) = self.tasks.get(&id) else {
                    continue;
                };
                self.matching.leave_task(task, true);
                self.resting.remove(task);
                let is_held_back = self.dependencies.holds_back(id);
                self.matching.enter_task(task, is_held_back);
            }
        }
    }

    /// Returns whether a task stands in no lane, though it is pending.
    pub(super) fn stands_aside(&self, id: TaskId) -> bool {
        self.dependencies.holds_back(id) || self.resting.has(id)
    }

    /// Has a task rest no longer: it stands differently.
    pub(super) fn end_rest(&mut self, task: &Task) {
        self.resting.remove(task);
    }
}
