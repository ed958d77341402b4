//! The client's end of HTTP batches.

mod client;
mod pool;
mod post;
mod wanted;

pub use client::Batch;
pub(super) use pool::Pool;
pub use wanted::Wanted;
