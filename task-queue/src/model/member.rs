//! What the scheduler knows of a worker that has joined from elsewhere.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, Epoch, TaskId, Timestamp};

/// What the scheduler knows of a worker that has joined from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What it calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The hash of what it comes back with after its connection was lost.
    pub key: KeyHash,
    /// On which account it has joined, if it came through a reference: it is dismissed with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Whether it is there. That is not stored: after a restart everybody is away.
    #[serde(skip)]
    pub link: Link,
    /// The attempts that have ended and that it was asked to stop; each takes a slot until it has
    /// done so. That is not stored either.
    #[serde(skip)]
    pub stopping: BTreeSet<(TaskId, Epoch)>,
}

/// The hash of a secret that is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyHash([u8; 32]);

/// Whether a worker that has joined is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It is connected; unless it is heard of until then, it is lost.
    Connected {
        /// When its lease of all its tasks runs out.
        lease_until: Timestamp,
    },
    /// Its connection was lost, or the server; unless it comes back until then, it is lost.
    Away {
        /// When its tasks go to others.
        until: Timestamp,
        /// Whose doing it is.
        blame: Blame,
    },
}

/// Whose doing it is that a worker is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The worker's, or the network's: if it stays away, it is lost.
    Worker,
    /// The server's: the worker's tasks may be none the worse.
    Server,
}

impl Member {
    /// Creates what is known of a worker that has just joined.
    pub const fn new(name: Option<String>, key: KeyHash, lease_until: Timestamp) -> Self {
        Self {
            name,
            key,
            account: None,
            link: Link::Connected { lease_until },
            stopping: BTreeSet::new(),
        }
    }
}

impl KeyHash {
    /// Creates it from the bytes of a hash.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl Link {
    /// Returns when the worker is lost.
    pub const fn ends_at(self) -> Timestamp {
        match self {
            Self::Connected { lease_until } => lease_until,
            Self::Away { until, .. } => until,
        }
    }

    /// Returns whether the worker is there.
    pub const fn is_connected(self) -> bool {
        matches!(self, Self::Connected { .. })
    }
}

impl Default for Link {
    fn default() -> Self {
        Self::Away {
            until: Timestamp::default(),
            blame: Blame::Server,
        }
    }
}
