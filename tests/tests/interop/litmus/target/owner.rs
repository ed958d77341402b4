//! What whoever runs the attacks holds: the state of the world, and the right to change it.

use std::sync::Arc;

use capnweb_runtime::{Result, Value, capability};
use serde::{Deserialize, Serialize};

use super::world::{Shelf, World};

#[capability]
pub(crate) trait Owner {
    async fn echo(&self, value: Value) -> Result<Value>;
    async fn counters(&self) -> Result<Counters>;
    async fn open(&self) -> Result<()>;
    async fn revoke(&self, what: String, reason: String) -> Result<()>;
    async fn ring(&self) -> Result<usize>;
    async fn reference(&self, kind: String) -> Result<String>;
    async fn withdraw(&self) -> Result<()>;
    async fn forged(&self, how: String) -> Result<String>;
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Counters {
    worked: u64,
    robbed: u64,
    admitted: u64,
    alive: usize,
    visitors: usize,
}

pub(super) struct Landlord {
    pub(super) world: Arc<World>,
    pub(super) shelf: Arc<Shelf>,
}

impl Owner for Landlord {
    async fn echo(&self, value: Value) -> Result<Value> {
        Ok(value)
    }

    async fn counters(&self) -> Result<Counters> {
        let world = &self.world;
        Ok(Counters {
            worked: world.worked.so_far(),
            robbed: world.robbed.so_far(),
            admitted: world.admitted.so_far(),
            alive: world.alive(),
            visitors: world.visitors(),
        })
    }

    async fn open(&self) -> Result<()> {
        self.world.open();
        Ok(())
    }

    async fn revoke(&self, what: String, reason: String) -> Result<()> {
        self.world.revoke(&what, &reason);
        Ok(())
    }

    async fn ring(&self) -> Result<usize> {
        let callbacks = self.world.callbacks();
        for callback in &callbacks {
            drop(callback.call("ring".to_owned()));
        }
        Ok(callbacks.len())
    }

    async fn reference(&self, kind: String) -> Result<String> {
        self.shelf.references.reference(&self.world, &kind).await
    }

    async fn withdraw(&self) -> Result<()> {
        self.shelf.references.withdraw().await
    }

    async fn forged(&self, how: String) -> Result<String> {
        self.shelf.references.forged(&self.world, &how).await
    }
}
