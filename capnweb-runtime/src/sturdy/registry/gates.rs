//! What ends the stubs that live in this process when their reference is revoked.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::hook::Revoker;
use crate::sturdy::record::RecordId;

/// A gate for each record that was restored in this process, behind that of the record that it was
/// derived from.
///
/// Whoever restores takes the gate first and reads the record then; whoever revokes closes the gate
/// first, writes the record then, and forgets the gate in the end. So there is no moment at which a
/// stub could slip through: either the record is read as revoked, or the gate is the one that was
/// closed, or will be.
#[derive(Default)]
pub(super) struct Gates(Mutex<HashMap<RecordId, Place>>);

struct Place {
    gate: Revoker,
    /// The record that this one was derived from. It is told wrongly of a gate that was closed before
    /// anybody asked for it, which lets nothing through in any case.
    parent: Option<RecordId>,
}

/// What is known here of where a record comes from.
pub(super) enum Descent {
    Unknown,
    /// It was not derived.
    Root,
    From(RecordId),
}

impl Gates {
    /// Returns what a record was derived from, if its gate is there: that never changes.
    pub(super) fn descent_of(&self, id: RecordId) -> Descent {
        match self.lock().get(&id).map(|place| place.parent) {
            None => Descent::Unknown,
            Some(None) => Descent::Root,
            Some(Some(parent)) => Descent::From(parent),
        }
    }

    /// Returns the gate of the first of these records, each of which was derived from the next.
    pub(super) fn of(&self, line: &[RecordId]) -> Revoker {
        let mut places = self.lock();
        let (mut behind, mut parent) = (None::<Revoker>, None);
        for &id in line.iter().rev() {
            let place = places.entry(id).or_insert_with(|| Place {
                gate: behind.as_ref().map_or_else(Revoker::new, Revoker::child),
                parent,
            });
            (behind, parent) = (Some(place.gate.clone()), Some(id));
        }
        behind.unwrap_or_default()
    }

    /// Closes the gate of a record; one that nobody has asked for is there from then on, and closed.
    pub(super) fn close(&self, id: RecordId, reason: &str) {
        let closed = Revoker::new();
        closed.revoke(reason);
        let place = Place {
            gate: closed,
            parent: None,
        };
        let gate = self.lock().entry(id).or_insert(place).gate.clone();
        gate.revoke(reason);
    }

    /// Closes a gate for good, and forgets it: the record is revoked, or there is none.
    pub(super) fn forget(&self, id: RecordId, reason: &str) {
        let place = self.lock().remove(&id);
        if let Some(place) = place {
            place.gate.revoke(reason);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RecordId, Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
