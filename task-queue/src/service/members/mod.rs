//! Workers that have joined from elsewhere.
//!
//! | file | what is in it |
//! |---|---|
//! | `join`, `key` | joining, and coming back |
//! | `present`, `membership` | one that is there: what the queue holds of it, and what it holds |
//! | `heartbeat`, `parting` | whether it is still there, and what happens when it is not |
//! | `attempt`, `stopping` | having it carry out a task, and having it stop |

mod attempt;
mod heartbeat;
mod join;
mod key;
mod membership;
mod parting;
mod present;
mod stopping;

#[cfg(test)]
mod tests;

pub(super) use attempt::start;
pub(super) use join::join;
pub(super) use parting::{dismiss, tell_to_drain};
pub(super) use present::{Members, Present};
pub(super) use stopping::{ask_to_stop, stop_kindly};
