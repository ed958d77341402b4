//! Workers that have joined from elsewhere: they go on when the server does not, fall silent, lose
//! their connection, come back, give back, and leave.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::stage::Stage;
use crate::engine::{
    Command, Disconnect, Drain, GiveBack, Join, Leave, Renew, Resume, State, Stopped,
};
use crate::model::{Epoch, KeyHash, Offer, PoolName, TaskId, TaskType, Types, WorkerId};
use crate::service::refusal::Refusal;

/// Joins, again and again, and does what workers do.
pub(super) async fn member(stage: Arc<Stage>) {
    loop {
        let worker = stage.with_dice(WorkerId::generate);
        if join(&stage, worker).await.is_ok() {
            while be_there(&stage, worker).await.is_ok() {}
        }
        stage.linger(10).await;
    }
}

async fn join(stage: &Stage, worker: WorkerId) -> Result<(), Refusal> {
    let offer = Offer {
        pool: PoolName::DEFAULT,
        types: Types::These([TaskType::COMPUTE].into()),
        tags: BTreeSet::new(),
        slots: 2,
    };
    let (offer, name) = (Arc::new(offer), None);
    let join = Join {
        worker,
        offer,
        name,
        key: KEY,
        account: None,
    };
    stage.apply(Command::Join(join)).await
}

/// One thing that a worker does; an error if it is none of the queue's any more, as far as it knows.
async fn be_there(stage: &Stage, worker: WorkerId) -> Result<(), Refusal> {
    match stage.roll(24) {
        0 => stage.linger(150).await,
        1 => {
            heard(
                stage
                    .apply(Command::Disconnect(Disconnect { worker }))
                    .await,
            )?;
            stage.linger(40).await;
            come_back(stage, worker).await?;
        }
        2 => give_back(stage, worker).await,
        3 if stage.roll(3) == 0 => {
            heard(stage.apply(Command::Drain(Drain { worker })).await)?;
            stage.linger(30).await;
            return stage.apply(Command::Leave(Leave { worker })).await;
        }
        _ => {}
    }
    stage.linger(20).await;
    match stage.apply(Command::Renew(Renew { worker })).await {
        // The next server takes it for away.
        Err(Refusal::Stopped) => come_back(stage, worker).await,
        outcome => heard(outcome),
    }
}

/// Comes back to whichever server there is.
async fn come_back(stage: &Stage, worker: WorkerId) -> Result<(), Refusal> {
    let resume = Command::Resume(Resume { worker, key: KEY });
    loop {
        match stage.apply(resume.clone()).await {
            Err(Refusal::Stopped) => sleep(Duration::from_millis(5)).await,
            outcome => return heard(outcome),
        }
    }
}

/// Gives back one of its tasks, or says that it has stopped what it has not.
async fn give_back(stage: &Stage, worker: WorkerId) {
    let look = move |state: &State| {
        let running = state.worker(worker)?.running.first()?;
        state.task(*running).map(|task| (task.id, task.epoch))
    };
    let Some(owner) = stage.any_owner() else {
        return;
    };
    let found: Option<(TaskId, Epoch)> = owner.read(look).await.ok().flatten();
    let Some((task, epoch)) = found else { return };
    stage.linger(10).await;
    drop(
        stage
            .apply(Command::GiveBack(GiveBack { task, epoch }))
            .await,
    );
    let stopped = Stopped {
        worker,
        task,
        epoch,
    };
    drop(stage.apply(Command::Stopped(stopped)).await);
}

/// What could not be stored will be heard the next time.
fn heard(outcome: Result<(), Refusal>) -> Result<(), Refusal> {
    match outcome {
        Err(refusal) if !refusal.is_unstored() => Err(refusal),
        _ => Ok(()),
    }
}

const KEY: KeyHash = KeyHash::new([7; 32]);
