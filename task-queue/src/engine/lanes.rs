//! The tasks that wait for a worker, in lanes of those that need the same of one.

use std::collections::BTreeMap;

use crate::model::{Need, Task, TaskId};

/// The lanes of all tasks that have not come to their end, by what they need.
///
/// A worker that is free looks at the heads of the lanes that its offer meets, and at nothing
/// behind them: so tasks that nobody can do hold up no others, however many they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Lanes(BTreeMap<Need, Lane>);

/// Tasks that need the same.
#[derive(Debug, Clone, Default, PartialEq)]
struct Lane {
    /// How many there are that have not come to their end, those that do not wait included. The
    /// lane is there as long as there are any.
    unfinished: usize,
    waiting: BTreeMap<Rank, TaskId>,
}

/// A task's place among those that wait; the least is the first.
///
/// It is the time since which the task could have begun, and a head start by its priority. While
/// tasks wait they all grow older alike, so who goes before whom never changes: there is nothing to
/// sort anew, and yet whoever has waited long enough is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    since: i64,
    /// Tells apart what came at the same time, and makes each place that of one task.
    order: u64,
}

/// The first task of a lane.
pub(super) type Head = (Rank, TaskId);

/// That another task has become the first of its lane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NewHead {
    pub(super) before: Option<Head>,
    pub(super) after: Option<Head>,
}

impl Rank {
    pub(super) fn of(task: &Task) -> Self {
        let since = task
            .submitted_at
            .max(task.spec.not_before.unwrap_or_default());
        Self {
            since: i64::try_from(since.as_millis())
                .unwrap_or(i64::MAX)
                .saturating_sub(task.spec.priority.head_start_ms()),
            order: task.order,
        }
    }
}

impl Lanes {
    /// Counts a task that has not come to its end.
    pub(super) fn open(&mut self, need: Need) {
        let lane = self.0.entry(need).or_default();
        lane.unfinished = lane.unfinished.saturating_add(1);
    }

    /// Counts a task no more.
    pub(super) fn close(&mut self, need: &Need) {
        let Some(lane) = self.0.get_mut(need) else {
            return;
        };
        lane.unfinished = lane.unfinished.saturating_sub(1);
        if lane.unfinished == 0 {
            self.0.remove(need);
        }
    }

    /// Has a task wait in its lane, which is open.
    pub(super) fn insert(&mut self, need: &Need, rank: Rank, task: TaskId) -> Option<NewHead> {
        self.change(need, |waiting| {
            waiting.insert(rank, task);
        })
    }

    /// Has a task wait no longer.
    pub(super) fn remove(&mut self, need: &Need, rank: Rank) -> Option<NewHead> {
        self.change(need, |waiting| {
            waiting.remove(&rank);
        })
    }

    /// Returns how many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is one for that need.
    pub(super) fn has(&self, need: &Need) -> bool {
        self.0.contains_key(need)
    }

    /// Returns the first tasks of all lanes in which one waits.
    pub(super) fn heads(&self) -> impl Iterator<Item = (&Need, Head)> {
        let head = |(need, lane): (_, &Lane)| Some((need, lane.head()?));
        self.0.iter().filter_map(head)
    }

    fn change(
        &mut self,
        need: &Need,
        change: impl FnOnce(&mut BTreeMap<Rank, TaskId>),
    ) -> Option<NewHead> {
        let lane = self.0.get_mut(need)?;
        let before = lane.head();
        change(&mut lane.waiting);
        let after = lane.head();
        (before != after).then_some(NewHead { before, after })
    }
}

impl Lane {
    fn head(&self) -> Option<Head> {
        let (rank, task) = self.waiting.first_key_value()?;
        Some((*rank, *task))
    }
}
