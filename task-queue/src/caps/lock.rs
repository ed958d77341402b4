//! Locks and permits.

use capnweb_runtime::{Result, capability};

use super::resource_error::ResourceError;

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

    /// Holds it for `ttl_ms` milliseconds from now on; fails if it has expired.
    async fn extend(&self, #[default(30_000)] ttl_ms: u64) -> Result<(), ResourceError>;

    /// Releases it now.
    async fn release(&self) -> Result<()>;
}

/// A permit of a semaphore that is held. Letting go of this reference, by dropping it or by losing
/// the connection, gives it back; nobody else can.
#[capability]
pub trait Permit {
    /// The key of the semaphore.
    #[property]
    fn key(&self) -> String;

    /// Holds it for `ttl_ms` milliseconds from now on; fails if it has expired.
    async fn extend(&self, #[default(30_000)] ttl_ms: u64) -> Result<(), ResourceError>;

    /// Gives it back now.
    async fn release(&self) -> Result<()>;
}
