//! The one owner of the queue's state: it applies commands, commits what they changed, and only
//! then answers and lets things happen.

mod batch;
mod handle;
mod recovery;
mod turns;

#[cfg(test)]
mod tests;

pub(super) use handle::{AttemptEnd, Owner};
pub(super) use recovery::recover;
pub(super) use turns::{World, run};
