//! Accepting a task.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::engine::accounts::Usage;
use crate::engine::effect::Notice;
use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{RetryPolicy, Submitter, Task, TaskId, TaskSpec, TaskState};

/// Accept a task. One whose idempotency key has made a task already is refused as
/// [`Rejected::AlreadySubmitted`].
#[derive(Debug, Clone, PartialEq)]
pub struct Submit {
    /// The name it will have, freshly drawn.
    pub task: TaskId,
    /// What is to be done.
    pub spec: TaskSpec,
    /// Whose it is.
    pub submitter: Submitter,
}

/// Accept tasks in this order, all or none. They can come after those before them.
#[derive(Debug, Clone, PartialEq)]
pub struct SubmitMany {
    /// The tasks.
    pub tasks: Vec<Submit>,
}

impl Submit {
    /// Creates the command by which a supervisor submits a task.
    pub const fn new(task: TaskId, spec: TaskSpec) -> Self {
        Self {
            task,
            spec,
            submitter: Submitter::SUPERVISOR,
        }
    }

    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        let mut intake = Intake::default();
        intake.check(turn, &self)?;
        intake.end(turn, [&self.spec])?;
        self.accept(turn);
        Ok(())
    }

    fn accept(self, turn: &mut Turn<'_>) {
        let id = self.task;
        let start = self.spec.not_before.filter(|&at| at > turn.now);
        let order = turn.state.take_order();
        let mut spec = self.spec;
        if let Some(policy) = named_policy(turn, &spec) {
            spec.retry = Arc::new(policy.clone());
        }
        let mut task = Task::new(id, spec, order, turn.now);
        task.submitter = self.submitter;
        task.state = start.map_or(TaskState::Pending, TaskState::Scheduled);
        let status = task.status();
        turn.state.insert_task(task);
        turn.notify(id, Notice::Status(status));
    }

    /// Returns the task that was made with the same key, if the key still counts.
    fn made_before<'a>(&self, turn: &'a Turn<'_>) -> Option<&'a Task> {
        let key = self.spec.idempotency_key.as_ref()?;
        let made = turn.state.made_with(&self.submitter, key)?;
        turn.state.key_counts(made, turn.now).then_some(made)
    }

    /// Returns whether it asks for the same; of the tasks that it comes after, some may have been
    /// made before as well, under other names.
    fn is_same_as(&self, made: &TaskSpec, names: &HashMap<TaskId, TaskId>) -> bool {
        let after = self.spec.after.tasks.iter();
        let after = after.map(|task| names.get(task).unwrap_or(task));
        (&self.spec.kind, &self.spec.params) == (&made.kind, &made.params)
            && after.eq(&made.after.tasks)
    }
}

impl SubmitMany {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        let mut intake = Intake::default();
        for submit in &self.tasks {
            intake.check(turn, submit)?;
        }
        intake.end(turn, self.tasks.iter().map(|submit| &submit.spec))?;
        for submit in self.tasks {
            submit.accept(turn);
        }
        Ok(())
    }
}

fn named_policy<'a>(turn: &'a Turn<'_>, spec: &TaskSpec) -> Option<&'a RetryPolicy> {
    let name = spec.retry_policy.as_deref()?;
    turn.state.config().retries.named(name)
}

/// What is taken in together, as far as it has been checked.
#[derive(Default)]
struct Intake {
    names: HashSet<TaskId>,
    keys: HashSet<Arc<str>>,
    /// How many of them come after a task.
    dependants: HashMap<TaskId, usize>,
    /// How many bytes their values take.
    bytes: usize,
    /// What they take up of each account.
    shares: HashMap<Submitter, Usage>,
    /// Those that there are already by their keys: the name they were to have, and the one they
    /// have.
    made_before: HashMap<TaskId, TaskId>,
}

impl Intake {
    /// Refuses what cannot be a task.
    fn check(&mut self, turn: &Turn<'_>, submit: &Submit) -> Result<(), Rejected> {
        if turn.state.task(submit.task).is_some() || self.names.contains(&submit.task) {
            return Err(Rejected::DuplicateTask(submit.task));
        }
        if submit.spec.retry_policy.is_some() && named_policy(turn, &submit.spec).is_none() {
            return Err(Rejected::NoSuchRetryPolicy);
        }
        if !turn.state.knows(&submit.spec.kind) {
            return Err(Rejected::UnknownType(submit.spec.kind.clone()));
        }
        self.check_key(turn, submit)?;
        self.check_order(turn, submit)?;
        let size = turn.check_params(&submit.spec.params)?;
        turn.check_room(0, size)?;
        self.bytes = self.bytes.saturating_add(size);
        let share = self.shares.entry(submit.submitter.clone()).or_default();
        *share = share.and(Usage::submitting(1, size));
        self.names.insert(submit.task);
        Ok(())
    }

    fn check_key(&mut self, turn: &Turn<'_>, submit: &Submit) -> Result<(), Rejected> {
        let Some(key) = &submit.spec.idempotency_key else {
            return Ok(());
        };
        if !self.keys.insert(Arc::clone(key)) {
            return Err(Rejected::KeyTwice);
        }
        match submit.made_before(turn) {
            None => Ok(()),
            Some(made) if submit.is_same_as(&made.spec, &self.made_before) => {
                self.made_before.insert(submit.task, made.id);
                Ok(())
            }
            Some(_) => Err(Rejected::KeyTaken),
        }
    }

    fn check_order(&mut self, turn: &Turn<'_>, submit: &Submit) -> Result<(), Rejected> {
        let max = turn.limits().dependants;
        for &before in &submit.spec.after.tasks {
            if turn.state.task(before).is_none() && !self.names.contains(&before) {
                return Err(Rejected::NoSuchPredecessor(before));
            }
            let more = self.dependants.entry(before).or_default();
            *more = more.saturating_add(1);
            if turn.state.count_dependants(before).saturating_add(*more) > max {
                return Err(Rejected::TooManyDependants { task: before, max });
            }
        }
        Ok(())
    }

    /// Refuses what there is no room for, and what is there already.
    fn end<'a>(
        self,
        turn: &Turn<'_>,
        specs: impl IntoIterator<Item = &'a TaskSpec>,
    ) -> Result<(), Rejected> {
        if !self.made_before.is_empty() {
            let made = self.made_before.into_iter().collect();
            return Err(Rejected::AlreadySubmitted(made));
        }
        check_space(turn, self.names.len(), self.bytes)?;
        for (submitter, share) in &self.shares {
            turn.state.check_quotas(submitter, *share)?;
        }
        check_needs(turn, specs)
    }
}

/// Refuses tasks that need more different things of their workers than the queue tells apart.
pub(super) fn check_needs<'a>(
    turn: &Turn<'_>,
    specs: impl IntoIterator<Item = &'a TaskSpec>,
) -> Result<(), Rejected> {
    let needs = specs.into_iter().map(TaskSpec::need).collect();
    let max = turn.limits().needs;
    if turn.state.matching().count_needs_with(&needs) > max {
        return Err(Rejected::TooManyNeeds { max });
    }
    Ok(())
}

/// Refuses more tasks, of so many bytes together, than the queue holds.
fn check_space(turn: &Turn<'_>, count: usize, size: usize) -> Result<(), Rejected> {
    let limits = turn.limits();
    if turn.state.task_count().saturating_add(count) > limits.tasks {
        let max = limits.tasks;
        return Err(Rejected::QueueFull { max });
    }
    if turn.state.bytes().saturating_add(size) > limits.total_bytes {
        let max = limits.total_bytes;
        return Err(Rejected::OutOfSpace { max });
    }
    Ok(())
}
