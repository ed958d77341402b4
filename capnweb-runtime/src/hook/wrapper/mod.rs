//! References in front of others: less authority, a mark, a way to take it back.

mod attenuated;
mod brand;
mod caretaker;
mod narrowed_writable;
mod wrap;

pub(crate) use attenuated::attenuate;
pub use attenuated::{Facet, Results};
pub use brand::Brand;
pub(super) use brand::BrandKey;
pub use caretaker::Revoker;
pub(crate) use caretaker::revocable;
