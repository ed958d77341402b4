//! Sessions under a script: of messages from a hostile peer, or of what applications do that are
//! connected with one another.

mod actor;
mod hostile;
mod message;
mod net;
mod network;

use crate::hook::{Outcome, Stub, Wait, deliver};

pub(super) use hostile::hostile;
pub(super) use network::network;

/// Asks for a promise's value and for every promise in it.
async fn value(promise: &Stub) -> Outcome {
    deliver(Wait::begin(promise)).await
}
