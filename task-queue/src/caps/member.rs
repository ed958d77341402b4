//! Workers that join from elsewhere.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::task::{AssignmentStub, Done};
use crate::model::{Grants, PoolName, Tag, TaskId, TaskType, WorkerId};

/// What a worker passes when it joins: any object with an `execute` is one. The other methods may be
/// missing.
#[capability]
pub trait WorkerAgent {
    /// Carries out a task. What it answers completes the task, unless that was done through the
    /// assignment already; what it throws fails the attempt. By the `code` or the name of the error,
    /// the task's retry policy decides what comes of that.
    ///
    /// The briefing says what there is to know of the attempt as it begins, so that nobody need ask
    /// for it. An object whose `execute` takes the assignment only can ask that.
    async fn execute(&self, assignment: AssignmentStub, briefing: Briefing) -> Result<Value>;

    /// Asked now and then. Whatever is answered, even that there is no such method, shows that the
    /// worker is there; it keeps its tasks as long as it answers.
    async fn alive(&self) -> Result<()>;

    /// Says that an attempt is to stop: its task was cancelled, or it takes too long. After ten
    /// seconds everything is taken from it; at once, if there is no such method.
    async fn cancel(&self, task_id: TaskId) -> Result<()>;

    /// Says that the worker gets no more tasks; it may leave when it has brought to an end what it
    /// has.
    async fn drain(&self) -> Result<()>;

    /// Says that the worker is none of the queue's any more, and why: it was not heard of for too
    /// long, or `revoked`. It can join anew, unless it was revoked.
    async fn ended(&self, reason: String, #[default(false)] revoked: bool) -> Result<()>;
}

/// A worker's own side of having joined.
#[capability]
pub trait Membership {
    /// The worker's name.
    #[property]
    fn id(&self) -> WorkerId;

    /// Has the worker get no more tasks; those that it has go on.
    async fn drain(&self) -> Result<Done>;

    /// Leaves at once: tasks that the worker still has go to others, and nothing is counted.
    async fn leave(&self) -> Result<Done>;

    /// Returns what the worker can come back with after its connection was lost; see [`JoinOptions`].
    /// Whoever has it can take the worker's place.
    async fn resume_key(&self) -> Result<String>;

    /// Returns the assignment of an attempt that the worker has, for one that has come back. What it
    /// was handed before is dead. It completes such a task by calling the assignment's `complete`, or
    /// `fail`. Attempts that are not asked for in time go to others.
    async fn attempt(&self, task_id: TaskId, epoch: u64) -> Result<AssignmentStub>;
}

/// What there is to know of an attempt as it begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Briefing {
    /// The task's name.
    pub id: TaskId,
    /// What is to be done.
    #[serde(rename = "type")]
    pub kind: TaskType,
    /// With what.
    pub params: Value,
    /// The number of the attempt, among all of the task.
    pub epoch: u64,
    /// How many attempts have failed.
    #[serde(default)]
    pub failures: u32,
    /// What the task was granted.
    #[serde(default)]
    pub grants: Grants,
    /// Where an earlier attempt left off; `null` if none saved anything.
    #[serde(default)]
    pub checkpoint: Value,
}

/// What a worker offers when it joins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferedWork {
    /// The pool it is in; one of its own for all who name none, if it names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolName>,
    /// The types of tasks that it carries out, 1 to 64.
    pub types: Vec<TaskType>,
    /// What it has that tasks can need, up to 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// How many tasks it carries out at a time, 1 to 1,000; 1 if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// What it calls itself, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What else a worker says when it joins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinOptions {
    /// What [`Membership::resume_key`] has returned: the worker is the one that it was, with the tasks
    /// that it had and what it offered then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
}
