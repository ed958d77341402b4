//! What a capability is to the program that holds it: one trait, one dispatch path.

mod attenuated;
mod brand;
mod cap;
mod caretaker;
mod charge;
mod deliver;
mod function;
mod graveyard;
mod interface;
mod links;
mod origin;
mod promise;
mod resolver;
mod run;
mod settled;
mod stub;
mod target;
mod turn;
mod weight;
mod wrap;

pub(crate) use attenuated::attenuate;
pub use attenuated::{Facet, Results};
pub use brand::Brand;
pub(crate) use cap::{Cap, Hook, Outcome, State, Waiter};
pub use caretaker::Revoker;
pub(crate) use caretaker::revocable;
pub(crate) use charge::{Account, Charge};
pub(crate) use deliver::{Wait, deliver};
pub(crate) use function::{Callable, FunctionHook, call_function};
pub use interface::{Args, Call, Cancel, Dispatch, Interface, Member, MemberKind, Reply};
pub(crate) use origin::SessionControl;
pub use origin::{Peer, Session, Stats};
pub(crate) use promise::{PromiseCell, promise};
pub(crate) use resolver::{Permit, Resolver};
pub(crate) use settled::{Found, find};
pub use stub::Stub;
pub(crate) use target::Target;
pub(crate) use turn::shielded;
pub(crate) use weight::{weigh, weight};
use wrap::wrap;

/// A value as programs see it: the tree with live stubs as its leaves.
pub type Value = crate::value::Tree<Stub>;

#[cfg(test)]
mod tests;
