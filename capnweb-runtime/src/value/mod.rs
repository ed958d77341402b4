//! The data model: one tree for every value that travels, generic in its capability leaf.

mod bigint;
mod bytes;
mod date;
mod error_value;
mod members;
mod object;
mod path;
mod tree;

pub use bigint::{BigInt, ParseBigIntError};
pub use bytes::{Bytes, BytesKind};
pub use date::{Date, InvalidDate};
pub use error_value::{Audience, ErrorClass, ErrorValue};
pub(crate) use members::merge_duplicates;
pub use object::Object;
pub(crate) use object::is_dropped;
pub use path::{Path, Segment};
pub use tree::Tree;
