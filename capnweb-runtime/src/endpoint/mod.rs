//! Where sessions begin: connecting to a server, being one, or both within a process.

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "websocket")]
mod connect;
mod in_process;
#[cfg(feature = "websocket")]
mod listener;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "websocket")]
mod upgrade;

#[cfg(feature = "websocket")]
pub use connect::{ConnectError, Connector, connect};
pub use in_process::in_process;
#[cfg(feature = "websocket")]
pub use listener::{Server, serve};
