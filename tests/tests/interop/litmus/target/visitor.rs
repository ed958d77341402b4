//! What a visitor holds.

use std::sync::Arc;

use capnweb_runtime::policy::{CallBudget, Methods, absent};
use capnweb_runtime::{Capability as _, Error, RestoreError, Result, Stub, Value, capability};

use super::safe::{SafeReaderStub, SafeStub};
use super::world::{Present, Shelf, World, lock};
use crate::litmus::data::Mechanism;

#[capability]
pub(crate) trait Visitor {
    async fn echo(&self, value: Value) -> Result<Value>;
    async fn ignore(&self, value: Value) -> Result<()>;
    async fn numbers(&self, n: u32) -> Result<Vec<u32>>;
    async fn one(&self, value: Value) -> Result<Value>;
    #[rpc(cancel = "drop")]
    async fn hang(&self) -> Result<()>;
    async fn breaks(&self) -> Result<()>;
    async fn check(&self, pin: u32) -> Result<()>;
    async fn post(&self, value: Value) -> Result<()>;
    async fn fetch(&self) -> Result<Value>;
    async fn ticket(&self) -> Result<TicketStub>;
    async fn admit(&self, ticket: TicketStub) -> Result<bool>;
    async fn safe(&self) -> Result<SafeStub>;
    async fn reader(&self) -> Result<Stub>;
    async fn loan(&self) -> Result<SafeStub>;
    #[rpc(cancel = "drop")]
    async fn later_loan(&self) -> Result<SafeStub>;
    async fn short(&self) -> Result<SafeStub>;
    async fn room(&self) -> Result<SafeStub>;
    async fn other_room(&self) -> Result<SafeStub>;
    async fn reading_room(&self) -> Result<Stub>;
    async fn budget(&self, calls: u64) -> Result<SafeStub>;
    async fn again(&self) -> Result<SafeStub>;
    async fn stacked(&self) -> Result<SafeStub>;
    async fn hidden(&self) -> Result<SafeStub>;
    async fn restore(&self, reference: String) -> Result<Stub, RestoreError>;
}

/// Something that lets its holder in.
#[capability]
pub(crate) trait Ticket {
    async fn number(&self) -> Result<u32>;
}

struct Paper;

impl Ticket for Paper {
    async fn number(&self) -> Result<u32> {
        Ok(1)
    }
}

/// Mallory, or alice.
pub(super) struct Guest {
    pub(super) world: Arc<World>,
    pub(super) shelf: Arc<Shelf>,
    _present: Present,
}

impl Guest {
    pub(super) fn new(world: &Arc<World>, shelf: &Arc<Shelf>) -> Self {
        Self {
            world: Arc::clone(world),
            shelf: Arc::clone(shelf),
            _present: world.new_visitor(),
        }
    }

    fn facet_of(&self, safe: SafeStub) -> Stub {
        if self.world.has(Mechanism::Facet) {
            safe.attenuate::<SafeReaderStub>().into_stub()
        } else {
            safe.into_stub()
        }
    }
}

impl Visitor for Guest {
    async fn echo(&self, value: Value) -> Result<Value> {
        Ok(value)
    }

    async fn ignore(&self, _value: Value) -> Result<()> {
        Ok(())
    }

    async fn numbers(&self, n: u32) -> Result<Vec<u32>> {
        Ok((0..n).collect())
    }

    async fn one(&self, value: Value) -> Result<Value> {
        self.world.worked.count();
        Ok(value)
    }

    async fn hang(&self) -> Result<()> {
        std::future::pending().await
    }

    async fn breaks(&self) -> Result<()> {
        let text = "assertion failed: the vault 12-34-56 is open";
        assert!(!self.world.has(Mechanism::Redaction), "{text}");
        Err(Error::new(text))
    }

    async fn check(&self, _pin: u32) -> Result<()> {
        Err(Error::new("no"))
    }

    async fn post(&self, value: Value) -> Result<()> {
        *lock(&self.shelf.posted) = value;
        Ok(())
    }

    async fn fetch(&self) -> Result<Value> {
        Ok(lock(&self.shelf.posted).clone())
    }

    async fn ticket(&self) -> Result<TicketStub> {
        Ok(self
            .shelf
            .tickets
            .seal(&TicketStub::new(Paper), Arc::new(())))
    }

    async fn admit(&self, ticket: TicketStub) -> Result<bool> {
        let is_own = self.shelf.tickets.unseal(&ticket).is_some();
        let is_admitted = is_own || !self.world.has(Mechanism::Brand);
        if is_admitted {
            self.world.admitted.count();
        }
        Ok(is_admitted)
    }

    async fn safe(&self) -> Result<SafeStub> {
        Ok(self.world.safe())
    }

    async fn reader(&self) -> Result<Stub> {
        Ok(self.facet_of(self.world.safe()))
    }

    async fn loan(&self) -> Result<SafeStub> {
        Ok(self.world.lend("loan", self.world.safe()))
    }

    async fn later_loan(&self) -> Result<SafeStub> {
        self.world.opened().await;
        self.loan().await
    }

    async fn short(&self) -> Result<SafeStub> {
        Ok(self.world.lend("short", self.world.short_safe("short")))
    }

    async fn room(&self) -> Result<SafeStub> {
        Ok(self.world.enclose("room", &self.world.safe()))
    }

    async fn other_room(&self) -> Result<SafeStub> {
        Ok(self.world.enclose("otherRoom", &self.world.safe()))
    }

    async fn reading_room(&self) -> Result<Stub> {
        let reader = self.facet_of(self.world.safe());
        let reader: SafeReaderStub = reader.cast();
        Ok(self.world.enclose("room", &reader).into_stub())
    }

    async fn budget(&self, calls: u64) -> Result<SafeStub> {
        let guarded = self.world.guard(self.world.safe(), CallBudget::new(calls));
        *lock(&self.shelf.budget) = Some(guarded.clone());
        Ok(guarded)
    }

    async fn again(&self) -> Result<SafeStub> {
        let budget = lock(&self.shelf.budget).clone();
        budget.ok_or_else(|| Error::new("there is none"))
    }

    async fn stacked(&self) -> Result<SafeStub> {
        let world = &self.world;
        let one = world.guard(world.safe(), Methods::only(["peek", "take"]));
        Ok(world.guard(one, Methods::only(["peek", "empty"])))
    }

    async fn hidden(&self) -> Result<SafeStub> {
        let policy = absent(Methods::only(["peek"]));
        Ok(self.world.guard(self.world.safe(), policy))
    }

    async fn restore(&self, reference: String) -> Result<Stub, RestoreError> {
        self.shelf.references.restore(&self.world, reference).await
    }
}
