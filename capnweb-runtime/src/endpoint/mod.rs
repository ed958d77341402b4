//! Where sessions begin: connecting to a server, being one, or both within a process.

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "websocket")]
mod batch;
#[cfg(feature = "websocket")]
mod body;
#[cfg(feature = "websocket")]
mod connect;
#[cfg(feature = "websocket")]
mod dial;
#[cfg(feature = "websocket")]
mod http;
mod in_process;
#[cfg(feature = "websocket")]
mod listener;
#[cfg(feature = "websocket")]
mod server;
#[cfg(feature = "tls")]
mod tls;

#[cfg(feature = "websocket")]
pub use batch::{Batch, Wanted};
#[cfg(feature = "websocket")]
pub use connect::{ConnectError, Connector, connect};
#[cfg(feature = "websocket")]
pub use http::{Origins, ResponseBody, RpcService};
pub use in_process::in_process;
#[cfg(feature = "websocket")]
pub use listener::serve;
#[cfg(feature = "websocket")]
pub use server::Server;
