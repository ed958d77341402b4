//! Workers and their pool.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::member::{JoinOptions, MembershipStub, OfferedWork, WorkerAgentStub};
use super::task::{Done, TaskHandleStub};
use crate::model::{PoolName, Timestamp, WorkerId};

/// One worker.
#[capability]
pub trait Worker {
    /// Describes it; also after it was revoked.
    async fn get_info(&self) -> Result<WorkerInfo>;

    /// Carries out a task and returns its result; fails if the task does. One at a time.
    async fn execute(&self, task: TaskHandleStub) -> Result<Execution>;

    /// Takes everything away from the worker, now and for good.
    async fn revoke(&self) -> Result<WorkerRevoked>;

    /// Returns whether it was revoked.
    async fn is_revoked(&self) -> Result<bool>;

    /// The worker's name.
    #[property]
    fn id(&self) -> WorkerId;

    /// The pool it is in.
    #[property]
    #[rpc(name = "type")]
    fn kind(&self) -> PoolName;

    /// What it is doing.
    #[property]
    async fn status(&self) -> Result<WorkerActivity>;
}

/// The workers there are.
#[capability]
#[attenuate(Recruiter { join -> Membership })]
pub trait WorkerPool {
    /// Adds a worker to the pool `cpu` or `gpu`.
    async fn create_worker(&self, #[default(PoolName::CPU)] kind: PoolName) -> Result<WorkerStub>;

    /// Returns a worker.
    async fn get_worker(&self, id: String) -> Result<WorkerStub>;

    /// Lists the workers.
    async fn list_workers(&self) -> Result<Vec<WorkerSummary>>;

    /// Takes everything away from a worker, now and for good.
    async fn revoke_worker(&self, id: String) -> Result<WorkerRevoked>;

    /// Returns a worker that has nothing to do, of a pool or of any.
    async fn get_idle_worker(&self, kind: Option<PoolName>) -> Result<WorkerStub>;

    /// Has a worker get no more tasks; those that it has go on.
    async fn drain_worker(&self, id: String) -> Result<Done>;

    /// Joins as a worker, by passing an object that carries out tasks: `agent` gets tasks by itself,
    /// whatever the queue's dispatch mode. It stays one until it leaves, its connection ends, or it
    /// is not heard of for too long.
    async fn join(
        &self,
        agent: WorkerAgentStub,
        offer: OfferedWork,
        options: Option<JoinOptions>,
    ) -> Result<MembershipStub>;

    /// The pool's name.
    #[property]
    fn id(&self) -> String;

    /// How many workers there are, revoked ones included.
    #[property]
    async fn worker_count(&self) -> Result<u64>;
}

/// A worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerInfo {
    /// Its name.
    pub id: WorkerId,
    /// The pool it is in.
    #[serde(rename = "type")]
    pub kind: PoolName,
    /// What it is doing.
    pub status: WorkerActivity,
    /// Whether it was revoked.
    pub revoked: bool,
    /// How many tasks it has completed.
    pub tasks_completed: u64,
    /// How many attempts of its have failed.
    pub tasks_failed: u64,
}

/// What a worker is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerActivity {
    /// Waiting for a task.
    Idle,
    /// Carrying out a task.
    Busy,
    /// Nothing any more.
    Revoked,
}

/// One line of the list of workers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerSummary {
    /// Its name.
    pub id: WorkerId,
    /// The pool it is in.
    #[serde(rename = "type")]
    pub kind: PoolName,
    /// What it is doing.
    pub status: WorkerActivity,
    /// Whether it was revoked.
    pub revoked: bool,
    /// What is known of it beside, if it has joined from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberSummary>,
}

/// What is known of a worker that has joined from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberSummary {
    /// What it calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many tasks it carries out at a time.
    pub concurrency: u32,
    /// How many it carries out now.
    pub running: u64,
    /// Whether it gets no more tasks.
    pub draining: bool,
    /// Whether it is connected.
    pub connected: bool,
    /// When it is given up, in milliseconds since the Unix epoch, unless it is heard of before.
    pub lost_at: Timestamp,
}

/// The answer of a task carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// Always true; a task that fails is an error.
    pub success: bool,
    /// What came out.
    pub result: Value,
}

/// The answer of a revocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerRevoked {
    /// Always true; what fails is an error.
    pub success: bool,
    /// The worker.
    pub worker_id: WorkerId,
}
