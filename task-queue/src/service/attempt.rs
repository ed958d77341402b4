//! One attempt: a worker of this process carries out its assignment, through capabilities only.

use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::Revoker;
use serde_json::Value;
use tokio::task::JoinSet;

use super::hub::Hub;
use super::live::{Running, Work};
use super::refusal::is_unstored;
use super::task::{Bearer, Identity, assignment};
use crate::caps::AssignmentStub;
use crate::engine::{Actor, Assignment, Command, Fail};
use crate::model::{Failure, Grants, Resource};
use crate::work::{AccessError, Job, Resources, WorkError, perform};
use crate::worker::{FarGpu, FarNetwork, FarStorage, FarTask, unavailable};

/// Starts the work of an attempt.
///
/// The worker holds its assignment and nothing else. Everything it gets from that is in the care of
/// one revoker, which the end of the attempt pulls.
pub(super) fn start(hub: &Arc<Hub>, begun: Assignment) -> Running {
    let revoker = Revoker::new();
    let bearer = Bearer::attempt(begun.epoch, begun.worker, revoker.clone());
    let task = Identity {
        id: begun.task,
        kind: begun.spec.kind.clone(),
        grants: begun.spec.grants.clone(),
    };
    let capability = assignment(hub, task, bearer);
    let capability = revoker.revocable(&capability);
    let work = tokio::spawn(work(Arc::clone(hub), begun, capability));
    Running {
        revoker,
        work: Some(Work::Task(work.abort_handle())),
        far: None,
    }
}

async fn work(hub: Arc<Hub>, begun: Assignment, task: AssignmentStub) {
    // A task of its own, so that a crash of the work is seen; it is dropped, and stopped, with this.
    let mut carrying_out = JoinSet::new();
    carrying_out.spawn(carry_out(begun.clone(), task.clone()));
    let outcome = match carrying_out.join_next().await {
        Some(Ok(outcome)) => outcome,
        _ => Err(Failure::permanent("the worker crashed")),
    };
    let reported = match outcome {
        Ok(result) => complete(&task, result).await,
        Err(failure) => return report_failure(&hub, &begun, failure).await,
    };
    if let Err(refused) = reported {
        report_failure(&hub, &begun, Failure::permanent(refused)).await;
    }
}

async fn carry_out(begun: Assignment, task: AssignmentStub) -> Result<Value, Failure> {
    let resources = resources(&task, &begun.spec.grants)
        .await
        .map_err(WorkError::from)?;
    let params = begun.spec.params.value();
    let job = Job {
        kind: &begun.spec.kind,
        params: &params,
        worker: &begun.offer,
        checkpoint: begun.checkpoint.as_deref(),
    };
    Ok(perform(job, &resources, &FarTask(task)).await?)
}

/// Delivers the result. While the queue cannot store it, it is not thrown away.
async fn complete(task: &AssignmentStub, result: Value) -> Result<(), String> {
    loop {
        match task.complete(&result).await {
            Err(error) if is_unstored(&error) => tokio::time::sleep(UNTIL_STORED).await,
            Err(error) => return Err(error.to_string()),
            Ok(_) => return Ok(()),
        }
    }
}

/// Gets what the task was granted, from the task.
async fn resources(task: &AssignmentStub, grants: &Grants) -> Result<Resources, AccessError> {
    let has = |resource| grants.of(resource) > crate::model::Access::None;
    let mut resources = Resources::default();
    if has(Resource::Storage) {
        resources.storage = Some(Arc::new(FarStorage(
            task.get_storage().await.map_err(unavailable)?,
        )));
    }
    if has(Resource::Gpu) {
        resources.gpu = Some(Arc::new(FarGpu(task.get_gpu().await.map_err(unavailable)?)));
    }
    if has(Resource::Network) {
        resources.network = Some(Arc::new(FarNetwork(
            task.get_network().await.map_err(unavailable)?,
        )));
    }
    Ok(resources)
}

/// Records the failure with its class, which the assignment's `fail` has no word for. An attempt
/// that has ended meanwhile is not heard.
async fn report_failure(hub: &Hub, begun: &Assignment, failure: Failure) {
    let actor = Actor::Attempt(begun.epoch);
    let failed = Command::Fail(Fail {
        task: begun.task,
        actor,
        failure,
    });
    while let Err(refusal) = hub.owner.apply(failed.clone()).await {
        if !refusal.is_unstored() {
            return;
        }
        tokio::time::sleep(UNTIL_STORED).await;
    }
}

/// How long an attempt waits until it tries again to have its outcome stored.
const UNTIL_STORED: Duration = Duration::from_secs(1);
