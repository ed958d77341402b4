//! From a reference to a capability.

use super::gates::Descent;
use super::handle::{Inner, Registry, internal};
use crate::error::Error;
use crate::hook::{Revoker, Stub, metered};
use crate::sturdy::bounds::Bounds;
use crate::sturdy::caveat::{Bound, Written};
use crate::sturdy::error::{RestoreError, StoreError};
use crate::sturdy::event::{Refusal, SturdyEvent};
use crate::sturdy::record::{Origin, RecordId, millis};
use crate::sturdy::reference::SturdyRef;
use crate::sturdy::store::Spending;
use crate::typed::Capability;

impl Registry {
    /// Gives back what a reference stands for, bounded by its caveats. The stub ends when the
    /// reference is revoked.
    ///
    /// # Errors
    ///
    /// [`RestoreError::NoSuchReference`] if it does not work, for whatever reason; the others if it
    /// is in order. What its maker fails with is passed on.
    ///
    /// # Cancel safety
    ///
    /// A one-shot may have been used up.
    pub async fn restore<C: Capability>(&self, reference: &SturdyRef) -> Result<C, RestoreError> {
        let restored = self.0.restore(reference, Some(C::INTERFACE)).await;
        restored.map(C::from_stub)
    }

    /// Like [`restore`](Self::restore), whatever the capability's interface is.
    pub async fn restore_stub(&self, reference: &SturdyRef) -> Result<Stub, RestoreError> {
        self.0.restore(reference, None).await
    }
}

/// A reference that is in order.
pub(super) struct Checked {
    /// What bounds it.
    pub(super) bounds: Vec<Bound>,
    /// The gate of its record, behind those of the records that it was derived from.
    gate: Revoker,
    /// How many records that are.
    pub(super) records: usize,
    /// The record that was not derived, and where its capability comes from.
    pub(super) root: (RecordId, Origin),
}

/// Why a reference was not restored.
pub(super) struct Refused {
    refusal: Refusal,
    /// What the store says, if it is the store's fault.
    pub(super) store: Option<StoreError>,
    /// What the maker says, if it is the maker's.
    maker: Option<Error>,
}

impl Inner {
    async fn restore(
        &self,
        reference: &SturdyRef,
        interface: Option<&str>,
    ) -> Result<Stub, RestoreError> {
        let record = reference.record();
        match self.attempt(reference, interface).await {
            Ok(stub) => {
                self.tell(&SturdyEvent::Restored { record });
                Ok(stub)
            }
            Err(refused) => {
                let (record, refusal) = (Some(record), refused.refusal);
                self.tell(&SturdyEvent::Refused { record, refusal });
                Err(refused.into())
            }
        }
    }

    async fn attempt(
        &self,
        reference: &SturdyRef,
        interface: Option<&str>,
    ) -> Result<Stub, Refused> {
        let checked = self.check(reference).await?;
        self.check_unspent(&checked.bounds).await?;
        let (stub, of) = self.obtain(&checked.root).await?;
        if interface.is_some_and(|interface| interface != of) {
            return Err(Refusal::WrongInterface.into());
        }
        let stub = self.count_calls(stub, &checked.bounds).await?;
        self.spend_shots(&checked.bounds).await?;
        let stub = Bounds::of(&checked.bounds, self.clock()).around(stub);
        if checked.gate.is_revoked() {
            return Err(Refusal::Revoked.into());
        }
        Ok(checked.gate.revocable_stub(&stub))
    }

    /// Checks all of a reference that does not change by checking it.
    pub(super) async fn check(&self, reference: &SturdyRef) -> Result<Checked, Refused> {
        let own = reference.verify(&self.key)?;
        let mut checked = self.follow(reference.record()).await?;
        checked.bounds.extend(own);
        let now = millis(self.now());
        if checked
            .bounds
            .iter()
            .filter_map(Bound::expires)
            .any(|at| at <= now)
        {
            return Err(Refusal::Expired.into());
        }
        Ok(checked)
    }

    /// Follows a record to the one that it was derived from in the end, and looks whether all of them
    /// are in order; see [`Gates`](super::gates::Gates) for the order.
    async fn follow(&self, record: RecordId) -> Result<Checked, Refused> {
        let line = self.line_of(record).await?;
        let gate = self.gates.of(&line);
        if gate.is_revoked() {
            return Err(Refusal::Revoked.into());
        }
        let mut bounds = None;
        let mut root = (record, None);
        for &id in &line {
            let Some(record) = self.store.find(id).await? else {
                self.gates.forget(id, "the reference was removed");
                return Err(Refusal::Unknown.into());
            };
            if record.revoked.is_some() {
                return Err(Refusal::Revoked.into());
            }
            bounds.get_or_insert(record.inherited);
            root = (id, Some(record.origin));
        }
        let (id, origin) = root;
        Ok(Checked {
            bounds: bounds.unwrap_or_default(),
            gate,
            records: line.len(),
            root: (id, origin.ok_or(Refusal::Unknown)?),
        })
    }

