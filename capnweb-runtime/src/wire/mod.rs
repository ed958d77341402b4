//! The protocol's codec: text to messages and back. No tables, no I/O, no clock.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod base64;
mod decode;
mod encode;
mod error;
mod json;
mod message;
mod reference;

#[cfg(test)]
pub(crate) use decode::decode_expr;
pub(crate) use decode::{decode, decode_at_once};
pub(crate) use encode::{
    MAX_ENCODE_DEPTH, encode_abort, encode_data, encode_pipe, encode_pull, encode_push,
    encode_reject, encode_release, encode_resolve, encode_stream,
};
pub use error::{DecodeError, EncodeError};
pub use json::JsonError;
pub(crate) use message::Message;
pub(crate) use reference::{Capture, Expr, Remap, Target, WireRef};

#[cfg(test)]
mod tests;
