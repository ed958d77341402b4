//! The protocol's codec: text to messages and back. No tables, no I/O, no clock.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod json;
mod message;
mod reference;

pub(crate) use message::Message;
pub(crate) use reference::{Expr, Target, WireRef};
