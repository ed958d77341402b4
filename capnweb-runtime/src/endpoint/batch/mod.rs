//! The client's end of HTTP batches.

mod client;
mod post;
mod wanted;

pub use client::Batch;
pub use wanted::Wanted;
