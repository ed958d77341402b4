//! Workers as the scheduler knows them.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Link, Member, Offer, TaskId, Timestamp, WorkerId};

/// What a worker is doing, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerStatus {
    /// Waiting for a task.
    Idle,
    /// Holding the leases of tasks' live attempts.
    Busy,
    /// Dismissed, for good.
    Revoked,
}

/// Whether a worker gets tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does, as long as it has slots.
    #[default]
    Active,
    /// It brings to an end what it has, and gets no more.
    Draining,
    /// It was dismissed, for good.
    Revoked(Timestamp),
}

/// How a worker came to the queue, and so who hands it tasks.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It is of the queue's own process: whether it gets tasks by itself, the queue's mode says.
    #[default]
    InProcess,
    /// It has joined: it wants work, whatever the queue's mode.
    Joined,
}

/// A worker's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// Its name.
    pub id: WorkerId,
    /// How often the record has been written to the store.
    pub revision: u64,
    /// What it offers.
    pub offer: Arc<Offer>,
    /// How it came to the queue.
    #[serde(default)]
    pub origin: Origin,
    /// Whether it gets tasks.
    #[serde(default)]
    pub standing: Standing,
    /// The tasks whose live attempts it holds. They are not stored here: the tasks say it.
    #[serde(skip)]
    pub running: BTreeSet<TaskId>,
    /// What is known of it beside, if it has joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Box<Member>>,
    /// Where it stands among the workers, in order of registration.
    pub order: u64,
    /// How many tasks it has completed.
    pub tasks_completed: u64,
    /// How many attempts have failed with it, timeouts included.
    pub tasks_failed: u64,
}

impl WorkerStatus {
    /// Returns the status as it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Busy => "busy",
            Self::Revoked => "revoked",
        }
    }
}

impl Worker {
    /// Creates the record of a worker that has not done anything yet.
    pub const fn new(id: WorkerId, offer: Arc<Offer>, order: u64) -> Self {
        Self {
            id,
            revision: 0,
            offer,
            origin: Origin::InProcess,
            standing: Standing::Active,
            running: BTreeSet::new(),
            member: None,
            order,
            tasks_completed: 0,
            tasks_failed: 0,
        }
    }

    /// Returns what the worker is doing, in a word.
    pub fn status(&self) -> WorkerStatus {
        match self.standing {
            Standing::Revoked(_) => WorkerStatus::Revoked,
            _ if self.running.is_empty() => WorkerStatus::Idle,
            _ => WorkerStatus::Busy,
        }
    }

    /// Returns how many of its slots are taken.
    pub fn load(&self) -> usize {
        let stopping = self.member.as_ref();
        let stopping = stopping.map_or(0, |member| member.stopping.len());
        self.running.len().saturating_add(stopping)
    }

    /// Returns whether the worker could begin another task.
    pub fn is_free(&self) -> bool {
        let slots = usize::try_from(self.offer.slots).unwrap_or(usize::MAX);
        self.takes_tasks() && self.load() < slots.max(1)
    }

    /// Returns whether the worker gets tasks at all, as far as it has slots.
    pub fn takes_tasks(&self) -> bool {
        let member = self.member.as_ref();
        self.standing == Standing::Active && member.is_none_or(|member| member.link.is_connected())
    }

    /// Returns when the worker is lost unless it is heard of, if that is to be expected of it.
    pub fn due_at(&self) -> Option<Timestamp> {
        let member = self.member.as_ref().filter(|_| !self.is_revoked())?;
        Some(member.link.ends_at())
    }

    /// Returns the record without what is not stored.
    #[must_use]
    pub fn as_stored(&self) -> Self {
        let mut stored = Self {
            running: BTreeSet::new(),
            ..self.clone()
        };
        if let Some(member) = &mut stored.member {
            member.link = Link::default();
            member.stopping.clear();
        }
        stored
    }

    /// Returns whether the worker has been dismissed.
    pub const fn is_revoked(&self) -> bool {
        matches!(self.standing, Standing::Revoked(_))
    }
}

impl fmt::Display for WorkerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
