//! What a connection begins with, for each role.

use std::sync::Arc;

use capnweb_runtime::{Capability as _, Result};
use serde_json::Value;

use super::access::{Office, Seat, access};
use super::hub::Hub;
use super::loan::Lender;
use super::members::Post;
use super::pool::ServedPool;
use super::pools::ServedPools;
use super::queue::ServedQueue;
use super::refusal::Refusal;
use super::schedules::ServedSchedules;
use super::worker::execute;
use crate::caps::{
    AccessStub, ClientGatewayStub, Executed, Gateway, GatewayStub, PoolsStub, ResourcesStub,
    SchedulesStub, TaskQueueStub, WorkerGatewayStub, WorkerPoolStub,
};
use crate::model::{AccountId, Charter, Role, TaskId, WorkerId};

struct ServedGateway {
    hub: Arc<Hub>,
    office: Arc<Office>,
    seat: Seat,
    /// By what right workers join, and on which account a supervisor is here.
    post: Post,
    by: Option<AccountId>,
}

/// Makes a gateway with all authority.
pub(super) fn whole_gateway(office: &Arc<Office>) -> GatewayStub {
    serve(office, Seat::supervisor(), Post::default(), None)
}

/// Makes what the holder of an account begins with.
pub(super) fn gateway(office: &Arc<Office>, seat: Seat, charter: &Charter) -> GatewayStub {
    match charter.role {
        // A supervisor's tasks are all supervisors', and on nobody's account.
        Role::Supervisor => {
            let account = charter.submitter.account();
            let post = Post::of(charter);
            serve(office, Seat::supervisor(), post, account)
        }
        Role::Client => {
            let whole = serve(office, seat, Post::default(), None);
            let client: ClientGatewayStub = whole.attenuate();
            client.as_stub().cast()
        }
        Role::Worker => {
            let whole = serve(office, seat, Post::of(charter), None);
            let worker: WorkerGatewayStub = whole.attenuate();
            worker.as_stub().cast()
        }
    }
}

fn serve(office: &Arc<Office>, seat: Seat, post: Post, by: Option<AccountId>) -> GatewayStub {
    GatewayStub::new(ServedGateway {
        hub: Arc::clone(office.hub()),
        office: Arc::clone(office),
        seat,
        post,
        by,
    })
}

impl ServedGateway {
    fn queue(&self) -> ServedQueue {
        ServedQueue::new(Arc::clone(&self.hub), self.seat.clone())
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
        Ok(WorkerPoolStub::new(ServedPool {
            hub: Arc::clone(&self.hub),
            post: self.post.clone(),
        }))
    }

    async fn get_resources(&self) -> Result<ResourcesStub> {
        Ok(ResourcesStub::new(Lender(Arc::clone(&self.hub))))
    }

    async fn get_access(&self) -> Result<AccessStub> {
        Ok(access(&self.office, self.by))
    }

    async fn get_pools(&self) -> Result<PoolsStub> {
        Ok(PoolsStub::new(ServedPools(Arc::clone(&self.hub))))
    }

    async fn get_schedules(&self) -> Result<SchedulesStub> {
        Ok(SchedulesStub::new(ServedSchedules {
            hub: Arc::clone(&self.hub),
            seat: self.seat.clone(),
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
