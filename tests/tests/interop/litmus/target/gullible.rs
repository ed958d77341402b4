//! A visitor's main object of somebody who does not look at types.

use capnweb_runtime::{Error, Result, Value, capability};

use super::visitor::{Guest, TicketStub, Visitor};

/// Takes whatever it is given for what it looks like.
#[capability]
pub(crate) trait Gullible {
    async fn echo(&self, value: Value) -> Result<Value>;
    async fn ticket(&self) -> Result<TicketStub>;
    async fn admit(&self, ticket: Value) -> Result<bool>;
    async fn check(&self, pin: Value) -> Result<()>;
}

impl Gullible for Guest {
    async fn echo(&self, value: Value) -> Result<Value> {
        Ok(value)
    }

    async fn ticket(&self) -> Result<TicketStub> {
        Visitor::ticket(self).await
    }

    async fn admit(&self, _ticket: Value) -> Result<bool> {
        self.world.admitted.count();
        Ok(true)
    }

    async fn check(&self, pin: Value) -> Result<()> {
        Err(Error::new(format!("src/gullible.rs: {pin:?} is no pin")))
    }
}
