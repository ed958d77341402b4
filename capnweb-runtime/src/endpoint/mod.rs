//! Where sessions begin: connecting to a server, being one, or both within a process.
//!
//! | file | what is in it |
//! |---|---|
//! | `server` | what is decided about an endpoint before it runs |
//! | `http` | answering requests: upgrades, batches, origins; also as a service of another server |
//! | `listener`, `axum` | where requests come from: a listener of one's own, or a route; `handshakes` that have brought none |
//! | `connect`, `batch` | the client's end: of WebSockets, and of HTTP batches |
//! | `reconnect` | a client whose references outlive its connections |
//! | `dial`, `tls`, `body`, `prompt` | what several of them need: an address, certificates, a bounded read, bounded writes |
//! | `in_process` | both ends in this process |

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
mod handshakes;
#[cfg(feature = "websocket")]
mod http;
mod in_process;
#[cfg(feature = "websocket")]
mod listener;
#[cfg(feature = "websocket")]
mod prompt;
#[cfg(feature = "websocket")]
mod reconnect;
#[cfg(feature = "websocket")]
mod server;
#[cfg(feature = "tls")]
mod tls;

#[cfg(feature = "websocket")]
pub use batch::{Batch, Wanted};
#[cfg(feature = "websocket")]
pub use connect::{ConnectError, Connector, connect};
#[cfg(feature = "websocket")]
pub use http::{Origins, RpcBody, RpcService};
pub use in_process::in_process;
#[cfg(feature = "websocket")]
pub use listener::serve;
#[cfg(feature = "websocket")]
pub use reconnect::{ClientState, Reconnect, ReconnectingClient};
#[cfg(feature = "websocket")]
pub use server::Server;
