//! What ends the stubs that live in this process when their reference is revoked.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::hook::Revoker;
use crate::sturdy::record::RecordId;

/// A gate for each record that was restored in this process.
///
/// Whoever restores takes the gate first and reads the record then; whoever revokes closes the gate
/// first, writes the record then, and forgets the gate in the end. So there is no moment at which a
/// stub could slip through: either the record is read as revoked, or the gate is the one that was
/// closed, or will be.
#[derive(Default)]
pub(super) struct Gates(Mutex<HashMap<RecordId, Revoker>>);

impl Gates {
    /// Returns the gate of a record.
    pub(super) fn of(&self, id: RecordId) -> Revoker {
        self.lock().entry(id).or_default().clone()
    }

    /// Closes a gate for good, and forgets it: the record is revoked, or there is none.
    pub(super) fn forget(&self, id: RecordId, reason: &str) {
        let gate = self.lock().remove(&id);
        if let Some(gate) = gate {
            gate.revoke(reason);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RecordId, Revoker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
