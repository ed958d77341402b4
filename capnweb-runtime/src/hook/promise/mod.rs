//! Promises: values that are not known yet.
//!
//! A promise is two handles to one `cell`: the `Cap`, which is `local` if the promise is settled in
//! this process, and the [`Resolver`] that settles it once. What is done with it meanwhile waits as
//! an `op`. `deliver` waits for promises, also for those inside a value.

mod cell;
mod deliver;
mod local;
mod op;
mod resolver;

pub(crate) use cell::PromiseCell;
pub(crate) use deliver::{Arrival, Wait};
pub(super) use deliver::{Delivery, contains_promise, deliver_in_time, delivered_weight};
pub(crate) use local::{handle_of, promise};
pub(crate) use op::Became;
pub(crate) use resolver::Resolver;
