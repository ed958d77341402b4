//! The rules: one function each; they report mistakes and change nothing.

mod arguments;
mod declaration;
mod facets;
mod method;
mod names;
mod travel;

pub(crate) use declaration::{declaration, parameters};
pub(crate) use facets::{FacetNames, grants, mapping, passed, unmapped};
pub(crate) use method::method;
pub(crate) use names::{Names, is_dropped};
