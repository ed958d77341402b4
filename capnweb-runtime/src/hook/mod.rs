//! What a capability is to the program that holds it: one trait, one dispatch path.
//!
//! [`Hook`] is that trait and [`Cap`] the counted handle to something that implements it; a
//! [`Stub`] is a `Cap` and a path into it. What implements it:
//!
//! | file | a capability that is |
//! |---|---|
//! | `target`, `function` | an object or a closure of this process |
//! | `promise` | a value that is not known yet: calls queue up, and move on when it settles |
//! | `attenuated`, `brand`, `caretaker` | a wrapper: less authority, a mark, a way to take it back |
//! | `stream` | one end of a stream |
//! | `crate::connection` | an object or a promise of a peer's |
//!
//! What they share: `members` leads into objects that have some, `settled` follows a path through
//! plain data, `wrap` bounds how many wrappers stand in front of one another. `interface`, `call`
//! and `session` are what a handler sees; `run` starts it. `evaluate` makes the expressions of
//! messages into values, in whatever scope their ids are of. `map` records what a closure does, and
//! does it again for each element of a list.
//!
//! A promise is two handles to one cell: the `Cap`, and the [`Resolver`] that settles it once.
//! `deliver` waits for promises, also for those inside a value. The rest is there because a peer
//! decides which promises lead where, how far, and how much hangs on them:
//!
//! | file | what a peer could do otherwise |
//! |---|---|
//! | `unsettled` | leave calls behind that wait for themselves |
//! | `links` | close a circle of promises, which would never be freed, or chain them without end |
//! | `turn` | exhaust the stack by promises that settle one another |
//! | `graveyard` | the same by promises that drop one another |
//! | `shield` | take others along when a destructor or a waiter panics |
//! | `weight`, `charge` | have more kept for it than there is memory, by few short messages |
//! | `map::allowance`, `map::slices` | have a thread busy for hours by one short message |
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod attenuated;
mod brand;
mod call;
mod cap;
mod caretaker;
mod charge;
mod deadline;
mod deliver;
mod evaluate;
mod function;
mod graveyard;
mod interface;
mod lane;
mod links;
mod map;
mod members;
mod promise;
mod resolver;
mod run;
mod screen;
mod session;
mod settled;
mod shield;
mod stream;
mod stub;
mod target;
mod turn;
mod unsettled;
mod watch;
mod weight;
mod wrap;

pub(crate) use attenuated::attenuate;
pub use attenuated::{Facet, Results};
pub use brand::Brand;
pub use call::{Args, Call};
pub(crate) use cap::{Cap, Hook, OnBroken, Outcome, State, Waiter, itself, map_value};
pub use caretaker::Revoker;
pub(crate) use caretaker::revocable;
pub(crate) use charge::{Account, Charge};
pub(crate) use deadline::Deadline;
pub(crate) use deliver::{Wait, deliver};
pub(crate) use evaluate::{Scope, evaluate};
pub(crate) use function::{Callable, FunctionHook, call_function};
pub use interface::{Cancel, Dispatch, Interface, Member, MemberKind, Reply};
pub(crate) use map::{Allowance, Mapper, record_map};
pub(crate) use promise::{Became, PromiseCell, handle_of, promise};
pub(crate) use resolver::{CallsInFlight, Permit, Resolver};
pub(crate) use screen::{Screen, holds_error};
pub(crate) use session::SessionControl;
pub use session::{Peer, Session, Stats};
pub(crate) use settled::{Found, find, map as map_settled};
pub(crate) use shield::shielded;
pub(crate) use stream::{
    ByteSource, Consume, Consumer, Gauge, Lock, Nature, Pipe, Readable, Room, Source, Step,
    Streamed, Writer, collect, pipe, pump, taken_already,
};
pub use stub::Stub;
pub(crate) use target::Target;
pub(crate) use unsettled::Unsettled;
pub(crate) use weight::{weigh_expr, weight};
use wrap::wrap;

/// A value as programs see it: the tree with live stubs as its leaves.
pub type Value = crate::value::Tree<Stub>;

#[cfg(test)]
mod tests;
