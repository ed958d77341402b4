//! What a task waits for.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{PoolName, TaskId, TaskStatus, Timestamp};

/// What a task waits for that has not begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Waiting {
    /// For the time at which it may begin.
    Scheduled {
        /// That time.
        until: Timestamp,
    },
    /// For the time of its next attempt.
    Retrying {
        /// That time.
        until: Timestamp,
    },
    /// For tasks that it comes after.
    After {
        /// Those that have not come to their end; of very many, the first.
        tasks: Vec<TaskId>,
    },
    /// For the queue, which is paused.
    QueuePaused,
    /// For tasks with the same concurrency key.
    Key {
        /// The key.
        key: Arc<str>,
        /// How many may run at once.
        max: u32,
        /// Those that run; of very many, the first.
        holders: Vec<TaskId>,
    },
    /// For tasks of its account, or of one above it, to have come to their end.
    Quota {
        /// How many of them run at once.
        max: u64,
    },
    /// For a worker to be there that carries out such tasks, with these tags, in this pool.
    NoWorker,
    /// For somebody to tell a worker: in the mode `manual`, workers of the queue's process take
    /// nothing by themselves.
    Manual {
        /// How many workers fit.
        workers: usize,
    },
    /// For a pool that is paused.
    PoolPaused {
        /// The pool.
        pool: PoolName,
    },
    /// For a pool to have fewer tasks running.
    PoolFull {
        /// The pool.
        pool: PoolName,
        /// How many it runs at most.
        max: u32,
    },
    /// For a pool whose tasks begin only so fast.
    RateLimited {
        /// The pool.
        pool: PoolName,
        /// When the next one may begin.
        until: Timestamp,
    },
    /// For one of the workers that fit, which are busy.
    AllBusy {
        /// How many there are.
        workers: usize,
    },
    /// For nothing: it is about to begin.
    Nothing,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheduled { until } => write!(f, "it may not begin before {until}"),
            Self::Retrying { until } => write!(f, "its next attempt is at {until}"),
            Self::After { tasks } => {
                f.write_str("it comes after")?;
                tasks.iter().try_for_each(|task| write!(f, " {task}"))
            }
            Self::QueuePaused => f.write_str("the queue is paused"),
            Self::Key { key, max, .. } => {
                write!(
                    f,
                    "{max} of the concurrency key `{key}` may run at once, and do"
                )
            }
            Self::Quota { max } => {
                write!(f, "{max} of its account's tasks may run at once, and do")
            }
            Self::NoWorker => {
                f.write_str("there is no worker of that type, with those tags, in that pool")
            }
            Self::Manual { workers } => write!(
                f,
                "the queue is in the mode `manual`, and nobody has told one of the {workers} workers \
                 that fit to execute it"
            ),
            Self::PoolPaused { pool } => write!(f, "the pool {pool} is paused"),
            Self::PoolFull { pool, max } => {
                write!(f, "the pool {pool} runs {max} tasks at once, and does")
            }
            Self::RateLimited { pool, until } => {
                write!(f, "the next task in the pool {pool} may begin at {until}")
            }
            Self::AllBusy { workers } => write!(f, "the {workers} workers that fit are busy"),
            Self::Nothing => f.write_str("it is about to begin"),
        }
    }
}

/// What a task can read of one that it comes after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// Which it is.
    pub task_id: TaskId,
    /// How it ended.
    pub status: TaskStatus,
    /// What came out, if it is done.
    pub result: Option<serde_json::Value>,
    /// Why it failed, if it did.
    pub error: Option<String>,
}
