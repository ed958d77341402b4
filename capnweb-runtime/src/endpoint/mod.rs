//! Where sessions begin: connecting to a server, and being one.

#[cfg(feature = "axum")]
pub mod axum;
mod connect;
mod in_process;
mod listener;
#[cfg(feature = "tls")]
mod tls;
mod upgrade;

pub use connect::{ConnectError, Connector, connect};
pub use in_process::in_process;
pub use listener::{Server, serve};
