//! From messages, and the expressions in them, to text.

mod data;
mod message;
mod remap;
mod web;
mod writer;

pub(crate) use data::encode_data;
pub(crate) use message::{
    encode_abort, encode_pipe, encode_pull, encode_push, encode_reject, encode_release,
    encode_resolve, encode_stream,
};
pub(crate) use writer::MAX_ENCODE_DEPTH;
