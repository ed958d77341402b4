//! JSON text: an own reader and writer, since no JSON library keeps all the rules of the protocol.

mod node;
mod read;
mod scan;
mod write;

pub(crate) use node::Json;
pub use read::JsonError;
pub(crate) use write::{excerpt, write_number, write_string};
