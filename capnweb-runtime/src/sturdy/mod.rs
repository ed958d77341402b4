//! Sturdy references: names of capabilities that can be written down.
//!
//! A live reference ends with its connection. A sturdy one is text: a secret that a registry gives
//! the capability back for, in another session, after a restart, to whoever was handed it.
//! [`guide::sturdy`](crate::guide::sturdy) says how they are used, and what they are worth to an attacker.
//!
//! What a program names that seals and restores is in the root of the crate, too. Here is also what only
//! those name who keep records ([`SturdyStore`]: [`Record`], [`Spending`], `laws`) or write down what has
//! become of them ([`SturdyEvent`]: [`RecordId`], [`Refusal`]), and every way to fail.
//
// | file | what is in it |
// |---|---|
// | `reference`, `url` | the text, alone and as a link |
// | `caveat`, `chain` | what bounds a reference, and the signatures that keep anybody from unbounding it |
// | `key` | what a registry signs with |
// | `record`, `store` | what is kept of a reference, and where |
// | `registry` | making, restoring and revoking references |
// | `bounds`, `budget` | caveats at work: a policy, and counts of calls that outlive the process |
// | `restorer`, `failures` | the registry as peers see it, and who guesses |
// | `event`, `error`, `limits` | what the owner is told, what everybody else is, and how much there may be |
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bounds;
mod budget;
mod caveat;
mod chain;
mod error;
mod event;
mod failures;
mod hex;
mod key;
mod limits;
mod record;
mod reference;
mod registry;
mod restorer;
mod store;
mod url;

pub use caveat::{Bound, Caveat};
pub use error::{InvalidReference, NarrowError, OpenError, RestoreError, SealError, StoreError};
pub use event::{Refusal, SturdyEvent};
pub use key::{KeyError, RegistryKey};
pub use limits::SturdyLimits;
pub use record::{CounterId, InvalidHash, Origin, Record, RecordId, Revocation};
pub use reference::SturdyRef;
pub use registry::Registry;
pub use restorer::{Restorer, RestorerStub};
#[cfg(feature = "sturdy-laws")]
pub use store::laws;
pub use store::{FileStore, MemoryStore, Spending, StoreFuture, SturdyStore};
pub use url::SturdyUrl;

#[cfg(test)]
mod tests;