    /// Returns a record and those that it was derived from, one from the next. The store is asked for
    /// what was not restored in this process before.
    async fn line_of(&self, record: RecordId) -> Result<Vec<RecordId>, Refused> {
        let mut line = Vec::new();
        let mut next = Some(record);
        while let Some(id) = next {
            if line.len() >= MAX_STEPS {
                return Err(Refusal::Unknown.into());
            }
            line.push(id);
            next = match self.gates.descent_of(id) {
                Descent::From(parent) => Some(parent),
                Descent::Root => None,
                Descent::Unknown => {
                    let record = self.store.find(id).await?;
                    record.ok_or(Refusal::Unknown)?.parent()
                }
            };
        }
        Ok(line)
    }

    /// Refuses what was used up before anything is made for it.
    async fn check_unspent(&self, bounds: &[Bound]) -> Result<(), Refused> {
        for bound in bounds {
            let is_shot = matches!(bound.caveat, Written::OneShot(_));
            if is_shot && self.store.spent(bound.record, bound.counter).await? > 0 {
                return Err(Refusal::Spent.into());
            }
        }
        Ok(())
    }

    /// Gets the capability, and the name of its interface.
    async fn obtain(&self, (id, origin): &(RecordId, Origin)) -> Result<(Stub, String), Refused> {
        match origin {
            Origin::Live { interface } => {
                let live = self.live().get(id).cloned().ok_or(Refusal::Lost)?;
                Ok((live.stub, interface.clone()))
            }
            Origin::Made { kind, key } => {
                let maker = self.maker_of(kind).ok_or(Refusal::NoMaker)?;
                let made = (maker.make)(key.clone()).await.map_err(Refused::by_maker)?;
                Ok((made, maker.interface.to_owned()))
            }
            Origin::Derived { .. } => Err(Refusal::Unknown.into()),
        }
    }

    /// Uses up what can be used once: the last thing that can go wrong.
    async fn spend_shots(&self, bounds: &[Bound]) -> Result<(), Refused> {
        for bound in bounds {
            if matches!(bound.caveat, Written::OneShot(_))
                && self.store.spend(self.spending(bound, 1)).await? == 0
            {
                return Err(Refusal::Spent.into());
            }
        }
        Ok(())
    }

    /// Puts a count in front of a capability for each caveat that counts calls.
    async fn count_calls(&self, mut stub: Stub, bounds: &[Bound]) -> Result<Stub, Refused> {
        for bound in bounds {
            if let Written::Calls { limit, .. } = bound.caveat {
                let spending = self.spending(bound, limit);
                let budget = self.budgets.open(&self.store, spending).await?;
                stub = metered(&stub, budget.ok_or(Refusal::Spent)?);
            }
        }
        Ok(stub)
    }

    fn spending(&self, bound: &Bound, limit: u64) -> Spending {
        Spending {
            record: bound.record,
            counter: bound.counter,
            wanted: 1,
            limit,
            max_counters: self.limits.max_counters,
        }
    }
}

impl Refused {
    fn by_maker(error: Error) -> Self {
        Self {
            maker: Some(error),
            ..Refusal::MakerFailed.into()
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            store: None,
            maker: None,
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        let refusal = match error {
            StoreError::TooManyCounters(_) => Refusal::TooManyCounters,
            StoreError::Missing => Refusal::Unknown,
            _ => Refusal::StoreFailed,
        };
        let store = Some(error).filter(|_| refusal == Refusal::StoreFailed);
        Self {
            store,
            ..refusal.into()
        }
    }
}

/// What whoever presents a reference is told: of one that is in order, what is wrong; of all others,
/// the same.
impl From<Refused> for RestoreError {
    fn from(refused: Refused) -> Self {
        match refused.refusal {
            Refusal::Lost => Self::Lost,
            Refusal::WrongInterface => Self::WrongInterface,
            Refusal::TooManyAttempts => Self::TooManyAttempts,
            Refusal::NoMaker => Self::Other(internal(std::io::Error::other("no maker"))),
            Refusal::MakerFailed | Refusal::StoreFailed => {
                let store = refused.store.map(internal);
                let error = refused.maker.or(store);
                Self::Other(error.unwrap_or_else(|| Error::new("The reference was not restored.")))
            }
            Refusal::Malformed
            | Refusal::Forged
            | Refusal::Unknown
            | Refusal::Revoked
            | Refusal::Expired
            | Refusal::Spent
            | Refusal::UnknownCaveat
            | Refusal::TooManyCounters => Self::NoSuchReference,
        }
    }
}

/// No record was derived in more steps than a store that is in order can have.
const MAX_STEPS: usize = 1_024;
