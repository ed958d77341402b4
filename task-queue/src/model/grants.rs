//! Which resources a task may touch, and how far.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::model::{Prefix, TaskType};

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
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grants {
    /// Access to the object store.
    pub storage: Access,
    /// To which part of the object store that is.
    #[serde(default, skip_serializing_if = "Prefix::is_whole")]
    pub storage_prefix: Prefix,
    /// Access to the graphics processor.
    pub gpu: Access,
    /// Access to the network.
    pub network: Access,
}

/// A word that is no grant.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "a grant is `storage`, `storage:append`, `storage:read`, `gpu`, `network` or `network:read`, not `{0}`"
)]
pub struct UnknownGrant(
    /// Of a very long one, the beginning.
    String,
);

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
    /// less of the storage, and `storage_prefix` for a part of it.
    pub fn asked_by(kind: &TaskType, params: &Value) -> Self {
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
        let prefix = params.get("storage_prefix").and_then(Value::as_str);
        Self {
            storage,
            storage_prefix: Prefix::new(prefix.unwrap_or_default()),
            gpu: full_if(asks("needs_gpu") || *kind == TaskType::GPU),
            network: full_if(asks("needs_network")),
        }
    }

    /// Creates the grants that a list of words names, such as `storage:read` and `gpu`.
    pub fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownGrant> {
        let mut grants = Self::NOTHING;
        for word in words {
            match word {
                "storage" => grants.storage = Access::Full,
                "storage:append" => grants.storage = grants.storage.max(Access::Append),
                "storage:read" => grants.storage = grants.storage.max(Access::ReadOnly),
                "gpu" => grants.gpu = Access::Full,
                "network" => grants.network = Access::Full,
                "network:read" => grants.network = grants.network.max(Access::ReadOnly),
                _ => return Err(UnknownGrant(word.chars().take(64).collect())),
            }
        }
        Ok(grants)
    }

    /// Returns the words that name these grants.
    pub fn words(&self) -> Vec<&'static str> {
        let storage = match self.storage {
            Access::Full => Some("storage"),
            Access::Append => Some("storage:append"),
            Access::ReadOnly => Some("storage:read"),
            Access::None => None,
        };
        let network = match self.network {
            Access::Full => Some("network"),
            Access::Append | Access::ReadOnly => Some("network:read"),
            Access::None => None,
        };
        let gpu = (self.gpu > Access::None).then_some("gpu");
        [storage, gpu, network].into_iter().flatten().collect()
    }

    const fn all_at(access: Access) -> Self {
        Self {
            storage: access,
            storage_prefix: Prefix::WHOLE,
            gpu: access,
            network: access,
        }
    }

    /// Returns the access to one resource.
    pub const fn of(&self, resource: Resource) -> Access {
        match resource {
            Resource::Storage => self.storage,
            Resource::Gpu => self.gpu,
            Resource::Network => self.network,
        }
    }

    /// Returns what both of the two allow: combining grants never adds authority.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let both = self.storage_prefix.meet(&other.storage_prefix);
        let storage = match both {
            Some(_) => self.storage.min(other.storage),
            None => Access::None,
        };
        Self {
            storage,
            storage_prefix: both.unwrap_or_default(),
            gpu: self.gpu.min(other.gpu),
            network: self.network.min(other.network),
        }
    }

    /// Returns what is granted of this wish by someone who holds `ceiling`.
    ///
    /// What is wished of the storage is a part of what the holder has of it, whose keys are called in
    /// the wish as the holder calls them. Less access than wished is granted as such, so that a task submitted through a read-only
    /// reference reads; a resource that the holder lacks altogether is refused at once rather
    /// than missed later.
    pub fn granted_by(&self, ceiling: &Self) -> Result<Self, GrantRefused> {
        let wished = Self {
            storage_prefix: ceiling.storage_prefix.join(&self.storage_prefix),
            ..self.clone()
        };
        let granted = wished.meet(ceiling);
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
        let asked = Grants::asked_by(&TaskType::IO, &params);
        assert_eq!(asked.storage, Access::ReadOnly);
        assert_eq!(asked.network, Access::None);
        assert_eq!(asked.gpu, Access::None);
        assert_eq!(
            Grants::asked_by(&TaskType::GPU, &json!({})).gpu,
            Access::Full
        );
    }

    #[test]
    fn a_submitter_cannot_grant_what_it_lacks() {
        let asked = Grants::asked_by(&TaskType::IO, &json!({"needs_network": true}));
        let refusal = asked.granted_by(&Grants::NOTHING);
        let resource = Resource::Network;
        assert_eq!(refusal, Err(GrantRefused { resource }));
    }

    #[test]
    fn a_ceiling_of_reading_makes_a_wish_for_all_a_grant_of_reading() {
        let asked = Grants::asked_by(&TaskType::IO, &json!({"needs_storage": true}));
        let ceiling = Grants {
            storage: Access::ReadOnly,
            ..Grants::NOTHING
        };
        assert_eq!(asked.granted_by(&ceiling), Ok(ceiling));
    }

    #[test]
    fn combining_never_adds_authority() {
        let levels = [Access::None, Access::ReadOnly, Access::Append, Access::Full];
        for a in levels {
            for b in levels {
                let met = Grants::all_at(a).meet(&Grants::all_at(b));
                for resource in Resource::ALL {
                    assert!(met.of(resource) <= a && met.of(resource) <= b);
                }
            }
        }
    }

    fn part(prefix: &str) -> Grants {
        Grants {
            storage: Access::Full,
            storage_prefix: Prefix::new(prefix),
            ..Grants::NOTHING
        }
    }

    #[test]
    fn a_wish_stays_within_the_part_that_its_holder_has() {
        for (wish, granted) in [("", "a/"), ("b/", "a/b/"), ("../", "a/../"), ("a/", "a/a/")] {
            let params = json!({"needs_storage": true, "storage_prefix": wish});
            let asked = Grants::asked_by(&TaskType::IO, &params);
            assert_eq!(asked.granted_by(&part("a/")), Ok(part(granted)));
        }
    }

    #[test]
    fn what_two_parts_have_in_common_is_the_smaller_or_nothing() {
        assert_eq!(part("a/").meet(&part("a/b/")), part("a/b/"));
        assert_eq!(part("a/b/").meet(&part("")), part("a/b/"));
        assert_eq!(part("a/").meet(&part("b/")), Grants::NOTHING);
    }

    #[test]
    fn grants_of_the_whole_storage_are_stored_as_they_always_were() {
        let text = serde_json::to_string(&Grants::NOTHING).unwrap();
        assert_eq!(text, r#"{"storage":"none","gpu":"none","network":"none"}"#);
        assert_eq!(serde_json::from_str(&text).ok(), Some(Grants::NOTHING));
    }
}
