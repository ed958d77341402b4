//! The supervisor: everything that runs, and the way in.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use capnweb_runtime::RegistryKey;
use capnweb_runtime::sturdy::KeyError;
use thiserror::Error;
use tokio::task::JoinHandle;

use super::access::{Defaults, Office, ReferencesError};
use super::config::{Config, Durability};
use super::events::Watchers;
use super::gate::gate;
use super::gateway::whole_gateway;
use super::hub::Hub;
use super::metrics::{Metrics, Unhealthy};
use super::owner::{self, Owner};
use super::pool::register;
use crate::caps::{GateStub, GatewayStub};
use crate::clock::{Clock, SystemClock};
use crate::engine;
use crate::model::PoolName;
use crate::resources::gpu::{OpenError, SharedGpu};
use crate::resources::locks::LockManager;
use crate::resources::network::{NetworkClient, SetupError};
use crate::resources::storage::{ObjectStore, StorageError};
use crate::store::{
    MemoryReferences, MemoryStore, ReferenceStore, SqliteReferences, SqliteStore, Store, StoreError,
};

/// A running task queue. Clones are the same one; it runs until it is stopped, whoever is left.
#[derive(Clone)]
pub struct Supervisor(Arc<Inner>);

struct Inner {
    office: Arc<Office>,
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
    /// The key of the references cannot be used.
    #[error("the key of the references cannot be used: {0}")]
    Key(#[from] KeyError),
    /// The references cannot be used.
    #[error("the references to the queue cannot be used: {0}")]
    References(#[from] ReferencesError),
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
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        if config.durability == Durability::Memory {
            let (store, references) = (MemoryStore::new(), MemoryReferences::new());
            return Box::pin(Self::start_over(clock, Arc::new(store), references, config)).await;
        }
        let store = Arc::new(open(&config).await?);
        let references = SqliteReferences::of(&store);
        Box::pin(Self::start_over(clock, store, references, config)).await
    }

    /// Starts a task queue on a store, with references that end with the process.
    #[cfg(test)]
    pub(super) async fn start_on(
        store: Arc<dyn Store>,
        config: Config,
    ) -> Result<Self, StartError> {
        // A future of its own: all that is there to be started makes it a large one.
        Box::pin(Self::start_by(Arc::new(SystemClock), store, config)).await
    }

    /// Starts a task queue on a store, by a clock, with references that end with the process.
    #[cfg(test)]
    pub(super) async fn start_by(
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        config: Config,
    ) -> Result<Self, StartError> {
        Box::pin(Self::start_over(
            clock,
            store,
            MemoryReferences::new(),
            config,
        ))
        .await
    }

    async fn start_over<R: ReferenceStore + Clone>(
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        references: R,
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
        let now = clock.now();
        let mut state = owner::recover(settings, &*store, now).await?;
        let (sender, inbox) = Owner::new();
        let mut hub = hub(&config, sender, clock).await?;
        hub.metrics = Metrics::new(state.next_order(), files(&config));
        let hub = Arc::new(hub);
        let office = open_office(&hub, references, &config).await?;
        for rule in office.rules() {
            // Nobody is there yet to be told of anything, and it cannot be refused.
            drop(engine::apply(&mut state, rule, now));
        }
        let owner = tokio::spawn(owner::run(inbox, state, store, Arc::clone(&hub)));
        hire(&hub, &config).await?;
        Ok(Self(Arc::new(Inner {
            office,
            owner: Mutex::new(Some(owner)),
        })))
    }

    /// Returns a gateway with all authority.
    pub fn gateway(&self) -> GatewayStub {
        whole_gateway(&self.0.office)
    }

    /// Returns what the service's objects share, for tests that look behind the capabilities.
    #[cfg(test)]
    pub(super) fn hub(&self) -> &Arc<Hub> {
        self.0.office.hub()
    }

    /// Loses the queue, as a crash of the process would.
    #[cfg(test)]
    pub(super) async fn crash(&self) {
        let owner = self.0.owner.lock().ok().and_then(|mut owner| owner.take());
        if let Some(owner) = owner {
            owner.abort();
            drop(owner.await);
        }
        self.0.office.hub().abandon_all();
    }

    /// Returns a gate, which has no authority but for those who have a reference. Each connection
    /// gets one of its own: one at which too much was tried takes a break.
    pub fn gate(&self) -> GateStub {
        gate(&self.0.office)
    }

    /// Tells whether the queue can do its work: it answers, and it can store.
    ///
    /// Something is written if nothing was lately; how often this is asked is of no consequence.
    pub async fn health(&self) -> Result<(), Unhealthy> {
        self.0.office.hub().health().await
    }

    /// Returns how the queue is doing, in numbers, as text that Prometheus reads.
    ///
    /// What cannot be had since the queue does not answer is left out.
    pub async fn metrics(&self) -> String {
        self.0.office.hub().report().await
    }

    /// Stops the queue: what was asked for before is done, attempts under way end.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the queue stopping, or running; stopping again sees it through.
    pub async fn stop(&self) {
        let hub = self.0.office.hub();
        hub.owner.stop().await;
        let owner = self.0.owner.lock().ok().and_then(|mut owner| owner.take());
        if let Some(owner) = owner {
            // It has been told to stop; that it panicked would have been seen long before.
            drop(owner.await);
        }
        hub.abandon_all();
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor").finish_non_exhaustive()
    }
}

async fn open(config: &Config) -> Result<SqliteStore, StartError> {
    let directory = config.data.clone();
    let opened = tokio::task::spawn_blocking(move || {
        fs::create_dir_all(&directory)?;
        SqliteStore::open(&directory)
    });
    Ok(opened.await.map_err(|_| StoreError::Closed)??)
}

/// Returns the files whose sizes are that of the store.
fn files(config: &Config) -> Vec<PathBuf> {
    match config.durability {
        Durability::Memory => Vec::new(),
        Durability::Disk => ["queue.db", "queue.db-wal"]
            .map(|name| config.data.join(name))
            .into(),
    }
}

/// The key is beside the database, and not in it: a copy of that alone restores nothing.
async fn open_office<R: ReferenceStore + Clone>(
    hub: &Arc<Hub>,
    references: R,
    config: &Config,
) -> Result<Arc<Office>, StartError> {
    let key = match config.durability {
        Durability::Disk => RegistryKey::load_or_create(config.data.join(KEY))?,
        Durability::Memory => RegistryKey::generate()?,
    };
    let defaults = Defaults {
        grants: config.client_grants.clone(),
        quotas: config.client_quotas,
    };
    let address = config.address.clone();
    Ok(Office::open(hub, key, references, defaults, address).await?)
}

/// The name of the file of the key.
const KEY: &str = "references.key";

async fn hub(config: &Config, owner: Owner, clock: Arc<dyn Clock>) -> Result<Hub, StartError> {
    let storage = ObjectStore::open(config.data.join("objects"), config.storage_limits).await?;
    let network = NetworkClient::new(config.network.clone(), Arc::clone(&clock))?;
    let tokens = Arc::new(storage.clone());
    let locks = LockManager::new(config.lock_limits, tokens);
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
