//! What was promised and what was done, and whether the one fits the other.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::people::KEY_MAX;
use crate::engine::{Assignment, Effect, Notice};
use crate::model::{EndReason, Entry, Epoch, Origin, Snapshot, Task, TaskId, TaskStatus};

/// What was promised and what was done. It is told in the order of the owner's doings, and panics at
/// the first that does not fit what was before.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Submitted, and answered.
    accepted: HashSet<TaskId>,
    /// Submitted, and refused since there was no room.
    refused: HashSet<TaskId>,
    /// Delivered, and answered.
    delivered: HashMap<TaskId, Vec<Value>>,
    /// Recorded, as somebody was told or could read.
    results: HashMap<TaskId, Value>,
    /// The attempts under way.
    live: HashMap<TaskId, Epoch>,
    /// Attempts ended by a result that was not told yet.
    completed_by: HashMap<TaskId, Epoch>,
    /// The events that somebody has seen, in order.
    seen: HashMap<TaskId, Vec<Entry>>,
    /// Those of them that have a concurrency key.
    keyed: HashSet<TaskId>,
    begun: usize,
}

/// Returns what an attempt says, so that it can be told who has said it.
pub(super) fn word(epoch: Epoch, text: &str) -> Value {
    json!({"epoch": epoch.number(), "text": text})
}

fn speaker(value: &Value) -> u64 {
    value["epoch"].as_u64().expect("an attempt's word")
}

impl History {
    pub(super) fn accept(&mut self, task: TaskId) {
        self.accepted.insert(task);
    }

    pub(super) fn refuse(&mut self, task: TaskId) {
        self.refused.insert(task);
    }

    pub(super) fn deliver(&mut self, task: TaskId, part: Value) {
        self.delivered.entry(task).or_default().push(part);
    }

    /// Hears which events of a task somebody sees, from the first on.
    pub(super) fn watch(&mut self, task: TaskId, events: Vec<Entry>) {
        let mut numbers = (1..).zip(&events);
        assert!(
            numbers.all(|(number, event)| event.seq == number),
            "an event of {task} is missing"
        );
        let before = self.seen.entry(task).or_default();
        assert!(
            events.starts_with(before),
            "an event of {task} has become another one, or is gone"
        );
        *before = events;
    }

    /// Hears of an effect, in the moment it happens.
    pub(super) fn see(&mut self, effect: &Effect) {
        match effect {
            Effect::StartAttempt(start) => {
                self.check_order(start);
                self.begin(start.task, start.epoch);
            }
            Effect::EndAttempt {
                task, epoch, why, ..
            } => self.end(*task, *epoch, *why),
            Effect::Notify { task, notice } => self.hear(*task, notice),
            Effect::StopAttempt { .. } | Effect::EndMembership { .. } | Effect::WakeAt(_) => {}
        }
    }

    /// Hears that the process was lost, and what has come through it.
    pub(super) fn crash(&mut self, found: &Snapshot) {
        // Those who have joined go on, whether they have heard of what is stored or not.
        let joined = found.workers.iter();
        let joined = joined.filter(|worker| worker.origin == Origin::Joined);
        let joined: HashSet<_> = joined.map(|worker| worker.id).collect();
        let attempts = found.tasks.iter();
        let attempts = attempts.filter_map(|task| Some((task.id, task.live_attempt()?)));
        let attempts = attempts.filter(|(_, attempt)| joined.contains(&attempt.worker));
        self.live = attempts
            .map(|(task, attempt)| (task, attempt.epoch))
            .collect();
        self.completed_by.clear();
        self.check_against(found);
    }

    /// Checks what is stored when all has come to its end.
    pub(super) fn end_all(&mut self, found: &Snapshot) {
        self.check_against(found);
        for task in &found.tasks {
            let status = task.status();
            assert!(status.is_final(), "{} is for ever {status}", task.id);
        }
        let mut workers = found.workers.iter();
        let outlived = workers.find(|worker| worker.origin == Origin::InProcess);
        assert_eq!(outlived, None, "a worker has outlived its process");
    }

