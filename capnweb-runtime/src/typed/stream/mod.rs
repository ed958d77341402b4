//! Streams with a type: what programs make, pass and use.

mod chunk;
mod readable;
mod sink;
mod writable;

pub use chunk::IntoChunk;
pub use readable::ReadableStream;
pub use writable::WritableStream;
