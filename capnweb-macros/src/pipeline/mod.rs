//! `#[derive(Pipeline)]`: the fields of a struct, before it has arrived.

mod emit;
mod record;
mod serde;

pub(crate) use emit::emit;
pub(crate) use record::Record;
