//! What benchmarks and the count of allocations have a server do: an interface, and the ways in
//! which it is used.
//!
//! The npm peer's server offers the same, in `tests/peers/npm/server.mjs`.

mod api;
mod kinds;
mod transport;

pub use api::{Api, ApiStub, CHUNK, Counter, CounterStub, Worker};
pub use kinds::Work;
pub use transport::Transport;
