//! A worker's own side of having joined.

use std::sync::Arc;

use capnweb_runtime::Result;

use super::attempt::hand_out_again;
use super::key::ResumeKey;
use super::present::Present;
use crate::caps::{AssignmentStub, Done, Membership, MembershipStub};
use crate::engine::{Command, Drain, Leave, Rejected};
use crate::model::{TaskId, WorkerId};
use crate::service::hub::Hub;
use crate::service::refusal::Refusal;

struct ServedMembership {
    hub: Arc<Hub>,
    present: Arc<Present>,
    key: ResumeKey,
}

/// Makes what a worker is handed when it has joined.
pub(super) fn membership(hub: &Arc<Hub>, present: &Arc<Present>, key: ResumeKey) -> MembershipStub {
    MembershipStub::new(ServedMembership {
        hub: Arc::clone(hub),
        present: Arc::clone(present),
        key,
    })
}

impl ServedMembership {
    async fn apply(&self, command: Command) -> Result<Done> {
        self.hub.owner.apply(command).await?;
        Ok(Done::YES)
    }
}

impl Membership for ServedMembership {
    fn id(&self) -> WorkerId {
        self.present.worker
    }

    async fn drain(&self) -> Result<Done> {
        let worker = self.present.worker;
        self.apply(Command::Drain(Drain { worker })).await
    }

    async fn leave(&self) -> Result<Done> {
        let worker = self.present.worker;
        self.apply(Command::Leave(Leave { worker })).await
    }

    async fn resume_key(&self) -> Result<String> {
        Ok(self.key.to_text())
    }

    async fn attempt(&self, task_id: TaskId, epoch: u64) -> Result<AssignmentStub> {
        let (hub, present) = (Arc::clone(&self.hub), Arc::clone(&self.present));
        // Within the owner's turn, so that the attempt does not end between looking and handing out.
        let found = self.hub.owner.read(move |state| {
            let task = state.task(task_id)?;
            let attempt = task.live_attempt()?;
            let is_it = attempt.worker == present.worker && attempt.epoch.number() == epoch;
            is_it.then(|| hand_out_again(&hub, &present, task, attempt.epoch))
        });
        let assignment = found.await?;
        Ok(assignment.ok_or(Refusal::Rejected(Rejected::AttemptEnded))?)
    }
}
