//! Every command in every state: what is accepted, and what each refusal is.

use serde_json::json;

use super::world::World;
use crate::engine::{
    Actor, AddLog, Cancel, Command, Complete, Emit, Fail, Rejected, Retry, SaveCheckpoint,
    SetProgress, Start, Submit,
};
use crate::model::{
    Epoch, Failure, PoolName, Progress, RetryPolicy, TaskId, TaskSpec, TaskStatus, TaskType,
    Timestamp, WorkerId,
};

/// What comes of each kind of command (a row) in each state (a column, in the order of [`STATES`]):
/// it is done, or refused since the task is a (D)uplicate, (F)inished, not (P)ending, not fi(N)ished,
/// or the attempt has (E)nded.
const MATRIX: [(Kind, &str); 7] = [
    (Kind::Submit, "D D D D D D D"),
    (Kind::Start, ". P P P F F F"),
    (Kind::OfLatestAttempt, "E E . E E E E"),
    (Kind::OfEarlierAttempt, "E E E E E E E"),
    (Kind::OfSupervisor, ". . . . F F F"),
    (Kind::Cancel, ". . . . F F F"),
    (Kind::Retry, "N N N N F . ."),
];

const STATES: [TaskStatus; 7] = [
    TaskStatus::Pending,
    TaskStatus::Scheduled,
    TaskStatus::Running,
    TaskStatus::Retrying,
    TaskStatus::Completed,
    TaskStatus::Failed,
    TaskStatus::Cancelled,
];

#[derive(Debug, Clone, Copy)]
enum Kind {
    Submit,
    Start,
    OfLatestAttempt,
    OfEarlierAttempt,
    OfSupervisor,
    Cancel,
    Retry,
}

impl Kind {
    fn commands(self, world: &World, task: TaskId, idle: WorkerId) -> Vec<Command> {
        let latest = world.epoch(task);
        match self {
            Self::Submit => {
                let spec = TaskSpec::new(TaskType::COMPUTE, json!({}));
                vec![Command::Submit(Submit::new(task, spec))]
            }
            Self::Start => vec![Command::Start(Start { task, worker: idle })],
            Self::OfLatestAttempt => reports(task, Actor::Attempt(latest)),
            // As far back as there is, and one that never was.
            Self::OfEarlierAttempt => [Epoch::default(), latest.next()]
                .into_iter()
                .flat_map(|epoch| reports(task, Actor::Attempt(epoch)))
                .collect(),
            Self::OfSupervisor => reports(task, Actor::Supervisor),
            Self::Cancel => vec![Command::Cancel(Cancel { task })],
            Self::Retry => vec![Command::Retry(Retry { task })],
        }
    }
}

fn reports(task: TaskId, actor: Actor) -> Vec<Command> {
    let (value, result) = (json!(1), json!(2));
    let progress = Progress::DONE;
    let line = "a line".to_owned();
    let failure = Failure::transient("no");
    vec![
        Command::SetProgress(SetProgress {
            task,
            actor,
            progress,
        }),
        Command::AddLog(AddLog { task, actor, line }),
        Command::Emit(Emit {
            task,
            actor,
            value: value.clone(),
        }),
        Command::SaveCheckpoint(SaveCheckpoint { task, actor, value }),
        Command::Complete(Complete {
            task,
            actor,
            result,
        }),
        Command::Fail(Fail {
            task,
            actor,
            failure,
        }),
    ]
}

/// A queue with a task in that state, which had an attempt where it can have had one.
fn with_task(status: TaskStatus) -> (World, TaskId, WorkerId) {
    let mut world = World::manual();
    let worker = world.register(PoolName::CPU);
    let mut spec = TaskSpec::new(TaskType::COMPUTE, json!({}));
    spec.retry = RetryPolicy::PATIENT.into();
    if status == TaskStatus::Scheduled {
        spec.not_before = Some(Timestamp::from_millis(u64::MAX));
    }
    let task = world.submit(spec);
    if !matches!(status, TaskStatus::Pending | TaskStatus::Scheduled) {
        world.start(task, worker);
    }
    match status {
        TaskStatus::Retrying => drop(world.fail(task, Failure::transient("no"))),
        TaskStatus::Failed => drop(world.fail(task, Failure::permanent("no"))),
        TaskStatus::Completed => drop(world.complete(task, json!(1)).unwrap()),
        TaskStatus::Cancelled => drop(world.apply(Command::Cancel(Cancel { task }))),
        TaskStatus::Pending | TaskStatus::Scheduled | TaskStatus::Running => {}
    }
    assert_eq!(world.status(task), status);
    let idle = world.register(PoolName::CPU);
    (world, task, idle)
}

fn expected(outcome: &str, task: TaskId, status: TaskStatus) -> Option<Rejected> {
    match outcome {
        "." => None,
        "D" => Some(Rejected::DuplicateTask(task)),
        "F" => Some(Rejected::TaskFinished(status)),
        "P" => Some(Rejected::TaskNotPending(status)),
        "N" => Some(Rejected::TaskNotFinished(status)),
        "E" => Some(Rejected::AttemptEnded),
        other => panic!("no outcome: {other}"),
    }
}

#[test]
fn each_command_is_accepted_or_refused_in_each_state_as_the_matrix_says() {
    let mut tried = 0;
    for (kind, row) in MATRIX {
        for (status, outcome) in STATES.into_iter().zip(row.split(' ')) {
            let (world, task, idle) = with_task(status);
            for command in kind.commands(&world, task, idle) {
                // Each on its own: a world that one has changed is no test of the next.
                let (mut world, task, _) = with_task(status);
                let told = world.attempt(command.clone()).err();
                let expected = expected(outcome, task, status);
                assert_eq!(told, expected, "{command:?} of a task that is {status}");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 7 * (1 + 1 + 6 + 12 + 6 + 1 + 1));
}
