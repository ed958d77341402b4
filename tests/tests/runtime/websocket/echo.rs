//! What the servers of these tests serve.

use std::sync::Arc;

use capnweb_runtime::{Call, Error, Result, Value, capability};

use super::super::support::{Census, Citizen};

#[capability]
pub(super) trait Echo {
    async fn echo(&self, value: Value) -> Result<Value>;
    async fn large(&self, bytes: usize) -> Result<String>;
    #[rpc(cancel = "drop")]
    async fn never(&self) -> Result<()>;
    async fn end(&self, call: Call, reason: String) -> Result<()>;
}

/// One for each session, so that a census of them tells which sessions have let go of theirs.
pub(super) struct Parrot(#[allow(dead_code, reason = "it counts")] Arc<Citizen>);

impl Parrot {
    pub(super) fn stub(census: &Census) -> EchoStub {
        EchoStub::new(Self(Arc::new(census.citizen())))
    }
}

pub(super) fn parrot() -> EchoStub {
    Parrot::stub(&Census::default())
}

impl Echo for Parrot {
    async fn echo(&self, value: Value) -> Result<Value> {
        Ok(value)
    }

    async fn large(&self, bytes: usize) -> Result<String> {
        Ok("x".repeat(bytes))
    }

    async fn never(&self) -> Result<()> {
        std::future::pending().await
    }

    async fn end(&self, call: Call, reason: String) -> Result<()> {
        let session = call.session().ok_or_else(|| Error::new("no session"))?;
        session.close(&reason);
        Ok(())
    }
}
