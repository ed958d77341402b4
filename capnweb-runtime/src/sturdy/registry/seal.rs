//! Making references.

use super::handle::{Inner, Live, Members, Registry};
use crate::sturdy::caveat::{Bound, Caveat};
use crate::sturdy::error::{NarrowError, SealError};
use crate::sturdy::event::SturdyEvent;
use crate::sturdy::record::{Origin, Record, RecordId};
use crate::sturdy::reference::SturdyRef;
use crate::typed::Capability;

impl Registry {
    /// Makes a reference to a live capability.
    ///
    /// The registry holds the capability until the reference is [revoked](Self::revoke). It does not
    /// survive the process: restoring the reference after a restart fails with
    /// [`RestoreError::Lost`](super::super::RestoreError::Lost). For one that does, see
    /// [`seal_as`](Self::seal_as).
    ///
    /// # Errors
    ///
    /// When a caveat or the store does not take it, or the registry holds as many as it may; or when a
    /// caveat goes by a name that no member has on the wire.
    ///
    /// # Cancel safety
    ///
    /// A reference that was made and not returned stays in the store, where nobody can use it.
    pub async fn seal<C: Capability>(
        &self,
        capability: &C,
        caveats: impl IntoIterator<Item = Caveat> + Send,
    ) -> Result<SturdyRef, SealError> {
        let reference = self.0.sign(caveats, C::MEMBERS)?;
        let stub = capability.as_stub();
        if stub.is_stream() {
            return Err(SealError::Stream);
        }
        let interface = C::INTERFACE.to_owned();
        let live = Live {
            stub: stub.clone(),
            members: C::MEMBERS,
        };
        let place = Place::take(&self.0, reference.record(), live)?;
        let sealed = self
            .0
            .keep(reference, Origin::Live { interface }, Vec::new())
            .await;
        place.keep_if(sealed.is_ok());
        sealed
    }

    /// Makes a reference to what the [maker](Self::maker) of this kind makes of this key, whenever it
    /// is restored, also after a restart. The store keeps both as they are.
    ///
    /// # Errors
    ///
    /// When there is no such maker, the key is too long, or a caveat or the store does not take it; or when
    /// a caveat goes by a name that no member has on the wire.
    ///
    /// # Cancel safety
    ///
    /// As for [`seal`](Self::seal).
    pub async fn seal_as(
        &self,
        kind: impl Into<String>,
        key: impl Into<String>,
        caveats: impl IntoIterator<Item = Caveat> + Send,
    ) -> Result<SturdyRef, SealError> {
        let (kind, key) = (kind.into(), key.into());
        if kind.len().saturating_add(key.len()) > self.0.limits.max_key_bytes {
            return Err(SealError::KeyTooLong(self.0.limits.max_key_bytes));
        }
        let Some(maker) = self.0.maker_of(&kind) else {
            return Err(SealError::NoMaker(kind));
        };
        let reference = self.0.sign(caveats, maker.members)?;
        self.0
            .keep(reference, Origin::Made { kind, key }, Vec::new())
            .await
    }

    /// Makes a reference of its own to what another one stands for: with all of its caveats, the
    /// counted ones shared, and more. It can be revoked by itself, and is revoked with the other one.
    ///
    /// # Errors
    ///
    /// [`SealError::NoSuchReference`] when the other one does not work. When it is derived in too many
    /// steps, or a caveat or the store does not take it.
    ///
    /// # Cancel safety
    ///
    /// As for [`seal`](Self::seal).
    pub async fn derive(
        &self,
        reference: &SturdyRef,
        caveats: impl IntoIterator<Item = Caveat> + Send,
    ) -> Result<SturdyRef, SealError> {
        let checked = self.0.check(reference).await.map_err(|refused| {
            refused
                .store
                .map_or(SealError::NoSuchReference, SealError::Store)
        })?;
        if checked.records > self.0.limits.max_depth {
            return Err(SealError::TooDeep(self.0.limits.max_depth));
        }
        let derived = match self.0.members_of(&checked.root) {
            Some(members) => self.0.sign(caveats, members)?,
            None => return Err(SealError::NoSuchReference),
        };
        let from = reference.record();
        self.0
            .keep(derived, Origin::Derived { from }, checked.bounds)
            .await
    }
}

impl Inner {
    /// Makes the text of a new reference to something with these members.
    fn sign(
        &self,
        caveats: impl IntoIterator<Item = Caveat>,
        members: Members,
    ) -> Result<SturdyRef, SealError> {
        let mut identifier = [0; 32];
        getrandom::fill(&mut identifier).map_err(|_| NarrowError::NoRandomness)?;
        let reference = SturdyRef::sign(&self.key, identifier);
        caveats
            .into_iter()
            .try_fold(reference, |reference, caveat| {
                if let Some(name) = caveat.unknown_name(members) {
                    return Err(SealError::NoSuchMember(name.to_owned()));
                }
                Ok(reference.narrow(caveat)?)
            })
    }

    /// Returns the members of what a reference stands for; `None` if it cannot be had any more.
    fn members_of(&self, (id, origin): &(RecordId, Origin)) -> Option<Members> {
        match origin {
            Origin::Live { .. } => self.live().get(id).map(|live| live.members),
            Origin::Made { kind, .. } => self.maker_of(kind).map(|maker| maker.members),
            Origin::Derived { .. } => None,
        }
    }

    /// Stores the record of a new reference.
    async fn keep(
        &self,
        reference: SturdyRef,
        origin: Origin,
        inherited: Vec<Bound>,
    ) -> Result<SturdyRef, SealError> {
        let id = reference.record();
        let mut record = Record::new(id, origin, self.now());
        let own = reference.verify(&self.key).unwrap_or_default();
        record.expires_at = inherited
            .iter()
            .chain(&own)
            .filter_map(Bound::expires)
            .min();
        record.inherited = inherited;
        let parent = record.parent();
        self.store.insert(record, self.limits.max_records).await?;
        self.tell(&SturdyEvent::Sealed { record: id, parent });
        Ok(reference)
    }
}

/// A live capability's place in the registry, given up unless it is kept.
struct Place<'a> {
    registry: &'a Inner,
    id: RecordId,
    kept: bool,
}

impl<'a> Place<'a> {
    fn take(registry: &'a Inner, id: RecordId, target: Live) -> Result<Self, SealError> {
        let mut live = registry.live();
        if live.len() >= registry.limits.max_live {
            return Err(SealError::TooManyLive(registry.limits.max_live));
        }
        drop(live.insert(id, target));
        Ok(Self {
            registry,
            id,
            kept: false,
        })
    }

    fn keep_if(mut self, kept: bool) {
        self.kept = kept;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.kept {
            let stub = self.registry.live().remove(&self.id);
            drop(stub);
        }
    }
}
