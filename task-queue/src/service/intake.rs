//! Accepting tasks: what was submitted becomes commands, and what was submitted before is found.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::access::Seat;
use super::hub::Hub;
use super::refusal::Refusal;
use super::task::Identity;
use crate::caps::Submission;
use crate::engine::{Command, Rejected, Submit, SubmitMany};
use crate::entropy::OsEntropy;
use crate::model::{TaskId, TaskSpec};

/// How many tasks are accepted at once: a turn of the queue's owner shall be short.
const MAX_AT_ONCE: usize = 10_000;

/// Where tasks are accepted, in one role.
pub(super) struct Intake<'a> {
    pub(super) hub: &'a Arc<Hub>,
    /// Who submits, and how far they may go.
    pub(super) seat: &'a Seat,
}

impl Intake<'_> {
    /// Accepts a task that comes after those that are handed in; returns, once it is stored, who it
    /// is: one that was submitted before with the same idempotency key, if there is one.
    pub(super) async fn accept(
        &self,
        kind: &str,
        params: Value,
        after: &[TaskId],
    ) -> Result<Identity, Refusal> {
        let mut submit = self.submission(kind, params, &[])?;
        self.seat.admit(1, self.hub.clock.now())?;
        self.check_view(submit.spec.after.tasks.clone()).await?;
        for task in after {
            submit.spec.after.add(*task)?;
        }
        let accepted = Identity {
            id: submit.task,
            kind: submit.spec.kind.clone(),
            grants: submit.spec.grants.clone(),
        };
        match self.hub.owner.apply(Command::Submit(submit)).await {
            Ok(()) => Ok(accepted),
            Err(refusal) => {
                let known = made_before(refusal)?.into_values().next();
                let known = known.ok_or(Refusal::NoSuchTask)?;
                self.hub.owner.read_task(known, Identity::of).await
            }
        }
    }

    /// Accepts tasks, all or none; returns their names, in their order.
    pub(super) async fn accept_many(&self, tasks: Vec<Submission>) -> Result<Vec<TaskId>, Refusal> {
        if tasks.len() > MAX_AT_ONCE {
            return Err(Refusal::TooManyAtOnce { max: MAX_AT_ONCE });
        }
        let (mut names, mut tasks) = self.submissions(tasks).await?;
        self.seat.admit(tasks.len(), self.hub.clock.now())?;
        loop {
            let many = SubmitMany {
                tasks: tasks.clone(),
            };
            let Err(refusal) = self.hub.owner.apply(Command::SubmitMany(many)).await else {
                return Ok(names);
            };
            // Somebody may submit with these keys meanwhile: each round finds at least one.
            let made = made_before(refusal)?;
            tasks.retain(|submit| !made.contains_key(&submit.task));
            let waiting = tasks
                .iter_mut()
                .flat_map(|submit| &mut submit.spec.after.tasks);
            for name in names.iter_mut().chain(waiting) {
                *name = made.get(name).copied().unwrap_or(*name);
            }
        }
    }

    async fn submissions(
        &self,
        tasks: Vec<Submission>,
    ) -> Result<(Vec<TaskId>, Vec<Submit>), Refusal> {
        let (mut names, mut submits) = (Vec::new(), Vec::new());
        for task in tasks {
            let submit = self.submission(&task.kind, task.params, &names)?;
            names.push(submit.task);
            submits.push(submit);
        }
        let others = submits.iter().flat_map(|submit| &submit.spec.after.tasks);
        let batch: std::collections::HashSet<_> = names.iter().collect();
        let others = others
            .filter(|task| !batch.contains(task))
            .copied()
            .collect();
        self.check_view(others).await?;
        Ok((names, submits))
    }

    fn submission(&self, kind: &str, params: Value, earlier: &[TaskId]) -> Result<Submit, Refusal> {
        let spec = TaskSpec::from_batch(kind, params, &self.seat.terms.grants, earlier)?;
        self.seat.check_type(&spec.kind)?;
        Ok(Submit {
            task: TaskId::generate(&mut OsEntropy),
            spec,
            submitter: self.seat.submitter.clone(),
        })
    }

    /// Refuses names of tasks that are not in the view of the submitter, as if they were of none.
    async fn check_view(&self, tasks: Vec<TaskId>) -> Result<(), Refusal> {
        if tasks.is_empty() {
            return Ok(());
        }
        let who = self.seat.submitter.clone();
        let unknown = self.hub.owner.read(move |state| {
            let task = |id: &TaskId| state.task(*id);
            let is_known = |id: &TaskId| task(id).is_some_and(|task| who.sees(&task.submitter));
            tasks.into_iter().find(|task| !is_known(task))
        });
        let unknown = unknown.await?;
        unknown.map_or(Ok(()), |task| Err(Rejected::NoSuchPredecessor(task).into()))
    }
}

/// Returns what was submitted before, if that is why it was refused.
fn made_before(refusal: Refusal) -> Result<HashMap<TaskId, TaskId>, Refusal> {
    match refusal {
        Refusal::Rejected(Rejected::AlreadySubmitted(made)) => Ok(made.into_iter().collect()),
        refusal => Err(refusal),
    }
}
