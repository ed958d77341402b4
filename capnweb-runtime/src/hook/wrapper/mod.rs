//! References in front of others: less authority, a mark, a way to take it back.
//!
//! `attenuated` knows some members of what it is in front of, a `guard` lets through what a policy admits
//! (also of `method`s that are read as functions), a `metered` one what is paid for, `brand` is known to its
//! maker, what is `granted` says by whom, and a `caretaker` lets nothing through once its `revoker` says so. A `membrane` wraps whatever
//! crosses it, both ways; `convert` is the walk through values and streams by which it does, and by which
//! facets narrow, with `steps` that tests leave out. All are put in front by `wrap`, which bounds how many
//! may stand one before the other.
//!
//! What a revoker shuts is a `gate`. A call carries the `passage` of gates that it came through to where
//! its handler is entered, and streams are `severed`.

mod attenuated;
mod brand;
mod caretaker;
mod convert;
mod gate;
mod granted;
mod guard;
mod membrane;
#[cfg(feature = "sturdy")]
mod metered;
mod method;
mod passage;
mod revoker;
mod severed;
mod slots;
mod steps;
mod wrap;

pub(crate) use attenuated::attenuate;
pub use attenuated::{Facet, Results};
pub use brand::Brand;
pub(crate) use brand::BrandKey;
pub(crate) use granted::granted;
pub(crate) use guard::guarded;
pub use membrane::Membrane;
pub(crate) use membrane::{Across, Origin};
#[cfg(feature = "sturdy")]
pub(crate) use metered::{Meter, Taken, metered};
pub(super) use passage::{Entered, Passage};
pub use revoker::Revoker;
pub(crate) use revoker::revocable;
