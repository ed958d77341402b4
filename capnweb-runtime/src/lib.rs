//! Cap'n Web for Rust: object-capability RPC.
//!
//! Objects travel by reference, promises can be called before they resolve, and whoever holds a
//! reference holds exactly the authority it carries: less of it is another type, and all of it can
//! be taken back. The protocol is that of the JavaScript package `capnweb` 0.12; either end may be
//! either implementation.
//!
//! # A capability, served and called
//!
//! ```
//! use capnweb_runtime::{capability, connect, serve, Result};
//!
//! #[capability]
//! pub trait Greeter {
//!     async fn hello(&self, name: String) -> Result<String>;
//! }
//!
//! struct English;
//!
//! impl Greeter for English {
//!     async fn hello(&self, name: String) -> Result<String> {
//!         Ok(format!("Hello, {name}!"))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let url = format!("ws://{}/rpc", listener.local_addr()?);
//! tokio::spawn(serve(listener, |_peer| GreeterStub::new(English)));
//!
//! let greeter: GreeterStub = connect(&url).await?;
//! assert_eq!(greeter.hello("World").await?, "Hello, World!");
//! # Ok(()) }
//! ```
//!
#![doc = include_str!("../docs/concepts.md")]
//! # The words
//!
//! * A **stub** is a reference to an object, local or remote: [`Stub`] without a type, and
//!   `GreeterStub` for a trait `Greeter` marked [`capability`]. Cloning duplicates the reference;
//!   dropping the last clone releases the object.
//! * A **promise** ([`Promise`]) is a result that is under way. Calls on it are **pipelined**: sent
//!   at once, before it settles.
//! * An **export** is what the peer holds of ours, an **import** what we hold of the peer's; a
//!   [`Session`] is the pair of tables between two peers, within [`Limits`].
//! * To **attenuate** a reference is to make one with less authority: a **facet**, declared with
//!   `#[attenuate(Reader { read })]`. To **revoke** one is to take it back ([`Revoker`]).
//!
//! # Features
//!
//! * `websocket` (default): [`connect`], [`serve`].
//! * `tls`: `wss://`, by rustls.
//! * `axum`: [`axum::rpc`], a handler for axum routers.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod connection;
mod data;
mod endpoint;
mod error;
mod hook;
mod ids;
mod limits;
mod session;
mod transport;
mod typed;
mod value;
mod wire;

#[doc = include_str!("../docs/pipeline.md")]
pub use capnweb_macros::Pipeline;
#[doc = include_str!("../docs/rpc_error.md")]
pub use capnweb_macros::RpcError;
#[doc = include_str!("../docs/attenuate.md")]
pub use capnweb_macros::attenuate;
#[doc = include_str!("../docs/capability.md")]
pub use capnweb_macros::capability;

pub use data::{from_value, to_value};

#[cfg(feature = "axum")]
pub use endpoint::axum;
pub use endpoint::in_process;
#[cfg(feature = "websocket")]
pub use endpoint::{ConnectError, Connector, Server, connect, serve};
pub use error::{
    DeserializeError, Disconnect, Error, Fault, Result, SerializeError, Thrown, Unsendable,
    Violation,
};
pub use hook::{Brand, Call, Peer, Revoker, Session, Stats, Stub, Value};
pub use limits::Limits;
pub use typed::{
    Attenuate, Capability, FacetOf, Function, FunctionBody, IntoArg, Pipeline, Promise, TypedError,
    Wire,
};
pub use value::{
    BigInt, Bytes, BytesKind, Date, ErrorClass, ErrorValue, Object, ParseBigIntError, Path,
    Segment, Tree,
};
pub use wire::{DecodeError, EncodeError, JsonError};