    pub(super) fn has_begun(&self) -> usize {
        self.begun
    }

    pub(super) fn has_seen(&self) -> usize {
        self.seen.values().map(Vec::len).sum()
    }

    pub(super) fn has_results(&self) -> usize {
        self.results.len()
    }

    /// Checks that what begins neither begins beside what it comes after, nor is one of too many.
    fn check_order(&mut self, start: &Assignment) {
        for before in &start.spec.after.tasks {
            assert!(
                !self.live.contains_key(before),
                "{} runs beside {before}, after which it comes",
                start.task
            );
        }
        self.keyed.retain(|task| self.live.contains_key(task));
        if start.spec.concurrency.is_some() {
            self.keyed.insert(start.task);
        }
        let most = usize::try_from(KEY_MAX).unwrap();
        assert!(self.keyed.len() <= most, "too many of a key run at once");
    }

    fn begin(&mut self, task: TaskId, epoch: Epoch) {
        self.begun += 1;
        assert!(
            !self.results.contains_key(&task),
            "{task} is done, and begun again"
        );
        let before = self.live.insert(task, epoch);
        assert_eq!(before, None, "{task} has two attempts at once");
    }

    fn end(&mut self, task: TaskId, epoch: Epoch, why: EndReason) {
        let live = self.live.remove(&task);
        assert_eq!(
            live,
            Some(epoch),
            "an attempt at {task} ended that was not live"
        );
        if why == EndReason::Completed {
            self.completed_by.insert(task, epoch);
        }
    }

    fn hear(&mut self, task: TaskId, notice: &Notice) {
        match notice {
            Notice::Partial(part) => {
                let live = self.live.get(&task).map(|epoch| epoch.number());
                assert_eq!(
                    live,
                    Some(speaker(part)),
                    "a stale attempt at {task} was heard"
                );
            }
            Notice::Completed(result) => {
                let by = self.completed_by.remove(&task).map(Epoch::number);
                assert_eq!(
                    by,
                    Some(speaker(result)),
                    "a stale attempt has completed {task}"
                );
                let before = self.results.insert(task, result.as_ref().clone());
                assert_eq!(before, None, "{task} has two results");
            }
            _ => {}
        }
    }

    fn check_against(&mut self, found: &Snapshot) {
        let stored: HashMap<_, _> = found.tasks.iter().map(|task| (task.id, task)).collect();
        for task in &self.accepted {
            assert!(
                stored.contains_key(task),
                "{task} was accepted, and is lost"
            );
        }
        for task in &self.refused {
            assert!(
                !stored.contains_key(task),
                "{task} was refused, and is there"
            );
        }
        for (task, result) in &self.results {
            let recorded = stored.get(task).and_then(|task| task.result());
            assert_eq!(
                recorded.map(AsRef::as_ref),
                Some(result),
                "a result of {task} is lost"
            );
        }
        for (task, parts) in &self.delivered {
            let stored = &stored.get(task).expect("it was accepted").partial_results;
            let is_there = |part: &Value| stored.iter().any(|other| **other == *part);
            assert!(parts.iter().all(is_there), "a part of {task} is lost");
        }
        for task in &found.tasks {
            self.check_record(task);
            self.watch(task.id, task.stored_events(1).collect());
        }
    }

    fn check_record(&mut self, task: &Task) {
        let speakers = task.partial_results.iter().map(|part| speaker(part));
        assert!(
            speakers.is_sorted(),
            "an attempt at {} was heard after the next",
            task.id
        );
        assert!(
            task.status() != TaskStatus::Running
                || task.live_attempt().map(|attempt| attempt.epoch) == Some(task.epoch),
            "an attempt is live that is not the latest"
        );
        if let Some(result) = task.result() {
            // It may have been recorded in the moment of a crash, with nobody left to tell.
            self.results
                .entry(task.id)
                .or_insert_with(|| result.as_ref().clone());
        }
    }
}
