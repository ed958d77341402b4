//! What a capability is to the program that holds it: one trait, one dispatch path.
//!
//! [`Hook`] is that trait and [`Cap`] the counted handle to something that implements it; a
//! [`Stub`] is a `Cap` and a path into it. What implements it:
//!
//! | folder | a capability that is |
//! |---|---|
//! | `served` | an object or a closure of this process |
//! | `promise` | a value that is not known yet: calls queue up, and move on when it settles |
//! | `wrapper` | in front of another: less authority, a mark, a way to take it back |
//! | `stream` | one end of a stream |
//! | `map` | a placeholder in a closure that is being recorded, and what such closures become |
//! | `crate::connection` | an object, a promise or a stream of a peer's |
//!
//! What they share:
//!
//! | file | what is in it |
//! |---|---|
//! | `settled` | following a path through plain data |
//! | `waiter` | who wants to know how a promise ends |
//! | `evaluate` | from the expressions of messages to values, in whatever scope their ids are of |
//! | `screen` | what becomes of errors on their way to a peer |
//! | `session` | the handle to a session, and what the connection lends to this layer |
//! | `note`, `lineage` | what is noted of a peer's call for whoever audits it, and the references that it came through |
//! | `deadline` | how long handlers, and those who wait, have |
//! | `hardening` | what a peer could do otherwise, by promises that lead in circles or without end, and by what it has kept for it |
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod cap;
mod deadline;
mod evaluate;
mod hardening;
mod lineage;
mod map;
mod note;
mod promise;
mod screen;
mod served;
mod session;
mod settled;
mod stream;
mod stub;
mod waiter;
mod wrapper;

pub(crate) use cap::{Cap, Hook, OnBroken, Outcome, State, itself, map_value};
pub(crate) use deadline::Deadline;
pub(crate) use evaluate::{Scope, evaluate, promised};
pub(crate) use hardening::{
    Account, CallsInFlight, MessageCharge, Permit, Unsettled, is_flat, shielded, weigh_expr, weight,
};
pub(crate) use map::{Allowance, Mapper, record_map};
pub(crate) use note::Auditor;
#[cfg(test)]
pub(crate) use promise::Wait;
pub(crate) use promise::{Arrival, Became, PromiseCell, Resolver, handle_of, promise};
pub(crate) use screen::{Screen, holds_error};
pub use served::{Args, Call, Cancel, Dispatch, Interface, Member, MemberKind, Reply};
pub(crate) use served::{Callable, FunctionHook, Target, call_function};
pub(crate) use session::SessionControl;
pub use session::{Peer, Session, SessionStats};
pub(crate) use settled::{Found, find, map as map_settled};
pub(crate) use stream::{
    ByteSource, Consume, Consumer, Gauge, Lock, Nature, Pipe, Readable, Room, Source, Step,
    Streamed, Writer, collect, pipe, pump, taken_already,
};
pub use stub::Stub;
pub(crate) use waiter::Waiter;
#[cfg(feature = "websocket")]
pub(crate) use wrapper::BrandKey;
pub use wrapper::{Brand, Facet, Membrane, Results, Revoker};
#[cfg(feature = "sturdy")]
pub(crate) use wrapper::{Meter, Taken, metered};
pub(crate) use wrapper::{attenuate, granted, guarded, revocable};

/// A value as programs see it: the tree with live stubs as its leaves.
pub type Value = crate::value::Tree<Stub>;

#[cfg(test)]
mod tests;
