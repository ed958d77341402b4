//! References in front of others: less authority, a mark, a way to take it back.
//!
//! `attenuated` knows some members of what it is in front of, a `guard` lets through what a policy admits
//! (also of `method`s that are read as functions), a
//! `metered` one what is paid for, `brand` is known to its maker, and a `caretaker` lets
//! nothing through once it is revoked. All are put in front by `wrap`, which bounds how many may stand
//! one before the other.

mod attenuated;
mod brand;
mod caretaker;
mod convert;
mod guard;
mod membrane;
#[cfg(feature = "sturdy")]
mod metered;
mod method;
mod steps;
mod wrap;

pub(crate) use attenuated::attenuate;
pub use attenuated::{Facet, Results};
pub use brand::Brand;
pub(crate) use brand::BrandKey;
pub use caretaker::Revoker;
pub(crate) use caretaker::revocable;
pub(crate) use guard::guarded;
pub use membrane::Membrane;
pub(crate) use membrane::{Across, Origin};
#[cfg(feature = "sturdy")]
pub(crate) use metered::{Meter, Taken, metered};
