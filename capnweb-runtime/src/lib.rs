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
//! In a browser or in Node.js, `newWebSocketRpcSession("ws://…/rpc").hello("World")` calls the same
//! object.
//!
//! New here? [`guide::rust`] takes the concepts in order and says where it bites;
//! [`guide::javascript`] puts the JavaScript library on the left and this crate on the right;
//! [`guide::comparison`] tells when to take something else. [`guide::cookbook`] has a pattern for each
//! way of handing out authority, [`guide::threats`] says what it is worth to an attacker, and
//! [`guide::litmus`] what was tried. Below, each concept has an example, and the folder `examples` has
//! programs to run.
//!
//! # The words
//!
//! * A **stub** is a reference to an object, local or remote: [`Stub`] without a type, and
//!   `GreeterStub` for a trait `Greeter` marked [`capability`](macro@capability). Cloning duplicates
//!   the reference; dropping the last clone releases the object.
//! * A **promise** ([`Promise`]) is a result that is under way. Calls on it are **pipelined**: sent
//!   at once, before it settles.
//! * A **main object** is what a connection begins with; everything else is reached from there. An
//!   **export** is what the peer holds of ours, an **import** what we hold of the peer's; a
//!   [`Session`] is the pair of tables between two peers, within [`Limits`].
//! * To **attenuate** a reference is to make one with less authority: a **facet**, declared with
//!   `#[attenuate(Reader { read })]`. To **revoke** one is to take it back ([`Revoker`]).
//!
//! # Where to look
//!
//! | to | see |
//! |---|---|
//! | describe an object that others may hold | [`capability`](macro@capability), [*Stubs*](#stubs), [*Properties*](#properties) |
//! | serve it, connect to it, test it without a socket | [`serve`], [`connect`], [`in_process`], [*Endpoints*](#endpoints) |
//! | go on after the connection was lost | [`ReconnectingClient`], [`Reconnect`] |
//! | do it in one HTTP request | [`Batch`], [*Batches*](#batches) |
//! | call through results that have not arrived | [`Promise`], [`Pipeline`](derive@Pipeline), [*Pipelining*](#pipelining) |
//! | pass a callback, or be passed one | [`Function`], [*Callbacks*](#callbacks) |
//! | do the same for each element of a list, over there | [`Promise::map`], [*`map`*](#map) |
//! | send many things one after the other, or receive them | [`ReadableStream`], [`WritableStream`], [*Streams*](#streams) |
//! | fail in ways that callers tell apart | [`RpcError`](derive@RpcError), [`Error`], [*Errors*](#errors) |
//! | hand out less than you hold | [`attenuate`](macro@attenuate), [*Attenuation*](#attenuation) |
//! | say when, how often and with what it may be called | [`policy`], and `guarded` of every stub, [*Guards*](#guards) |
//! | take back what you have handed out | [`Revoker`], and `revocable` of every stub, [*Revocation*](#revocation) |
//! | take back also what was reached through it | [`Membrane`], and `membrane` of every stub, [*Membranes*](#membranes) |
//! | know your own objects when they come back | [`Brand`] |
//! | name a capability by text that outlives connections and restarts | feature `sturdy`: `Registry`, `SturdyRef`, `guide::sturdy` |
//! | learn that nobody waits for a call any more | [`Call`], [*Cancellation and deadlines*](#cancellation-and-deadlines) |
//! | send what JSON does not have | [`Date`], [`BigInt`], [`Bytes`], [`Url`], [`Headers`], [`Request`], [`Response`], [`Blob`], [*Values*](#values) |
//! | send fields of types that are not of this crate | [`native`] |
//! | do without a trait | [`Stub::call`], [`Value`], [`to_value`], [`from_value`] |
//! | bound what a peer can cost, also in time | [`Limits`], [`SessionConfig`], [`Promise::timeout`] |
//! | learn that a connection is gone, or end one | [`Session`], [`Stub::on_broken`], [`KeepAlive`] |
//! | say which web pages may connect, and stop with grace | [`Server`], [`Origins`], [*Origins and shutdown*](#origins-and-shutdown) |
//! | serve inside of axum, or of another HTTP server | `axum::rpc` (feature `axum`), [`Server::into_service`], [`RpcService`] |
//! | decide what peers are told of errors | [`SessionConfig::on_send_error`], [`redact`] |
//! | know who did what, and how they came by it | [`audit`], [`SessionConfig::audit`], [`granted`] |
//! | see what goes on | [`Counters`], [`Session::stats`], [*Operating a server*](#operating-a-server) |
//!
// Where the pages lead to, for rustdoc; as files they lead to one another, and to the sources.
#![doc = include_str!("../docs/links.txt")]
#![doc = include_str!("../docs/concepts.md")]
#![doc = include_str!("../docs/values.md")]
#![cfg_attr(feature = "websocket", doc = include_str!("../docs/endpoints.md"))]
#![doc = include_str!("../docs/operating.md")]
//! # The protocol
//!
//! Ids such as S-22 name requirements of the protocol, as `docs/protocol.md` of this crate numbers
//! them.
//!
//! # Features
//!
//! * `websocket` (default): [`connect`], [`serve`], [`Batch`].
//! * `tls`: `wss://` and `https://`, by rustls.
//! * `axum`: `capnweb_runtime::axum::rpc`, a handler for axum routers.
//! * `sturdy`: references that outlive connections; `sturdy-laws`: what a store of yours is tested by,
//!   `sturdy::laws`.
//! * `jiff`, `chrono`: their points in time from and to [`Date`], and as [`native`] fields.

