//! Taking references back, listing them, clearing away those that are dead.

use std::collections::{HashMap, HashSet};

use super::handle::{Inner, Registry};
use crate::sturdy::error::StoreError;
use crate::sturdy::event::SturdyEvent;
use crate::sturdy::record::{Origin, Record, RecordId, Revocation, millis};
use crate::sturdy::reference::SturdyRef;

impl Registry {
    /// Takes a reference back, by itself or by its record, with all that was derived from it; returns
    /// whether it was there and had not been.
    ///
    /// When this returns, it is in the store, and no stub that was restored from it, in whatever
    /// session, lets a call through: they fail with [`Error::Revoked`](crate::Error::Revoked) and the
    /// reason, of which the first 256 bytes are kept. Whoever presents the reference later is told
    /// nothing of a reason. Copies of it that were narrowed are the same reference.
    ///
    /// # Errors
    ///
    /// When the store fails. Then nothing goes through in this process all the same, but the reference
    /// may work again after a restart: revoke it again.
    ///
    /// # Cancel safety
    ///
    /// Once it was polled, stubs are dead, and the store is told.
    pub async fn revoke(
        &self,
        reference: impl Into<RecordId>,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let id = reference.into();
        let reason = shortened(reason);
        self.0.gates.close(id, reason);
        let target = self.0.live().remove(&id);
        drop(target);
        let revocation = Revocation {
            at: millis(self.0.now()),
            reason: reason.to_owned(),
        };
        let first = match self.0.store.revoke(id, revocation).await {
            Err(StoreError::Missing) => false,
            answer => answer?,
        };
        self.0.gates.forget(id, reason);
        if first {
            self.0.tell(&SturdyEvent::Revoked { record: id });
        }
        Ok(first)
    }

    /// Returns all records, the oldest first: those that were revoked or have expired too, until they
    /// are [purged](Self::purge).
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn list(&self) -> Result<Vec<Record>, StoreError> {
        let mut records = self.0.store.list().await?;
        records.sort_by_key(|record| (record.sealed_at, record.id));
        Ok(records)
    }

    /// Removes the records of references that cannot work any more: that were revoked, have expired,
    /// or stand for objects that have not survived a restart, and all that was derived from them;
    /// returns how many. In the audit log, such references are `unknown` from then on.
    ///
    /// Where several processes share a store, each takes the others' live objects for lost: purge
    /// while only one runs.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn purge(&self) -> Result<usize, StoreError> {
        let records = self.0.store.list().await?;
        let dead = self.0.dead(&records);
        let count = dead.len();
        self.0.store.remove(dead.iter().copied().collect()).await?;
        for &id in &dead {
            self.0.gates.forget(id, "the reference was removed");
        }
        self.0.budgets.retain(|block| !dead.contains(&block.record));
        let targets: Vec<_> = {
            let mut live = self.0.live();
            dead.iter().filter_map(|id| live.remove(id)).collect()
        };
        drop(targets);
        Ok(count)
    }
}

impl Inner {
    /// Returns the records that cannot work any more.
    fn dead(&self, records: &[Record]) -> HashSet<RecordId> {
        let by_id: HashMap<_, _> = records.iter().map(|record| (record.id, record)).collect();
        let now = self.now();
        let live: HashSet<RecordId> = self.live().keys().copied().collect();
        let is_dead = |record: &Record| {
            let is_lost =
                matches!(record.origin, Origin::Live { .. }) && !live.contains(&record.id);
            record.revoked.is_some() || record.is_expired(now) || is_lost
        };
        let mut dead = HashSet::new();
        let mut known = HashSet::new();
        for record in records {
            // Up to a record whose fate is known: so each is visited once.
            let mut path = Vec::new();
            let mut next = Some(record.id);
            let fate = loop {
                let Some(id) = next else { break false };
                if dead.contains(&id) {
                    break true;
                }
                if !known.insert(id) {
                    break false;
                }
                path.push(id);
                match by_id.get(&id) {
                    None => break true,
                    Some(record) if is_dead(record) => break true,
                    Some(record) => next = record.parent(),
                }
            };
            if fate {
                dead.extend(path);
            }
        }
        dead.retain(|id| by_id.contains_key(id));
        dead
    }
}

impl From<&SturdyRef> for RecordId {
    fn from(reference: &SturdyRef) -> Self {
        reference.record()
    }
}

/// Cuts a text to what is kept of it.
fn shortened(reason: &str) -> &str {
    let end = reason.floor_char_boundary(MAX_REASON);
    reason.get(..end).unwrap_or(reason)
}

const MAX_REASON: usize = 256;
