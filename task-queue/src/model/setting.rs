//! What the queue and its pools are set to, and what it does by the clock: records beside the tasks.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::{IdSyntax, PoolName, Rate, Schedule, ScheduleId, TaskType};

/// A record that is neither a task's nor a worker's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// The queue's.
    Queue(QueueSettings),
    /// A pool's.
    Pool(PoolSettings),
    /// A schedule's.
    Schedule(Box<Schedule>),
}

/// The name of such a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingId {
    /// The queue's.
    Queue,
    /// A pool's.
    Pool(PoolName),
    /// A schedule's.
    Schedule(ScheduleId),
}

/// What the queue as a whole is set to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSettings {
    /// How often the record has been written to the store.
    pub revision: u64,
    /// Whether tasks begin.
    pub flow: Flow,
}

/// What a pool is set to, and what is remembered of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolSettings {
    /// Its name.
    pub name: PoolName,
    /// How often the record has been written to the store.
    pub revision: u64,
    /// Whether tasks begin in it.
    pub flow: Flow,
    /// How much goes on in it.
    #[serde(default)]
    pub limits: PoolLimits,
    /// The types of tasks that workers of it have offered to carry out: they are known for good.
    #[serde(default)]
    pub types: BTreeSet<TaskType>,
}

/// How much goes on in a pool, at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolLimits {
    /// How many tasks run in it at once, if that matters.
    #[serde(default)]
    pub max_running: Option<u32>,
    /// How fast tasks begin in it, if that matters.
    #[serde(default)]
    pub rate: Option<Rate>,
}

/// Whether tasks begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// They do.
    #[default]
    Open,
    /// None does; those that run go on.
    Paused,
}

impl Setting {
    /// Returns the name of the record.
    pub fn id(&self) -> SettingId {
        match self {
            Self::Queue(_) => SettingId::Queue,
            Self::Pool(pool) => SettingId::Pool(pool.name.clone()),
            Self::Schedule(schedule) => SettingId::Schedule(schedule.id),
        }
    }

    /// Returns how often the record has been written.
    pub const fn revision(&self) -> u64 {
        match self {
            Self::Queue(queue) => queue.revision,
            Self::Pool(pool) => pool.revision,
            Self::Schedule(schedule) => schedule.revision,
        }
    }

    /// Returns the record with another count of its writes.
    #[must_use]
    pub fn with_revision(mut self, revision: u64) -> Self {
        match &mut self {
            Self::Queue(queue) => queue.revision = revision,
            Self::Pool(pool) => pool.revision = revision,
            Self::Schedule(schedule) => schedule.revision = revision,
        }
        self
    }
}

impl PoolSettings {
    /// Creates the settings of a pool of which nothing has been said.
    pub const fn new(name: PoolName) -> Self {
        Self {
            name,
            revision: 0,
            flow: Flow::Open,
            limits: PoolLimits {
                max_running: None,
                rate: None,
            },
            types: BTreeSet::new(),
        }
    }
}

impl FromStr for SettingId {
    type Err = IdSyntax;

    fn from_str(text: &str) -> Result<Self, IdSyntax> {
        if text == "queue" {
            return Ok(Self::Queue);
        }
        let pool = text
            .strip_prefix("pool ")
            .and_then(|name| name.parse().ok());
        pool.map_or_else(
            || text.parse().map(Self::Schedule),
            |name| Ok(Self::Pool(name)),
        )
    }
}

impl fmt::Display for SettingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queue => f.write_str("queue"),
            Self::Pool(pool) => write!(f, "pool {pool}"),
            Self::Schedule(schedule) => schedule.fmt(f),
        }
    }
}
