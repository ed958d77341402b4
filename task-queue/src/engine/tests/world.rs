//! A queue to play with: a state, a clock, and fresh names.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::engine::{
    Actor, Assignment, Command, Complete, Config, DispatchMode, Effect, Fail, Register, Rejected,
    Start, State, Submit, apply,
};
use crate::model::{
    Entropy, Epoch, Failure, Offer, Origin, PoolName, RetryPolicy, Task, TaskId, TaskSpec,
    TaskStatus, TaskType, Timestamp, Worker, WorkerId,
};

pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) now: Timestamp,
    names: Names,
}

pub(super) struct Names(u128);

impl Entropy for Names {
    fn draw(&mut self) -> u128 {
        self.0 += 1;
        self.0
    }
}

impl World {
    pub(super) fn new(config: Config) -> Self {
        Self {
            state: State::new(config),
            now: Timestamp::from_millis(1_000_000),
            names: Names(0),
        }
    }

    pub(super) fn manual() -> Self {
        Self::new(Config::default())
    }

    pub(crate) fn auto() -> Self {
        Self::new(Config {
            dispatch: DispatchMode::Auto,
            ..Config::default()
        })
    }

    pub(crate) fn later(&mut self, millis: u64) {
        self.now = self.now.saturating_add(Duration::from_millis(millis));
    }

    pub(super) fn fresh_task(&mut self) -> TaskId {
        TaskId::generate(&mut self.names)
    }

    pub(super) fn fresh_worker(&mut self) -> WorkerId {
        WorkerId::generate(&mut self.names)
    }

    /// Applies a command that may be refused; one that is must have changed nothing.
    pub(super) fn attempt(&mut self, command: Command) -> Result<Vec<Effect>, Rejected> {
        let before = self.state.clone();
        let outcome = apply(&mut self.state, command, self.now);
        if outcome.is_err() {
            assert_eq!(self.state, before, "a refused command changed the state");
        }
        outcome
    }

    pub(super) fn apply(&mut self, command: Command) -> Vec<Effect> {
        self.attempt(command).unwrap()
    }

    pub(super) fn submit(&mut self, spec: TaskSpec) -> TaskId {
        let task = self.fresh_task();
        self.apply(Command::Submit(Submit::new(task, spec)));
        task
    }

    pub(super) fn submit_kind(&mut self, kind: TaskType) -> TaskId {
        self.submit(TaskSpec::new(kind, json!({})))
    }

    pub(super) fn submit_retrying(&mut self, max_attempts: u32) -> TaskId {
        self.submit(TaskSpec {
            retry: RetryPolicy {
                max_attempts,
                ..RetryPolicy::PATIENT
            }
            .into(),
            ..TaskSpec::new(TaskType::COMPUTE, json!({}))
        })
    }

    pub(super) fn register(&mut self, kind: PoolName) -> WorkerId {
        let worker = self.fresh_worker();
        self.apply(Command::Register(Register::in_process(worker, kind)));
        worker
    }

    pub(super) fn join(&mut self, offer: Offer) -> WorkerId {
        let worker = self.fresh_worker();
        self.apply(Command::Register(Register {
            worker,
            offer: Arc::new(offer),
            origin: Origin::Joined,
        }));
        worker
    }

    /// A task that runs on a worker, by a supervisor's order.
    pub(super) fn running(&mut self) -> (TaskId, WorkerId) {
        let task = self.submit_kind(TaskType::COMPUTE);
        let worker = self.register(PoolName::CPU);
        self.start(task, worker);
        (task, worker)
    }

    pub(super) fn start(&mut self, task: TaskId, worker: WorkerId) -> Assignment {
        let effects = self.apply(Command::Start(Start { task, worker }));
        assignments(&effects).pop().expect("an attempt began")
    }

    pub(super) fn complete(
        &mut self,
        task: TaskId,
        result: Value,
    ) -> Result<Vec<Effect>, Rejected> {
        let actor = self.live(task);
        self.attempt(Command::Complete(Complete {
            task,
            actor,
            result,
        }))
    }

    pub(super) fn fail(&mut self, task: TaskId, failure: Failure) -> Vec<Effect> {
        let actor = self.live(task);
        self.apply(Command::Fail(Fail {
            task,
            actor,
            failure,
        }))
    }

    pub(super) fn live(&self, task: TaskId) -> Actor {
        Actor::Attempt(self.task(task).epoch)
    }

    pub(super) fn epoch(&self, task: TaskId) -> Epoch {
        self.task(task).epoch
    }

    pub(super) fn task(&self, id: TaskId) -> &Task {
        self.state.task(id).expect("the task exists")
    }

    pub(super) fn worker(&self, id: WorkerId) -> &Worker {
        self.state.worker(id).expect("the worker exists")
    }

    pub(super) fn status(&self, id: TaskId) -> TaskStatus {
        self.task(id).status()
    }
}

pub(super) fn assignments(effects: &[Effect]) -> Vec<Assignment> {
    let assignment = |effect: &Effect| match effect {
        Effect::StartAttempt(assignment) => Some(assignment.as_ref().clone()),
        _ => None,
    };
    effects.iter().filter_map(assignment).collect()
}

pub(super) fn wakes(effects: &[Effect]) -> Vec<Timestamp> {
    let wake = |effect: &Effect| match effect {
        Effect::WakeAt(at) => Some(*at),
        _ => None,
    };
    effects.iter().filter_map(wake).collect()
}
