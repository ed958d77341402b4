//! From text to messages, and to the expressions in them.

mod control;
mod message;
mod remap;
mod value;
mod web;

pub(crate) use message::decode;
#[cfg(test)]
pub(crate) use message::decode_expr;
