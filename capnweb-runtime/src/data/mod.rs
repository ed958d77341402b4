//! Users' data: between `serde` types and values.
//!
//! Plain `serde` types become plain values. What JSON does not have (capabilities, dates, bigints,
//! bytes, values themselves) passes through `serde` untouched; `passthrough` says how.
//!
//! | file | what is in it |
//! |---|---|
//! | `to_value`, `object_serializer` | from data to values; arrays and objects, member by member |
//! | `from_value`, `access` | from values to data; what is inside arrays, objects and enums |
//! | `key` | both, for the keys of maps, which are texts |
//! | `passthrough`, `impls`, `web` | values inside of data, and which of our types are that |
//! | `native` | fields of types that are not ours |
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod access;
mod from_value;
mod impls;
mod key;
pub mod native;
mod object_serializer;
pub(crate) mod passthrough;
mod to_value;
mod web;

pub use from_value::from_value;
pub use to_value::to_value;

#[cfg(test)]
mod tests;
