//! From text to messages, and to the expressions in them.

mod message;
mod remap;
mod value;
mod web;

pub(crate) use message::decode;
pub(crate) use value::decode_expr;
