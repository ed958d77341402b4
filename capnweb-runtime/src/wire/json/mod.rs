//! JSON text: an own reader and writer, since no JSON library keeps all the rules of the protocol.

mod integer;
mod node;
mod read;
mod scan;
mod tape;
mod write;

pub(crate) use integer::short_integer;
pub(crate) use node::{Elements, Json, Members};
pub use read::JsonError;
pub(crate) use scan::plain_prefix;
pub(crate) use tape::Tape;
pub(crate) use write::{AFTER_TEXT, excerpt, write_number, write_string};
