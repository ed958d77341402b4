//! Network: real HTTP to hosts on a list, at a limited rate, to addresses that were looked at.

mod address;
mod bucket;
mod client;
mod error;
mod exchange;
mod policy;
mod resolve;

#[cfg(test)]
mod tests;

pub use client::{NetworkClient, NetworkStats, Response};
pub use error::{ExchangeError, NetworkError};
pub use policy::{AllowEntry, EntrySyntax, NetworkPolicy, Reach};
pub use resolve::{Resolve, SystemResolver};
