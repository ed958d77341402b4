//! A disk whose unsynced writes vanish in a crash, and that fails now and then.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use crate::engine::tests::dice::Dice;
use crate::future::BoxFuture;
use crate::model::{Change, RecordId, Snapshot};
use crate::store::{MemoryStore, Store, StoreError};

/// A disk whose unsynced writes vanish in a crash, and that fails now and then.
#[derive(Debug)]
pub(super) struct Disk {
    /// What would be found after a crash.
    synced: MemoryStore,
    nature: Mutex<Nature>,
}

#[derive(Debug)]
struct Nature {
    dice: Dice,
    is_faulty: bool,
    syncs: usize,
}

impl Disk {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            synced: MemoryStore::new(),
            nature: Mutex::new(Nature {
                dice: Dice::new(seed),
                is_faulty: true,
                syncs: 0,
            }),
        }
    }

    /// From here on nothing fails.
    pub(super) fn heal(&self) {
        self.nature().is_faulty = false;
    }

    /// Returns how often it was synced.
    pub(super) fn syncs(&self) -> usize {
        self.nature().syncs
    }

    /// Returns what would be found after a crash.
    pub(super) async fn contents(&self) -> Snapshot {
        self.synced.load().await.unwrap()
    }

    async fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.takes_time().await;
        if self.fails(12) {
            return Err(StoreError::Full);
        }
        self.synced.commit(changes).await?;
        self.nature().syncs += 1;
        // It is on disk, and nobody knows yet.
        self.takes_time().await;
        if self.fails(30) {
            return Err(StoreError::Io(io::Error::other("the sync has failed")));
        }
        Ok(())
    }

    fn fails(&self, once_in: usize) -> bool {
        let mut nature = self.nature();
        nature.dice.roll(once_in) == 0 && nature.is_faulty
    }

    async fn takes_time(&self) {
        let micros = u64::try_from(self.nature().dice.roll(3_000)).unwrap();
        sleep(Duration::from_micros(micros)).await;
    }

    fn nature(&self) -> MutexGuard<'_, Nature> {
        self.nature.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Disk {
    fn load(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        self.synced.load()
    }

    fn fetch(&self, records: Vec<RecordId>) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        Box::pin(async move {
            self.takes_time().await;
            if self.fails(4) {
                return Err(StoreError::Io(io::Error::other("it cannot be read")));
            }
            self.synced.fetch(records).await
        })
    }

    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.write(changes))
    }
}
