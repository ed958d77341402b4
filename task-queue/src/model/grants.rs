//! Which resources a task may touch, and how far.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::model::TaskKind;

/// How far a resource may be used; a greater one includes the lesser.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Not at all.
    #[default]
    None,
    /// Looking only: reading objects, fetching pages.
    ReadOnly,
    /// Looking and adding: new objects, but no change to any. For what nothing can be added to, as
    /// looking only.
    Append,
    /// Everything the resource can do.
    Full,
}

/// One of the resources that a task can be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// The object store.
    Storage,
    /// The graphics processor.
    Gpu,
    /// The outside world, by HTTP.
    Network,
}

/// What a task was granted, or may at most be granted: one access for each resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grants {
    /// Access to the object store.
    pub storage: Access,
    /// Access to the graphics processor.
    pub gpu: Access,
    /// Access to the network.
    pub network: Access,
}

/// A resource was asked for that the asker cannot give away, since it has no access itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("permission denied: {resource} is not granted to this submitter")]
pub struct GrantRefused {
    /// What was asked for.
    pub resource: Resource,
}

impl Grants {
    /// Nothing at all.
    pub const NOTHING: Self = Self::all_at(Access::None);

    /// Everything there is.
    pub const EVERYTHING: Self = Self::all_at(Access::Full);

    /// Creates the grants that a task's parameters ask for.
    ///
    /// A task of kind `gpu` asks for the GPU by being one. `read_only` and `append_only` ask for
    /// less of the storage.
    pub fn asked_by(kind: TaskKind, params: &Value) -> Self {
        let asks = |name: &str| params.get(name).and_then(Value::as_bool) == Some(true);
        let full_if = |asked| if asked { Access::Full } else { Access::None };
        let storage = if !asks("needs_storage") {
            Access::None
        } else if asks("read_only") {
            Access::ReadOnly
        } else if asks("append_only") {
            Access::Append
        } else {
            Access::Full
        };
        Self {
            storage,
            gpu: full_if(asks("needs_gpu") || kind == TaskKind::Gpu),
            network: full_if(asks("needs_network")),
        }
    }

    const fn all_at(access: Access) -> Self {
        Self {
            storage: access,
            gpu: access,
            network: access,
        }
    }

    /// Returns the access to one resource.
    pub const fn of(self, resource: Resource) -> Access {
        match resource {
            Resource::Storage => self.storage,
            Resource::Gpu => self.gpu,
            Resource::Network => self.network,
        }
    }

    /// Returns what both of the two allow: combining grants never adds authority.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        Self {
            storage: self.storage.min(other.storage),
            gpu: self.gpu.min(other.gpu),
            network: self.network.min(other.network),
        }
    }

    /// Returns what is granted of this wish by someone who holds `ceiling`.
    ///
    /// Less access than wished is granted as such, so that a task submitted through a read-only
    /// reference reads; a resource that the holder lacks altogether is refused at once rather
    /// than missed later.
    pub fn granted_by(self, ceiling: Self) -> Result<Self, GrantRefused> {
        let granted = self.meet(ceiling);
        let refused = Resource::ALL.into_iter().find(|&resource| {
            self.of(resource) > Access::None && granted.of(resource) == Access::None
        });
        refused.map_or(Ok(granted), |resource| Err(GrantRefused { resource }))
    }
}

impl Resource {
    /// All resources.
    pub const ALL: [Self; 3] = [Self::Storage, Self::Gpu, Self::Network];
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Storage => "storage",
            Self::Gpu => "GPU",
            Self::Network => "network",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_ask_for_what_they_name_and_no_more() {
        let params = json!({"needs_storage": true, "read_only": true, "needs_network": "yes"});
        let asked = Grants::asked_by(TaskKind::Io, &params);
        assert_eq!(asked.storage, Access::ReadOnly);
        assert_eq!(asked.network, Access::None);
        assert_eq!(asked.gpu, Access::None);
        assert_eq!(
            Grants::asked_by(TaskKind::Gpu, &json!({})).gpu,
            Access::Full
        );
    }

    #[test]
    fn a_submitter_cannot_grant_what_it_lacks() {
        let asked = Grants::asked_by(TaskKind::Io, &json!({"needs_network": true}));
        let refusal = asked.granted_by(Grants::NOTHING);
        let resource = Resource::Network;
        assert_eq!(refusal, Err(GrantRefused { resource }));
    }

    #[test]
    fn a_ceiling_of_reading_makes_a_wish_for_all_a_grant_of_reading() {
        let asked = Grants::asked_by(TaskKind::Io, &json!({"needs_storage": true}));
        let ceiling = Grants {
            storage: Access::ReadOnly,
            ..Grants::NOTHING
        };
        assert_eq!(asked.granted_by(ceiling), Ok(ceiling));
    }

    #[test]
    fn combining_never_adds_authority() {
        let levels = [Access::None, Access::ReadOnly, Access::Append, Access::Full];
        for a in levels {
            for b in levels {
                let met = Grants::all_at(a).meet(Grants::all_at(b));
                for resource in Resource::ALL {
                    assert!(met.of(resource) <= a && met.of(resource) <= b);
                }
            }
        }
    }
}
