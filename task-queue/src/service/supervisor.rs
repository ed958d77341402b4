//! The supervisor: everything that runs, and the way in.

use std::fmt;
use std::fs;
use std::sync::{Arc, Mutex};

use thiserror::Error;
use tokio::task::JoinHandle;

use super::config::{Config, Durability};
use super::events::Watchers;
use super::gate::gate;
use super::gateway::gateway;
use super::hub::Hub;
use super::owner::{self, Owner};
use super::pool::register;
use super::queue::Scope;
use super::secrets::Secrets;
use crate::caps::{GateStub, GatewayStub};
use crate::clock::{Clock, SystemClock};
use crate::engine;
use crate::model::{Grants, PoolName};
use crate::resources::gpu::{OpenError, SharedGpu};
use crate::resources::locks::{LockLimits, LockManager};
use crate::resources::network::{NetworkClient, SetupError};
use crate::resources::storage::{ObjectStore, StorageError, StorageLimits};
use crate::store::{MemoryStore, SqliteStore, Store, StoreError};

/// A running task queue. Clones are the same one; it runs until it is stopped, whoever is left.
#[derive(Clone)]
pub struct Supervisor(Arc<Inner>);

struct Inner {
    hub: Arc<Hub>,
    secrets: Arc<Secrets>,
    client_grants: Grants,
    owner: Mutex<Option<JoinHandle<()>>>,
}

/// Why a task queue did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The directory of the storage cannot be used.
    #[error("the storage cannot be opened: {0}")]
    Storage(#[from] StorageError),
    /// The store cannot be read.
    #[error("the queue's records cannot be read: {0}")]
    Store(#[from] StoreError),
    /// The first workers could not be added.
    #[error("the workers cannot be added: {0}")]
    Workers(String),
    /// There is no network as it was set up.
    #[error("the network cannot be set up: {0}")]
    Network(#[from] SetupError),
    /// There is no GPU as it was asked for.
    #[error("there is no GPU: {0}")]
    Gpu(#[from] OpenError),
}

impl Supervisor {
    /// Starts a task queue. Must be called within a Tokio runtime.
    ///
    /// # Errors
    ///
    /// When its storage or its records cannot be used.
    ///
    /// # Cancel safety
    ///
    /// None: a queue that is given up on the way may run on, with nobody to stop it.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let store = open(&config).await?;
        Self::start_on(store, config).await
    }

    /// Starts a task queue on a store.
    pub(super) async fn start_on(
        store: Arc<dyn Store>,
        config: Config,
    ) -> Result<Self, StartError> {
        // A future of its own: all that is there to be started makes it a large one.
        Box::pin(Self::start_by(Arc::new(SystemClock), store, config)).await
    }

    /// Starts a task queue on a store, by a clock.
    pub(super) async fn start_by(
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        config: Config,
    ) -> Result<Self, StartError> {
        let settings = engine::Config {
            dispatch: config.dispatch,
            limits: config.limits,
            retention: config.retention,
            retries: config.retries.clone(),
            times: config.times,
            types: config.types.clone(),
        };
        let state = owner::recover(settings, &*store, clock.now()).await?;
        let (sender, inbox) = Owner::new();
        let hub = Arc::new(hub(&config, sender, clock).await?);
        let owner = tokio::spawn(owner::run(inbox, state, store, Arc::clone(&hub)));
        hire(&hub, &config).await?;
        Ok(Self(Arc::new(Inner {
            hub,
            secrets: Arc::new(Secrets::draw()),
            client_grants: config.client_grants,
            owner: Mutex::new(Some(owner)),
        })))
    }

    /// Returns a gateway with all authority.
    pub fn gateway(&self) -> GatewayStub {
        gateway(&self.0.hub, Scope::All, Grants::EVERYTHING)
    }

    /// Returns what the service's objects share, for tests that look behind the capabilities.
    #[cfg(test)]
    pub(super) fn hub(&self) -> &Arc<Hub> {
        &self.0.hub
    }

    /// Loses the queue, as a crash of the process would.
    #[cfg(test)]
    pub(super) async fn crash(&self) {
        let owner = self.0.owner.lock().ok().and_then(|mut owner| owner.take());
        if let Some(owner) = owner {
            owner.abort();
            drop(owner.await);
        }
        self.0.hub.abandon_all();
    }

    /// Returns a gate, which has no authority but for those who know a secret.
    pub fn gate(&self) -> GateStub {
        gate(&self.0.hub, &self.0.secrets, self.0.client_grants.clone())
    }

    /// Returns what the gate takes.
    pub fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    /// Stops the queue: what was asked for before is done, attempts under way end.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the queue stopping, or running; stopping again sees it through.
    pub async fn stop(&self) {
        self.0.hub.owner.stop().await;
        let owner = self.0.owner.lock().ok().and_then(|mut owner| owner.take());
        if let Some(owner) = owner {
            // It has been told to stop; that it panicked would have been seen long before.
            drop(owner.await);
        }
        self.0.hub.abandon_all();
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor").finish_non_exhaustive()
    }
}

async fn open(config: &Config) -> Result<Arc<dyn Store>, StartError> {
    if config.durability == Durability::Memory {
        return Ok(Arc::new(MemoryStore::new()));
    }
    let directory = config.data.clone();
    let opened = tokio::task::spawn_blocking(move || {
        fs::create_dir_all(&directory)?;
        SqliteStore::open(&directory)
    });
    Ok(Arc::new(opened.await.map_err(|_| StoreError::Closed)??))
}

async fn hub(config: &Config, owner: Owner, clock: Arc<dyn Clock>) -> Result<Hub, StartError> {
    let storage = ObjectStore::open(config.data.join("objects"), StorageLimits::default()).await?;
    let network = NetworkClient::new(config.network.clone(), Arc::clone(&clock))?;
    let tokens = Arc::new(storage.clone());
    let locks = LockManager::new(LockLimits::default(), tokens);
    let gpu = SharedGpu::open(config.gpu, config.gpu_memory, config.gpu_limits).await?;
    let mut hub = Hub::new(owner, clock, storage, locks, network, gpu);
    hub.watchers = Watchers::new(config.watchers);
    hub.times = config.times;
    Ok(hub)
}

async fn hire(hub: &Hub, config: &Config) -> Result<(), StartError> {
    let pools = [
        (PoolName::CPU, config.cpu_workers),
        (PoolName::GPU, config.gpu_workers),
    ];
    for (pool, count) in pools {
        for _ in 0..count {
            let hired = register(hub, pool.clone()).await;
            hired.map_err(|refusal| StartError::Workers(refusal.to_string()))?;
        }
    }
    Ok(())
}
