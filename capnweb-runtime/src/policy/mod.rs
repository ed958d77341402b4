//! What decides which calls pass a guard or a membrane: a policy.
//!
//! `guarded` of every stub takes one, and returns a reference of the same type. A [`Policy`] is asked
//! about each [`Crossing`], and answers with a [`Denial`] or not. There are policies for
//!
//! | | |
//! |---|---|
//! | [`Expiry`] | until when |
//! | [`CallBudget`] | how often |
//! | [`RateLimit`] | how fast |
//! | [`Methods`] | which members |
//! | [`Arguments`] | with which arguments |
//! | [`absent()`] | what a denial looks like |
//!
//! A tuple of several admits what all of them admit; one guard after the other does, too. Whatever is
//! put around a reference, less passes than before.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod absent;
mod all;
mod arguments;
mod budget;
mod contract;
mod crossing;
mod denial;
mod expiry;
mod methods;
mod rate;

pub use absent::{Absent, absent};
pub use arguments::Arguments;
pub use budget::CallBudget;
#[cfg(feature = "sturdy")]
pub(crate) use budget::budget_spent;
pub use contract::Policy;
pub(crate) use contract::decide;
pub use crossing::{Crossing, CrossingKind, Direction};
pub use denial::Denial;
pub use expiry::Expiry;
pub use methods::Methods;
pub use rate::RateLimit;

#[cfg(test)]
mod tests;
