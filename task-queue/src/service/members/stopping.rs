//! Having a worker that has joined stop an attempt.

use std::future::pending;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::parting::insist;
use super::present::Present;
use crate::engine::{Command, Stopped};
use crate::model::{Epoch, TaskId, WorkerId};
use crate::service::hub::Hub;
use crate::service::live::Running;

/// Asks a worker to stop an attempt that is under way, and takes too long.
pub(in crate::service) fn ask_to_stop(hub: &Hub, worker: WorkerId, task: TaskId) {
    let Some(present) = hub.members.find(worker) else {
        return;
    };
    let patience = hub.times.stopping;
    drop(tokio::spawn(async move {
        // If it does not, the scheduler ends the attempt.
        drop(timeout(patience, present.agent.cancel(task)).await);
    }));
}

/// Ends an attempt whose task was cancelled: the worker is asked to stop, and what it was handed is
/// taken back when it has answered the attempt, or when it takes too long, or has no ear for it.
pub(in crate::service) fn stop_kindly(
    hub: &Arc<Hub>,
    (task, epoch, worker): (TaskId, Epoch, WorkerId),
    running: Option<Running>,
    reason: &'static str,
) {
    let asked = running.and_then(|mut running| {
        let far = running.far.as_mut();
        let asked = far.map(|far| (Arc::clone(&far.present), far.answered.take()));
        hub.live.linger(task, epoch, worker, running);
        asked
    });
    let hub = Arc::clone(hub);
    drop(tokio::spawn(async move {
        if let Some((present, answered)) = asked {
            let stopped = wait_until_stopped(&present, task, answered);
            drop(timeout(hub.times.stopping, stopped).await);
        }
        hub.live.end_lingering(task, epoch, reason);
        let stopped = Command::Stopped(Stopped {
            worker,
            task,
            epoch,
        });
        insist(&hub, stopped).await;
    }));
}

async fn wait_until_stopped(
    present: &Present,
    task: TaskId,
    answered: Option<oneshot::Receiver<()>>,
) {
    let deaf = async {
        if present.agent.cancel(task).await.is_ok() {
            pending::<()>().await;
        }
    };
    let stopped = async {
        match answered {
            // It is never told, only dropped.
            Some(answered) => drop(answered.await),
            None => pending().await,
        }
    };
    tokio::select! {
        () = deaf => {}
        () = stopped => {}
    }
}
