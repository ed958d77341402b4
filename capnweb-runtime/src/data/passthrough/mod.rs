//! Values that pass through `serde` untouched.
//!
//! `serde` knows no capabilities, dates or bigints. A type that is one writes itself by
//! [`serialize`]: as a newtype struct with a name of ours. Our own serializer knows the name, asks
//! the newtype for the value itself, and is handed it in a thread-local slot. Any other serializer
//! does not ask, and gets the next best thing that all formats have; for a capability there is
//! none, nor for a request, a response and a blob, which may hold one. Reading is the mirror image,
//! by [`deserialize`].
//!
//! Between a type and our (de)serializer may stand one of `serde`'s own buffers: for flattened
//! fields, untagged and internally tagged enums. They carry only what formats have in general, so
//! that what cannot pass through one is parked in a thread-local table, and its token passes
//! through instead. Tokens are never used twice. Parked values live as long as the outermost call
//! of `to_value` or `from_value` that parked them.
//!
//! A peer cannot forge a token: read as a token is only a map with a unit as its key, written is
//! only the inside of a newtype struct with one of our names, and no value of a peer's is either.

mod receiving;
mod sending;

pub(crate) use receiving::deserialize;
#[cfg(test)]
pub(super) use receiving::parked as parked_for_reading;
pub(super) use receiving::{
    Receiving, deserialize_optional, hand_over, is_asked_for, is_foreign, park,
};
#[cfg(test)]
pub(super) use sending::parked as parked_for_writing;
pub(crate) use sending::serialize;
pub(super) use sending::{Sending, accept, headers_of, serialize_ref};
