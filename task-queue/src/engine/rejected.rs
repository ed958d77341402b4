//! Why a command is refused.

use std::fmt;

use thiserror::Error;

use crate::model::{
    MAX_DEPTH, Misfit, PoolName, Quota, ScheduleId, TaskId, TaskStatus, TaskType, Waiting, WorkerId,
};

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Rejected {
    /// There is no task of that name.
    #[error("task {0} not found")]
    NoSuchTask(TaskId),
    /// There is no worker of that name.
    #[error("worker {0} not found")]
    NoSuchWorker(WorkerId),
    /// There is a task of that name already.
    #[error("task {0} exists already")]
    DuplicateTask(TaskId),
    /// There is a worker of that name already.
    #[error("worker {0} exists already")]
    DuplicateWorker(WorkerId),
    /// There is no retry policy of the name that the task asks for.
    #[error("`retry` is not the name of a retry policy of this queue")]
    NoSuchRetryPolicy,
    /// The task has come to its end, and stays there.
    #[error("task is already {0}")]
    TaskFinished(TaskStatus),
    /// The task has not come to its end.
    #[error("task is {0}, not failed or cancelled")]
    TaskNotFinished(TaskStatus),
    /// The task is not waiting for a worker.
    #[error("task is {0}, not pending")]
    TaskNotPending(TaskStatus),
    /// The attempt that speaks has ended.
    #[error("this attempt at the task has ended")]
    AttemptEnded,
    /// The worker is busy with another task.
    #[error("Worker is busy")]
    WorkerBusy,
    /// The worker takes no more tasks, or is not there.
    #[error("worker is not taking tasks")]
    WorkerLeaving,
    /// The worker offers to do nothing at a time.
    #[error("a worker must carry out one task at least at a time")]
    NoSlots,
    /// The worker offers to carry out no tasks.
    #[error("a worker must offer one type of tasks at least")]
    NoTypes,
    /// The worker offers to do more at a time than one may.
    #[error("a worker may carry out {max} tasks at most at a time")]
    TooManySlots {
        /// How many it may.
        max: u32,
    },
    /// The worker offers more types of tasks, or has more tags, than one may.
    #[error("a worker may offer {max} types of tasks and {max} tags at most")]
    OfferTooLong {
        /// How many of each.
        max: usize,
    },
    /// The worker was dismissed.
    #[error("worker has been revoked")]
    WorkerRevoked,
    /// The worker lacks what the task needs.
    #[error("permission denied: a {pool} worker {misfit}, and cannot do this {task} task")]
    WorkerUnfit {
        /// The worker's pool.
        pool: PoolName,
        /// What the task is.
        task: TaskType,
        /// What does not fit.
        misfit: Misfit,
    },
    /// Nothing was set or is remembered of that pool.
    #[error("pool {0} not found")]
    NoSuchPool(PoolName),
    /// Something is set or remembered of as many pools as may be.
    #[error("the queue has {max} pools, and may not have more")]
    TooManyPools {
        /// How many there may be.
        max: usize,
    },
    /// The workers of the pool have offered as many types as may be remembered.
    #[error("the workers of a pool may offer {max} types in all")]
    TooManyTypes {
        /// How many they may offer.
        max: usize,
    },
    /// There is no schedule of that name.
    #[error("{0} not found")]
    NoSuchSchedule(ScheduleId),
    /// There is a schedule of that name already.
    #[error("{0} exists already")]
    DuplicateSchedule(ScheduleId),
    /// There are as many schedules as there may be.
    #[error("the queue has {max} schedules, and may not have more")]
    TooManySchedules {
        /// How many there may be.
        max: usize,
    },
    /// What a schedule is to make says what makes sense once only.
    #[error("the task of a schedule has no `after`, no `idempotency_key` and no `not_before`")]
    NotEachTime,
    /// There are no tasks of that type: it is not built in, it was not declared, and no worker has
    /// offered to carry it out.
    #[error("unknown task type: `{0}`")]
    UnknownType(TaskType),
    /// The task may not begin yet.
    #[error("the task waits: {0}")]
    HeldBack(Waiting),
    /// The task is to come after one that is not there.
    #[error("task {0}, after which this one is to come, was not found")]
    NoSuchPredecessor(TaskId),
    /// As many tasks come after that one as may.
    #[error("{max} tasks come after {task}, and not more may")]
    TooManyDependants {
        /// Which one.
        task: TaskId,
        /// How many may.
        max: usize,
    },
    /// With these idempotency keys the same tasks have been submitted before: the name of each that
    /// was to be accepted, and of the one that there is.
    #[error("tasks with these idempotency keys were submitted before")]
    AlreadySubmitted(Vec<(TaskId, TaskId)>),
    /// With that idempotency key another task has been submitted.
    #[error("another task was submitted with that idempotency key")]
    KeyTaken,
    /// Two tasks of a batch have the same idempotency key.
    #[error("two tasks of the batch have the same idempotency key")]
    KeyTwice,
    /// The unfinished tasks need as many different things of their workers as they may.
    #[error("the tasks of the queue have {max} different needs, and may not have more")]
    TooManyNeeds {
        /// How many they may have.
        max: usize,
    },
    /// The workers offer as many different things as they may.
    #[error("the workers of the queue have {max} different offers, and may not have more")]
    TooManyOffers {
        /// How many they may have.
        max: usize,
    },
    /// The queue holds as many tasks as it may.
    #[error("the queue is full: it holds {max} tasks")]
    QueueFull {
        /// How many it may hold.
        max: usize,
    },
    /// The pool holds as many workers as it may.
    #[error("the pool is full: it holds {max} workers")]
    PoolFull {
        /// How many it may hold.
        max: usize,
    },
    /// The task holds as many partial results as it may.
    #[error("the task holds {max} partial results, and may not hold more")]
    TooManyPartialResults {
        /// How many it may hold.
        max: usize,
    },
    /// A value is too large to be kept.
    #[error("{what} of {size} bytes is more than the {max} bytes allowed")]
    TooLarge {
        /// What it was handed in as.
        what: Payload,
        /// How large it is, in bytes.
        size: usize,
        /// How large it may be, in bytes.
        max: usize,
    },
    /// The task's values take as much space as they may.
    #[error("the values of a task may take {max} bytes together")]
    TaskFull {
        /// How much that is, in bytes.
        max: usize,
    },
    /// The values of all tasks take as much space as they may.
    #[error("the queue is full: its tasks may take {max} bytes together")]
    OutOfSpace {
        /// How much that is, in bytes.
        max: usize,
    },
    /// An account's tasks take up as much as they may.
    #[error("the quota of {max} {quota} is reached")]
    QuotaReached {
        /// Of what.
        quota: Quota,
        /// How much that is.
        max: u64,
    },
    /// A value nests too deep to be kept.
    #[error("{what} nests more than {MAX_DEPTH} deep")]
    TooDeep {
        /// What it was handed in as.
        what: Payload,
    },
}

/// What a value was handed in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// A task's parameters.
    Parameters,
    /// A task's result.
    Result,
    /// A partial result.
    PartialResult,
    /// A checkpoint.
    Checkpoint,
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parameters => "a set of parameters",
            Self::Result => "a result",
            Self::PartialResult => "a partial result",
            Self::Checkpoint => "a checkpoint",
        })
    }
}
