//! What is attacked: a bank that has a safe.

use capnweb_runtime::{Call, Result, capability};

#[capability]
pub(super) trait Safe {
    async fn peek(&self) -> Result<String>;
    async fn empty(&self) -> Result<String>;
}

#[capability]
pub(super) trait Bank {
    async fn guest(&self) -> Result<SafeStub>;
    async fn check(&self, pin: u32) -> Result<()>;
    /// Returns all that can be written down of the session that the call came over.
    async fn session(&self, call: Call) -> Result<String>;
}
