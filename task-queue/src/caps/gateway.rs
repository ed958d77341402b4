//! What a connection begins with.

use capnweb_runtime::{Result, Stub, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::access::AccessStub;
use super::pools::PoolsStub;
use super::queue::{SubmitterStub, TaskQueueStub};
use super::resources::ResourcesStub;
use super::schedules::SchedulesStub;
use super::worker::{RecruiterStub, WorkerPoolStub};
use crate::model::{TaskId, WorkerId};

/// Everything: the supervisor's own view.
#[capability]
#[attenuate(ClientGateway { get_task_queue -> Submitter })]
#[attenuate(WorkerGateway { get_worker_pool -> Recruiter })]
pub trait Gateway {
    /// Returns the queue.
    async fn get_task_queue(&self) -> Result<TaskQueueStub>;

    /// Returns the workers.
    async fn get_worker_pool(&self) -> Result<WorkerPoolStub>;

    /// Returns what can be lent.
    async fn get_resources(&self) -> Result<ResourcesStub>;

    /// Returns who may use the queue.
    async fn get_access(&self) -> Result<AccessStub>;

    /// Returns what governs the pools and the queue as a whole.
    async fn get_pools(&self) -> Result<PoolsStub>;

    /// Returns the schedules.
    async fn get_schedules(&self) -> Result<SchedulesStub>;

    /// Submits a task and has an idle worker carry it out: a `gpu` worker for a `gpu` task, a `cpu`
    /// worker for others, or any that is idle.
    async fn submit_and_execute(&self, kind: String, params: Option<Value>) -> Result<Executed>;
}

/// What a connection without authority begins with: it can redeem a reference for a role, and nothing
/// else.
#[capability]
pub trait Gate {
    /// Returns the gateway of the role that the reference stands for, or the whole link. Its methods
    /// are those of a [`Gateway`], a [`ClientGateway`] or a [`WorkerGateway`].
    async fn redeem(&self, secret: String) -> Result<GatewayStub>;

    /// The same by the name that it has for the holders of sturdy references in general, so that the
    /// gate is a [`Restorer`](capnweb_runtime::Restorer).
    async fn restore(&self, reference: String) -> Result<Stub>;
}

/// The answer of a task submitted and carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Executed {
    /// The task.
    pub task_id: TaskId,
    /// Who carried it out.
    pub worker_id: WorkerId,
    /// What came out.
    pub result: Value,
}
