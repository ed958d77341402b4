//! Joining, and coming back.

use std::sync::Arc;

use super::heartbeat::{ask_whether_alive, watch_connection};
use super::key::ResumeKey;
use super::membership::membership;
use super::post::Post;
use super::present::Present;
use crate::caps::{JoinOptions, MembershipStub, OfferedWork, WorkerAgentStub};
use crate::engine::{Command, GiveBack, Join, Resume, Revoke};
use crate::entropy::OsEntropy;
use crate::model::{Task, TaskId, WorkerId};
use crate::service::hub::Hub;
use crate::service::journal;
use crate::service::refusal::Refusal;

/// Has a worker join, or come back.
pub(in crate::service) async fn join(
    hub: &Arc<Hub>,
    post: &Post,
    agent: WorkerAgentStub,
    offered: OfferedWork,
    options: Option<JoinOptions>,
) -> Result<MembershipStub, Refusal> {
    match options.and_then(|options| options.resume) {
        Some(key) => come_back(hub, post, agent, key.parse()?).await,
        None => join_anew(hub, post, agent, offered).await,
    }
}

async fn join_anew(
    hub: &Arc<Hub>,
    post: &Post,
    agent: WorkerAgentStub,
    offered: OfferedWork,
) -> Result<MembershipStub, Refusal> {
    let name = offered.name.clone();
    let offer = Arc::new(post.admit(offered)?);
    let key = ResumeKey::draw(WorkerId::generate(&mut OsEntropy));
    let present = Arc::new(Present::new(key.worker, agent));
    // It is known before the scheduler hears of it, which may have a task for it at once.
    hub.members.put(&present);
    let pool = offer.pool.clone();
    let join = Command::Join(Join {
        worker: key.worker,
        offer,
        name,
        key: key.hash(),
        account: post.account,
    });
    if let Err(refusal) = hub.owner.apply(join).await {
        hub.members.take_this(&present);
        return Err(refusal);
    }
    journal::worker_joined(key.worker, pool.as_str());
    stay_in_force(hub, post, &present).await?;
    Ok(settle_in(hub, post, &present, key))
}

async fn come_back(
    hub: &Arc<Hub>,
    post: &Post,
    agent: WorkerAgentStub,
    key: ResumeKey,
) -> Result<MembershipStub, Refusal> {
    let (worker, hash) = (key.worker, key.hash());
    let whose = post.clone();
    let is_its = hub.owner.read_worker(worker, move |record| {
        let member = record.member.as_ref();
        member.is_some_and(|member| member.key == hash && whose.may_be(member))
    });
    // Nobody loses their place to somebody who cannot take it.
    if !is_its.await? {
        return Err(Refusal::NoSuchWorker);
    }
    let present = Arc::new(Present::new(worker, agent));
    if let Some(before) = hub.members.put(&present) {
        before.end("the worker has come back on another connection");
    }
    let resume = Command::Resume(Resume { worker, key: hash });
    if let Err(refusal) = hub.owner.apply(resume).await {
        hub.members.take_this(&present);
        return Err(refusal);
    }
    journal::worker_back(worker);
    stay_in_force(hub, post, &present).await?;
    wait_for_claims(hub, &present).await?;
    Ok(settle_in(hub, post, &present, key))
}

/// Dismisses a worker at once that has joined while the account was taken away: whoever did that may
/// not have seen it yet.
async fn stay_in_force(hub: &Hub, post: &Post, present: &Present) -> Result<(), Refusal> {
    let in_force = post.check(hub);
    if in_force.is_err() {
        let worker = present.worker;
        super::parting::insist(hub, Command::Revoke(Revoke { worker })).await;
    }
    in_force
}

/// Takes back what the worker was handed on its earlier connection, and gives it a while to ask for
/// what it still has of it.
async fn wait_for_claims(hub: &Arc<Hub>, present: &Arc<Present>) -> Result<(), Refusal> {
    let (at, comer) = (Arc::clone(hub), Arc::clone(present));
    let has_some = hub.owner.read(move |state| {
        let running = state.worker(comer.worker).map(|worker| &worker.running);
        let running = running.into_iter().flatten();
        let attempts = running.filter_map(|task| attempt_of(state.task(*task)?));
        // What it was assigned since it is back is none of them.
        let attempts =
            attempts.filter(|&(task, epoch)| at.live.assignment(task, epoch, &comer).is_none());
        let attempts: Vec<_> = attempts.collect();
        for &(task, epoch) in &attempts {
            if let Some(running) = at.live.take(task, epoch) {
                running.end("the worker has come back on another connection");
            }
        }
        comer.expect_claims(attempts.iter().copied());
        !attempts.is_empty()
    });
    if has_some.await? {
        drop(tokio::spawn(give_back_unclaimed(
            Arc::clone(hub),
            Arc::clone(present),
        )));
    }
    Ok(())
}

fn attempt_of(task: &Task) -> Option<(TaskId, crate::model::Epoch)> {
    task.live_attempt().map(|attempt| (task.id, attempt.epoch))
}

async fn give_back_unclaimed(hub: Arc<Hub>, present: Arc<Present>) {
    tokio::time::sleep(hub.times.grace).await;
    for (task, epoch) in present.take_unclaimed() {
        let give_back = Command::GiveBack(GiveBack { task, epoch });
        super::parting::insist(&hub, give_back).await;
    }
}

/// Begins to watch whether the worker is there; returns its own side.
fn settle_in(
    hub: &Arc<Hub>,
    post: &Post,
    present: &Arc<Present>,
    key: ResumeKey,
) -> MembershipStub {
    watch_connection(hub, present);
    ask_whether_alive(hub, post, present);
    present.revoker.revocable(&membership(hub, present, key))
}
