//! What a connection begins with, for each role.

use std::sync::Arc;

use capnweb_runtime::Result;
use serde_json::Value;

use super::hub::Hub;
use super::loan::Lender;
use super::pool::ServedPool;
use super::pools::ServedPools;
use super::queue::{Scope, ServedQueue};
use super::refusal::Refusal;
use super::schedules::ServedSchedules;
use super::worker::execute;
use crate::caps::{
    Executed, Gateway, GatewayStub, PoolsStub, ResourcesStub, SchedulesStub, TaskQueueStub,
    WorkerPoolStub,
};
use crate::model::{Grants, TaskId, WorkerId};

struct ServedGateway {
    hub: Arc<Hub>,
    scope: Scope,
    ceiling: Grants,
}

/// Makes a gateway whose queue shows the tasks of a scope.
pub(super) fn gateway(hub: &Arc<Hub>, scope: Scope, ceiling: Grants) -> GatewayStub {
    GatewayStub::new(ServedGateway {
        hub: Arc::clone(hub),
        scope,
        ceiling,
    })
}

impl ServedGateway {
    fn queue(&self) -> ServedQueue {
        ServedQueue::new(Arc::clone(&self.hub), self.scope, self.ceiling.clone())
    }

    async fn idle_worker_for(&self, task: TaskId) -> Result<WorkerId, Refusal> {
        let idle = self.hub.owner.read(move |state| {
            state
                .task(task)
                .and_then(|task| state.idle_worker_for(&task.spec.need()))
        });
        idle.await?.ok_or(Refusal::NoIdleWorker)
    }
}

impl Gateway for ServedGateway {
    async fn get_task_queue(&self) -> Result<TaskQueueStub> {
        Ok(TaskQueueStub::new(self.queue()))
    }

    async fn get_worker_pool(&self) -> Result<WorkerPoolStub> {
        Ok(WorkerPoolStub::new(ServedPool(Arc::clone(&self.hub))))
    }

    async fn get_resources(&self) -> Result<ResourcesStub> {
        Ok(ResourcesStub::new(Lender(Arc::clone(&self.hub))))
    }

    async fn get_pools(&self) -> Result<PoolsStub> {
        Ok(PoolsStub::new(ServedPools(Arc::clone(&self.hub))))
    }

    async fn get_schedules(&self) -> Result<SchedulesStub> {
        Ok(SchedulesStub::new(ServedSchedules {
            hub: Arc::clone(&self.hub),
            scope: self.scope,
            ceiling: self.ceiling.clone(),
        }))
    }

    async fn submit_and_execute(&self, kind: String, params: Option<Value>) -> Result<Executed> {
        let task = self
            .queue()
            .accept(&kind, params.unwrap_or_default())
            .await?;
        let worker = self.idle_worker_for(task.id).await?;
        let execution = execute(&self.hub, worker, task.id).await?;
        Ok(Executed {
            task_id: task.id,
            worker_id: worker,
            result: execution.result,
        })
    }
}
