//! What somebody may do who holds a reference to the queue.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::model::{AccountId, Grants, PoolName, Quotas, Submitter, TaskType, Timestamp, Types};

/// What somebody is to the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Submits tasks, and has what becomes of them.
    Client,
    /// Carries out tasks, as they are handed to it.
    Worker,
    /// Has everything.
    Supervisor,
}

/// A name that is no role's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a role is `client`, `worker` or `supervisor`")]
pub struct UnknownRole;

/// How far somebody may go: which tasks, with what, how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Which types of tasks.
    pub types: Types,
    /// What the tasks may be granted.
    pub grants: Grants,
    /// How much of the queue they may take up.
    #[serde(default)]
    pub quotas: Quotas,
}

/// An account: what somebody may do who holds a reference to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charter {
    /// The account, and those that it is below.
    pub submitter: Submitter,
    /// What its holder is.
    pub role: Role,
    /// What it is called.
    pub label: String,
    /// How far its holder may go.
    pub terms: Terms,
    /// In which pool a worker is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolName>,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// How often it may be redeemed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u64>,
    /// Who has minted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
}

impl Role {
    /// Returns the role as it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Worker => "worker",
            Self::Supervisor => "supervisor",
        }
    }
}

impl Terms {
    /// Everything.
    pub const EVERYTHING: Self = Self {
        types: Types::All,
        grants: Grants::EVERYTHING,
        quotas: Quotas::NONE,
    };

    /// Returns what both of the two allow: combining terms never adds authority.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        Self {
            types: common(&self.types, &other.types),
            grants: self.grants.meet(&other.grants),
            quotas: self.quotas.meet(other.quotas),
        }
    }
}

impl Charter {
    /// Returns when what is handed out on it stops working by itself. A worker's does not: it is
    /// dismissed then, and what it has goes to others, whereas calls that are refused would be failures of
    /// its tasks.
    pub fn stops_at(&self) -> Option<Timestamp> {
        self.expires.filter(|_| self.role != Role::Worker)
    }

    /// Returns whether it has ended by itself.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        [Self::Client, Self::Worker, Self::Supervisor]
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

fn common(one: &Types, other: &Types) -> Types {
    match (one, other) {
        (Types::All, types) | (types, Types::All) => types.clone(),
        (Types::These(one), Types::These(other)) => {
            let both: BTreeSet<TaskType> = one.intersection(other).cloned().collect();
            Types::These(both)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Access;

    fn all() -> Vec<Terms> {
        let types = [
            Types::All,
            Types::These([TaskType::COMPUTE, TaskType::IO].into()),
            Types::These([TaskType::IO].into()),
            Types::These(BTreeSet::new()),
        ];
        let levels = [Access::None, Access::ReadOnly, Access::Full];
        let quotas = [None, Some(0), Some(5)];
        let mut all = Vec::new();
        for types in types {
            for storage in levels {
                for submissions in quotas {
                    all.push(Terms {
                        types: types.clone(),
                        grants: Grants {
                            storage,
                            ..Grants::EVERYTHING
                        },
                        quotas: Quotas {
                            submissions,
                            ..Quotas::NONE
                        },
                    });
                }
            }
        }
        all
    }

    /// The fault: a queue that was restricted and can do what the one above it cannot.
    #[test]
    fn what_two_allow_each_of_them_allows() {
        for one in all() {
            for other in all() {
                let met = one.meet(&other);
                assert_eq!(met, other.meet(&one));
                for terms in [&one, &other] {
                    assert_eq!(met.meet(terms), met, "{one:?} {other:?}");
                    assert!(met.grants.storage <= terms.grants.storage);
                    let max = terms.quotas.submissions.unwrap_or(u64::MAX);
                    assert!(met.quotas.submissions.unwrap_or(u64::MAX) <= max);
                    for kind in TaskType::BUILT_IN {
                        assert!(terms.types.contains(&kind) || !met.types.contains(&kind));
                    }
                }
            }
        }
    }

    #[test]
    fn what_two_allow_is_allowed() {
        let compute = Types::These([TaskType::COMPUTE, TaskType::GPU].into());
        let io = Types::These([TaskType::COMPUTE, TaskType::IO].into());
        assert_eq!(
            common(&compute, &io),
            Types::These([TaskType::COMPUTE].into())
        );
    }
}
