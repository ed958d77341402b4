//! Workers that have joined from elsewhere.
//!
//! | file | what is in it |
//! |---|---|
//! | `join`, `key`, `post` | joining, and coming back; by what right |
//! | `present`, `membership` | one that is there: what the queue holds of it, and what it holds |
//! | `heartbeat`, `parting` | whether it is still there, and what happens when it is not |
//! | `attempt`, `errands`, `stopping` | having it carry out a task, and having it stop |

mod attempt;
mod errands;
mod heartbeat;
mod join;
mod key;
mod membership;
mod parting;
mod post;
mod present;
mod stopping;

#[cfg(test)]
mod tests;

pub(super) use attempt::start;
pub(super) use join::join;
pub(super) use parting::{dismiss, dismiss_all_of, tell_to_drain};
pub(super) use post::Post;
pub(super) use present::{Members, Present};
pub(super) use stopping::{ask_to_stop, stop_kindly};
