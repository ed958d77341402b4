//! What a task needs of the worker that carries it out, and what a worker offers.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{PoolName, Tag, TaskSpec, TaskType};

/// What a worker offers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Offer {
    /// The pool it is in.
    pub pool: PoolName,
    /// Which tasks it carries out.
    pub types: Types,
    /// What it has.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<Tag>,
    /// How many tasks it carries out at the same time; 0 counts as 1.
    pub slots: u32,
}

/// Types of tasks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Types {
    /// All that there are.
    All,
    /// These.
    These(BTreeSet<TaskType>),
}

/// What a task needs of the worker that carries it out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need {
    /// That it carries out such tasks.
    pub kind: TaskType,
    /// That it is in this pool, if it matters.
    pub pool: Option<PoolName>,
    /// That it has this.
    pub tags: BTreeSet<Tag>,
}

/// Why an offer does not meet a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// The worker does not carry out such tasks.
    Type(TaskType),
    /// The task is for the workers of another pool.
    Pool(PoolName),
    /// The worker lacks something.
    Tag(Tag),
}

impl Offer {
    /// Creates the offer of a worker of the queue's own process, with one slot.
    ///
    /// One of the pool `gpu` has a graphics processor.
    pub fn in_process(pool: PoolName) -> Self {
        let tags = (pool == PoolName::GPU).then_some(Tag::GPU);
        Self {
            pool,
            types: Types::These(TaskType::BUILT_IN.into()),
            tags: tags.into_iter().collect(),
            slots: 1,
        }
    }

    /// Returns whether a worker that offers this can carry out the task.
    pub fn fits(&self, task: &TaskSpec) -> bool {
        self.meets(&task.need())
    }

    /// Returns whether the offer meets the need.
    pub fn meets(&self, need: &Need) -> bool {
        self.misfit(need).is_none()
    }

    /// Returns why the offer does not meet the need, if it does not.
    pub fn misfit(&self, need: &Need) -> Option<Misfit> {
        if !self.types.contains(&need.kind) {
            return Some(Misfit::Type(need.kind.clone()));
        }
        let missing = need.tags.difference(&self.tags).next();
        if let Some(tag) = missing {
            return Some(Misfit::Tag(tag.clone()));
        }
        let other = need.pool.as_ref().filter(|pool| **pool != self.pool);
        other.cloned().map(Misfit::Pool)
    }

    /// Returns whether the worker has that.
    pub fn has(&self, tag: &Tag) -> bool {
        self.tags.contains(tag)
    }
}

impl Types {
    /// Returns whether the type is among them.
    pub fn contains(&self, kind: &TaskType) -> bool {
        match self {
            Self::All => true,
            Self::These(types) => types.contains(kind),
        }
    }

    /// Returns whether the type is among those that are named.
    pub fn names(&self, kind: &TaskType) -> bool {
        match self {
            Self::All => false,
            Self::These(types) => types.contains(kind),
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(kind) => write!(f, "does not carry out {kind} tasks"),
            Self::Pool(pool) => write!(f, "is not in the pool {pool}"),
            Self::Tag(tag) if *tag == Tag::GPU => f.write_str("has no GPU"),
            Self::Tag(tag) => write!(f, "lacks the tag {tag}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Grants;

    fn task(kind: &str, params: serde_json::Value) -> TaskSpec {
        TaskSpec::from_submission(kind, params, &Grants::EVERYTHING).unwrap()
    }

    #[test]
    fn workers_of_the_process_carry_out_what_is_built_in() {
        let (cpu, gpu) = (
            Offer::in_process(PoolName::CPU),
            Offer::in_process(PoolName::GPU),
        );
        for kind in ["compute", "io", "pipeline"] {
            assert!(cpu.fits(&task(kind, json!({}))));
            assert!(gpu.fits(&task(kind, json!({}))));
        }
        assert!(gpu.fits(&task("gpu", json!({}))));
        let misfit = cpu.misfit(&task("gpu", json!({})).need());
        assert_eq!(misfit, Some(Misfit::Tag(Tag::GPU)));
        assert!(!gpu.fits(&task("thumbnail", json!({}))));
    }

    #[test]
    fn a_worker_must_have_every_tag_and_be_in_the_pool_that_is_named() {
        let tag = |text: &str| text.parse::<Tag>().unwrap();
        let offer = Offer {
            tags: [tag("eu"), tag("ssd")].into(),
            types: Types::All,
            ..Offer::in_process(PoolName::CPU)
        };
        assert!(offer.fits(&task(
            "thumbnail",
            json!({"tags": ["ssd", "eu"], "pool": "cpu"})
        )));
        let misfit = offer.misfit(&task("thumbnail", json!({"tags": ["eu", "us"]})).need());
        assert_eq!(misfit, Some(Misfit::Tag(tag("us"))));
        let misfit = offer.misfit(&task("thumbnail", json!({"pool": "gpu"})).need());
        assert_eq!(misfit, Some(Misfit::Pool(PoolName::GPU)));
    }
}
