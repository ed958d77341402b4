//! `#[derive(RpcError)]`: an enum whose variants cross the wire as errors.

mod emit;
mod failure;

pub(crate) use emit::emit;
pub(crate) use failure::Failure;
