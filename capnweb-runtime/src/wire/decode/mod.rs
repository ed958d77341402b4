//! From text to messages, and to the expressions in them.

mod control;
mod effort;
mod message;
mod plain;
mod remap;
mod value;
mod web;

pub(crate) use effort::decode_at_once;
pub(crate) use message::decode;
#[cfg(test)]
pub(crate) use message::decode_expr;
