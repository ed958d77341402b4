//! Network: real HTTP to hosts on a list, within limits, to addresses that were looked at.

mod address;
mod bucket;
mod client;
mod entry;
mod error;
mod exchange;
mod policy;
mod reading;
mod request;
mod resolve;
mod trust;

#[cfg(test)]
mod tests;

pub use client::{Download, NetworkClient, NetworkStats, Response};
pub use entry::{AllowEntry, EntrySyntax, Reach};
pub use error::{ExchangeError, NetworkError, Stage};
pub use policy::NetworkPolicy;
pub use reading::Chunks;
pub use request::Request;
pub use resolve::{Resolve, SystemResolver};
pub use trust::{NotACertificate, RootCertificate, SetupError};
