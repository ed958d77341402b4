//! `#[derive(RpcError)]`: an enum whose variants cross the wire as errors.

mod emit;
mod error_enum;

pub(crate) use emit::emit;
pub(crate) use error_enum::ErrorEnum;