#![warn(clippy::exhaustive_enums)] // whether it may grow is decided for each

#[cfg(test)]
extern crate self as capnweb_runtime;

#[cfg(any(test, feature = "__fuzz"))]
#[doc(hidden)]
#[path = "fuzz/mod.rs"]
pub mod __fuzz;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod audit;
mod config;
mod connection;
mod counters;
mod data;
mod endpoint;
mod error;
pub mod guide;
mod hook;
mod ids;
mod limits;
#[cfg(all(test, shuttle))]
mod model;
pub mod policy;
mod session;
#[cfg(feature = "sturdy")]
pub mod sturdy;
mod sync;
mod transport;
mod typed;
mod value;
mod wire;

#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/pipeline.md")]
pub use capnweb_macros::Pipeline;
#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/rpc_error.md")]
pub use capnweb_macros::RpcError;
#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/attenuate.md")]
pub use capnweb_macros::attenuate;
#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/capability.md")]
pub use capnweb_macros::capability;

pub use config::{KeepAlive, SessionConfig};
pub use counters::{CounterSample, CounterValues, Counters};

pub use data::{from_value, native, to_value};

#[cfg(feature = "axum")]
pub use endpoint::axum;
pub use endpoint::in_process;
#[cfg(feature = "websocket")]
pub use endpoint::{
    Batch, ClientState, ConnectError, Connector, Origins, Reconnect, ReconnectingClient, RpcBody,
    RpcService, Server, Wanted, connect, serve,
};
pub use error::redact;
pub use error::{
    DeserializeError, Disconnect, Error, Fault, Result, SerializeError, Thrown, Unsendable,
    Violation,
};
pub use hook::{Brand, Call, Membrane, Peer, Revoker, Session, SessionStats, Stub, Value};
pub use ids::WireId;
pub use limits::Limits;
#[cfg(feature = "sturdy")]
pub use sturdy::{
    Caveat, FileStore, MemoryStore, Registry, RegistryKey, RestoreError, Restorer, RestorerStub,
    SturdyEvent, SturdyLimits, SturdyRef, SturdyStore, SturdyUrl,
};
pub use typed::{
    Attenuate, Body, Capability, FacetOf, Function, FunctionBody, IntoArg, IntoChunk, MapResult,
    Mappable, Pipeline, Promise, ReadableStream, RemoteRevoker, RemoteRevokerStub, RpcError, Wire,
    WritableStream, granted,
};
pub use value::{
    Audience, BigInt, Blob, Bytes, BytesKind, Date, Element, ErrorClass, ErrorValue, Headers,
    InvalidDate, InvalidHeader, InvalidRequest, InvalidResponse, MemberName, Object,
    ParseBigIntError, Path, ReferrerPolicy, Request, RequestCache, RequestCredentials, RequestMode,
    RequestOptions, RequestRedirect, Response, Segment, Tree, Url,
};
pub use wire::{DecodeError, EncodeError, JsonError};

/// The example of the README is compiled as a test.
#[cfg(all(doctest, feature = "websocket"))]
#[doc = include_str!("../../README.md")]
struct Readme;
