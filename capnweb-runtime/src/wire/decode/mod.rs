//! From text to messages, and to the expressions in them.

mod control;
mod effort;
mod message;
mod plain;
mod remap;
mod value;
mod web;

pub(crate) use effort::is_quick;
pub(crate) use message::decode;
#[cfg(test)]
pub(crate) use message::decode_expr;
