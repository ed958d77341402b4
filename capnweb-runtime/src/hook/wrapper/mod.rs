//! References in front of others: less authority, a mark, a way to take it back.
//!
//! | file | what is in front, and of what |
//! |---|---|
//! | `attenuated` | a facet: it knows some members of an object |
//! | `guard`, `method` | a policy: it admits calls, also of methods that are read as functions |
//! | `metered` | a meter: calls are paid for |
//! | `brand` | a mark, which its maker knows |
//! | `granted` | a label: who granted it to whom |
//! | `caretaker`, `revoker` | a gate, for one reference, and who may shut it |
//! | `membrane` | a gate that whatever crosses takes along, both ways |
//!
//! What they share:
//!
//! | file | what is in it |
//! |---|---|
//! | `wrap` | how all of them are put in front, and how many may stand one before the other |
//! | `gate`, `slots` | what is shut to take something back, and what it has to end then |
//! | `passage` | the gates that a call came through, which it carries to where its handler is entered |
//! | `severed` | streams that end with a gate |
//! | `watchers` | who is told when a gate is shut that is in front of a reference |
//! | `convert` | the walk through values and streams by which facets narrow and membranes wrap |
//! | `steps` | the steps by which what passes stays wrapped, which tests leave out one by one |

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
mod watchers;
mod wrap;

pub(crate) use attenuated::attenuate;
pub(super) use attenuated::data_only;
pub use attenuated::{Facet, Results};
pub use brand::Brand;
pub(crate) use brand::BrandKey;
pub(crate) use granted::granted;
pub(crate) use guard::guarded;
pub use membrane::Membrane;
pub(crate) use membrane::{Across, Provenance};
#[cfg(feature = "sturdy")]
pub(crate) use metered::{Meter, Taken, metered};
pub(super) use passage::{Entered, Passage};
pub use revoker::Revoker;
pub(crate) use revoker::revocable;

#[cfg(test)]
mod tests;
