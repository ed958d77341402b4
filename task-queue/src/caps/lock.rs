//! Locks.

use capnweb_runtime::{Result, capability};

/// A lock that is held. Letting go of this reference, by dropping it or by losing the connection,
/// releases it; nobody else can.
#[capability]
pub trait Lock {
    /// The key it is on.
    #[property]
    fn key(&self) -> String;

    /// A number that grows with each holder; a write that carries it is refused once it is stale.
    #[property]
    fn token(&self) -> u64;

    /// Releases it now.
    async fn release(&self) -> Result<()>;
}
