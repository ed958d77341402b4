//! What holds because a peer decides which promises lead where, how far, and how much hangs on
//! them.
//!
//! | file | what a peer could do otherwise |
//! |---|---|
//! | `unsettled` | leave calls behind that wait for themselves |
//! | `links` | close a circle of promises, which would never be freed, or chain them without end |
//! | `turn` | exhaust the stack by promises that settle one another |
//! | `depth` | the same by paths through references in front of references |
//! | `graveyard` | the same by promises that drop one another |
//! | `shield` | take others along when a destructor or a waiter panics |
//! | `calls` | have more going on at once than there is room for, or walk paths without end |
//! | `weight`, `charge` | have more kept for it than there is memory, by few short messages |
//! | `lane` | take a thread's time from other sessions, by much work at once |
//!
//! `map::allowance` and `map::slices` keep a short message from occupying a thread for hours, and
//! `wrapper::wrap` bounds how many wrappers stand in front of one another.

mod calls;
mod charge;
mod depth;
mod graveyard;
mod lane;
mod links;
mod shield;
mod turn;
mod unsettled;
mod weight;

pub(crate) use calls::{CallsInFlight, Permit};
pub(crate) use charge::{Account, Charge, MessageCharge};
pub(super) use depth::hand_on;
pub(super) use graveyard::bury;
pub(super) use lane::Lane;
pub(crate) use links::is_flat;
pub(super) use links::{CLOSING, Links};
pub(crate) use shield::shielded;
pub(super) use turn::take_turn;
pub(crate) use unsettled::Unsettled;
pub(crate) use weight::{weigh_expr, weight};
