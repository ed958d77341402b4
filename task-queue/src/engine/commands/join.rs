//! Workers that join from elsewhere, come and go, and are heard of.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::commands::report::shorten;
use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{
    AccountId, Blame, EndReason, KeyHash, Link, Member, Offer, Origin, Standing, TaskId, Types,
    Worker, WorkerId,
};

/// Accept a worker that has joined from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The name it will have, freshly drawn.
    pub worker: WorkerId,
    /// What it offers.
    pub offer: Arc<Offer>,
    /// What it calls itself; of a very long one the beginning is kept.
    pub name: Option<String>,
    /// The hash of what it can come back with after its connection was lost.
    pub key: KeyHash,
    /// On which account it joins, if it came through a reference.
    pub account: Option<AccountId>,
}

/// Record that a worker that has joined is there: all of its leases begin anew.
///
/// That changes nothing that is stored: a queue that is taken up after a crash waits for everybody
/// anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renew {
    /// The worker.
    pub worker: WorkerId,
}

/// Record that the connection of a worker was lost that has joined. It keeps its tasks for a while,
/// and gets no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disconnect {
    /// The worker.
    pub worker: WorkerId,
}

/// Record that a worker is back that has joined, with all of its tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The worker.
    pub worker: WorkerId,
    /// The hash of what it shows; another than it had joined with, and there is no such worker.
    pub key: KeyHash,
}

/// Have a worker get no more tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drain {
    /// The worker.
    pub worker: WorkerId,
}

/// Record that a worker has left in good order; its tasks go back to their places in the queue, and
/// nothing is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// The worker.
    pub worker: WorkerId,
}

/// Record that a worker has stopped what it was asked to stop, so that its slot is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The worker.
    pub worker: WorkerId,
    /// The task.
    pub task: TaskId,
    /// The attempt's fence.
    pub epoch: crate::model::Epoch,
}

impl Join {
    pub(in crate::engine) fn apply(mut self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        check_offer(turn, &self.offer)?;
        turn.check_new_worker(self.worker, Origin::Joined, &self.offer)?;
        turn.remember_types(Origin::Joined, &self.offer)?;
        if let Some(name) = &mut self.name {
            shorten(name, MAX_NAME);
        }
        let order = turn.state.take_order();
        let lease_until = turn.now.saturating_add(turn.times().lease);
        let member = Member {
            account: self.account,
            ..Member::new(self.name, self.key, lease_until)
        };
        turn.state.insert_worker(Worker {
            origin: Origin::Joined,
            member: Some(Box::new(member)),
            ..Worker::new(self.worker, self.offer, order)
        });
        Ok(())
    }
}

impl Renew {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        let member = turn.member(self.worker)?;
        // One that is away answers on a connection that is no more.
        if member.link.is_connected() {
            turn.renew(self.worker);
        }
        Ok(())
    }
}

impl Disconnect {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        if turn.member(self.worker)?.link.is_connected() {
            turn.part(self.worker, Blame::Worker);
        }
        Ok(())
    }
}

impl Resume {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        if turn.member(self.worker)?.key != self.key {
            return Err(Rejected::NoSuchWorker(self.worker));
        }
        turn.renew(self.worker);
        Ok(())
    }
}

impl Drain {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        match turn.worker(self.worker)?.standing {
            Standing::Active => turn.state.set_standing(self.worker, Standing::Draining),
            Standing::Draining => {}
            Standing::Revoked(_) => return Err(Rejected::WorkerRevoked),
        }
        Ok(())
    }
}

impl Leave {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        turn.member(self.worker)?;
        turn.lose_worker(self.worker, EndReason::WorkerLeft);
        Ok(())
    }
}

impl Stopped {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        turn.member(self.worker)?;
        turn.state.change_worker(self.worker, |worker| {
            if let Some(member) = &mut worker.member {
                member.stopping.remove(&(self.task, self.epoch));
            }
        });
        Ok(())
    }
}

impl Turn<'_> {
    /// Returns what is known of a worker that has joined, and was not dismissed.
    fn member(&self, id: WorkerId) -> Result<&Member, Rejected> {
        let worker = self.worker(id)?;
        if worker.is_revoked() {
            return Err(Rejected::WorkerRevoked);
        }
        worker.member.as_deref().ok_or(Rejected::NoSuchWorker(id))
    }

    fn renew(&mut self, id: WorkerId) {
        let lease_until = self.now.saturating_add(self.times().lease);
        self.set_link(id, Link::Connected { lease_until });
    }

    /// Notes that a worker is away, which stops nothing any more that it was asked to stop.
    pub(in crate::engine) fn part(&mut self, id: WorkerId, blame: Blame) {
        let until = self.now.saturating_add(self.times().grace);
        self.set_link(id, Link::Away { until, blame });
    }

    fn set_link(&mut self, id: WorkerId, link: Link) {
        self.state.change_worker(id, |worker| {
            if let Some(member) = &mut worker.member {
                member.link = link;
                if !link.is_connected() {
                    member.stopping.clear();
                }
            }
        });
    }
}

/// Refuses an offer that is none, or too much.
fn check_offer(turn: &Turn<'_>, offer: &Offer) -> Result<(), Rejected> {
    let limits = turn.limits();
    if offer.slots == 0 {
        return Err(Rejected::NoSlots);
    }
    if offer.slots > limits.slots {
        let max = limits.slots;
        return Err(Rejected::TooManySlots { max });
    }
    let types = match &offer.types {
        Types::All => 0,
        Types::These(types) => types.len(),
    };
    if offer.types == Types::These(BTreeSet::new()) {
        return Err(Rejected::NoTypes);
    }
    if types.max(offer.tags.len()) > limits.offered {
        let max = limits.offered;
        return Err(Rejected::OfferTooLong { max });
    }
    Ok(())
}

/// How many bytes are kept of what a worker calls itself.
const MAX_NAME: usize = 128;
